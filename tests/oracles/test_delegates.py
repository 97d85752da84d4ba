"""Oracles of delegation: waits by M/M/1, times and shares in closed form, narrowed scopes; each with a fault."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import sqrt
from statistics import mean, stdev
from typing import Any

import pytest

from sim.core.events import FIRST_DELEGATED, Event
from sim.core.units import SECOND
from sim.engine.reference.delegation import Delegation
from sim.engine.reference.workload import Workload
from sim.model import narrowing
from sim.model.rows import KindRow
from tests.fuzzing.compare import Case
from tests.fuzzing.delegating import PLACES
from tests.fuzzing.scenarios import random_scenario
from tests.support import merged, scenario, simulated

QUIET = {"arrivals": {"poisson": {"rate": "0/d"}}}


def of(log: Any, kind: Event) -> Any:
    return log[log["kind"] == kind]


# --- delegates are a queue: one agent with one place, asked at random, is M/M/1 ---
RATE, SERVICE, REPLICATIONS = 40.0, 60.0, 6
"""Tasks an hour; seconds."""
LOAD = RATE * SERVICE / 3600
WAIT = LOAD * SERVICE / (1 - LOAD)
"""Mean wait in line, seconds: ρ / (μ − λ)."""


def queue() -> Any:
    return scenario(
        horizon="8d",
        estate={
            "tools": {
                "call": {"duration": {"exponential": {"mean": f"{SERVICE:.0f}s"}}},
                "ask": {"uses": "worker", "duration": "0s", "delegates": {"to": "sub", "task": "job"}},
            }
        },
        tasks={"plan": {"needs": ["box"], "steps": ["ask"], "thinking": "0s"}},
        agents={
            "bot": {
                "arrivals": {"every": None, "poisson": {"rate": f"{RATE}/h"}},
                "concurrency": 1000,
                "tasks": {"plan": 1, "job": None},
            },
            "sub": QUIET | {"count": 1, "tasks": {"job": 1}},
        },
    )


def mean_wait(replication: int) -> float:
    """Mean time in seconds from a task's being handed over until it starts."""
    _, _, log = simulated(queue(), replication=replication)
    handed = {int(row["edge"]): int(row["at"]) for row in of(log, Event.DELEGATED)}
    started = of(log, Event.TASK_STARTED)
    waits = [int(row["at"]) - handed[int(row["task"])] for row in started if row["task"] >= FIRST_DELEGATED]
    return mean(waits) / SECOND


def agrees(found: list[float], expected: float) -> bool:
    return abs(mean(found) - expected) < 4 * stdev(found) / sqrt(len(found))


def test_a_delegates_line_is_as_long_as_theory_says() -> None:
    assert agrees([mean_wait(n) for n in range(REPLICATIONS)], WAIT)


def test_fault_delegates_have_a_second_place(monkeypatch: pytest.MonkeyPatch) -> None:
    in_turn = Workload.in_turn

    def roomy(self: Workload, task: Any) -> Any:
        if task.delegator is not None:
            task.agent.places._capacity = 2
        return in_turn(self, task)

    monkeypatch.setattr(Workload, "in_turn", roomy)
    assert not agrees([mean_wait(n) for n in range(3)], WAIT)


# --- a task's time is the sum of its calls', theirs whom it hands to included ---
CALLS, OWN, ASK, THINK, LEVELS = 3, 60, 20, 5, 4


def tower() -> Any:
    """Each population hands three tasks to the next, one after the other."""
    tools: Any = {"call": {"duration": f"{OWN}s"}}
    tasks: Any = {f"k{LEVELS}": {"needs": ["box"], "steps": ["call"], "thinking": f"{THINK}s"}}
    agents: Any = {"bot": {"tasks": {"k0": 1, "job": None}, "arrivals": {"every": {"interval": "20d"}}}}
    for level in range(LEVELS):
        below = {"to": f"p{level + 1}", "task": f"k{level + 1}"}
        tools[f"t{level}"] = {"uses": "worker", "duration": f"{ASK}s", "delegates": below}
        tasks[f"k{level}"] = {"needs": ["box"], "steps": [f"t{level}"] * CALLS, "thinking": f"{THINK}s"}
        agents[f"p{level + 1}"] = QUIET | {"count": 2, "tasks": {f"k{level + 1}": 1}}
    return scenario(estate={"tools": tools}, tasks=tasks, agents=agents)


def seconds(level: int) -> int:
    """A task's time, so many levels above the last."""
    return THINK + OWN if level == 0 else CALLS * (THINK + ASK + seconds(level - 1))


def ended() -> tuple[int, int]:
    """When the first task has ended, in seconds, and how many were handed over."""
    row, _, log = simulated(tower())
    ends = of(log, Event.TASK_ENDED)
    return int(ends["at"][ends["agent"] == 0][0]) // SECOND, int(row["delegations"])


def test_a_tower_of_tasks_takes_the_sum_of_all() -> None:
    assert ended() == (seconds(LEVELS), sum(CALLS**level for level in range(1, LEVELS + 1)))


def test_fault_nobody_waits_for_delegates(monkeypatch: pytest.MonkeyPatch) -> None:
    handed_over = Delegation.handed_over

    def at_once(self: Delegation, *arguments: Any) -> Any:
        self.sim.env.process(handed_over(self, *arguments))
        yield self.sim.env.timeout(0)
        return True

    monkeypatch.setattr(Delegation, "handed_over", at_once)
    assert ended()[0] != seconds(LEVELS)


# --- attributable: of a tower of passed-on credentials only the first task's own uses are ---
def shares(way: str) -> tuple[float, float]:
    """Attributable and passed-on uses as shares of all: the first task calls a tool itself before it hands on."""
    content = tower()
    content["tasks"]["k0"]["steps"] = ["call", *content["tasks"]["k0"]["steps"]]
    knobs = {"issuance": "per-task", "lifetime": "1d", "delegation": way}
    row, _, _ = simulated(merged(content, {"strategies": {"only": knobs}}))
    return row["uses_attributable"] / row["uses"], row["uses_passed_on"] / row["uses"]


USES = 1 + sum(CALLS ** (level + 1) for level in range(LEVELS)) + CALLS**LEVELS
FIRST_USES = 1 + CALLS


@pytest.mark.parametrize(("way", "own"), [("own", 1.0), ("exchange", 1.0), ("passthrough", FIRST_USES / USES)])
def test_the_attributable_share_is_the_first_tasks(way: str, own: float) -> None:
    assert shares(way) == (own, 1 - own)


def test_fault_only_one_level_passes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    above = Delegation._above
    monkeypatch.setattr(
        Delegation, "_above", lambda self, task, role: above(self, task, role) if task.depth < 2 else None
    )
    assert shares("passthrough") != (FIRST_USES / USES, 1 - FIRST_USES / USES)


# --- what was got in exchange reaches nothing but what all tasks on the way need ---
@cache
def outside() -> int:
    """Resources reached with exchanged credentials, by walking the log: (all, outside the intersection)."""
    beyond = reached = 0
    for number in sorted(PLACES):
        case = Case(random_scenario(number))
        for name in (name for name, plan in case.plans.items() if plan.delegation == "exchange"):
            seen, out = _walked(case, case.log(name, number, 0, "reference"))
            reached, beyond = reached + seen, beyond + out
    assert reached > 20
    return beyond


def _walked(case: Case, log: Any) -> tuple[int, int]:
    world = case.world
    needs = {name: row.needs for name, row in enumerate(world.kinds)}
    kinds: dict[tuple[int, int], int] = {(r["agent"], r["task"]): r["other"] for r in of(log, Event.TASK_STARTED)}
    allowed: dict[int, frozenset[int]] = {}
    parent = {int(r["edge"]): (r["agent"], r["task"]) for r in of(log, Event.DELEGATED)}
    for row in of(log, Event.ISSUED):
        who = (row["agent"], row["task"])
        if row["task"] >= FIRST_DELEGATED and who in kinds:
            left = needs[kinds[who]]
            while who[1] >= FIRST_DELEGATED:
                who = parent[int(who[1])]
                left = left & needs[kinds[who]]
            allowed[int(row["credential"])] = left
    exchanged = {int(r["credential"]) for r in of(log, Event.CAPTURED) if r["intrusion"] >= len(world.kinds)}
    mine = [r for r in of(log, Event.REACHED) if int(r["credential"]) in exchanged]
    return len(mine), sum(int(r["other"]) not in allowed[int(r["credential"])] for r in mine)


def test_nothing_outside_the_intersection_is_reached() -> None:
    assert outside() == 0


def test_fault_an_exchange_narrows_to_the_delegated_task_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Alone(frozenset[int]):
        """What is needed here, whatever is needed on the way."""

        def __and__(self, other: Any) -> Any:
            return Alone(other)

    standpoints = narrowing.standpoints

    def alone(what: Any, numbers: Any, kinds: tuple[KindRow, ...]) -> Any:
        return standpoints(what, numbers, tuple(replace(kind, needs=Alone(kind.needs)) for kind in kinds))

    monkeypatch.setattr("sim.model.world.standpoints", alone)
    outside.cache_clear()
    try:
        assert outside() > 0
    finally:
        outside.cache_clear()
