"""The table of decisions equals rules written by hand in Python, over every request and values between the steps."""

from __future__ import annotations

from bisect import bisect_right
from itertools import product
from typing import Any

import pytest

from sim.core.events import Verdict
from sim.core.units import MINUTE, SECOND
from sim.engine import rules
from sim.inputs.policies import space, table
from sim.inputs.policies.space import APPROVALS, OBJECTIVES
from sim.inputs.schema import Scenario
from sim.model.policy import PolicyTable
from sim.model.world import build
from tests.support import scenario

CEDAR = """
@id("own") permit(principal, action, resource) when { context.objective == Objective::"own" };
@id("approved-reading")
permit(principal in Population::"dev", action == Action::"read", resource) when { context.approval };
@id("old") forbid(principal, action, resource)
when { context.sensitivity >= 4 && context.credential_age >= 300 } unless { context.approval };
@id("long") forbid(principal in Role::"writer", action, resource) when { 3 <= context.calls };
@id("night") forbid(principal in Population::"night", action, resource == Resource::"prod");
@id("odd")
forbid(principal, action == Action::"ship", resource)
when { context.task_kind == TaskKind::"odd" && context.environment == Environment::"prod"
  && resource.untrusted_content };
"""
STEPS = {"calls": [1, 3], "credential-age": ["5m", "1h"]}
CONTENT = scenario(
    estate={
        "resources": {
            "box": {"sensitivity": 1, "environment": "test"},
            "wiki": {"sensitivity": 4, "environment": "test", "untrusted-content": True},
            "prod": {"sensitivity": 5, "untrusted-content": True},
        },
        "roles": {
            "worker": None,
            "reader": {"can": {"box": "read", "wiki": "read"}},
            "writer": {"can": {"wiki": "write"}, "assumes": ["shipper"]},
            "shipper": {"can": {"prod": "admin", "box": "read"}},
            "proxy": {"assumes": ["shipper"]},
        },
        "tools": {
            "call": None,
            "read": {"uses": "reader", "duration": "1m"},
            "write": {"uses": "writer", "duration": "1m"},
            "ship": {"uses": "shipper", "duration": "1m"},
            "relay": {"uses": "proxy", "duration": "1m"},
        },
    },
    tasks={
        "job": {"needs": ["box"], "steps": ["read", "write", "read"]},
        "odd": {"needs": ["prod"], "steps": ["ship", "relay"], "thinking": "0s"},
    },
    agents={
        "bot": None,
        "dev": {"count": 2, "arrivals": {"every": {"interval": "1h"}}, "tasks": {"odd": 1, "job": 1}},
        "night": {"count": 1, "arrivals": {"every": {"interval": "1h"}}, "tasks": {"odd": 1}},
    },
    policies={"guard": {"text": CEDAR, "steps": STEPS}},
    strategies={"only": {"policy": "guard"}},
)
TOUCHES = {"read": ("box", "wiki"), "write": ("wiki",), "ship": ("box", "prod"), "relay": ("box", "prod")}
SENSITIVITY = {"box": 1, "wiki": 4, "prod": 5}
CALLED = [("dev", "job", "read"), ("dev", "job", "write"), ("dev", "odd", "ship"), ("dev", "odd", "relay"),
          ("night", "odd", "ship"), ("night", "odd", "relay")]  # fmt: skip
CALLS = (0, 1, 2, 3, 4, 9_999)
AGES = (0, SECOND, 5 * MINUTE - 1, 5 * MINUTE, 59 * MINUTE, 60 * MINUTE, 10**15)
"""Ticks."""


def by_hand(
    population: str, kind: str, tool: str, objective: str, approved: bool, calls: int, age: int
) -> tuple[bool, set[str]]:
    """Whether a call is allowed, and the policies that say so."""
    permits: set[str] = set()
    forbids: set[str] = set()
    default = False
    for resource in TOUCHES[tool]:
        here = {"own"} if objective == "own" else set()
        if population == "dev" and tool == "read" and approved:
            here.add("approved-reading")
        against: set[str] = set()
        if SENSITIVITY[resource] >= 4 and age >= 5 * MINUTE and not approved:
            against.add("old")
        if tool == "write" and calls >= 3:
            against.add("long")
        if population == "night" and resource == "prod":
            against.add("night")
        if tool == "ship" and resource == "prod":
            against.add("odd")
        permits |= here
        forbids |= against
        default = default or not (here or against)
    if forbids or default:
        return False, forbids
    return True, permits


def looked_up(made: PolicyTable, names: Any, call: tuple[str, ...], objective: int, approval: int, n: int, age: int):
    populations, kinds, tools = names
    first = int(made.first[populations.index(call[0]) * len(kinds) + kinds.index(call[1]), tools.index(call[2])])
    steps = bisect_right(made.call_steps, n), bisect_right(made.age_steps, age)
    entry = rules.entry(first, objective, approval, steps[0], len(made.call_steps), steps[1], len(made.age_steps))
    return Verdict(made.verdicts[entry]), set(made.reasons[entry]), made.call(entry)


def differences() -> list[Any]:
    table.table.cache_clear()
    world = build(Scenario.model_validate(CONTENT))
    made = world.policies["guard"]
    names = [row.name for row in world.populations], list(world.kind_names), list(world.tool_names)
    found = []
    for call, o, a, n, age in product(CALLED, range(2), range(2), CALLS, AGES):
        allowed, why = by_hand(*call, OBJECTIVES[o], APPROVALS[a], n, age)
        verdict, reasons, about = looked_up(made, names, call, o, a, n, age)
        if (verdict is Verdict.ALLOWED, reasons) != (allowed, why) or (about.population, about.tool) != call[::2]:
            found.append((call, o, a, n, age))
    return found


def test_the_table_equals_rules_by_hand() -> None:
    assert differences() == []


def test_what_cannot_be_called_has_no_entry() -> None:
    made = build(Scenario.model_validate(CONTENT)).policies["guard"]
    assert (made.first >= 0).sum() == len(CALLED)
    assert len(made.verdicts) == len(CALLED) * 2 * 2 * 3 * 3 == len(made.reasons)
    assert set(made.verdicts.tolist()) == {Verdict.ALLOWED, Verdict.DENIED}


FAULTS = {
    "objective and approval swapped": (
        rules, "entry",
        lambda first, o, a, n, most_n, age, most_age: first + ((a * 2 + o) * (most_n + 1) + n) * (most_age + 1) + age,
    ),
    "steps of calls and ages swapped": (
        rules, "entry",
        lambda first, o, a, n, most_n, age, most_age: first + ((o * 2 + a) * (most_age + 1) + age) * (most_n + 1) + n,
    ),
    "one request allowed is enough": (table, "_joined", lambda answers, skips: _any(answers)),
    "nobody ever approves": (space, "APPROVALS", (False, False)),
    "own and changed mean the same": (space, "OBJECTIVES", ("own", "own")),
}  # fmt: skip


def _any(answers: Any) -> tuple[Verdict, tuple[int, ...]]:
    best = max(answers, key=lambda answer: answer.allowed)
    return (Verdict.ALLOWED if best.allowed else Verdict.DENIED), best.reasons


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_shows(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*FAULTS[fault])
    try:
        assert differences()
    finally:
        table.table.cache_clear()


# --- policies that fail ---
MORE = 2**63 - 1
FAILING = f"""
@id("all") permit(principal, action, resource);
@id("fails") forbid(principal, action == Action::"write", resource) when {{ context.calls + {MORE} > 0 }};
@id("no-ship") forbid(principal, action == Action::"ship", resource == Resource::"prod");
@id("fails-too") forbid(principal, action == Action::"ship", resource) when {{ context.calls + {MORE} > 0 }};
"""


def verdicts(on_error: str, **more: Any) -> dict[tuple[str, int], tuple[Verdict, tuple[str, ...]]]:
    """(tool, calls so far) → verdict and reasons, for tasks of `dev`."""
    guard = {"text": FAILING, "steps": {"calls": [1]}, "on-error": on_error} | more
    made = build(Scenario.model_validate(CONTENT | {"policies": {"guard": guard}})).policies["guard"]
    found = {}
    for number, call in enumerate(made.calls):
        if call.population == "dev":
            for calls in (0, 1):
                entry = rules.entry(number * made.block, 0, 0, calls, 1, 0, 0)
                found[call.tool, calls] = Verdict(made.verdicts[entry]), made.reasons[entry]
    return found


def test_a_policy_that_fails_denies_and_is_told_apart() -> None:
    found = verdicts("deny")
    assert found["read", 1] == (Verdict.ALLOWED, ("all",))
    # At no call before, the sum is within range and the forbid holds: a plain denial.
    assert found["write", 0] == (Verdict.DENIED, ("fails",))
    assert found["write", 1] == (Verdict.BY_ERROR, ("fails",))
    assert found["ship", 1] == (Verdict.DENIED, ("no-ship",))  # that one fails as well does not matter here


def test_an_engine_that_skips_lets_it_through() -> None:
    found = verdicts("skip")
    assert found["write", 0] == (Verdict.DENIED, ("fails",))
    assert found["write", 1] == (Verdict.ALLOWED, ("all",))
    assert found["ship", 1] == (Verdict.DENIED, ("no-ship",))


def test_what_a_request_lacks_makes_policies_fail() -> None:
    found = verdicts("deny", missing=["calls"])
    assert found["write", 0] == found["write", 1] == (Verdict.BY_ERROR, ("fails",))
    assert verdicts("skip", missing=["calls"])["write", 0] == (Verdict.ALLOWED, ("all",))


def test_without_a_decision_there_is_no_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that cannot even take the request has not allowed it, however policies that fail are taken."""
    monkeypatch.setattr(space.Space, "requests", lambda self: ({**one, "context": {}} for one in _requests(self)))
    table.table.cache_clear()
    try:
        for how in ("deny", "skip"):
            assert {verdict for verdict, _ in verdicts(how).values()} == {Verdict.BY_ERROR}
    finally:
        table.table.cache_clear()


_requests = space.Space.requests
