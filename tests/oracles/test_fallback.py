"""Oracles of fallbacks and of credentials for single actions, through the public path, each with a planted fault."""

from dataclasses import replace

import pytest

from sim.engine.reference.custody import Custody
from sim.engine.reference.workload import Workload
from sim.inputs.strategy import Strategy
from sim.model.credentials import Plan
from tests.fuzzing.compare import Case
from tests.fuzzing.scenarios import random_scenario
from tests.oracles.test_oracles import agrees, metric
from tests.support import compared, merged, scenario

KINDS = ["static-key", "token", "workload-identity"]


# --- segmentation: a shared account's key reaches the union, segmented accounts only their own ---
PLACES = {"crm": ["deals", "contacts"], "billing": ["invoices"], "mail": ["letters", "lists", "drafts"]}
UNION = sum(len(places) for places in PLACES.values())


def suite(segmented):
    """A suite of three tools that take static keys only, with one account for all, or one each."""
    can = {place: "write" for places in PLACES.values() for place in places}
    accounts = {tool: {"can": dict.fromkeys(places, "write")} for tool, places in PLACES.items()}
    tools = {
        tool: {"uses": tool if segmented else "suite", "duration": "1m", "accepts": ["static-key"]} for tool in PLACES
    }
    return scenario(
        estate={
            "resources": {place: {} for place in can},
            "roles": accounts if segmented else {"suite": {"can": can}},
            "tools": tools,
        },
        # Each day one of the tools is called, and its key is found at once.
        tasks={"job": {"steps": None, "markov": {"start": dict.fromkeys(PLACES, 1), "then": {
            tool: dict.fromkeys(PLACES, 1) for tool in PLACES}, "length": 1}, "needs": ["deals"]}},
        agents={"bot": {"arrivals": {"every": {"interval": "1d"}}}},
        leaks={"log": {"per-use": 1, "discovery": {"time": "1s"}}},
        strategies={"only": None, "saas-escrow": {}, "static": {}},
    )  # fmt: skip


@pytest.mark.parametrize("strategy", ["saas-escrow", "static"])
def test_a_shared_accounts_key_reaches_the_union(tmp_path, strategy):
    summary = compared(tmp_path, suite(segmented=False))
    assert metric(summary, "blast_radius_potential", strategy)["estimate"] == UNION
    assert metric(summary, "blast_radius_reached", strategy)["estimate"] == UNION


def segmented_reach(folder, strategy):
    """Reach per leaked credential, and what it is if each key reaches its own tool's resources only."""
    import pyarrow.parquet as pq

    compared(folder, suite(segmented=True))
    leaks = pq.read_table(folder / "out" / "leaks.parquet").to_pylist()
    mine = [leak for leak in leaks if leak["strategy"] == strategy]
    own = [len(PLACES[leak["role"]]) for leak in mine]
    return [leak["reached_resources"] for leak in mine], [leak["potential_resources"] for leak in mine], own


@pytest.mark.parametrize("strategy", ["saas-escrow", "static"])
def test_segmented_accounts_reach_their_own(tmp_path, strategy):
    reached, potential, own = segmented_reach(tmp_path, strategy)
    assert reached == potential == own
    assert set(own) == {1, 2, 3}


def test_fault_the_strategy_serves_all_tools(tmp_path, monkeypatch):
    """Then task scope narrows keys to the task's one resource, as no static key can be."""
    monkeypatch.setattr(Plan, "of", lambda self, role: self)
    reached, _, own = segmented_reach(tmp_path, "saas-escrow")
    assert reached != own


def test_a_key_from_escrow_is_usable_for_its_lease_at_most(tmp_path):
    found = metric(compared(tmp_path, suite(segmented=True)), "exposure_window_hours", "saas-escrow")
    assert found["estimate"] == pytest.approx(1.0, abs=1e-9)


# --- per-action standing access: the sum over calls of (life - call need) ---
AGENTS, TASKS, CALLS = 3, 40, 4
LIFE, CALL, REVOKED = 600, 35, 20
"""Seconds."""


def constant(**revocation):
    strategy = {"issuance": "per-action", "lifetime": f"{LIFE}s", "revocation": revocation}
    return scenario(
        estate={"tools": {"call": {"duration": f"{CALL}s"}}},
        tasks={"job": {"steps": ["call"] * CALLS, "thinking": "7s"}},
        agents={"bot": {"count": AGENTS, "arrivals": {"every": {"interval": "1h"}, "until": f"{TASKS}h"}}},
        strategies={"only": strategy},
    )


def standing(folder, **revocation):
    return metric(compared(folder, constant(**revocation)), "standing_hours")["estimate"]


def test_standing_access_is_life_less_need_summed_over_calls(tmp_path):
    assert standing(tmp_path) == AGENTS * TASKS * CALLS * (LIFE - CALL) / 3600


def test_with_revocation_at_action_end_it_is_the_delay_summed_over_calls(tmp_path):
    delay = {"action-end": {"delay": f"{REVOKED}s"}}
    assert standing(tmp_path, **delay) == AGENTS * TASKS * CALLS * REVOKED / 3600


@pytest.mark.parametrize("revocation", [{}, {"action-end": {"delay": f"{REVOKED}s"}}])
def test_fault_a_call_keeps_its_credential(tmp_path, monkeypatch, revocation):
    right = standing(tmp_path / "right", **revocation)
    monkeypatch.setattr(Custody, "call_over", lambda *_: None)
    assert standing(tmp_path / "wrong", **revocation) != right


@pytest.fixture(autouse=True)
def folders(tmp_path):
    for name in ("right", "wrong"):
        (tmp_path / name).mkdir()


# --- share served by fallback: counted from the chain's probabilities ---
START = {"ask": 3, "sell": 1}
THEN = {"ask": {"ask": 2, "sell": 1, "pay": 1}, "sell": {"ask": 1, "pay": 1}, "pay": {"ask": 1}}
LENGTH, STATIC_ONLY = 6, ("sell", "pay")


def chain():
    tool = {"uses": "worker", "duration": "1s"}
    keyed = {"uses": "account", "duration": "1s", "accepts": ["static-key"]}
    return scenario(
        replications=10,
        estate={
            "roles": {"account": {"can": {"box": "read"}}},
            "tools": {"call": None, "ask": tool, "sell": keyed, "pay": keyed},
        },
        tasks={"job": {"steps": None, "markov": {"start": START, "then": THEN, "length": LENGTH}}},
        strategies={"only": None, "saas-escrow": {}, "static": {}},
    )


def expected_share():
    """Mean over a task's calls of the chance that the call is of a tool that takes static keys only."""
    at = {name: weight / sum(START.values()) for name, weight in START.items()}
    total = 0.0
    for _ in range(LENGTH):
        total += sum(at.get(name, 0.0) for name in STATIC_ONLY)
        after = dict.fromkeys(THEN, 0.0)
        for name, chance in at.items():
            for following, weight in THEN[name].items():
                after[following] += chance * weight / sum(THEN[name].values())
        at = after
    return total / LENGTH


def test_the_share_served_by_fallback_is_the_chains(tmp_path):
    summary = compared(tmp_path, chain())
    assert agrees(metric(summary, "served_by_fallback", "saas-escrow"), expected_share())
    assert metric(summary, "served_by_fallback", "static")["estimate"] == 0


def test_fault_the_first_call_of_a_task_is_not_told(tmp_path, monkeypatch):
    say = Workload._say

    def forgetful(self, event, task, step, attempt, credential, tool):
        plan = self.sim.plan
        if step == 0:
            self.sim.plan = replace(plan, by_fallback=frozenset())
        say(self, event, task, step, attempt, credential, tool)
        self.sim.plan = plan

    monkeypatch.setattr(Workload, "_say", forgetful)
    assert not agrees(metric(compared(tmp_path, chain()), "served_by_fallback", "saas-escrow"), expected_share())


# --- where all tools accept everything, a fallback changes nothing ---
def logs(content):
    case = Case(content)
    return {name: case.log(name, 3, 1, "reference").tobytes() for name in case.plans}


def with_fallbacks(content):
    """The same scenario: every tool takes everything, every strategy has a fallback of another kind."""
    accepting = {name: {"accepts": KINDS} for name in content["estate"]["tools"]}
    both = {}
    for name, strategy in content["strategies"].items():
        kind = Strategy.model_validate({key: value for key, value in strategy.items() if key != "fallback"}).kind
        other = {"issuance": "standing"} if kind != "static-key" else {"issuance": "leased", "lifetime": "1h"}
        both[name] = {key: value for key, value in strategy.items() if key != "fallback"} | {"fallback": other}
    return merged(content, {"estate": {"tools": accepting}}) | {"strategies": both}


def without(content):
    tools = {name: {"accepts": None} for name in content["estate"]["tools"]}
    strategies = {name: {"fallback": None} for name in content["strategies"]}
    return merged(content, {"estate": {"tools": tools}, "strategies": strategies})


@pytest.mark.parametrize("number", [6, 12, 13, 29, 44])
def test_a_fallback_that_serves_nothing_changes_no_byte(number):
    content = random_scenario(number)
    assert logs(with_fallbacks(content)) == logs(without(content))


def test_fault_a_fallback_serves_a_role_all_the_same(monkeypatch):
    of = Plan.of
    monkeypatch.setattr(Plan, "of", lambda self, role: self.fallback if self.fallback and role else of(self, role))
    content = random_scenario(12)
    assert logs(with_fallbacks(content)) != logs(without(content))
