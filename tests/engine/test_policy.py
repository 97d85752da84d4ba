"""The policy point in the engines: when it is asked, what it knows, what a denial does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.core.events import Event, Flag, Outcome
from sim.core.units import HOUR, MINUTE
from sim.engine.reference.policy import PolicyPoint
from tests.fuzzing.compare import Case, compiled, first_difference
from tests.support import scenario, simulated

EVERYTHING = '@id("all") permit(principal, action, resource);'
CALL = {"uses": "worker", "duration": "2m"}


def case(condition: str, strategy: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Tasks of five calls, two minutes each, one task an hour; a forbid with a condition."""
    text = f'{EVERYTHING}\n@id("no") forbid(principal, action, resource) when {{ {condition} }};'
    steps = {"calls": [1, 3], "credential-age": ["1s", "4m"]}
    base = scenario(
        horizon="3h",
        estate={"tools": {"call": CALL}},
        tasks={"job": {"steps": ["call"] * 5}},
        policies={"guard": {"text": text, "steps": steps}},
        strategies={"only": (strategy or {"issuance": "per-task", "lifetime": "15m"}) | {"policy": "guard"}},
    )
    return base | changes


def of(log: Any, kind: Event) -> Any:
    return log[log["kind"] == kind]


def test_a_denial_ends_the_task_and_costs_nothing_more() -> None:
    row, _, log = simulated(case("context.calls >= 3"))
    assert of(log, Event.DENIED)["step"].tolist() == [3, 3, 3]
    assert of(log, Event.DENIED)["at"].tolist() == [6 * MINUTE + hour * HOUR for hour in range(3)]
    assert of(log, Event.TASK_ENDED)["other"].tolist() == [Outcome.POLICY] * 3
    assert (row["uses"], row["tasks_failed_policy"], row["tasks_failed"], row["tasks_done"]) == (9, 3, 3, 0)
    assert (row["decisions"], row["denials"], row["denials_by_error"]) == (12, 3, 0)


def test_it_is_asked_before_a_credential_is() -> None:
    row, _, log = simulated(case("!context.approval"))
    assert row["issuances"] == 0
    assert len(of(log, Event.REQUESTED)) == len(of(log, Event.ISSUED)) == 0


def test_calls_so_far_are_known_in_steps() -> None:
    _, _, log = simulated(case("context.calls >= 3 && context.credential_age >= 240 && context.approval"))
    # Entries of a call: 2 objectives × 2 approvals × 3 steps of calls × 3 of ages.
    entries = of(log, Event.PERMITTED)["edge"][:5]
    assert (entries // 3 % 3).tolist() == [0, 1, 1, 2, 2]


def test_the_age_is_that_of_what_the_task_holds() -> None:
    _, _, log = simulated(case("context.credential_age >= 240 && context.approval"))
    # The first call holds none; the second holds one of 2 minutes, the third one of 4.
    assert (of(log, Event.PERMITTED)["edge"][:5] % 3).tolist() == [0, 1, 2, 2, 2]


def test_the_age_of_a_standing_credential_counts_from_its_issuance() -> None:
    _, _, log = simulated(case("context.credential_age >= 240", {"issuance": "standing"}))
    # In the first task it is 4 minutes old at the third call, in the others older from the second call on.
    assert of(log, Event.DENIED)["step"].tolist() == [2, 1, 1]


def test_retries_are_not_asked_about_again() -> None:
    tools = {"call": CALL | {"fails": 1, "retries": 2, "back-off": {"first": "1s"}}}
    content = case("context.calls >= 1")
    content["estate"]["tools"] = tools
    row, _, log = simulated(content)
    assert (len(of(log, Event.PERMITTED)), row["uses"], row["tasks_failed_policy"]) == (3, 9, 0)


def test_a_deadline_comes_first() -> None:
    content = case("context.calls >= 3")
    content["tasks"]["job"]["deadline"] = "5m"
    row, _, _ = simulated(content)
    assert (row["decisions"], row["denials"], row["tasks_failed"]) == (9, 0, 3)


def test_without_a_policy_nothing_is_said() -> None:
    content = case("context.calls >= 3")
    del content["strategies"]["only"]["policy"]
    row, _, log = simulated(content)
    assert not np.isin(log["kind"], [Event.PERMITTED, Event.DENIED]).any()
    assert (row["decisions"], row["tasks_done"]) == (0, 3)


APPROVERS = {"response": "1m"}


def asking(tools: list[str]) -> dict[str, Any]:
    return {"issuance": "per-task", "lifetime": "15m", "approval": {"tools": tools}}


def test_a_call_that_a_person_approves_is_known_as_that() -> None:
    row, _, log = simulated(case("!context.approval", asking(["call"]), approvers=APPROVERS))
    assert (row["denials"], row["tasks_done"]) == (0, 3)
    # The decision comes before the question.
    first = log[np.isin(log["kind"], [Event.PERMITTED, Event.APPROVAL_ASKED])][:2]
    assert first["kind"].tolist() == [Event.PERMITTED, Event.APPROVAL_ASKED]


def test_nobody_is_asked_about_what_is_denied() -> None:
    row, _, log = simulated(case("context.approval", asking(["call"]), approvers=APPROVERS))
    assert (row["denials"], row["tasks_failed_policy"]) == (3, 3)
    assert len(of(log, Event.APPROVAL_ASKED)) == 0


def test_a_denial_by_error_says_so() -> None:
    content = case("context.sensitivity >= 4")
    content["policies"]["guard"]["missing"] = ["sensitivity"]
    row, _, log = simulated(content)
    assert of(log, Event.DENIED)["flags"].tolist() == [Flag.ERROR] * 3
    assert (row["denials"], row["denials_by_error"]) == (3, 3)
    content["policies"]["guard"]["on-error"] = "skip"
    row, _, _ = simulated(content)
    assert (row["denials"], row["tasks_done"]) == (0, 3)


DIRECTED = {
    "calls": case("context.calls >= 3"),
    "ages": case("context.credential_age >= 240"),
    "old keys": case("context.credential_age >= 240", {"issuance": "standing"}),
    "leases": case("context.credential_age >= 1 && context.calls < 3", {"issuance": "leased", "lifetime": "3m"}),
    "approved": case("context.calls >= 3 && context.approval", asking(["call"]), approvers=APPROVERS),
    "failing": case("context.calls + 9223372036854775807 > 0"),
}


@pytest.mark.parametrize("name", DIRECTED)
def test_both_engines_write_the_same(name: str) -> None:
    pytest.importorskip("numba", reason="the compiled engine needs numba, which is not installed")
    made = Case(DIRECTED[name])
    logs = [made.log("only", 0, 0, engine) for engine in ("reference", compiled)]
    assert first_difference(*logs) == ""
    assert len(of(logs[0], Event.DENIED))


def test_a_fault_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: every credential is new."""
    monkeypatch.setattr(PolicyPoint, "_age", lambda *_: 0)
    _, _, log = simulated(DIRECTED["ages"])
    assert not len(of(log, Event.DENIED))
