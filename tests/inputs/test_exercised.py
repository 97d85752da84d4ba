"""Which mechanisms a scenario exercises: one scenario with all of them, and for each what takes it away."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import pytest

from sim.core.events import Answer, Barrier, Cause, Event, Flag, Refusal
from sim.inputs import exercised as rules
from sim.inputs.exercised import PREDICATES, evidenced, exercised, measured
from sim.inputs.intruded import Walk
from sim.inputs.schema import Channel, Scenario
from sim.inputs.standards import standards
from sim.inputs.touching import tools_of
from sim.model.graph import attack_edges
from sim.model.reach import Reach
from tests.fuzzing.compare import Case
from tests.fuzzing.scenarios import random_scenario
from tests.support import merged, scenario

Changes = Mapping[str, Any]
SOME, NEVER = {"chance": 0.5, "time": "1h"}, {"chance": 0, "time": "1h"}
BY_HAND = {"by": "manual", "delay": "1h", "fails": 0.1}
AT_ONCE = {"delay": "1h"}
FULL = scenario(
    estate={
        "resources": {
            "box": {"stores": ["KEY"], "untrusted-content": True},
            "attic": {"environment": "test"},
            "vault": {"loss": "5k", "sensitivity": 5},
        },
        "secrets": {"KEY": {"opens": "keeper", "managed": True, "rotated-every": "2d"}},
        "roles": {
            "worker": {"can": {"box": "read", "attic": "read"}},
            "keeper": {"can": {"vault": "read"}, "assumes": ["owner"]},
            "owner": {"mints": ["keeper"]},
        },
        "tools": {"spare": {"uses": "worker", "duration": "1m"}},
    },
    agents={"bot": {"count": 2, "tenure": "5d", "also-calls": ["spare"]}},
    leaks={
        "log": {"per-use": 0.1, "discovery": SOME, "detection": SOME},
        "disk": {"at-rest": "1/day", "discovery": SOME, "detection": SOME},
        "out": {"sent-out": 0.5, "discovery": NEVER},
    },
    approvers={"response": "1m"},
    policies={"all": {"text": '@id("all") permit(principal, action, resource);'}},
    defender={"intrusion": {"detection": SOME, "eviction": "1h"}},
    issuer={"outages": {"between": "1d", "lasting": "1h"}},
    strategies={
        "only": None,
        "standing": {
            "issuance": "standing",
            "sharing": "fleet",
            "rotation": {"every": "2d"},
            "redeployment": "1h",
            "revocation": {"retirement": BY_HAND, "detection": BY_HAND},
        },
        "asking": {"issuance": "leased", "lifetime": "1h", "approval": {"every-call": True, "approves-bad": 0.5}},
        "lease": {"issuance": "leased", "lifetime": "1h", "renewal": {"at": 0.5, "max-life": "1d"}, "policy": "all"},
        "bound": {"issuance": "leased", "lifetime": "1h", "binding": "sender-constrained"},
        "task": {
            "issuance": "per-task",
            "lifetime": "1h",
            "scope": "task",
            "revocation": {"task-end": AT_ONCE},
        },
    },
)
FULL["objective-changes"] = {
    "lure": {"injection": {"carried": 0.1, "followed": 0.5}, "calls": {"spare": 1}, "length": 1, "agents": ["bot"]},
    "stray": {"drift": 0.1, "calls": {"spare": 1}, "length": 1, "agents": ["bot"]},
}
"""Has every mechanism that is modelled, but for those of SERVED and HANDED."""
SERVED = merged(
    FULL,
    {
        "estate": {
            "roles": {"account": {"can": {"attic": "read"}}},
            "tools": {"sell": {"uses": "account", "duration": "1m", "accepts": ["static-key"]}},
        },
        "tasks": {"job": {"steps": ["call", "sell"]}},
        "strategies": {
            "action": {
                "issuance": "per-action",
                "lifetime": "1h",
                "scope": "action",
                "revocation": {"action-end": AT_ONCE},
            },
            "kept": {"issuance": "leased", "lifetime": "1h", "escrow": True},
            "falls": {"issuance": "per-task", "lifetime": "1h", "fallback": {"issuance": "standing"}},
        },
    },
)
"""Has those of serving as well."""
HANDED = merged(
    SERVED,
    {
        "estate": {
            "tools": {
                "call": {"calls": ["note"]},
                "note": {"uses": "worker", "duration": "1s"},
                "ask": {"uses": "worker", "duration": "1m", "delegates": {"to": "helper", "task": "aid"}},
            }
        },
        "tasks": {
            "job": {"steps": ["call", "sell", "ask"]},
            "aid": {"needs": ["box"], "steps": ["note"], "thinking": "0s"},
        },
        "agents": {"helper": {"count": 1, "arrivals": {"poisson": {"rate": "0/d"}}, "tasks": {"aid": 1}}},
        "strategies": {"standing": {"delegation": "passthrough"}, "task": {"delegation": "exchange"}},
    },
)
"""Has those of delegation as well."""
ONLY_HANDED = ("delegation", "token-passthrough", "token-exchange", "tool-chaining")
TAKEN = merged(
    HANDED,
    {
        "leaks": {"hijack": {"takeover": "1/day", "lasting": "1h", "discovery": SOME}},
        "strategies": {"brokered": {"issuance": "per-task", "lifetime": "1h", "custody": "broker"}},
    },
)
"""Has every mechanism that is modelled. Bound credentials are of use here, so that FULL goes without takeovers."""
ONLY_TAKEN = ("runtime-takeover", "broker-custody")
ONLY_SERVED = ("per-action-issuance", "action-scope", "escrow", "fallback", "revocation-at-action-end")


def estate(**changes: Any) -> Changes:
    return {"estate": changes}


def strategy(name: str, **changes: Any) -> Changes:
    return {"strategies": {name: changes or None}}


def channels(**changes: Any) -> Changes:
    return {"leaks": {"log": changes, "disk": changes}}


NOBODY_HANDS: Changes = {"tasks": {"job": {"steps": ["call", "sell"]}}}
NO_LEAKS: Changes = {"leaks": None}
NOT_FOUND = channels(discovery=NEVER)
NOT_NOTICED = channels(detection=NEVER)
UNREAD = estate(secrets={"KEY": {"readable-with": "admin"}})
ALL_BOUND: Changes = {
    "strategies": {name: {"binding": "sender-constrained"} for name in FULL["strategies"]},
}
OTHER_TOOL: Changes = {
    "estate": {"tools": {"idle": {"uses": "worker", "duration": "1m"}}},
    **channels(tools=["idle"]),
}
NOBODY: Changes = {
    "agents": {"idle": {"count": 1, "arrivals": {"every": {"interval": "1h"}}, "tasks": {"rest": 1}}},
    "estate": {"tools": {"nap": {"uses": "worker", "duration": "1m"}}},
    "tasks": {"rest": {"needs": ["box"], "steps": ["nap"], "thinking": "0s"}},
    **channels(agents=["idle"], tools=["call"]),
}
OWN_TASKS: Changes = {"objective-changes": None}
ONLY_TASKS: Changes = {"strategies": {"standing": None, "lease": None, "bound": None, "asking": None}}

OFF: Mapping[str, tuple[Changes, ...]] = {
    "leak-by-use": ({"leaks": {"log": {"per-use": 0}}}, OTHER_TOOL, NOBODY, NO_LEAKS),
    "leak-at-rest": ({"leaks": {"disk": {"at-rest": "0/day"}}}, OTHER_TOOL, ONLY_TASKS, NO_LEAKS),
    "runtime-takeover": ({"leaks": {"hijack": {"takeover": "0/day"}}}, {"leaks": {"hijack": None}}),
    "broker-custody": (strategy("brokered", custody="agent"), strategy("brokered"), NO_LEAKS),
    "leak-detection": (NOT_NOTICED, channels(detection=None), NO_LEAKS, OTHER_TOOL),
    "use-of-leaks": (NOT_FOUND, NO_LEAKS),
    "standing-credentials": (strategy("standing"),),
    "rotation": (strategy("standing", rotation=None),),
    "redeployment": (
        strategy("standing", redeployment=None),
        {**NOT_NOTICED, "defender": None},
        {**strategy("standing", revocation={"detection": None}), "defender": None},
        strategy("standing", binding="sender-constrained", revocation={"detection": None}),
    ),
    "approval": (strategy("asking", approval=None),),
    "policy": (strategy("lease", policy=None),),
    "delegation": (estate(tools={"ask": {"delegates": None}}), NOBODY_HANDS),
    "token-passthrough": (strategy("standing", delegation="own"), NOBODY_HANDS),
    "token-exchange": (strategy("task", delegation="own"), NOBODY_HANDS),
    "tool-chaining": (estate(tools={"call": {"calls": []}}), {"tasks": {"job": {"steps": ["sell", "ask"]}}}),
    "leases": ({"strategies": {"lease": None, "bound": None, "asking": None}},),
    "per-task-issuance": (strategy("task"),),
    "renewal": (strategy("lease", renewal=None),),
    "task-scope": (strategy("task", scope="role"), strategy("task", binding="sender-constrained"), NO_LEAKS),
    "per-action-issuance": (strategy("action"),),
    "action-scope": (strategy("action", scope="role"), strategy("action", binding="sender-constrained"), NO_LEAKS),
    "escrow": (strategy("kept", escrow=False),),
    "fallback": (
        strategy("falls", fallback=None),
        estate(tools={"sell": {"accepts": ["static-key", "token"]}}),
        {"tasks": {"job": {"steps": ["call"]}}},
    ),
    "revocation-at-action-end": (strategy("action", revocation=None),),
    "sharing": (strategy("standing", sharing="agent"), {"agents": {"bot": {"count": 1}}}),
    "sender-constraint": (strategy("bound", binding="bearer"), NO_LEAKS),
    "issuer": ({"strategies": {"lease": None, "bound": None, "task": None, "asking": None}},),
    "issuer-outages": (
        {"issuer": None},
        {"strategies": {"lease": None, "bound": None, "task": None, "asking": None}},
    ),
    "revocation-at-task-end": (strategy("task", revocation=None),),
    "revocation-at-retirement": (
        strategy("standing", revocation={"retirement": None}),
        {"agents": {"bot": {"tenure": None}}},
    ),
    "revocation-on-detection": (strategy("standing", revocation={"detection": None}), NOT_NOTICED),
    "manual-revocation": (
        strategy(
            "standing", revocation={"retirement": AT_ONCE | {"by": "automatic"}, "detection": {"by": "automatic"}}
        ),
        {**strategy("standing", revocation={"retirement": None}), **NOT_NOTICED},
    ),
    "failing-revocation": (
        strategy("standing", revocation={"retirement": {"fails": 0}, "detection": {"fails": 0}}),
        {**NOT_NOTICED, "agents": {"bot": {"tenure": None}}},
    ),
    "eviction": ({"defender": None}, {"defender": {"intrusion": {"detection": NEVER}}}, NOT_FOUND, ALL_BOUND),
    "offboarding": ({"agents": {"bot": {"tenure": None}}},),
    "excess-tools": ({"agents": {"bot": {"also-calls": []}}}, {"tasks": {"job": {"steps": ["call", "spare"]}}}),
    "untrusted-content": (
        {"objective-changes": {"lure": None}},
        {"objective-changes": {"lure": {"injection": {"carried": 0}}}},
        {"objective-changes": {"lure": {"injection": {"followed": 0}}}},
    ),
    "objective-change": (OWN_TASKS, {"objective-changes": {"lure": None, "stray": {"drift": 0}}}),
    "sent-out": (
        {"leaks": {"out": None}},
        {"leaks": {"out": {"sent-out": 0}}},
        {"leaks": {"out": {"tools": ["call"]}}},
        OWN_TASKS,
    ),
    "wrong-approval": (
        strategy("asking", approval=None),
        strategy("asking", approval={"approves-bad": 0}),
        OWN_TASKS,
    ),
    "excess-privilege": (
        {"tasks": {"job": {"needs": ["box", "attic"]}}},
        NO_LEAKS,
        ONLY_TASKS,
        ALL_BOUND,
    ),
    "stored-secrets": (UNREAD, estate(resources={"box": {"stores": []}}), NOT_FOUND, ALL_BOUND),
    "managed-secrets": (estate(secrets={"KEY": {"managed": False}}), UNREAD, NOT_FOUND, ALL_BOUND),
    "secret-rotation": (estate(secrets={"KEY": {"rotated-every": None}}), UNREAD, strategy("standing")),
    "environment-crossing": (estate(resources={"attic": {"environment": "prod"}}), NOT_FOUND, ONLY_TASKS),
    "role-assumption": (estate(roles={"keeper": {"assumes": []}}), UNREAD, strategy("standing"), NOT_FOUND),
    "minting": (estate(roles={"owner": {"mints": []}}), UNREAD, strategy("standing"), NOT_FOUND),
    "losses": (estate(resources={"vault": {"loss": None}}), UNREAD, strategy("standing"), NOT_FOUND),
}
"""Mechanism → changes of FULL, each of which takes it away."""


def seen(content: Changes) -> set[str]:
    return {*exercised(Scenario.model_validate(content))}


def wrong(key: str) -> list[str]:
    """What a mechanism's predicate says otherwise than it should."""
    only = {ONLY_TAKEN: TAKEN, ONLY_HANDED: HANDED, ONLY_SERVED: SERVED}
    full = next((content for keys, content in only.items() if key in keys), FULL)
    found = [] if key in seen(full) else [f"{key} is not exercised where it is"]
    kept = [number for number, changes in enumerate(OFF[key]) if key in seen(merged(full, dict(changes)))]
    return found + [f"{key} is exercised in spite of change {number}" for number in kept]


# --- each predicate ---
def test_every_predicate_is_tested() -> None:
    assert OFF.keys() == PREDICATES.keys()


@pytest.mark.parametrize("key", PREDICATES)
def test_a_mechanism_is_exercised_only_with_all_that_it_takes(key: str) -> None:
    assert wrong(key) == []


@pytest.mark.parametrize("key", PREDICATES)
@pytest.mark.parametrize("says", [True, False])
def test_a_predicate_that_does_not_look_is_found(key: str, says: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "PREDICATES", {**PREDICATES, key: lambda _: says})
    assert len(wrong(key)) == (len(OFF[key]) if says else 1)


@pytest.mark.parametrize("key", ["stored-secrets", "eviction", "excess-privilege", "task-scope"])
def test_bound_credentials_lead_on_where_workloads_are_taken_over(key: str) -> None:
    bound = merged(FULL, dict(ALL_BOUND))
    assert key not in seen(bound)
    assert key in seen(merged(bound, {"leaks": {"hijack": TAKEN["leaks"]["hijack"]}}))


def test_what_a_broker_keeps_leaks_only_where_brokers_do() -> None:
    kept = merged(FULL, {"strategies": {name: {"custody": "broker"} for name in FULL["strategies"]}})
    for key in ("leak-by-use", "leak-at-rest", "use-of-leaks"):
        assert key not in seen(kept)
        assert key in seen(merged(kept, dict(channels(custody=["broker"]))))


def test_one_environment_reached_from_another_through_a_secret() -> None:
    through = merged(
        FULL,
        {"estate": {"resources": {"box": {"environment": "test"}, "attic": {"environment": "test"}}}},
    )
    assert "environment-crossing" in seen(through)
    assert "environment-crossing" not in seen(merged(through, dict(UNREAD)))


def test_only_the_chosen_strategies_count() -> None:
    what = Scenario.model_validate(TAKEN)
    assert "rotation" not in exercised(what, ["lease"])
    assert {*exercised(what, ["lease"])} < {*exercised(what)}
    assert exercised(what, what.strategies) == exercised(what) == tuple(standards().modelled)


# --- metrics and identifiers ---
def test_metrics_follow_what_they_measure() -> None:
    always = {key for key, each in standards().metrics.items() if not each.measures}
    assert {*measured(())} == always
    assert {*measured(["losses"])} == always | {"loss"}
    assert {*measured([*standards().modelled])} == {*standards().metrics}


def test_identifiers_follow_mechanisms_and_metrics() -> None:
    assert evidenced((), ()) == set()
    assert evidenced(["minting"], ["loss"]) == {
        *standards().mechanisms["minting"].ids,
        *standards().metrics["loss"].ids,
    }


# --- beside the simulator ---
def test_the_walk_reaches_what_the_model_says() -> None:
    for number in range(60):
        what = Scenario.model_validate(random_scenario(number))
        assert [*walks_that_differ(what)] == [], number


def test_a_walk_that_reads_any_secret_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.inputs.intruded._RANK", {"read": 0, "write": 0, "admin": 0})
    assert any([*walks_that_differ(Scenario.model_validate(random_scenario(number)))] for number in range(20))


def walks_that_differ(what: Scenario) -> Iterator[tuple[str, bool, str]]:
    estate = what.estate
    roles, resources = [*estate.roles], [*estate.resources]
    managed = {name for name, secret in estate.secrets.items() if secret.managed}
    for standing in (True, False):
        reach = Reach(attack_edges(estate), [roles.index(each.opens) for each in estate.secrets.values()], standing)
        for kind, task in what.tasks.items():
            own = {estate.tools[tool].uses for tool in tools_of(task)}
            needs = frozenset(resources.index(each) for each in task.needs)
            scopes: tuple[frozenset[int] | None, ...] = (None, needs)
            for scope in scopes:
                walk = Walk(what, set() if standing else managed)
                if scope is None:
                    walk.from_roles(own)
                else:
                    walk.from_task(own, task.needs)
                found = {each for role in own for each in reach.resources(roles.index(role), scope)}
                if {*walk.resources} != {resources[each] for each in found}:
                    yield kind, standing, "role" if scope is None else "task"


NUMBERS = range(40)


def test_whatever_happens_in_a_simulation_is_exercised() -> None:
    happening: set[str] = set()
    for number in NUMBERS:
        content = random_scenario(number)
        what, case = Scenario.model_validate(content), Case(content)
        for name in what.strategies:
            found = happened(what, name, case)
            assert found <= {*exercised(what, [name])}, (number, name)
            happening |= found
    assert happening == {*PREDICATES} - NO_EVENT


@pytest.mark.parametrize("key", ["leak-at-rest", "renewal", "minting", "issuer-outages"])
def test_a_predicate_that_misses_what_happens_is_found(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "PREDICATES", {**PREDICATES, key: lambda _: False})
    with pytest.raises(AssertionError):
        test_whatever_happens_in_a_simulation_is_exercised()


NO_EVENT = {
    "task-scope", "action-scope", "escrow", "sharing", "manual-revocation", "excess-privilege", "managed-secrets",
    "secret-rotation", "environment-crossing", "token-exchange", "tool-chaining", "excess-tools",
}  # fmt: skip
"""Mechanisms of which no single event tells."""
ASKED = {
    Cause.TASK_END: "revocation-at-task-end",
    Cause.ACTION_END: "revocation-at-action-end",
    Cause.RETIREMENT: "revocation-at-retirement",
    Cause.DETECTION: "revocation-on-detection",
}
ISSUED = {
    "standing": "standing-credentials",
    "leased": "leases",
    "per-task": "per-task-issuance",
    "per-action": "per-action-issuance",
}
ALWAYS: Mapping[Event, str] = {
    Event.RETIRED: "offboarding",
    Event.REQUESTED: "issuer",
    Event.LEAK_NOTICED: "leak-detection",
    Event.SPARED: "failing-revocation",
    Event.BLOCKED: "use-of-leaks",
    Event.COMPROMISED: "use-of-leaks",
    Event.EVICTED: "eviction",
    Event.TAKEN_OVER: "runtime-takeover",
    Event.CONFINED: "runtime-takeover",
    Event.REGAINED: "use-of-leaks",
    Event.APPROVAL_ASKED: "approval",
    Event.OBJECTIVE_CHANGED: "objective-change",
    Event.OUT_OF_SCOPE: "objective-change",
    Event.PERMITTED: "policy",
    Event.DENIED: "policy",
    Event.DELEGATED: "delegation",
}
BARRIERS = {Barrier.BOUND: "sender-constraint", Barrier.KEPT: "broker-custody"}
LEAKS = {
    "takeover": "runtime-takeover",
    "per_use": "leak-by-use",
    "at_rest": "leak-at-rest",
    "sent_out": "sent-out",
}
EDGES = {"stores": "stored-secrets", "assumes": "role-assumption", "mints": "minting"}


def captured(channel: Channel) -> str:
    """The mechanism that a capture through a channel tells of."""
    return next(mechanism for way, mechanism in LEAKS.items() if getattr(channel, way) is not None)


def wrongly_approved(row: Any) -> bool:
    return bool(row["flags"] & Flag.OUTSIDE and row["other"] == Answer.APPROVED)


def happened(what: Scenario, name: str, case: Case) -> Collection[str]:
    """The mechanisms that the events of a replication tell of."""
    plan, channels, changes = case.plans[name], [*what.leaks.values()], [*what.objective_changes.values()]
    roles: dict[int, int] = {}

    def issued(row: Any) -> str:
        roles[row["credential"]] = row["other"]
        return "" if row["flags"] & Flag.ATTACKERS else ISSUED[plan.of(row["other"]).issuance]

    def fallback(row: Any) -> str:
        return "fallback" if row["flags"] & Flag.FALLBACK else ""

    edges = {number: edge.relation for number, edge in enumerate(case.world.edges)}
    special: Mapping[Event, Callable[[Any], str]] = {
        Event.ISSUED: issued,
        Event.USED: lambda row: "token-passthrough" if row["flags"] & Flag.PASSED else fallback(row),
        Event.RENEWED: lambda row: "" if row["flags"] & Flag.ATTACKERS else "renewal",
        Event.SHORTENED: lambda _: "rotation",
        Event.ASKED: lambda row: ASKED[row["other"]],
        Event.CAPTURED: lambda row: captured(channels[row["other"]]),
        Event.OBJECTIVE_CHANGED: lambda row: "untrusted-content" if changes[row["other"]].injection else "",
        Event.APPROVAL_ANSWERED: lambda row: "wrong-approval" if wrongly_approved(row) else "",
        Event.REFUSED: lambda row: "issuer-outages" if row["other"] == Refusal.OUTAGE else "issuer",
        Event.OBTAINED: lambda row: EDGES[edges[row["edge"]]],
        Event.REACHED: lambda row: "losses" if row["until"] > 0 else "",
        Event.OUTAGE: lambda row: "redeployment" if not plan.of(roles[row["credential"]]).rotate_every else "",
        Event.BLOCKED: lambda row: BARRIERS.get(row["other"], ""),
    }
    found = set()
    for row in case.log(name, 0, 0, "reference"):
        kind = Event(row["kind"])
        found |= {ALWAYS.get(kind, ""), special[kind](row) if kind in special else ""}
    return found - {""}
