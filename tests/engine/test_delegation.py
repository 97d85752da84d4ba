"""Tools that call tools, and agents that hand tasks to agents: exact small scenarios."""

from __future__ import annotations

from typing import Any

import pytest

from sim.core.events import FIRST_DELEGATED, Cause, Event, Flag, Outcome
from sim.core.units import SECOND
from tests.fuzzing.compare import Case, first_difference
from tests.support import merged, scenario, simulated

FIRST = FIRST_DELEGATED
TASK = {"issuance": "per-task", "lifetime": "15m", "scope": "task", "revocation": {"task-end": {"delay": "1s"}}}


def of(log: Any, *kinds: Event) -> Any:
    return log[[kind in kinds for kind in log["kind"]]]


def told(log: Any, *kinds: Event) -> list[tuple[int, str, int, int]]:
    """(second, event, agent, credential)."""
    return [
        (int(row["at"]) // SECOND, Event(row["kind"]).name, int(row["agent"]), int(row["credential"]))
        for row in of(log, *kinds)
    ]


def handing(way: str = "own", strategy: Any = None, **changes: Any) -> Any:
    """A planner looks for a minute, then asks a worker for 20 s, who looks for a minute, too; one such task."""
    tools = {"call": None, "look": {"uses": "worker", "duration": "1m"}}
    tools["ask"] = {"uses": "worker", "duration": "20s", "delegates": {"to": "sub", "task": "job"}}
    content = scenario(
        horizon="1h",
        estate={
            "resources": {"box": {}, "safe": {}, "attic": {}},
            "roles": {"worker": {"can": {"box": "read", "safe": "read", "attic": "read"}}},
            "tools": tools,
        },
        tasks={
            "plan": {"needs": ["box", "attic"], "steps": ["look", "ask", "look"], "thinking": "0s"},
            "job": {"needs": ["box", "safe"], "steps": ["look"]},
        },
        agents={
            "bot": {"tasks": {"plan": 1, "job": None}},
            "sub": {"arrivals": {"poisson": {"rate": "0/d"}}, "count": 1, "tasks": {"job": 1}},
        },
        strategies={"only": None, "it": (strategy or TASK) | {"delegation": way}},
    )
    return merged(content, changes)


LIVES = (Event.ISSUED, Event.USED, Event.DIED, Event.DELEGATED, Event.TASK_STARTED, Event.TASK_ENDED)


# --- what credentials it works with ---
def test_with_its_own_credentials():
    row, _, log = simulated(handing())
    assert told(log, *LIVES) == [
        (0, "TASK_STARTED", 0, -1),
        (0, "ISSUED", 0, 0),
        (0, "USED", 0, 0),
        (60, "USED", 0, 0),
        (80, "DELEGATED", 0, -1),
        (80, "TASK_STARTED", 1, -1),
        (80, "ISSUED", 1, 1),
        (80, "USED", 1, 1),
        (140, "TASK_ENDED", 1, -1),
        (140, "USED", 0, 0),
        (141, "DIED", -1, 1),
        (200, "TASK_ENDED", 0, -1),
        (201, "DIED", -1, 0),
    ]
    assert of(log, Event.DELEGATED)[["task", "step", "other", "intrusion", "edge", "until"]].tolist() == [
        (0, 1, 1, 1, FIRST, 1)
    ]
    assert (row["delegations"], row["uses"], row["uses_attributable"], row["uses_passed_on"]) == (1, 4, 4, 0)


def test_with_what_is_passed_on():
    row, _, log = simulated(handing("passthrough"))
    assert told(log, Event.ISSUED, Event.USED, Event.DIED, Event.NEEDED, Event.IDLE) == [
        (0, "ISSUED", 0, 0),
        (0, "NEEDED", -1, 0),
        (0, "USED", 0, 0),
        (60, "USED", 0, 0),
        (80, "USED", 1, 0),
        (140, "USED", 0, 0),
        (200, "IDLE", -1, 0),
        (201, "DIED", -1, 0),
    ]
    assert of(log, Event.USED)["flags"].tolist() == [
        Flag.ATTRIBUTABLE,
        Flag.ATTRIBUTABLE,
        Flag.PASSED,
        Flag.ATTRIBUTABLE,
    ]
    assert (row["uses"], row["uses_attributable"], row["uses_passed_on"]) == (4, 3, 1)


def test_with_what_is_got_in_exchange():
    # The planner's own lives until 15 minutes; the worker's is asked for at 80 s and cannot outlive that.
    leaks = {"log": {"per-use": 1, "agents": ["sub"], "discovery": {"time": "1s"}}}
    row, leaked, log = simulated(handing("exchange", leaks=leaks))
    assert [(r["until"] // SECOND, r["agent"], r["task"]) for r in of(log, Event.ISSUED)] == [
        (900, 0, 0),
        (900, 1, FIRST),
    ]
    assert (row["uses_attributable"], row["uses_passed_on"]) == (4, 0)
    # Of box and attic on the one side, box and safe on the other, the box is left.
    assert of(log, Event.REACHED)["other"].tolist() == [0]
    assert [(leak["potential_resources"], leak["task_kind"], leak["holder"]) for leak in leaked] == [
        (1, "job", "sub-1")
    ]


def test_what_is_got_in_exchange_is_not_renewed_past_its_end():
    strategy = TASK | {"lifetime": "2m", "renewal": {"at": 0.5, "max-life": "1h"}}
    content = handing("exchange", strategy, estate={"tools": {"look": {"duration": "5m"}}})
    _, _, log = simulated(content)
    # The planner's is renewed at 1, 2, 3… minutes; at 5 min 20 s it lives until 7, and so does the worker's, no longer.
    issued = [(int(r["at"]) // SECOND, int(r["until"]) // SECOND) for r in of(log, Event.ISSUED)]
    assert issued[:2] == [(0, 120), (320, 420)]
    assert 1 not in of(log, Event.RENEWED)["credential"]


def test_an_exchange_for_a_lease_is_the_tasks_own():
    leased = {"issuance": "leased", "lifetime": "30m"}
    _, _, log = simulated(handing("exchange", leased))
    assert of(log, Event.ISSUED)[["agent", "task"]].tolist() == [(0, -1), (1, FIRST)]


@pytest.mark.parametrize("strategy", [TASK, {"issuance": "standing"}])
def test_a_leak_of_what_was_passed_on_is_its_holders(strategy):
    leaks = {"log": {"per-use": 1, "agents": ["sub"], "discovery": {"chance": 0, "time": "1s"}}}
    knobs = strategy | {"revocation": {"task-end": {"delay": "1h"}}} if strategy is TASK else strategy
    _, leaked, log = simulated(handing("passthrough", knobs, leaks=leaks))
    captured = of(log, Event.CAPTURED)
    assert captured[["agent", "task", "flags"]].tolist() == [(0, FIRST, Flag.PASSED)]
    assert [(leak["holder"], leak["captures"]) for leak in leaked] == [("bot-1", 1)]
    # Task scope is the planner's: box and attic. Role scope is all of the role.
    assert leaked[0]["potential_resources"] == (2 if strategy is TASK else 3)


def test_what_died_on_the_way_is_not_passed_on():
    short = TASK | {"lifetime": "70s"}
    _, _, log = simulated(handing("passthrough", short))
    assert told(log, Event.ISSUED)[:2] == [(0, "ISSUED", 0, 0), (80, "ISSUED", 1, 1)]


def test_calls_of_their_own_credential_pass_it_on():
    action = {"issuance": "per-action", "lifetime": "15m", "revocation": {"action-end": {"delay": "1s"}}}
    _, _, log = simulated(handing("passthrough", action))
    assert told(log, Event.ISSUED, Event.USED, Event.DIED) == [
        (0, "ISSUED", 0, 0),
        (0, "USED", 0, 0),
        (60, "ISSUED", 0, 1),
        (60, "USED", 0, 1),
        (61, "DIED", -1, 0),
        (80, "USED", 1, 1),
        (140, "ISSUED", 0, 2),
        (140, "USED", 0, 2),
        (141, "DIED", -1, 1),
        (201, "DIED", -1, 2),
    ]


# --- how a delegated task goes ---
def test_a_delegate_that_fails_fails_the_attempt():
    broken = {"look": {"fails": 1, "retries": 0}}
    content = handing(estate={"tools": broken | {"ask": {"retries": 1, "back-off": {"first": "10s"}}}})
    content["tasks"]["plan"]["steps"] = ["ask"]
    _, _, log = simulated(content)
    # Two attempts, each with a task of its own; the planner fails with the second.
    assert of(log, Event.DELEGATED)[["at", "attempt", "edge"]].tolist() == [
        (20 * SECOND, 0, FIRST),
        ((80 + 10 + 20) * SECOND, 1, FIRST + 1),
    ]
    assert of(log, Event.TASK_ENDED)["other"].tolist() == [Outcome.TOOL] * 3


def test_nobody_left_to_hand_to():
    content = handing(agents={"sub": {"tenure": "1s"}})
    row, _, log = simulated(content)
    assert row["delegations"] == 0
    assert of(log, Event.TASK_ENDED)["other"].tolist() == [Outcome.TOOL]


def test_an_agent_that_is_retired_before_there_is_a_place():
    content = handing(agents={"sub": {"tenure": "90s"}})
    content["agents"]["bot"]["count"] = 2
    _, _, log = simulated(content)
    # Both planners hand over at 80 s; one task is under way when the worker retires, the other never starts.
    ended = of(log, Event.TASK_ENDED)
    assert sorted(ended[ended["agent"] < 2]["other"].tolist()) == [Outcome.DONE, Outcome.TOOL]
    assert (ended["agent"] == 2).sum() == 1


def test_a_credential_is_needed_until_the_delegate_has_ended():
    strategy = {"issuance": "per-task", "lifetime": "100s"}
    content = handing("own", strategy, estate={"tools": {"ask": {"needs-credential-until-end": True, "retries": 0}}})
    _, _, log = simulated(content)
    assert of(log, Event.CUT)["at"].tolist() == [140 * SECOND]
    assert of(log, Event.TASK_ENDED)[["agent", "other", "until"]].tolist() == [
        (1, Outcome.DONE, 0),
        (0, Outcome.CREDENTIAL, 80 * SECOND),
    ]


def test_loops_stand_in_line_where_tasks_are_handed_to_them():
    loop = {"arrivals": {"poisson": None, "closed-loop": {"pause": "1s"}}}
    _, _, log = simulated(handing(agents={"sub": loop}))
    running = 0
    for row in log[log["agent"] == 1]:
        running += {Event.TASK_STARTED: 1, Event.TASK_ENDED: -1}.get(row["kind"], 0)
        assert running <= 1


def three_levels(concurrency: int = 1) -> Any:
    """Three planners, one lead, one worker: each hands on, and each has few places."""
    content = handing(agents={"bot": {"count": 3}, "lead": {"concurrency": concurrency}})
    content["estate"]["tools"]["ask"]["delegates"] = {"to": "lead", "task": "mid"}
    content["estate"]["tools"]["pass"] = {
        "uses": "worker",
        "duration": "10s",
        "delegates": {"to": "sub", "task": "job"},
    }
    content["tasks"]["mid"] = {"needs": ["box"], "steps": ["pass"], "thinking": "0s"}
    content["agents"]["lead"] |= {"count": 1, "arrivals": {"poisson": {"rate": "0/d"}}, "tasks": {"mid": 1}}
    return content


def test_three_levels_with_one_place_each_end():
    row, _, log = simulated(three_levels())
    assert of(log, Event.DELEGATED)["until"].tolist() == [1, 1, 1, 2, 2, 2]
    assert (row["tasks_done"], row["tasks_failed"], row["delegations"]) == (9, 0, 6)


def test_policies_know_the_depth():
    text = '@id("all") permit(principal, action, resource);\n'
    text += '@id("deep") forbid(principal, action, resource) when { context.delegation_depth >= 2 };'
    content = three_levels() | {"policies": {"shallow": {"text": text}}}
    content["strategies"]["it"]["policy"] = "shallow"
    row, _, log = simulated(content)
    denied = of(log, Event.DENIED)
    assert len(denied) == row["denials"] > 0
    assert set(denied["agent"]) == {3}
    assert set(of(log, Event.PERMITTED)["agent"]) == {0, 1, 2, 4}


# --- tools that call tools ---
def chained(**changes: Any) -> Any:
    tools = {
        "call": {"calls": ["a", "b"]},
        "a": {"uses": "other", "duration": "10s", "calls": ["c"]},
        "b": {"uses": "worker", "duration": "20s"},
        "c": {"uses": "worker", "duration": "30s"},
    }
    content = scenario(
        horizon="1h",
        estate={"roles": {"other": {"can": {"box": "read"}}}, "tools": tools},
        tasks={"job": {"thinking": "5s", "steps": ["call", "b"]}},
        strategies={"only": {"issuance": "per-task", "lifetime": "15m"}},
    )
    return merged(content, changes)


def test_what_a_tool_calls_follows_at_once_and_in_order():
    _, _, log = simulated(chained())
    assert of(log, Event.USED)[["at", "step", "other", "credential"]].tolist() == [
        (5 * SECOND, 0, 0, 0),
        (65 * SECOND, 1, 1, 1),
        (75 * SECOND, 2, 3, 0),
        (105 * SECOND, 3, 2, 0),
        (130 * SECOND, 4, 2, 0),
    ]


def test_what_fails_there_fails_the_task():
    content = chained(estate={"tools": {"a": {"fails": 1, "retries": 0}}})
    _, _, log = simulated(content)
    assert of(log, Event.USED)["other"].tolist() == [0, 1]
    assert of(log, Event.TASK_ENDED)["other"].tolist() == [Outcome.TOOL]


def test_a_task_makes_no_more_calls_than_it_may():
    quick = {name: {"duration": "0s"} for name in ("call", "a", "b", "c")}
    content = chained(estate={"tools": quick}, horizon="30m")
    chain = {"start": {"call": 1}, "then": {"call": {"call": 1}}, "length": 9_999}
    content["tasks"]["job"] = {"needs": ["box"], "thinking": "0s", "markov": chain}
    row, _, log = simulated(content)
    assert row["uses"] == 10_000
    assert of(log, Event.USED)["step"].max() == 9_999
    assert of(log, Event.TASK_ENDED)["other"].tolist() == [Outcome.DONE]


# --- the same for all strategies, and in both engines ---
def test_delegated_tasks_draw_the_same_under_every_strategy():
    exponential = {"exponential": {"mean": "1m"}}
    tools = {"look": {"duration": exponential, "fails": 0.3}, "ask": {"duration": exponential}}
    content = handing(estate={"tools": tools}, horizon="1d", issuer={"service": "3s"})
    content["strategies"] = {way: TASK | {"delegation": way} for way in ("own", "passthrough", "exchange")}
    content["strategies"]["other"] = {"issuance": "standing", "delegation": "passthrough"}
    case = Case(content)
    spans = []
    for way in case.plans:
        log = case.log(way, 5, 2, "reference")
        mine = log[log["task"] >= FIRST]
        spans.append([(row["step"], row["attempt"]) for row in mine[mine["kind"] == Event.FAILED]])
    assert spans[0]
    assert all(each == spans[0] for each in spans)


def test_both_engines_in_turn_with_many_on_few_places():
    pytest.importorskip("numba", reason="the compiled engine needs numba, which is not installed")
    content = three_levels(2)
    content["agents"]["sub"]["arrivals"] = {"closed-loop": {"pause": "30s"}}
    content["strategies"]["it"] = TASK | {"delegation": "exchange", "revocation": {"task-end": {"delay": "5s"}}}
    case = Case(merged(content, {"horizon": "6h"}))
    logs = [case.log("it", 1, 0, engine) for engine in ("reference", "compiled")]
    assert first_difference(*logs) == ""
    assert of(logs[0], Event.DIED)["other"].tolist().count(Cause.TASK_END) > 10
