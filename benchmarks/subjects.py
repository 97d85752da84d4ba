"""The two engines as subjects: the same scenario, the same draws, logs that are compared before anything is timed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.timing import SHORTEST, Measured, Subject, interleaved
from sim.core.draws import Draws
from sim.engine import choice
from sim.engine.choice import COMPILED, REFERENCE
from sim.engine.reference.simulation import Simulation
from sim.inputs.schema import Scenario
from sim.model.credentials import Plan, plan
from sim.model.world import World, build

REPLICATION = 0
Sink = Callable[[npt.NDArray[Any]], None]


class MismatchError(AssertionError):
    """Two subjects that should have done the same did not; their times would mean nothing."""


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Attributes:
        quick: tiny sizes, for trying the benchmarks themselves.
        slow: also what takes minutes.
        repeats: rounds of each measurement.
    """

    quick: bool = False
    slow: bool = False
    repeats: int = 3

    def measure(self, subjects: Mapping[str, Subject]) -> Measured:
        """Time the subjects in turns."""
        return interleaved(subjects, self.repeats, 0.0 if self.quick else SHORTEST)


@dataclass(frozen=True)
class Log:
    """What a run said: the hash of its rows, how many, and how many scheduler events made them."""

    sha256: str
    rows: int
    events: int


@dataclass(frozen=True)
class Case:
    """A scenario with its plans, ready to be run by either engine."""

    scenario: Scenario
    world: World
    plans: tuple[Plan, ...]

    @classmethod
    def of(cls, scenario: Scenario, *strategies: str) -> Case:
        """The case of a scenario under all of its strategies, or the given ones."""
        world = build(scenario)
        names = strategies or tuple(scenario.strategies)
        return cls(scenario, world, tuple(plan(name, scenario.strategies[name], world) for name in names))


class Hashing:
    """A sink that hashes the rows and counts them."""

    def __init__(self) -> None:
        self.hash = hashlib.sha256()
        self.rows = 0

    def __call__(self, rows: npt.NDArray[Any]) -> None:
        """Take in the next chunk."""
        self.hash.update(np.ascontiguousarray(rows).tobytes())
        self.rows += len(rows)


def ignore(rows: npt.NDArray[Any]) -> None:
    """A sink that takes the rows and does nothing."""


@cache
def engines() -> tuple[str, ...]:
    """The engines that run here, ready to: what the compiled one has to compile is compiled by now."""
    try:
        choice.make_ready()
    except choice.Unavailable:
        return (REFERENCE,)
    return (REFERENCE, COMPILED)


def reference_events(case: Case, strategy: Plan, draws: Draws, sink: Sink) -> int:
    """Run the reference; the events that SimPy processed."""
    simulation = Simulation(case.world, strategy, draws, sink)
    simulation.run()
    # Every scheduled event has a number. Those still queued at the horizon were not processed, and one is the stop.
    return int(next(simulation.env._eid)) - len(simulation.env._queue) - 1


def reference_log(case: Case, strategy: Plan, draws: Draws) -> Log:
    """The log of the reference, and the events that SimPy processed for it."""
    sink = Hashing()
    events = reference_events(case, strategy, draws, sink)
    return Log(sink.hash.hexdigest(), sink.rows, events)


def compiled_events(engine: Any, strategy: Plan, seed: int, sink: Sink) -> int:
    """Run the compiled engine; the events that it processed."""
    return int(engine.run(strategy, seed, REPLICATION, sink))


def compiled_log(case: Case, strategy: Plan, seed: int) -> Log:
    """The log of the compiled engine, and the events that it processed for it."""
    sink = Hashing()
    events = compiled_events(choice.compiled(case.world, 1), strategy, seed, sink)
    return Log(sink.hash.hexdigest(), sink.rows, events)


def checked_logs(case: Case, seed: int) -> dict[str, Log]:
    """The reference's log of each strategy, after the compiled engine has been seen to write the same."""
    draws = Draws(seed, REPLICATION)
    logs = {}
    for strategy in case.plans:
        logs[strategy.name] = log = reference_log(case, strategy, draws)
        if COMPILED in engines():
            same(log, compiled_log(case, strategy, seed), f"strategy {strategy.name}")
    return logs


def same(one: Log, other: Log, where: str) -> None:
    """Both logs have the same rows.

    Raises:
        MismatchError: they differ.
    """
    if (one.sha256, one.rows) != (other.sha256, other.rows):
        raise MismatchError(f"{where}: logs differ: {one} and {other}")


def bare(case: Case, engine: str, seed: int) -> Callable[[], object]:
    """All strategies of a replication on an engine, nobody reading the log."""
    if engine == REFERENCE:
        return lambda: _bare_reference(case, seed)
    made = choice.compiled(case.world, len(case.plans))
    return lambda: [compiled_events(made, strategy, seed, ignore) for strategy in case.plans]


def _bare_reference(case: Case, seed: int) -> None:
    draws = Draws(seed, REPLICATION)
    for strategy in case.plans:
        Simulation(case.world, strategy, draws, ignore).run()
