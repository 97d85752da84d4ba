"""Two engines on the same scenario: their logs, their metrics, and in words where they part."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from sim.core.draws import Draws
from sim.core.events import LOG, Event
from sim.core.units import spoken
from sim.engine.reference import simulation
from sim.engine.reference.log import Sink
from sim.inputs.schema import Scenario
from sim.measure.metrics import Metrics
from sim.model.credentials import Plan, plan
from sim.model.reach import under
from sim.model.world import World, build
from tests.fuzzing.scenarios import random_scenario

Rows = npt.NDArray[Any]


class Runs(Protocol):
    """An engine that was made for a world."""

    def run(self, plan: Plan, seed: int, replication: int, sink: Sink) -> Any: ...


Maker = Callable[[World], Runs]
"""Makes an engine for a world; anything of this kind can be compared with the reference, wrong ones too."""


class Reference:
    """The SimPy engine behind the compiled one's interface."""

    def __init__(self, world: World) -> None:
        self.world = world

    def run(self, plan: Plan, seed: int, replication: int, sink: Sink) -> None:
        simulation.run(self.world, plan, Draws(seed, replication), sink)


def compiled(world: World) -> Runs:
    """The compiled engine; imported late, as it needs numba."""
    from sim.engine.compiled.simulation import Engine

    engine: Runs = Engine(world)
    return engine


ENGINES: Mapping[str, Maker] = {"reference": Reference, "compiled": compiled}


@dataclass(frozen=True)
class Outcome:
    """What an engine made of one replication of one strategy."""

    log: Rows
    metrics: str
    """Columns and leaks as text, so that equal means equal, not-a-number included."""


class Case:
    """A scenario made ready for several engines. Each is made once and runs all strategies, as in a campaign."""

    def __init__(self, scenario: Mapping[str, Any]) -> None:
        parsed = Scenario.model_validate(scenario)
        self.world = build(parsed)
        self.plans = {name: plan(name, strategy, self.world) for name, strategy in parsed.strategies.items()}
        self._engines: dict[str | Maker, Runs] = {}

    def log(self, strategy: str, seed: int, replication: int, engine: str | Maker, also: Sink | None = None) -> Rows:
        """The event log; its chunks go to a second sink as well."""
        if engine not in self._engines:
            self._engines[engine] = (ENGINES[engine] if isinstance(engine, str) else engine)(self.world)
        chunks: list[Rows] = [np.empty(0, LOG)]

        def sink(rows: Rows) -> None:
            assert rows.dtype == LOG, f"the rows of a log have another type: {rows.dtype}"
            chunks.append(rows.copy())  # an engine may use its chunk again
            if also is not None:
                also(rows)

        self._engines[engine].run(self.plans[strategy], seed, replication, sink)
        return np.concatenate(chunks)

    def outcome(self, strategy: str, seed: int, replication: int, engine: str | Maker) -> Outcome:
        """Log and metrics; the metrics are fed by the engine's own chunks."""
        chosen = self.plans[strategy]
        metrics = Metrics(self.world, chosen, under(self.world, chosen))
        log = self.log(strategy, seed, replication, engine, metrics.add)
        return Outcome(log, repr(metrics.result(replication)))


def logs(scenario: Mapping[str, Any], strategy: str, seed: int, replication: int, engine: str | Maker) -> Rows:
    """The event log of one replication of one strategy; the engine by name, or whatever makes one."""
    return Case(scenario).log(strategy, seed, replication, engine)


# --- in words ---
def first_difference(a: Rows, b: Rows, names: tuple[str, str] = ("reference", "compiled")) -> str:
    """Where two logs part, with the last row that they share; empty if they are the same byte for byte."""
    if a.tobytes() == b.tobytes():
        return ""
    shared = min(len(a), len(b))
    unlike = np.flatnonzero(a[:shared] != b[:shared])
    at = int(unlike[0]) if len(unlike) else shared
    lines = [f"row {at:,} of {len(a):,} ({names[0]}) and {len(b):,} ({names[1]})"]
    if at < shared:
        fields = [name for name in LOG.names or () if a[at][name] != b[at][name]]
        lines[0] += f", in {', '.join(fields)}"
    if at:
        lines.append(f"  before: {described(a[at - 1])}")
    for name, log in zip(names, (a, b), strict=True):
        lines.append(f"  {name}: {described(log[at]) if at < len(log) else 'ends'}")
    return "\n".join(lines)


def described(row: Any) -> str:
    """A row in one line: event and time, then the fields that it uses."""
    kind = int(row["kind"])
    event = Event(kind).name if kind in Event.__members__.values() else f"no event ({kind})"
    unused = {"flags": 0, "was": 0, "until": 0}
    used = {name: int(row[name]) for name in LOG.names or () if name not in ("at", "kind")}
    fields = " ".join(f"{name}={value}" for name, value in used.items() if value != unused.get(name, -1))
    return f"{event} at {int(row['at'])} ({spoken(int(row['at']))}) {fields}"


# --- one number after another ---
@dataclass(frozen=True)
class Verdict:
    """What comparing engines on one random scenario gave."""

    number: int
    logs: int
    rows: int
    mismatches: tuple[str, ...]


def verdict(number: int, engine: str | Maker = "compiled") -> Verdict:
    """Compare an engine with the reference under every strategy of a random scenario."""
    return judged(Case(random_scenario(number)), number, engine)


def judged(case: Case, number: int, engine: str | Maker = "compiled", name: str = "") -> Verdict:
    """Compare an engine with the reference under every strategy of a scenario; errors are mismatches."""
    rows, found = 0, []
    for strategy in case.plans:
        # Other seeds and replications for other numbers, so that both words of the key count.
        run = strategy, number, number % 3
        try:
            expected = case.outcome(*run, "reference")
            rows += len(expected.log)
            difference = mismatch(expected, case, *run, engine)
        except Exception:  # the reference may stumble too
            difference = traceback.format_exc()
        if difference:
            found.append(f"scenario {name or number}, strategy {strategy}, replication {run[2]}: {difference}")
    return Verdict(number, len(case.plans), rows, tuple(found))


def mismatch(expected: Outcome, case: Case, strategy: str, seed: int, replication: int, engine: str | Maker) -> str:
    """How an engine's outcome differs from the expected one, empty if it does not; an error is a mismatch."""
    try:
        got = case.outcome(strategy, seed, replication, engine)
    except Exception:  # whatever an engine stumbles over is what the comparison is for
        return traceback.format_exc()
    if difference := first_difference(expected.log, got.log):
        return difference
    return "" if expected.metrics == got.metrics else "the same log gave other metrics, so chunks were changed later"


def each(numbers: range, engine: str | Maker = "compiled") -> list[Verdict]:
    """Verdicts on some numbers; lies here, not in the main module, so that other processes find it."""
    return [verdict(number, engine) for number in numbers]


def first_mismatch(verdicts: Iterable[Verdict]) -> str:
    """The first mismatch, empty if there is none: for faults planted on purpose."""
    return next((mismatch for one in verdicts for mismatch in one.mismatches), "")
