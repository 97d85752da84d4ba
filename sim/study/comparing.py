"""A comparison from its request to its folder: load → build → trials → statistics → save."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from sim.core.errors import AfterleakError, ResultsError, RunError, Stopped
from sim.inputs.load import Loaded, load
from sim.measure.budgets import Verdict, judge
from sim.measure.statistics import Comparison
from sim.measure.statistics import compare as estimate
from sim.outputs import results, store
from sim.outputs.studio import Studio
from sim.outputs.words import counted
from sim.study.engines import ready
from sim.study.replays import replay
from sim.study.settings import Request, Settings, complete
from sim.trials.campaign import Ran, campaign
from sim.trials.journal import Journal, code_version


class Watcher(Protocol):
    """Is told how far a study is; always from the thread that started it."""

    def reading(self, done: int, of: int) -> None:
        """So many characters of a scenario's file are read; with all of them, checking is left."""

    def compiling(self) -> None:
        """The engine is being compiled, which takes about a minute and happens once."""

    def fell_back(self, why: str) -> None:
        """The reference engine stands in for the compiled one, for this reason."""

    def began(self, steps: int, done: int) -> None:
        """So many strategy replications in all, so many kept from before."""

    def tick(self, steps: int) -> None:
        """So many more are finished."""

    def saving(self) -> None:
        """Trials are over; statistics and charts follow."""


class Silent:
    """Watches nothing."""

    def reading(self, done: int, of: int) -> None:
        """Nothing."""

    def compiling(self) -> None:
        """Nothing."""

    def fell_back(self, why: str) -> None:
        """Nothing."""

    def began(self, steps: int, done: int) -> None:
        """Nothing."""

    def tick(self, steps: int) -> None:
        """Nothing."""

    def saving(self) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Study:
    """A finished comparison and where it lies."""

    loaded: Loaded
    comparison: Comparison
    finding: str
    folder: Path
    ran: Ran
    replications: int
    verdicts: tuple[Verdict, ...] = ()


def compare(request: Request, watcher: Watcher | None = None, studio: Studio | None = None) -> Study:
    """Simulate, estimate and save.

    Args:
        studio: draws the charts; None: one without a process of its own.

    Raises:
        ScenarioError: the scenario file is wrong.
        UsageError: a strategy, baseline or number in the request makes no sense.
        ResultsError: the results folder must not or cannot be written.
        RunError: a worker process was killed, or memory ran out.
        Stopped: by the user, without new results; finished replications are kept.
    """
    watcher = watcher or Silent()
    try:
        what = loaded(request, watcher)
        settings = complete(what, request)
        store.check_target(settings.folder)
        engine = ready(settings.engine, settings.events, watcher)
        watcher.began(settings.replications * len(settings.job.strategies), 0)
        kept = journal(what, settings)
    except KeyboardInterrupt:
        raise Stopped("stopped before the first replication; nothing was written") from None
    with closing(kept):
        return _compared(what, settings, engine, kept, watcher, studio or Studio())


def loaded(request: Request, watcher: Watcher) -> Loaded:
    """The scenario of a request, read unless it was before."""
    what = request.scenario
    return what if isinstance(what, Loaded) else load(what, watcher.reading)


def _compared(
    loaded: Loaded, settings: Settings, engine: str, journal: Journal, watcher: Watcher, studio: Studio
) -> Study:
    with _keeping("", settings, journal):
        ran = run(settings, engine, journal, watcher)
        if ran.interrupted:
            _stop_without_results(settings, journal, ran)
    with _keeping(" while saving", settings, journal):
        watcher.saving()
        comparison, finding = _save(loaded, settings, engine, journal, ran, studio)
    if not ran.interrupted:
        journal.remove()
    verdicts = judge(loaded.scenario.budgets, comparison.estimates, comparison.replications)
    return Study(loaded, comparison, finding, settings.named, ran, settings.replications, verdicts)


def _stop_without_results(settings: Settings, journal: Journal, ran: Ran) -> None:
    """Raise Stopped unless results from what was finished are better than those that are there."""
    if not ran.replications:
        raise Stopped(f"stopped; {_left(journal)}")
    before = store.saved_replications(settings.folder)
    if before > len(ran.replications):
        raise Stopped(f"stopped; {_left(journal)}; {settings.named}, of {before} replications, is as it was")


@contextmanager
def _keeping(when: str, settings: Settings, journal: Journal) -> Iterator[None]:
    """Say in one line what went wrong, and what is left of the finished replications."""
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped(f"stopped{when}; {_left(journal)}") from None
    except (ResultsError, RunError) as error:
        raise type(error)(f"{error}; {_left(journal)}") from error
    except MemoryError as error:
        raise RunError(f"there is not enough memory, of which fewer --workers need less; {_left(journal)}") from error
    except OSError as error:
        why = error.strerror or str(error).partition("\n")[0]
        raise ResultsError(f"{settings.named}: cannot be written ({why}); {_left(journal)}") from error
    except AfterleakError:
        _left(journal)
        raise


def _left(journal: Journal) -> str:
    """What is left of a run that ends early; a journal without any finished replication goes away."""
    if not journal.replications:
        journal.remove()
        return "no replication was finished and nothing was written"
    kept = counted(len(journal.replications), "finished replication")
    return f"{kept} kept in {journal.folder}, from where the same command goes on"


def journal(loaded: Loaded, settings: Settings) -> Journal:
    """Where finished replications are kept until all are."""
    folder = settings.folder
    identity = {"scenario": loaded.hash, "seed": settings.job.seed, "strategies": list(settings.job.strategies)}
    try:
        return Journal(folder.with_name(folder.name + ".partial"), identity)
    except OSError as error:
        raise ResultsError(f"{settings.named}: cannot be written ({error.strerror})") from error


def run(settings: Settings, engine: str, journal: Journal, watcher: Watcher) -> Ran:
    """All replications, or those that were finished before an interrupt."""
    many = len(settings.job.strategies)
    return campaign(
        settings.job,
        settings.replications,
        engine,
        settings.workers,
        journal,
        began=lambda kept: watcher.began(settings.replications * many, kept * many),
        tick=watcher.tick,
    )


def estimated(folder: Path, settings: Settings, ran: Ran) -> Comparison:
    """Every metric, from the tables in a folder."""
    rows, strategies = store.read_rows(folder), settings.job.strategies
    samples = store.read_leak_samples(folder, strategies)
    numbers, horizon = np.array(ran.replications), settings.job.scenario.horizon
    years = store.annual_losses(store.read_leaks(folder), numbers, strategies, horizon)
    return estimate(rows, samples, strategies, settings.baseline, years=years)


def _save(
    loaded: Loaded, settings: Settings, engine: str, journal: Journal, ran: Ran, studio: Studio
) -> tuple[Comparison, str]:
    kept: list[tuple[Comparison, str]] = []

    def write(folder: Path) -> None:
        store.write_tables(folder, journal.read(ran.replications))
        comparison = estimated(folder, settings, ran)
        told = replay(settings.job, settings.baseline, ran.replications[0], engine)
        about = results.About(
            loaded=loaded,
            comparison=comparison,
            seed=settings.job.seed,
            command=settings.command,
            asked=settings.replications,
            replications=tuple(ran.replications),
            story=results.Story(told.world, told.strategy, told.replication, told.log, told.leaks, told.others),
            code=code_version(),
        )
        kept.append((comparison, results.write(folder, about, studio)))

    store.replace(settings.folder, write)
    return kept[0]
