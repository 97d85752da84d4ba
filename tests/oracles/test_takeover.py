"""Takeovers in closed form; what bound credentials and those of brokers never do. Each with a planted fault."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from sim.core.events import Event
from sim.core.units import FOREVER, HOUR
from sim.engine import rules
from sim.engine.reference.leaks import Leaks
from sim.engine.reference.takeovers import Takeovers
from tests.support import merged, scenario, simulated

AGENTS, DAYS, RATE, MEAN = 40, 50, 0.15, 2.0
"""Takeovers per day and their mean length in days: each agent meets 7.5, now and then two at a time."""
WAYS = {
    "bound": {"binding": "sender-constrained"},
    "kept": {"custody": "broker"},
    "both": {"binding": "sender-constrained", "custody": "broker"},
}
BOTH_WAYS = pytest.mark.parametrize("way", WAYS)


def taken_over(knobs, **channel):
    """Idle agents, each with a standing key that never dies."""
    hijack = {
        "takeover": f"{RATE}/d",
        "lasting": {"exponential": {"mean": f"{24 * MEAN}h"}},
        "discovery": {"chance": 0, "time": "1s"},
    }
    return scenario(
        horizon=f"{DAYS}d",
        agents={"bot": {"count": AGENTS, "arrivals": {"every": {"interval": "1000y"}, "until": "1us"}}},
        leaks={"hijack": hijack | channel},
        strategies={"only": {"issuance": "standing", **knobs}},
    )


def column(content, name):
    """A column of eight replications' rows."""
    return np.array([simulated(content, replication=number)[0][name] for number in range(8)])


def near(found, expected):
    """Whether a closed form lies within 3.9 standard errors of the mean over replications; see test_oracles."""
    return abs(found.mean() - expected) < 3.9 * max(found.std(ddof=1), 1e-9 * expected) / math.sqrt(len(found))


# --- 1: how many, and for how long ---
def test_takeovers_are_poisson():
    """As many as the rate says, and as uneven between agents; overlaps are takeovers of their own."""
    counts = np.concatenate([_counts(simulated(taken_over({}), replication=n)[2]) for n in range(6)])
    mean = RATE * DAYS
    # Mean and variance of a Poisson number are alike; 240 of them, so 3.9 standard errors of each.
    assert abs(counts.mean() - mean) < 3.9 * math.sqrt(mean / len(counts))
    assert abs(counts.var(ddof=1) - mean) < 3.9 * math.sqrt((mean + 2 * mean**2) / len(counts))


def _counts(log):
    taken = log[log["kind"] == Event.TAKEN_OVER]
    return np.bincount(taken["agent"], minlength=AGENTS)


def seen(mean):
    """Hours taken over, of all agents: of one that comes with a time t left, t or its length are seen."""
    return AGENTS * 24 * RATE * quad(lambda left: mean * (1 - math.exp(-left / mean)), 0, DAYS)[0]


def test_time_taken_over():
    assert near(column(taken_over({}), "takeovers"), AGENTS * RATE * DAYS)
    assert near(column(taken_over({}), "taken_over_hours"), seen(MEAN))


def test_a_takeover_that_is_noticed_is_over():
    """Detection after an exponential time: as one clock of two, whichever comes first."""
    noticed = taken_over({}, detection={"time": {"exponential": {"mean": f"{24 * MEAN}h"}}})
    assert near(column(noticed, "taken_over_hours"), seen(MEAN / 2))


def test_fault_the_next_takeover_waits_for_the_end_of_the_last(monkeypatch):
    come = Takeovers._come

    def one_after_another(self, number, row, agent):
        for event in come(self, number, row, agent):
            began = self.sim.now
            yield event
            for last in agent.takeovers[-1:]:
                yield self.sim.env.timeout(max(last.until - began, 0))

    monkeypatch.setattr(Takeovers, "_come", one_after_another)
    assert not near(column(taken_over({}), "takeovers"), AGENTS * RATE * DAYS)


# --- 2: exposure of what a takeover gives the use of, but not itself ---
def exposure():
    """Hours in which a key is of use to somebody, over all agents: those in which at least one takeover goes on.

    Takeovers that go on are as many as customers at an M/G/∞ station: at a time t their number is Poisson with mean
    rate × L (1 - exp(-t / L)).
    """
    busy = quad(lambda t: 1 - math.exp(-RATE * MEAN * (1 - math.exp(-t / MEAN))), 0, DAYS, limit=200)[0]
    return AGENTS * 24 * busy


@BOTH_WAYS
def test_exposure_lasts_as_long_as_takeovers(way):
    row, leaks, _ = simulated(taken_over(WAYS[way]))
    assert near(column(taken_over(WAYS[way]), "exposure_hours"), exposure())
    assert row["potential_resources"] == len(leaks) > 0


@BOTH_WAYS
def test_whoever_finds_it_at_once_uses_it_for_all_of_that(way):
    content = taken_over(WAYS[way], discovery={"time": "0s"})
    rows, leaks, _ = zip(*(simulated(content, replication=number) for number in range(8)), strict=True)
    assert near(np.array([row["exploitable_hours"] for row in rows]), exposure())
    assert near(np.array([sum(leak["resource_hours"] for leak in each) for each in leaks]), exposure())


@BOTH_WAYS
def test_fault_the_use_outlasts_the_takeover(monkeypatch, way):
    monkeypatch.setattr(rules, "usable_until", lambda bound, kept, ends: ends + 12 * HOUR)
    assert not near(column(taken_over(WAYS[way]), "exposure_hours"), exposure())


def test_a_bearer_credential_is_exposed_until_it_is_dead():
    first = quad(lambda t: (DAYS - t) * RATE * math.exp(-RATE * t), 0, DAYS)[0]
    assert near(column(taken_over({}), "exposure_hours"), AGENTS * 24 * first)


# --- 3: what never happens ---
def everywhere(knobs):
    """A busy agent whose every call is logged, whose files are copied, and whose workload is taken over."""
    found = {"discovery": {"time": "10m"}}
    return scenario(
        horizon="20d",
        estate={"resources": {"box": {"stores": ["KEY"]}}, "secrets": {"KEY": {"opens": "worker"}}},
        leaks={
            "prompt": {"per-use": 1, **found},
            "file": {"at-rest": "3/d", "holds": ["standing", "leased", "per-task", "per-action"], **found},
            "hijack": {"takeover": "0.5/d", "lasting": {"exponential": {"mean": "5h"}}, **found},
        },
        strategies={"only": None, "way": knobs},
    )


ISSUED = [
    {"issuance": "standing"},
    {"issuance": "leased", "lifetime": "8h"},
    {"issuance": "per-task", "lifetime": "8h"},
]
ALL_ISSUED = pytest.mark.parametrize("issued", ISSUED, ids=lambda issued: issued["issuance"])


def outside_takeovers(log, channel=2, least=10):
    """How many uses and reaches of captured credentials no takeover of the agent explains."""
    took = [(row["at"], row["until"]) for row in log[log["kind"] == Event.TAKEN_OVER]]
    began = log[np.isin(log["kind"], [Event.COMPROMISED, Event.REGAINED])]
    leaked = set(log["credential"][log["kind"] == Event.CAPTURED].tolist())
    acted = [row["at"] for row in log[log["kind"] == Event.REACHED] if row["credential"] in leaked]
    acted += began["at"].tolist()
    assert len(acted) > least
    outside = [at for at in acted if not any(start <= at < end for start, end in took)]
    return len(outside) + int(np.count_nonzero(began["edge"] != channel))


@ALL_ISSUED
def test_a_bound_credential_is_compromised_in_a_takeover_only(issued):
    _, _, log = simulated(everywhere(issued | WAYS["bound"]))
    assert np.count_nonzero(log["kind"] == Event.CAPTURED) > 300
    assert outside_takeovers(log) == 0


@ALL_ISSUED
def test_fault_binding_does_not_hold(monkeypatch, issued):
    monkeypatch.setattr(rules, "usable_until", lambda bound, kept, ends: FOREVER)
    _, _, log = simulated(everywhere(issued | WAYS["bound"]))
    assert outside_takeovers(log, least=1) > 1


@ALL_ISSUED
def test_what_a_broker_keeps_leaks_in_a_takeover_only(issued):
    _, leaks, log = simulated(everywhere(issued | WAYS["kept"]))
    captured = log[log["kind"] == Event.CAPTURED]
    assert set(captured["other"].tolist()) == {2}
    assert {leak["channel"] for leak in leaks} == {"hijack"}
    assert outside_takeovers(log) == 0


@ALL_ISSUED
def test_fault_prompts_show_what_a_broker_keeps(monkeypatch, issued):
    monkeypatch.setattr(Leaks, "_passes", lambda *_: True)
    _, leaks, _ = simulated(everywhere(issued | WAYS["kept"]))
    assert "prompt" in {leak["channel"] for leak in leaks}


def test_a_channel_at_the_broker_copies_the_credential_itself():
    content = merged(everywhere(ISSUED[2] | WAYS["kept"]), {"leaks": {"hijack": None, "file": None}})
    _, leaks, _ = simulated(content)
    assert leaks == []
    content["leaks"]["prompt"]["custody"] = ["broker"]
    _, leaks, _ = simulated(content)
    assert {leak["outcome"] for leak in leaks[:-5]} == {"compromised"}
    assert {leak["usable_until_us"] for leak in leaks} == {None}
