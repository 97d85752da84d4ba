"""Many small jobs one after the other: each as a whole in one worker, which costs less than to share each of them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

import numpy as np

from sim.core.errors import RunError
from sim.core.processes import live_with_parent
from sim.core.stops import heed
from sim.engine.choice import COMPILED, Breath
from sim.measure.catalogue import COLUMNS
from sim.measure.records import Finished
from sim.measure.statistics import LeakSample, Rows
from sim.trials.crew import Crew
from sim.trials.executors import Tick, abandon
from sim.trials.runner import Job, Runner, rare_collections


@dataclass(frozen=True)
class Piece:
    """A job and how many replications of it."""

    job: Job
    replications: int

    @property
    def steps(self) -> int:
        """Strategies of replications."""
        return self.replications * len(self.job.strategies)


@dataclass(frozen=True, eq=False)
class Tables:
    """What statistics need of all replications of a job.

    Attributes:
        rows: strategy → column → value of each replication; nan for undefined.
        leaks: strategy → its leaked credentials.
    """

    rows: dict[str, Rows]
    leaks: dict[str, LeakSample]


class Series:
    """Runs pieces of work one at a time; for one thread.

    Args:
        engine: the name of one that is ready.
    """

    def __init__(self, pieces: Sequence[Piece], engine: str) -> None:
        self._pieces, self._engine = pieces, engine

    def replication(self, number: int, done: Callable[[], None], breath: Breath) -> tuple[int, Tables]:
        """All replications of piece `number`."""
        piece = self._pieces[number]
        runner = Runner(piece.job, self._engine)
        finished = [runner.replication(each, done, breath) for each in range(piece.replications)]
        return number, tables(piece.job.strategies, finished)


def series(pieces: Sequence[Piece], engine: str, workers: int, tick: Tick) -> Generator[tuple[int, Tables], None, None]:
    """Yield the tables of every piece with its number, as they are finished.

    Args:
        tick: told how many strategies of a replication have been finished.

    Raises:
        RunError: a worker process was killed.
    """
    workers = min(workers, len(pieces))
    if workers <= 1:
        alone = Series(pieces, engine)
        for number in range(len(pieces)):
            with rare_collections():
                finished = alone.replication(number, lambda: tick(1), heed)
            yield finished
    elif engine == COMPILED:
        yield from _threads(pieces, engine, workers, tick)
    else:
        yield from _processes(pieces, engine, workers, tick)


def tables(strategies: Sequence[str], finished: Sequence[Finished]) -> Tables:
    """Rows and leaks of finished replications, strategy by strategy."""
    rows: dict[str, Rows] = {}
    leaks = {}
    for place, name in enumerate(strategies):
        own = [one.rows[place] for one in finished]
        columns = {c: np.array([np.nan if row[c] is None else row[c] for row in own], np.float64) for c in COLUMNS}
        rows[name] = columns | {"replication": np.array([row["replication"] for row in own], np.int64)}
        leaked = [leak for one in finished for leak in one.leaks if leak["strategy"] == name]
        leaks[name] = LeakSample(
            np.array([leak["replication"] for leak in leaked], np.int64),
            np.array([leak["exposure_hours"] for leak in leaked], np.float64),
            np.array([leak["censored"] for leak in leaked], np.bool_),
        )
    return Tables(rows, leaks)


def _threads(
    pieces: Sequence[Piece], engine: str, workers: int, tick: Tick
) -> Generator[tuple[int, Tables], None, None]:
    crew: Crew[tuple[int, Tables]] = Crew(lambda: Series(pieces, engine), workers)
    try:
        yield from crew.work(range(len(pieces)), tick)
    finally:
        crew.dismiss()


def _processes(
    pieces: Sequence[Piece], engine: str, workers: int, tick: Tick
) -> Generator[tuple[int, Tables], None, None]:
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=_prepare, initargs=(pieces, engine))
    try:
        running: set[Future[tuple[int, Tables]]] = {pool.submit(_run, number) for number in range(len(pieces))}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                number, finished = future.result()
                tick(pieces[number].steps)
                yield number, finished
        pool.shutdown()
    except BrokenProcessPool as error:
        abandon(pool)
        raise RunError("a worker process was killed, perhaps for lack of memory") from error
    except BaseException:
        abandon(pool)
        raise


_series: list[Series] = []


def _prepare(pieces: Sequence[Piece], engine: str) -> None:
    live_with_parent()
    _series[:] = [Series(pieces, engine)]


def _run(number: int) -> tuple[int, Tables]:
    with rare_collections():
        return _series[0].replication(number, lambda: None, lambda: None)
