"""One replication again, for its story."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from sim.core.events import Event
from sim.inputs.load import Loaded, load
from sim.measure.leaks import LeakRow
from sim.model.world import World
from sim.outputs.story import ROUTINE, Teller
from sim.study.engines import Waiter, ready
from sim.study.keeping import OF_CREDENTIALS, Few, Lanes, chosen_for_lanes
from sim.study.settings import engine as known_engine
from sim.study.settings import named, number
from sim.trials.runner import Job, Runner, rare_collections
from sim.trials.work import expected_events

MOST_ROWS = 1_000_000
"""Rows (of 72 bytes) that a story may keep from the first run; with more, a second run keeps what is shown."""

TOLD = (
    *(kind for kind in Event if kind not in ROUTINE),
    Event.TASK_ENDED,
    Event.ISSUED,
    Event.DELEGATED,
    Event.SHORTENED,
    Event.REJECTED,
)
"""Kinds of row that a timeline can need unless everything is asked for."""


@dataclass(frozen=True)
class Replay:
    """What is kept of one replication under one strategy.

    Attributes:
        log: rows of core.events.LOG, in order; which of them, says who made it.
        others: credentials that were issued and never leaked.
    """

    world: World
    strategy: str
    replication: int
    log: npt.NDArray[Any]
    leaks: list[LeakRow]
    others: int


def replay(job: Job, strategy: str, replication: int, engine: str) -> Replay:
    """Simulate one replication of one strategy again and keep what the timeline of credentials shows.

    However long it is, memory has room for it: the rows about all credentials are kept while they are few, and if they
    get too many, those of the shown credentials alone are taken from another run.
    """
    runner = Runner(job, engine)
    with rare_collections():
        few = Few(OF_CREDENTIALS, MOST_ROWS)
        leaks = runner.log(strategy, replication, few.add)
        others = few.counted(Event.ISSUED) - len(leaks)
        if few.too_many:
            shown = Lanes(chosen_for_lanes(leaks, others), runner.world.horizon)
            runner.log(strategy, replication, shown.add)
            return Replay(runner.world, strategy, replication, shown.log(), leaks, others)
    return Replay(runner.world, strategy, replication, few.log(), leaks, others)


@dataclass(frozen=True)
class Traced:
    """One replication to tell the story of."""

    title: str
    strategy: str
    replication: int
    seed: int
    teller: Teller


class _Alone:
    """Waits without a word."""

    def compiling(self) -> None:
        """Nothing."""

    def fell_back(self, why: str) -> None:
        """Nothing."""


def trace(
    scenario: str | Path | Loaded,
    strategy: str | None,
    replication: int,
    seed: int | None,
    engine: str = "auto",
    waiter: Waiter | None = None,
    whole: bool = True,
) -> Traced:
    """Simulate one replication of one strategy (None: the baseline) and put names to its log.

    Args:
        engine: auto, compiled or reference.
        whole: keep every row; without, only those of the timeline that leaves routine out.

    Raises:
        ScenarioError, UsageError: as for compare.
    """
    loaded = scenario if isinstance(scenario, Loaded) else load(scenario)
    what = loaded.scenario
    (name,) = named("strategy", what.strategies, (strategy or what.baseline or next(iter(what.strategies)),))
    seeded = number(seed, what.seed, "seed", 0, 2**32 - 1)
    which = number(replication, 0, "replication", 0, 2**32 - 1)
    chosen = ready(known_engine(engine), expected_events(what, (name,)), waiter or _Alone())
    runner, few = Runner(Job(what, (name,), seeded), chosen), Few(tuple(Event) if whole else TOLD)
    with rare_collections():
        leaks = runner.log(name, which, few.add)
    return Traced(what.title, name, which, seeded, Teller(runner.world, few.log(), leaks, runner.plans[0].policy))
