"""What a notebook works with: comparisons and saved results as objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from sim.core.errors import Stopped
from sim.core.units import HOUR
from sim.inputs.load import Loaded
from sim.measure.budgets import Verdict, judge
from sim.measure.statistics import Comparison
from sim.measure.survival import SurvivalCurve
from sim.outputs import frames, notebook, pictured, readings, saved, store
from sim.outputs.finding import finding
from sim.outputs.frames import Kind
from sim.outputs.plain import plain_table
from sim.study import comparing
from sim.study.comparing import Silent, Watcher
from sim.study.engines import ready
from sim.study.settings import Request, complete


@dataclass(frozen=True)
class Result:
    """A comparison and the tables that it was made from.

    A notebook shows it as a table with intervals and paired differences.

    Attributes:
        name, title: of the scenario.
        horizon_hours: simulated time of each replication.
        comparison: estimates and paired differences, as Python objects.
        seed: of all draws.
        verdicts: on the scenario's budgets.
        folder: where it is saved; None: nowhere.

    >>> result = compare("quickstart", replications=5)
    >>> result.strategies
    ('static', 'rotated', 'jit-task')
    >>> result.estimate("jit-task", "blast_radius_potential").best
    1.0
    >>> result.estimates().column_names
    ['strategy', 'metric', 'title', 'unit', 'estimate', 'low', 'high']
    """

    name: str
    title: str
    horizon_hours: float
    comparison: Comparison
    seed: int
    verdicts: tuple[Verdict, ...]
    folder: Path | None
    _rows: pa.Table = field(repr=False)
    _leaks: pa.Table = field(repr=False)
    _denials: pa.Table = field(repr=False)

    @property
    def strategies(self) -> tuple[str, ...]:
        """Those that were compared, in order."""
        return self.comparison.strategies

    @cached_property
    def finding(self) -> str:
        """What the comparison shows, in one sentence."""
        return finding(self.comparison)

    @cached_property
    def caption(self) -> str:
        """What a chart was made from, to stand below it."""
        made_from = readings.caption(
            self.title,
            replications=self.comparison.replications,
            seed=self.seed,
            leaked=self.comparison.censored,
            horizon_hours=self.horizon_hours,
        )
        return f"{made_from} \u00b7 {readings.INTERVALS}"

    @cached_property
    def curves(self) -> Mapping[str, SurvivalCurve]:
        """Survival of leaked credentials by strategy, for `sim.charts.survival_chart`."""
        return pictured.curves(self._leaks, self.strategies)

    def estimate(self, strategy: str, metric: str) -> Any:
        """One metric of one strategy: `.best`, `.low`, `.high`, None for undefined."""
        return self.comparison.estimates[strategy][metric]

    def shown(self, *metrics: str) -> str:
        """Some metrics as plain text, a strategy a line, each with its 95 % interval.

        Raises:
            UsageError: if there is no such metric.
        """
        return plain_table(self.comparison, metrics)

    def estimates(self, kind: Kind = "arrow") -> Any:
        """A row for each strategy and metric, with the 95 % interval.

        Args:
            kind: `arrow`, `pandas` or `polars`.
        """
        return frames.converted(frames.estimates(self.comparison), kind)

    def differences(self, kind: Kind = "arrow") -> Any:
        """A row for each strategy but the baseline and each metric: strategy minus baseline, paired."""
        return frames.converted(frames.differences(self.comparison), kind)

    def replications(self, kind: Kind = "arrow") -> Any:
        """A row for each replication and strategy, with the sums that metrics are made from."""
        return frames.converted(self._rows, kind)

    def leaks(self, kind: Kind = "arrow") -> Any:
        """A row for each leaked credential."""
        return frames.converted(self._leaks, kind)

    def denials(self, kind: Kind = "arrow") -> Any:
        """Calls that policies denied, by reason; without rows where none were."""
        return frames.converted(self._denials, kind)

    def _repr_html_(self) -> str:
        return notebook.comparison_html(self.comparison, self.finding, self.verdicts)

    def __repr__(self) -> str:
        return f"<{self.name}: {self.finding}>"


def compare(
    scenario: str | Path | Loaded | Request = "coding-agents",
    *,
    strategies: Sequence[str] = (),
    baseline: str | None = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    engine: str = "auto",
    out: Path | str | None = None,
    watcher: Watcher | None = None,
) -> Result:
    """Simulate a scenario under its strategies and compare them.

    Args:
        scenario: a file, the name of a bundled scenario, or one that was loaded.
        strategies: only these; empty: all.
        baseline: what the others are compared with; None: as the scenario says.
        replications, seed: None: as the scenario says.
        workers: threads or processes; never changes a result. None: as the machine has.
        engine: `auto`, `compiled` or `reference`; never changes a result.
        out: folder to save report, charts and tables in; None: nothing is written.
        watcher: is told how far it is.

    Raises:
        ScenarioError: the scenario file is wrong.
        UsageError: a strategy, baseline or number makes no sense.
        ResultsError: the results folder must not or cannot be written.

    >>> result = compare("quickstart", strategies=["static", "jit-task"], replications=5)
    >>> difference = result.comparison.differences["jit-task"]["exposure_window_hours"]
    >>> difference.high < 0
    True
    """
    request = scenario
    if not isinstance(request, Request):
        folder = None if out is None else Path(out)
        request = Request(request, tuple(strategies), baseline, replications, seed, workers, folder, "", engine)
    if request.out is not None:
        return read(comparing.compare(request, watcher).folder)
    with TemporaryDirectory(prefix="afterleak-") as scratch:
        return _simulated(replace(request, out=Path(scratch) / "results"), watcher or Silent())


def _simulated(request: Request, watcher: Watcher) -> Result:
    """A comparison of which nothing is kept but the tables in memory."""
    loaded = comparing.loaded(request, watcher)
    settings = complete(loaded, request)
    engine = ready(settings.engine, settings.events, watcher)
    with closing(comparing.journal(loaded, settings)) as kept:
        ran = comparing.run(settings, engine, kept, watcher)
        if ran.interrupted:
            raise Stopped("stopped; nothing is kept, for no folder was named with out")
        settings.folder.mkdir()
        store.write_tables(settings.folder, kept.read(ran.replications))
    comparison = comparing.estimated(settings.folder, settings, ran)
    return Result(
        name=loaded.name,
        title=loaded.scenario.title,
        horizon_hours=loaded.scenario.horizon / HOUR,
        comparison=comparison,
        seed=settings.job.seed,
        verdicts=judge(loaded.scenario.budgets, comparison.estimates, comparison.replications),
        folder=None,
        **_tables(settings.folder),
    )


def read(folder: Path | str) -> Result:
    """Results that were saved, by `compare` or the command of that name.

    Raises:
        ResultsError: the folder holds no results, or those of another version.
    """
    kept = saved.read(Path(folder))
    facts = kept.facts
    return Result(
        name=facts.name,
        title=facts.title,
        horizon_hours=facts.horizon_hours,
        comparison=kept.comparison,
        seed=facts.seed,
        verdicts=facts.budgets,
        folder=kept.folder.folder,
        **_tables(kept.folder.folder),
    )


def _tables(folder: Path) -> dict[str, pa.Table]:
    rows, leaks, denials = (
        read_table(folder) for read_table in (store.read_replications, store.read_leaks, store.read_denials)
    )
    return {"_rows": rows, "_leaks": leaks, "_denials": denials}
