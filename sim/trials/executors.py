"""Where replications run: in this thread, in several, or in other processes. One protocol; results as they finish."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Protocol

from sim.core.errors import RunError
from sim.core.processes import live_with_parent
from sim.core.stops import heed
from sim.engine.choice import COMPILED, REFERENCE
from sim.measure.records import Finished
from sim.trials.crew import Crew
from sim.trials.runner import Job, Runner, rare_collections

Tick = Callable[[int], None]
"""Told how many strategies of a replication have been finished; always from the thread that asks for results."""


class Executor(Protocol):
    """Runs replications of a job and yields each as soon as it is finished, in any order."""

    def run(self, job: Job, replications: Sequence[int], tick: Tick) -> Generator[Finished, None, None]:
        """Yield every replication once."""
        ...


class Serial:
    """In this thread, one after the other."""

    def __init__(self, engine: str = REFERENCE) -> None:
        self.engine = engine

    def run(self, job: Job, replications: Sequence[int], tick: Tick) -> Generator[Finished, None, None]:
        """Yield every replication once, in the given order."""
        runner = Runner(job, self.engine)
        for number in replications:
            with rare_collections():
                finished = runner.replication(number, lambda: tick(1), heed)
            yield finished


class Threads:
    """In several threads of this process, for an engine that lets them run side by side.

    All of them have ended when the generator has, however it ends.
    """

    def __init__(self, workers: int, engine: str = COMPILED) -> None:
        self.workers, self.engine = workers, engine

    def run(self, job: Job, replications: Sequence[int], tick: Tick) -> Generator[Finished, None, None]:
        """Yield every replication once, as they finish; only a few are under way at a time."""
        crew = Crew(lambda: Runner(job, self.engine), self.workers)
        try:
            yield from crew.work(replications, tick)
        finally:
            crew.dismiss()


class Processes:
    """In several fresh processes on this machine. An interrupt of the parent ends them at once."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def run(self, job: Job, replications: Sequence[int], tick: Tick) -> Generator[Finished, None, None]:
        """Yield every replication once, as they finish; only a few are under way at a time."""
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(self.workers, context, initializer=_prepare, initargs=(job,))
        try:
            yield from self._drain(pool, list(replications), tick, len(job.strategies))
            pool.shutdown()
        except BrokenProcessPool as error:
            abandon(pool)
            raise RunError("a worker process was killed, perhaps for lack of memory") from error
        except BaseException:
            abandon(pool)
            raise

    def _drain(
        self, pool: ProcessPoolExecutor, waiting: list[int], tick: Tick, strategies: int
    ) -> Generator[Finished, None, None]:
        waiting.reverse()
        running: set[Future[Finished]] = set()
        while waiting or running:
            while waiting and len(running) < self.workers + 1:
                running.add(pool.submit(_run, waiting.pop()))
            done, running = wait(running, return_when=FIRST_COMPLETED)
            # Sound ones first, so that none is lost beside one whose worker was killed.
            for future in sorted(done, key=lambda one: one.exception() is not None):
                result = future.result()
                tick(strategies)
                yield result


def executor(engine: str, workers: int) -> Executor:
    """The executor for so many workers: threads for the compiled engine, processes for the reference."""
    if workers == 1:
        return Serial(engine)
    return Threads(workers, engine) if engine == COMPILED else Processes(workers)


def abandon(pool: ProcessPoolExecutor) -> None:
    """End its processes at once."""
    for process in multiprocessing.active_children():
        process.kill()
    pool.shutdown(wait=True, cancel_futures=True)


_runner: list[Runner] = []


def _prepare(job: Job) -> None:
    live_with_parent()
    _runner[:] = [Runner(job)]


def _run(number: int) -> Finished:
    with rare_collections():
        return _runner[0].replication(number)
