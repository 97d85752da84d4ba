"""One replication under every strategy: (seed, replication) → rows. The same in any process, in any order."""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from sim.engine.choice import REFERENCE, Breath, Sink
from sim.inputs.schema import Scenario
from sim.measure.arrivals import ArrivalRow
from sim.measure.denials import DenialRow
from sim.measure.leaks import LeakRow
from sim.measure.metrics import Metrics
from sim.measure.records import Finished, Row
from sim.model.credentials import Plan, plan
from sim.model.reach import under
from sim.model.world import World, build
from sim.trials.simulators import simulator


@dataclass(frozen=True)
class Job:
    """What to simulate; replications are numbered 0, 1, 2…"""

    scenario: Scenario
    strategies: tuple[str, ...]
    seed: int


class Runner:
    """Runs the replications of a job, one at a time; for one thread.

    Args:
        engine: the name of one that is ready; it changes nothing but the time that it takes.
    """

    def __init__(self, job: Job, engine: str = REFERENCE) -> None:
        self.job = job
        self.world: World = build(job.scenario)
        self.plans: list[Plan] = [plan(name, job.scenario.strategies[name], self.world) for name in job.strategies]
        self.reaches = [under(self.world, p) for p in self.plans]
        self._simulator = simulator(engine, self.world, len(self.plans))

    def replication(
        self, number: int, done: Callable[[], None] = lambda: None, breath: Breath = lambda: None
    ) -> Finished:
        """Simulate replication `number` under every strategy.

        Args:
            done: called after each strategy.
            breath: called every tenth of a second or so; what it raises ends the replication.
        """
        rows: list[Row] = []
        leaks: list[LeakRow] = []
        denials: list[DenialRow] = []
        arrivals: list[ArrivalRow] = []
        for strategy, reach in zip(self.plans, self.reaches, strict=True):
            metrics = Metrics(self.world, strategy, reach)
            self._simulator.run(strategy, self.job.seed, number, metrics.add, breath)
            columns, found = metrics.result(number)
            rows.append({"strategy": strategy.name, "replication": number} | _without_nan(columns))
            leaks += found
            denials += metrics.denials(number)
            arrivals += metrics.arrivals(number)
            done()
        return Finished(number, rows, leaks, denials, arrivals)

    def log(self, strategy: str, number: int, sink: Sink) -> list[LeakRow]:
        """Simulate one strategy of one replication and hand its event log to the sink, chunk by chunk.

        Returns:
            Its leaked credentials.
        """
        place = self.job.strategies.index(strategy)
        metrics = Metrics(self.world, self.plans[place], self.reaches[place])

        def both(rows: npt.NDArray[Any]) -> None:
            sink(rows)
            metrics.add(rows)

        self._simulator.run(self.plans[place], self.job.seed, number, both, lambda: None)
        return metrics.result(number)[1]


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for cyclic garbage a hundred times more rarely: a run makes little, and looking took a fifth of its time.

    It counts for the whole process, so it has no place in one of several threads. Between two replications garbage is
    looked for as ever: what the reference engine leaves of one is a single large cycle.
    """
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _without_nan(columns: dict[str, float]) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in columns.items()}
