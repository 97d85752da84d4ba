"""Credentials for a single action, and fallbacks for tools that accept little: exact small scenarios, both engines."""

from __future__ import annotations

from typing import Any

import pytest

from sim.core.events import Cause, Event, Flag, Outcome
from sim.core.units import HOUR, MINUTE, SECOND
from sim.inputs.schema import Scenario
from sim.inputs.serving import Share, shares
from tests.fuzzing.compare import Case, first_difference
from tests.support import merged, scenario, simulated

ACTION = {"issuance": "per-action", "lifetime": "15m"}
LIFE = (Event.ISSUED, Event.NEEDED, Event.USED, Event.IDLE, Event.DIED)


def rows(log: Any, *kinds: Event) -> list[tuple[int, str, int]]:
    return [(int(r["at"]), Event(r["kind"]).name, int(r["credential"])) for r in log if r["kind"] in kinds]


def of(log: Any, *kinds: Event) -> Any:
    return log[[kind in kinds for kind in log["kind"]]]


def two_calls(strategy: Any, **changes: Any) -> Any:
    content = scenario(horizon="1h", tasks={"job": {"steps": ["call", "call"]}}, strategies={"only": strategy})
    return merged(content, changes)


# --- for a single action ---
def test_each_call_has_a_credential_of_its_own():
    row, _, log = simulated(two_calls(ACTION | {"revocation": {"action-end": {"delay": "2s"}}}))
    assert rows(log, *LIFE) == [
        (0, "ISSUED", 0),
        (0, "NEEDED", 0),
        (0, "USED", 0),
        (MINUTE, "IDLE", 0),
        (MINUTE, "ISSUED", 1),
        (MINUTE, "NEEDED", 1),
        (MINUTE, "USED", 1),
        (MINUTE + 2 * SECOND, "DIED", 0),
        (2 * MINUTE, "IDLE", 1),
        (2 * MINUTE + 2 * SECOND, "DIED", 1),
    ]
    assert set(of(log, Event.ASKED, Event.DIED)["other"]) == {Cause.ACTION_END}
    assert row["standing_hours"] == pytest.approx(4 / 3600)


def test_without_revocation_it_lives_on_after_the_call():
    row, _, log = simulated(two_calls(ACTION))
    assert not len(of(log, Event.ASKED, Event.DIED))
    assert row["standing_hours"] == pytest.approx(28 / 60)


def test_retries_share_it_while_it_is_alive():
    slow = {"fails": 1, "retries": 2, "back-off": {"first": "10m", "most": "10m"}}
    _, _, log = simulated(two_calls(ACTION, estate={"tools": {"call": slow}}))
    # Attempts at 0, 11 and 22 minutes; it expires after 15. The call failed for good, and so did the task.
    assert rows(log, Event.ISSUED, Event.USED, Event.IDLE) == [
        (0, "ISSUED", 0),
        (0, "USED", 0),
        (11 * MINUTE, "USED", 0),
        (22 * MINUTE, "ISSUED", 1),
        (22 * MINUTE, "IDLE", 0),
        (22 * MINUTE, "USED", 1),
        (23 * MINUTE, "IDLE", 1),
    ]
    assert of(log, Event.TASK_ENDED)["other"].tolist() == [Outcome.TOOL]


def test_waiting_for_each_is_added_latency():
    row, _, log = simulated(two_calls(ACTION, issuer={"service": "10s"}))
    assert of(log, Event.TASK_ENDED)["until"].tolist() == [20 * SECOND]
    assert row["latency_seconds"] == 20


def test_it_is_renewed_while_its_call_runs_only():
    renewed = ACTION | {"lifetime": "20s", "renewal": {"at": 0.5, "max-life": "1h"}}
    _, _, log = simulated(two_calls(renewed, horizon="5m"))
    at = [moment // SECOND for moment, _, _ in rows(log, Event.RENEWED)]
    assert at == [10, 20, 30, 40, 50, 70, 80, 90, 100, 110]


def leaky(**knobs: Any) -> Any:
    """The second call's credential leaks and is found; its tool's role can do more than the call touches."""
    return scenario(
        horizon="1d",
        estate={
            "resources": {"desk": {"stores": ["KEY"]}, "safe": {}, "attic": {}},
            "secrets": {"KEY": {"opens": "boss"}},
            "roles": {
                "clerk": {"can": {"desk": "read", "safe": "read"}, "assumes": ["boss"], "mints": ["boss"]},
                "boss": {"can": {"attic": "read"}},
            },
            "tools": {"look": {"uses": "clerk", "duration": "1m", "touches": ["desk"]}},
        },
        tasks={"job": {"needs": ["box", "safe"], "steps": ["call", "look"]}},
        agents={"bot": {"arrivals": {"every": {"interval": "1d"}}}},
        leaks={"log": {"per-use": 1, "tools": ["look"], "discovery": {"time": "1h"}}},
        attacker={"hop": "1m"},
        strategies={"only": ACTION | {"lifetime": "1d"} | knobs},
    )


@pytest.mark.parametrize(
    ("scope", "stored", "places"),
    [
        ("action", ["KEY"], {"desk", "attic"}),  # the desk's secret is found, and opens the attic
        ("action", [], {"desk"}),
        ("task", [], {"safe"}),
        ("role", [], {"desk", "safe", "attic"}),
    ],
)
def test_what_it_reaches_in_an_attackers_hands(scope, stored, places):
    content = leaky(scope=scope)
    content["estate"]["resources"]["desk"]["stores"] = stored
    row, leaks, log = simulated(content)
    names = list(content["estate"]["resources"])
    assert {names[place] for place in of(log, Event.REACHED)["other"]} == places
    assert leaks[0]["potential_resources"] == leaks[0]["reached_resources"] == row["reached_resources"] == len(places)


def test_a_tool_touches_all_that_its_role_can_unless_it_says():
    content = leaky(scope="action")
    del content["estate"]["tools"]["look"]["touches"]
    content["estate"]["resources"]["desk"]["stores"] = []
    assert simulated(content)[1][0]["potential_resources"] == 2


@pytest.mark.parametrize(("holds", "captures"), [(["per-action"], 1), (["per-task", "leased", "standing"], 0)])
def test_it_lies_at_rest_while_its_call_runs(holds, captures):
    channel = {"at-rest": "200/d", "holds": holds, "discovery": {"chance": 0, "time": "1s"}}
    content = two_calls(ACTION, estate={"tools": {"call": {"duration": "10m"}}}, leaks={"disk": channel})
    row, _, log = simulated(content)
    captured = of(log, Event.CAPTURED)
    assert bool(row["captures"]) == bool(captures)
    assert all(at < 20 * MINUTE for at in captured["at"])
    assert set(captured["attempt"]) <= {0}  # the tool


# --- fallback ---
def saas(fallback: Any, accepts: Any = ("static-key",), **changes: Any) -> Any:
    """Two tools, each with a role of its own; one of them accepts little."""
    content = scenario(
        horizon="1h",
        estate={
            "resources": {"crm": {}},
            "roles": {"account": {"can": {"crm": "write"}}},
            "tools": {"sell": {"uses": "account", "duration": "1m", "accepts": list(accepts)}},
        },
        tasks={"job": {"steps": ["call", "sell", "call"]}},
        strategies={"only": {"issuance": "per-task", "lifetime": "15m", "fallback": fallback}},
    )
    return merged(content, changes)


ESCROW = {"issuance": "leased", "escrow": True, "lifetime": "30m"}


def test_the_fallback_serves_the_tool_that_does_not_accept_the_strategys_kind():
    row, _, log = simulated(saas({"issuance": "standing"}))
    issued = of(log, Event.ISSUED)
    assert issued[["at", "other", "task"]].tolist() == [(0, 1, -1), (0, 0, 0)]
    assert issued["until"][1] == 15 * MINUTE < issued["until"][0]
    used = of(log, Event.USED)
    assert used["credential"].tolist() == [1, 0, 1]
    assert [bool(flags & Flag.FALLBACK) for flags in used["flags"]] == [False, True, False]
    assert (row["uses_by_fallback"], row["uses"]) == (1, 3)


def test_what_all_tools_accept_is_served_by_the_strategy_alone():
    kinds = ["static-key", "token", "workload-identity"]
    row, _, log = simulated(saas({"issuance": "standing"}, accepts=kinds))
    assert row["uses_by_fallback"] == 0
    assert of(log, Event.ISSUED)["task"].tolist() == [0, 0]


def test_keys_from_escrow_are_leased_and_die_by_the_fallbacks_clock():
    _, _, log = simulated(saas(ESCROW))
    assert of(log, Event.ISSUED)[["at", "other", "task", "until"]].tolist() == [
        (0, 0, 0, 15 * MINUTE),
        (MINUTE, 1, -1, 31 * MINUTE),
    ]


def test_each_part_revokes_by_its_own_rules():
    quick, slow = {"delay": "1s"}, {"delay": "1m"}
    content = saas(
        ESCROW | {"revocation": {"detection": slow}},
        leaks={"log": {"per-use": 1, "discovery": {"chance": 0, "time": "1s"}, "detection": {"time": "30s"}}},
        strategies={"only": {"revocation": {"task-end": {"delay": "5m"}, "detection": quick}}},
    )
    _, leaks, _ = simulated(content)
    assert [(leak["role"], leak["dead_us"] // SECOND, leak["death"]) for leak in leaks[:2]] == [
        ("worker", 31, "detection"),
        ("account", 60 + 30 + 60, "detection"),
    ]


def test_binding_belongs_to_the_part():
    bound = {"issuance": "leased", "lifetime": "30m", "binding": "sender-constrained"}
    leaks = {"log": {"per-use": 1, "discovery": {"time": "1s"}}}
    _, found, _ = simulated(saas(bound, accepts=["workload-identity"], leaks=leaks))
    assert [(leak["role"], leak["outcome"], leak["potential_resources"]) for leak in found] == [
        ("worker", "compromised", 1),
        ("account", "blocked", 0),
    ]


@pytest.mark.parametrize(("sharing", "holders"), [("agent", {"bot-1", "bot-2"}), ("kind", {"kind bot"})])
def test_sharing_belongs_to_the_part(sharing, holders):
    content = saas({"issuance": "standing", "sharing": sharing}, agents={"bot": {"count": 2}})
    _, leaks, _ = simulated(merged(content, {"leaks": {"log": {"per-use": 1, "discovery": {"time": "1s"}}}}))
    assert {leak["holder"] for leak in leaks if leak["role"] == "account"} == holders
    assert {leak["holder"] for leak in leaks if leak["role"] == "worker"} == {"bot-1", "bot-2"}


def test_rotation_and_redeployment_belong_to_the_part():
    """Both parts hand out standing credentials; only the fallback's are rotated."""
    rotated = {"issuance": "standing", "rotation": {"every": "20m", "phase": "aligned"}}
    content = saas(rotated, strategies={"only": {"issuance": "standing", "binding": "sender-constrained"}})
    content["strategies"]["only"].pop("lifetime")
    content["estate"]["tools"]["call"]["accepts"] = ["workload-identity"]
    _, _, log = simulated(content)
    assert of(log, Event.ISSUED)[["at", "other"]].tolist() == [
        (0, 0),
        (0, 1),
        (20 * MINUTE, 1),
        (40 * MINUTE, 1),
    ]


@pytest.mark.parametrize(("holds", "roles"), [("standing", {1}), ("per-task", {0}), ("leased", set())])
def test_what_lies_at_rest_is_the_parts(holds, roles):
    channel = {"at-rest": "500/d", "holds": [holds], "discovery": {"chance": 0, "time": "1s"}}
    _, _, log = simulated(saas({"issuance": "standing"}, leaks={"disk": channel}))
    assert set(of(log, Event.CAPTURED)["edge"]) == roles


@pytest.mark.parametrize(("opens", "lies"), [("account", True), ("worker", False)])
def test_a_managed_secret_lies_where_the_part_of_its_role_is_standing(opens, lies):
    content = saas(
        {"issuance": "standing"},
        estate={"resources": {"crm": {"stores": ["KEY"]}}, "secrets": {"KEY": {"opens": opens, "managed": True}}},
        leaks={"log": {"per-use": 1, "tools": ["sell"], "discovery": {"time": "1s"}}},
    )
    _, leaks, log = simulated(content)
    assert bool(len(of(log, Event.OBTAINED))) is lies
    assert leaks[0]["potential_resources"] == 1


def test_shares_of_tools_and_roles():
    found = shares(Scenario.model_validate(saas(ESCROW)))
    assert found == {"only": Share(tools=1, of_tools=2, roles=1, of_roles=2)}


# --- both engines ---
DIRECTED = {
    "two calls": two_calls(ACTION | {"revocation": {"action-end": {"delay": {"exponential": {"mean": "1m"}}}}}),
    "renewed": two_calls(ACTION | {"lifetime": "20s", "renewal": {"at": 0.5, "max-life": "1h"}}),
    "retried": two_calls(
        ACTION, estate={"tools": {"call": {"fails": 0.6, "back-off": {"first": "10m", "most": "10m"}}}}
    ),
    "action scope": leaky(scope="action"),
    "task scope": leaky(scope="task"),
    "standing": saas({"issuance": "standing", "sharing": "fleet"}, agents={"bot": {"count": 3, "tenure": "40m"}}),
    "escrow": saas(ESCROW, leaks={"log": {"per-use": 1, "discovery": {"time": "1s"}}}),
    "action falls back": saas(ESCROW, strategies={"only": ACTION}, issuer={"fails": 0.3, "service": "5s"}),
    "fallback for an action": saas(
        ACTION | {"escrow": True, "scope": "action"}, leaks={"log": {"per-use": 1, "discovery": {"time": "1m"}}}
    ),
}


@pytest.mark.parametrize("name", DIRECTED)
def test_both_engines_write_the_same_log(name):
    pytest.importorskip("numba", reason="the compiled engine needs numba, which is not installed")
    case = Case(DIRECTED[name])
    for replication in range(3):
        expected = case.log("only", 1, replication, "reference")
        assert first_difference(expected, case.log("only", 1, replication, "compiled")) == ""
    assert of(expected, Event.USED)["at"].max() < HOUR * 24
