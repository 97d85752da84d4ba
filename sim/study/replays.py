"""One replication again, with its whole log."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.events import LOG
from sim.inputs.load import load
from sim.measure.leaks import LeakRow
from sim.measure.metrics import Metrics
from sim.model.graph import Reach
from sim.model.world import World
from sim.outputs.story import Teller
from sim.study.settings import named, number
from sim.trials.runner import Job, Runner


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
    seeded = number(seed, what.seed, "seed", 0, 2**32 - 1)
    which = number(replication, 0, "replication", 0, 2**32 - 1)
    world, _, _, log, leaks = replay(Job(what, (name,), seeded), name, which)
    return Traced(what.title, name, replication, seeded, Teller(world, log, leaks))
