"""The only wiring: load → build → trials → statistics → save."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from sim.core.errors import ResultsError, UsageError
from sim.core.events import LOG
from sim.inputs.load import Loaded, load
from sim.inputs.new import new_scenario
from sim.measure.leaks import LeakRow
from sim.measure.metrics import Metrics
from sim.measure.statistics import Comparison
from sim.measure.statistics import compare as estimate
from sim.model.graph import Reach
from sim.model.world import World
from sim.outputs import results, store
from sim.outputs.estate import estate_files
from sim.outputs.story import Teller
from sim.trials.campaign import Ran, campaign
from sim.trials.journal import Journal, code_version
from sim.trials.runner import Job, Runner, expected_tasks

MANY_TASKS = 5_000
"""Expected tasks, all strategies and replications together, from which other processes are worth starting."""


@dataclass(frozen=True)
class Request:
    """What to compare, and how; None: as the scenario says, or for workers as the machine has.

    Attributes:
        scenario: a file, or the name of a bundled scenario.
        strategies: names out of the scenario; empty: all.
        out: results folder; None: `results/<scenario>` in the working directory.
        command: how to make it again, for the manifest and the report.
    """

    scenario: str | Path = "coding-agents"
    strategies: tuple[str, ...] = ()
    baseline: str | None = None
    replications: int | None = None
    seed: int | None = None
    workers: int | None = None
    out: Path | None = None
    command: str = ""


class Watcher(Protocol):
    """Is told how far a study is."""

    def began(self, steps: int, done: int) -> None:
        """So many strategy replications in all, so many kept from before."""

    def tick(self, steps: int) -> None:
        """So many more are finished."""

    def saving(self) -> None:
        """Trials are over; statistics and charts follow."""


class Silent:
    """Watches nothing."""

    def began(self, steps: int, done: int) -> None: ...

    def tick(self, steps: int) -> None: ...

    def saving(self) -> None: ...


@dataclass(frozen=True)
class Study:
    """A finished comparison and where it lies."""

    loaded: Loaded
    comparison: Comparison
    finding: str
    folder: Path
    ran: Ran
    replications: int


def compare(request: Request, watcher: Watcher | None = None) -> Study:
    """Simulate, estimate and save.

    Raises:
        ScenarioError: the scenario file is wrong.
        UsageError: a strategy, baseline or number in the request makes no sense.
        ResultsError: the results folder must not be written.
        KeyboardInterrupt: stopped before any replication was finished.
    """
    watcher = watcher or Silent()
    loaded = load(request.scenario)
    settings = _settings(loaded, request)
    store.check_target(settings.folder)
    watcher.began(settings.replications * len(settings.job.strategies), 0)
    journal = _journal(loaded, settings)
    try:
        ran = _run(settings, journal, watcher)
        if not ran.replications:
            journal.remove()
            raise KeyboardInterrupt
        watcher.saving()
        comparison, finding = _save(loaded, settings, journal, ran)
    finally:
        journal.close()
    if not ran.interrupted:
        journal.remove()
    return Study(loaded, comparison, finding, settings.folder, ran, settings.replications)


@dataclass(frozen=True)
class Settings:
    """A request, completed by its scenario."""

    job: Job
    baseline: str
    replications: int
    workers: int
    folder: Path
    command: str


def _settings(loaded: Loaded, request: Request) -> Settings:
    scenario = loaded.scenario
    strategies = named("strategy", scenario.strategies, request.strategies)
    baseline = request.baseline or scenario.baseline or strategies[0]
    if request.baseline:
        named("strategy", scenario.strategies, (request.baseline,))
        if baseline not in strategies:
            raise UsageError(f"the baseline {baseline} is not among the strategies to compare: {', '.join(strategies)}")
    elif baseline not in strategies:
        baseline = strategies[0]
    job = Job(scenario, strategies, _number(request.seed, scenario.seed, "seed", 0, 2**32 - 1))
    replications = _number(request.replications, scenario.replications, "replications", 1, 100_000)
    return Settings(
        job=job,
        baseline=baseline,
        replications=replications,
        workers=_workers(request.workers, job, replications),
        folder=Path(request.out) if request.out else Path("results") / loaded.name,
        command=request.command,
    )


def named(what: str, known: Iterable[str], wanted: Iterable[str]) -> tuple[str, ...]:
    """The wanted names in the scenario's order; none wanted: all.

    Raises:
        UsageError: one is not known; the message suggests a near one.
    """
    names, asked = list(known), list(wanted)
    for name in asked:
        if name not in names:
            near = [one for one in names if one.startswith(name)] or difflib.get_close_matches(name, names, 1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise UsageError(f"no such {what} in this scenario; {hint}it has: {', '.join(names)}")
    return tuple(name for name in names if not asked or name in asked)


def _number(asked: int | None, default: int, what: str, low: int, high: int) -> int:
    number = default if asked is None else asked
    if not low <= number <= high:
        raise UsageError(f"{what} must lie between {low} and {high}")
    return number


def _workers(asked: int | None, job: Job, replications: int) -> int:
    if asked is not None:
        return _number(asked, 1, "workers", 1, 256)
    work = expected_tasks(Runner(job).world) * len(job.strategies) * replications
    return 1 if work < MANY_TASKS else min(_cores(), replications)


def _cores() -> int:
    # macOS and Windows have no affinity to ask for.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _journal(loaded: Loaded, settings: Settings) -> Journal:
    folder = settings.folder
    identity = {"scenario": loaded.hash, "seed": settings.job.seed, "strategies": list(settings.job.strategies)}
    try:
        return Journal(folder.with_name(folder.name + ".partial"), identity)
    except OSError as error:
        raise ResultsError(f"{folder}: cannot be written ({error.strerror})") from error


def _run(settings: Settings, journal: Journal, watcher: Watcher) -> Ran:
    many = len(settings.job.strategies)
    return campaign(
        settings.job,
        settings.replications,
        settings.workers,
        journal,
        began=lambda kept: watcher.began(settings.replications * many, kept * many),
        tick=watcher.tick,
    )


def _save(loaded: Loaded, settings: Settings, journal: Journal, ran: Ran) -> tuple[Comparison, str]:
    kept: list[tuple[Comparison, str]] = []

    def write(folder: Path) -> None:
        store.write_tables(folder, journal.read(ran.replications))
        rows = store.read_rows(folder)
        samples = store.read_leak_samples(folder, settings.job.strategies)
        comparison = estimate(rows, samples, settings.job.strategies, settings.baseline)
        story = results.Story(*replay(settings.job, settings.baseline, ran.replications[0]))
        about = results.About(
            loaded=loaded,
            comparison=comparison,
            seed=settings.job.seed,
            command=settings.command,
            asked=settings.replications,
            replications=tuple(ran.replications),
            story=story,
            code=code_version(),
        )
        kept.append((comparison, results.write(folder, about)))

    try:
        store.replace(settings.folder, write)
    except OSError as error:
        raise ResultsError(f"{settings.folder}: cannot be written ({error.strerror})") from error
    return kept[0]


def replay(job: Job, strategy: str, replication: int) -> tuple[World, str, int, npt.NDArray[Any], list[LeakRow]]:
    """Simulate one replication of one strategy again and keep its whole log."""
    runner = Runner(job)
    chunks: list[npt.NDArray[Any]] = []
    plan = next(plan for plan in runner.plans if plan.name == strategy)
    metrics = Metrics(runner.world, plan, Reach(runner.world.edges, runner.world.secret_roles, plan.standing))

    def sink(rows: npt.NDArray[Any]) -> None:
        chunks.append(rows)
        metrics.add(rows)

    runner.log(strategy, replication, sink)
    log = np.concatenate(chunks) if chunks else np.zeros(0, LOG)
    return runner.world, strategy, replication, log, metrics.result(replication)[1]


@dataclass(frozen=True)
class Traced:
    """One replication to tell the story of."""

    title: str
    strategy: str
    replication: int
    seed: int
    teller: Teller


def trace(scenario: str | Path, strategy: str | None, replication: int, seed: int | None) -> Traced:
    """Simulate one replication of one strategy (None: the baseline) and put names to its log.

    Raises:
        ScenarioError, UsageError: as for compare.
    """
    loaded = load(scenario)
    what = loaded.scenario
    (name,) = named("strategy", what.strategies, (strategy or what.baseline or next(iter(what.strategies)),))
    number = _number(seed, what.seed, "seed", 0, 2**32 - 1)
    world, _, _, log, leaks = replay(
        Job(what, (name,), number), name, _number(replication, 0, "replication", 0, 2**32 - 1)
    )
    return Traced(what.title, name, replication, number, Teller(world, log, leaks))


@dataclass(frozen=True)
class Drawn:
    """A drawn access graph: what it shows, and its files."""

    says: str
    files: tuple[Path, ...]


def graph(scenario: str | Path, role: str | None, out: Path) -> Drawn:
    """Draw the access graph with the reach of a role (None: of the one that leads furthest), and export it.

    Raises:
        ScenarioError, UsageError: as for compare; also for a role that does not exist.
    """
    loaded = load(scenario)
    roles = loaded.scenario.estate.roles
    if role is not None:
        (role,) = named("role", roles, (role,))
    try:
        return Drawn(*estate_files(out, loaded.scenario, role))
    except OSError as error:
        raise ResultsError(f"{out}: cannot be written ({error.strerror})") from error


def new(file: Path) -> None:
    """Write a scenario to start from.

    Raises:
        ResultsError: the file exists, or cannot be written.
    """
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(new_scenario(file.stem))
    except FileExistsError as error:
        raise ResultsError(f"{file}: exists already; nothing was written") from error
    except OSError as error:
        raise ResultsError(f"{file}: cannot be written ({error.strerror})") from error
