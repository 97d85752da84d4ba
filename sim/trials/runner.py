"""One replication under every strategy: (seed, replication) → rows. The same in any process, in any order."""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from sim.core.draws import Draws
from sim.engine.reference.simulation import run as run_reference
from sim.inputs.schema import Scenario
from sim.measure.leaks import LeakRow
from sim.measure.metrics import Metrics
from sim.measure.records import Finished, Row
from sim.model.credentials import Plan, plan
from sim.model.graph import Reach
from sim.model.world import World, build


@dataclass(frozen=True)
class Job:
    """What to simulate; replications are numbered 0, 1, 2…"""

    scenario: Scenario
    strategies: tuple[str, ...]
    seed: int


class Runner:
    """Runs the replications of a job, one at a time."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.world: World = build(job.scenario)
        self.plans: list[Plan] = [plan(name, job.scenario.strategies[name], self.world) for name in job.strategies]
        self.reaches = [Reach(self.world.edges, self.world.secret_roles, p.standing) for p in self.plans]

    def replication(self, number: int, done: Callable[[], None] = lambda: None) -> Finished:
        """Simulate replication `number` under every strategy; `done` is called after each."""
        draws = Draws(self.job.seed, number)
        rows: list[Row] = []
        leaks: list[LeakRow] = []
        with _rare_collections():
            for strategy, reach in zip(self.plans, self.reaches, strict=True):
                metrics = Metrics(self.world, strategy, reach)
                run_reference(self.world, strategy, draws, metrics.add)
                columns, found = metrics.result(number)
                rows.append({"strategy": strategy.name, "replication": number} | _without_nan(columns))
                leaks += found
                done()
        return Finished(number, rows, leaks)

    def log(self, strategy: str, number: int, sink: Callable[[npt.NDArray[Any]], None]) -> None:
        """Simulate one strategy of one replication and hand its event log to the sink."""
        chosen = next(p for p in self.plans if p.name == strategy)
        run_reference(self.world, chosen, Draws(self.job.seed, number), sink)


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for cyclic garbage a hundred times more rarely: a run makes little, and looking took a fifth of its time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def expected_tasks(world: World) -> float:
    """How many tasks a replication is about to have, all agents together."""
    return sum(
        len(row.agents) * (row.until * row.rate if row.rate else row.until / row.every if row.every else 0.0)
        for row in world.populations
    )


def _without_nan(columns: dict[str, float]) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in columns.items()}
