"""Oracles of changed objectives, through the public path, each with a planted fault.

Agents read mail that outsiders write, and are connected to a vault that no task of theirs needs.
"""

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy import stats

from sim.engine.reference.approvals import Approvals
from sim.engine.reference.leaks import Leaks
from sim.engine.reference.objectives import Objectives
from tests.oracles.test_oracles import agrees, metric
from tests.support import compared, merged, scenario

TASKS = 12
STANDING = {"issuance": "standing"}
NARROW = {"issuance": "per-task", "lifetime": "1h", "scope": "task"}


def lured(strategies=None, **changes):
    """An agent with a task each hour for half a day; after reading, it opens the vault if it follows an injection."""
    base = scenario(
        horizon="1d",
        estate={
            "resources": {"box": None, "mail": {"untrusted-content": True}, "vault": {"sensitivity": 5}},
            "roles": {"worker": None, "reader": {"can": {"mail": "read"}}, "keeper": {"can": {"vault": "read"}}},
            "tools": {
                "call": None,
                "read": {"uses": "reader", "duration": "1m"},
                "open": {"uses": "keeper", "duration": "1m"},
            },
        },
        tasks={"job": {"needs": ["mail"], "steps": ["read"]}},
        agents={"bot": {"arrivals": {"every": {"interval": "1h"}, "until": f"{TASKS}h"}, "also-calls": ["open"]}},
    )
    base["objective-changes"] = {
        "lure": {"injection": {"carried": 1, "followed": 1}, "calls": {"open": 1}, "length": 1}
    }
    return merged(base, changes) | {"strategies": strategies or {"only": STANDING}}


def rows(folder, strategy="only"):
    """Rows of replications.parquet of a strategy."""
    return [
        row for row in pq.read_table(folder / "out" / "replications.parquet").to_pylist() if row["strategy"] == strategy
    ]


# --- how many injections an agent follows ---
A, B = 0.6, 1.8
"""Of the susceptibility; so unlike that few agents follow some."""


def follows(folder):
    """Whether the numbers of injections that agents followed, of so many each, are beta-binomial: chi-square."""
    share = {"beta": {"a": A, "b": B, "low": 0, "high": 1}}
    content = lured(
        replications=300, **{"objective-changes": {"lure": {"injection": {"carried": 1, "followed": share}}}}
    )
    compared(folder, content)
    seen = np.bincount([int(row["objective_changes_injected"]) for row in rows(folder)], minlength=TASKS + 1)
    expected = seen.sum() * stats.betabinom(TASKS, A, B).pmf(np.arange(TASKS + 1))
    return float(stats.chisquare(seen, expected * (seen.sum() / expected.sum())).pvalue)


def test_followed_injections_of_an_agent_are_beta_binomial(tmp_path):
    assert follows(tmp_path) > 1e-3


def test_fault_each_injection_meets_a_susceptibility_of_its_own(tmp_path, monkeypatch):
    """Then the numbers are binomial, with the same mean."""
    right = Objectives._follows
    monkeypatch.setattr(
        Objectives, "_follows", lambda self, task, number, row: right(self, task, number + 1 + task.number, row)
    )
    assert follows(tmp_path) < 1e-12


@pytest.mark.parametrize(("carried", "followed"), [(0.3, 1), (1, 0.3), (0.5, 0.6)])
def test_injections_are_followed_by_the_product_of_both_chances(tmp_path, carried, followed):
    injection = {"carried": carried, "followed": followed}
    content = lured(replications=60, **{"objective-changes": {"lure": {"injection": injection}}})
    found = metric(compared(tmp_path, content), "objective_changes_injected")
    assert agrees(found, TASKS * carried * followed)


# --- drift ---
CALLS, DRIFT = 20, 0.1


def drifting():
    drift = {"drift": DRIFT, "calls": {"open": 1}, "length": 0}
    content = lured(tasks={"job": {"steps": ["read"] * CALLS}}, replications=40)
    return content | {"objective-changes": {"stray": drift}}


def test_the_first_drift_is_geometric(tmp_path):
    """Calls up to the first drift, cut at the task's own, and tasks without one."""
    summary, stays = compared(tmp_path, drifting()), 1 - DRIFT
    assert agrees(metric(summary, "uses_per_task"), (1 - stays**CALLS) / DRIFT)
    assert agrees(metric(summary, "tasks_done"), TASKS * stays**CALLS)
    assert metric(summary, "objective_changes_injected")["estimate"] == 0


def test_fault_drift_comes_before_the_call(tmp_path, monkeypatch):
    """A call less in each task, as if a task could drift before its first."""
    right = Objectives.called

    def wrong(self, task, tool):
        right(self, task, tool)
        task.step += CALLS
        right(self, task, tool)
        task.step -= CALLS

    monkeypatch.setattr(Objectives, "called", wrong)
    assert not agrees(metric(compared(tmp_path, drifting()), "uses_per_task"), (1 - (1 - DRIFT) ** CALLS) / DRIFT)


# --- what blocks ---
GUARD = """
@id("everything") permit(principal, action, resource);
@id("own-objective") forbid(principal, action, resource) when { context.objective == Objective::"changed" };
"""
P = 0.3
ASKED = {"every-call": True, "approves-bad": P}
WAYS = {
    "static": {},
    "action": {"preset": "jit-action"},
    "task": NARROW,
    "jit-action-policy": {},
    "guard": STANDING | {"policy": "guard"},
    "skipping": STANDING | {"policy": "skipping"},
    "failing": STANDING | {"policy": "failing"},
    "monitor": STANDING | {"policy": "intent-monitor"},
    "asked": STANDING | {"approval": ASKED},
}
SETS = {
    "guard": {"text": GUARD},
    "skipping": {"text": GUARD, "missing": ["objective"], "on-error": "skip"},
    "failing": {"text": GUARD, "missing": ["objective"], "on-error": "deny"},
}


def blocking():
    return lured(WAYS, policies=SETS, approvers={"response": "1m"}, replications=40)


@pytest.fixture(scope="module")
def blocked(tmp_path_factory):
    return compared(tmp_path_factory.mktemp("blocked"), blocking())


def counts(summary, strategy):
    """Out-of-task calls per replication: allowed, blocked by scope, by policy."""
    keys = ("out_of_task_allowed", "out_of_task_blocked_scope", "out_of_task_blocked_policy")
    return tuple(metric(summary, key, strategy)["estimate"] for key in keys)


ALLOWED, BY_SCOPE, BY_POLICY = (TASKS, 0, 0), (0, TASKS, 0), (0, 0, TASKS)


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("static", ALLOWED),  # whoever has a key uses it
        ("action", ALLOWED),  # and so does whoever gets one for each call
        ("task", BY_SCOPE),
        ("jit-action-policy", BY_POLICY),
        ("guard", BY_POLICY),
        ("monitor", BY_POLICY),
        ("skipping", ALLOWED),  # a forbid that fails, and is skipped
        ("failing", (0, 0, 0)),  # its failure denies the task's own call before
    ],
)
def test_out_of_task_calls_are_all_blocked_or_all_allowed(blocked, strategy, expected):
    assert counts(blocked, strategy) == expected


def test_every_strategy_meets_the_same_changes(blocked):
    found = {name: metric(blocked, "objective_changes", name)["estimate"] for name in WAYS}
    assert found == dict.fromkeys(WAYS, TASKS) | {"failing": 0}


def test_people_let_pass_what_they_should_refuse_by_that_chance(blocked):
    assert agrees(metric(blocked, "out_of_task_blocked_share", "asked"), 1 - P)
    assert metric(blocked, "tasks_failed_approval", "asked")["estimate"] == 0  # they failed for another objective


FAULTS = {
    "scope stops nobody": ("task", Objectives, "out_of_scope", lambda *_: False),
    "nothing is outside a task": ("guard", Objectives, "flags", lambda *_: 0),
    "objectives never change": ("static", Objectives, "called", lambda *_: None),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_in_what_blocks(tmp_path, blocked, monkeypatch, fault):
    strategy, owner, name, wrong = FAULTS[fault]
    monkeypatch.setattr(owner, name, wrong)
    content = blocking() | {"replications": 2, "strategies": {strategy: WAYS[strategy]}}
    assert counts(compared(tmp_path, content), strategy) != counts(blocked, strategy)


def test_fault_every_request_is_a_good_one(tmp_path, monkeypatch):
    right = Approvals._approves
    monkeypatch.setattr(
        Approvals, "_approves", lambda self, plan, task, place, good: right(self, plan, task, place, True)
    )
    content = blocking() | {"strategies": {"asked": WAYS["asked"]}}
    assert not agrees(metric(compared(tmp_path, content), "out_of_task_blocked_share", "asked"), 1 - P)


# --- credentials that agents give away ---
SENT = 0.4


def sending():
    return lured(leaks={"out": {"sent-out": SENT, "discovery": {"time": "1m"}}}, replications=60)


def test_credentials_are_sent_out_by_that_chance_and_only_by_calls_for_another_objective(tmp_path):
    summary = compared(tmp_path, sending())
    assert agrees(metric(summary, "credentials_sent_out"), TASKS * SENT)
    assert metric(summary, "captures") == metric(summary, "credentials_sent_out")
    assert {leak["role"] for leak in pq.read_table(tmp_path / "out" / "leaks.parquet").to_pylist()} == {"keeper"}


def test_fault_every_call_sends_its_credential_out(tmp_path, monkeypatch):
    def wrong(self, task, place, tool, credential):
        before, task.change = task.change, 0
        right(self, task, place, tool, credential)
        task.change = before

    right = Leaks.sent_out
    monkeypatch.setattr(Leaks, "sent_out", wrong)
    assert not agrees(metric(compared(tmp_path, sending()), "credentials_sent_out"), TASKS * SENT)
