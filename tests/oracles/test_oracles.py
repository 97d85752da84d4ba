"""What any correct implementation must reproduce, through the public path: YAML in, summary out.

Closed forms are compared with the summary's own interval, widened from 95 % to about 99.99 %, so that a fault has to
be large enough to matter and chance is not taken for one; seeds are fixed. Each oracle has a planted fault that makes
the same comparison fail.
"""

import json
import math
import random

import pytest

from sim import study
from sim.engine import rules
from sim.engine.reference.custody import Custody
from sim.engine.reference.intruder import Intruders
from sim.engine.reference.issuer import Issuer
from sim.engine.reference.leaks import Leaks
from sim.engine.reference.revocations import Revocations
from sim.measure.incidents import Incidents
from tests.support import Blank, compared, scenario, write

WIDER = 3.9 / 1.96
"""From a 95 % to a 99.99 % interval."""


def agrees(found, expected):
    """Whether the closed form lies within the widened interval of the estimate."""
    reach = WIDER * max(found["high"] - found["estimate"], found["estimate"] - found["low"])
    return abs(found["estimate"] - expected) <= reach


def few(content):
    """With four replications, whose wider interval shows a large fault just as well."""
    return content | {"replications": 4}


def metric(summary, key, strategy="only"):
    return summary["strategies"][strategy][key]


# --- 1: standing access of short tasks under long tokens ---
def ephemeral(folder, agents=None):
    """Standing access of the bundled oracle, or of the same with other agents."""
    changes = {"extends": "oracles/ephemeral-100-agents", "agents": {"worker": {"count": agents}}}
    file = "oracles/ephemeral-100-agents" if agents is None else write(folder, changes)
    study.compare(study.Request(file, out=folder / "out", workers=1), studio=Blank())
    summary = json.loads((folder / "out" / "summary.json").read_text())
    return metric(summary, "standing_hours", summary["baseline"])["estimate"]


def test_1_standing_access_is_exact(tmp_path):
    assert ephemeral(tmp_path) == 1_300_000 / 60
    assert round(1_300_000 / 60, 2) == 21_666.67


def test_1_fault_a_token_is_never_needed(tmp_path, monkeypatch):
    assert ephemeral(tmp_path, agents=5) == 65_000 / 60
    monkeypatch.setattr(Custody, "_idle", lambda self, credential: self.needed.pop(credential.id))
    assert ephemeral(tmp_path, agents=5) == 75_000 / 60


# --- 2: exposure of a leak at a uniform moment of a life ---
LIFE, RATE = 90.0, 0.02 / 90


def lives(detection=None, **changes):
    """400 agents, each with a key that lives 90 days, 20 lives long; one key in fifty leaks."""
    channel = {"at-rest": f"{RATE:.12f}/d", "discovery": {"chance": 0, "time": "1s"}} | (
        {"detection": {"time": {"exponential": {"mean": detection}}}} if detection else {}
    )
    return scenario(
        horizon="1800d",
        replications=8,
        agents={"bot": {"count": 400, "arrivals": {"every": {"interval": "1000y"}, "until": "1us"}}},
        tasks={"job": {"steps": ["call"]}},
        leaks={"file": channel},
        strategies={
            "only": {
                "issuance": "standing",
                "rotation": {"every": "90d", "phase": "aligned"},
                "revocation": {"detection": {"delay": "0s"}},
            }
        },
        **changes,
    )


def test_2_a_leak_is_exposed_for_half_a_life(tmp_path):
    found = metric(compared(tmp_path, lives(), engine="auto"), "exposure_window_hours")
    # The first of a life's captures is a little earlier than a uniform one: exact for rate × life = 0.02.
    first = 1 / RATE - LIFE * math.exp(-RATE * LIFE) / (1 - math.exp(-RATE * LIFE))
    assert agrees(found, 24 * (LIFE - first))
    assert agrees(found, 24 * LIFE / 2)


def test_2_detection_shortens_it_by_the_closed_form(tmp_path):
    found = metric(compared(tmp_path, lives("94d"), engine="auto"), "exposure_window_hours")
    mean = 94.0
    expected = mean * (1 - (1 - math.exp(-LIFE / mean)) / (LIFE / mean))
    assert round(expected, 2) == 33.51
    assert agrees(found, 24 * expected)


def test_2_fault_a_detected_leak_is_not_revoked(tmp_path, monkeypatch):
    monkeypatch.setattr(Revocations, "ask", lambda *_: None)
    found = metric(compared(tmp_path, few(lives("94d"))), "exposure_window_hours")
    assert not agrees(found, 24 * 33.51)


def test_2_fault_exposure_counts_from_issuance(tmp_path, monkeypatch):
    captured = Incidents._captured

    def early(self, row):
        captured(self, row | {"at": row["was"]})

    monkeypatch.setattr(Incidents, "_captured", early)
    assert not agrees(metric(compared(tmp_path, few(lives())), "exposure_window_hours"), 24 * LIFE / 2)


# --- 3: rotation against Poisson theft ---
def thefts():
    """One key, rotated every day, stolen at 1.5 a day; who steals it holds the resource at once, to the rotation."""
    return scenario(
        horizon="400d",
        replications=12,
        agents={"bot": {"arrivals": {"every": {"interval": "1000y"}, "until": "1us"}}},
        leaks={"file": {"at-rest": "1.5/d", "discovery": {"time": "0s"}}},
        strategies={"only": {"issuance": "standing", "rotation": {"every": "1d", "phase": "aligned"}}},
    )


COMPROMISED = 1 - (1 - math.exp(-1.5)) / 1.5


def test_3_share_of_time_compromised(tmp_path):
    found = metric(compared(tmp_path, thefts()), "resource_hours")
    assert agrees(found, 400 * 24 * COMPROMISED)


def test_3_fault_rotation_leaves_the_old_key_alive(tmp_path, monkeypatch):
    content = thefts()
    content["strategies"]["only"]["rotation"]["overlap"] = "3h"
    assert not agrees(metric(compared(tmp_path, content), "resource_hours"), 400 * 24 * COMPROMISED)


# --- 5: the issuer as a queue, and retries ---
def queue(capacity, load):
    """Poisson requests, one a minute on average, to an issuer with exponential service."""
    return scenario(
        horizon="8d",
        replications=12,
        estate={"tools": {"call": {"duration": "0s"}}},
        agents={"bot": {"arrivals": {"every": None, "poisson": {"rate": "60/h"}}, "concurrency": 100_000}},
        issuer={"capacity": capacity, "service": {"exponential": {"mean": f"{60 * capacity * load}s"}}},
        strategies={"only": {"issuance": "per-task", "lifetime": "15m"}},
    )


def erlang_c_wait(capacity, load):
    """Mean wait in seconds of M/M/c at one arrival a minute (A. K. Erlang, 1917)."""
    offered = capacity * load
    terms = [offered**n / math.factorial(n) for n in range(capacity)]
    last = offered**capacity / math.factorial(capacity) / (1 - load)
    return last / (sum(terms) + last) * 60 * load / (1 - load)


@pytest.mark.parametrize(("capacity", "load"), [(1, 0.7), (3, 0.8)])
def test_5_mean_wait_is_erlangs(tmp_path, capacity, load):
    summary = compared(tmp_path, queue(capacity, load), engine="auto")
    assert agrees(metric(summary, "issuer_wait_seconds"), erlang_c_wait(capacity, load))
    assert agrees(metric(summary, "issuer_load"), load)


def test_5_fault_one_place_more(tmp_path, monkeypatch):
    start = Issuer.start

    def generous(self):
        self.places._capacity += 1
        start(self)

    monkeypatch.setattr(Issuer, "start", generous)
    found = metric(compared(tmp_path, few(queue(3, 0.8))), "issuer_wait_seconds")
    assert not agrees(found, erlang_c_wait(3, 0.8))


def failing():
    tools = {"call": {"duration": "1s", "fails": 0.3, "retries": 2, "back-off": {"first": "0s"}}}
    return scenario(horizon="30d", replications=12, estate={"tools": tools})


def test_5_attempts_are_a_truncated_geometric(tmp_path):
    found = metric(compared(tmp_path, failing()), "uses_per_task")
    assert agrees(found, (1 - 0.3**3) / (1 - 0.3))


def test_5_fault_one_retry_too_few(tmp_path):
    content = failing()
    content["estate"]["tools"]["call"]["retries"] = 1
    assert not agrees(metric(compared(tmp_path, content), "uses_per_task"), (1 - 0.3**3) / (1 - 0.3))


# --- 6: an attacker who is late ---
def late(latency):
    content = lives()
    content["leaks"]["file"]["discovery"] = {"time": latency}
    return content


def usable(summary):
    return metric(summary, "compromises")["estimate"] / metric(summary, "leaks")["estimate"]


@pytest.mark.parametrize("days", [10, 45, 80, 90, 120])
def test_6_chance_usable_falls_with_the_attackers_latency(tmp_path, days):
    summary = compared(tmp_path, late(f"{days}d"), engine="auto")
    expected = max(0.0, 1 - days / 90)
    leaks = metric(summary, "leaks")["estimate"] * 8
    assert leaks > 800
    # A binomial share, and by how much the first of several captures is earlier than a uniform one (at most 0.5 %).
    assert abs(usable(summary) - expected) <= 3.9 * math.sqrt(expected * (1 - expected) / leaks) + 0.005
    if days >= 90:
        assert metric(summary, "compromises")["estimate"] == 0


def test_6_fault_the_attacker_does_not_care_whether_it_is_alive(tmp_path, monkeypatch):
    monkeypatch.setattr(rules, "alive", lambda dies, now: True)
    assert abs(usable(compared(tmp_path, late("45d"))) - 0.5) > 0.1


# --- 7: reached within potential, in the summary ---
def walking():
    """A leak of every tenth use, an attacker who takes an hour a hop, five hops deep."""
    places = {f"r{n}": {"stores": [f"s{n}"]} for n in range(5)} | {"box": {}}
    roles = {f"x{n}": {"can": {f"r{n}": "read"}} for n in range(5)} | {"worker": {"can": {"box": "read", "r0": "read"}}}
    secrets = {f"s{n}": {"opens": f"x{(n + 1) % 5}"} for n in range(5)}
    return scenario(
        replications=6,
        estate={"resources": places, "roles": roles, "secrets": secrets},
        leaks={"log": {"per-use": 0.1, "discovery": {"time": "1h"}}},
        attacker={"hop": {"exponential": {"mean": "1h"}}},
        defender={"intrusion": {"detection": {"time": {"exponential": {"mean": "6h"}}}, "eviction": "0s"}},
        strategies={
            "only": None,
            "short": {"issuance": "per-task", "lifetime": "90m"},
            "long": {"issuance": "per-task", "lifetime": "2d"},
        },
    )


def test_7_reached_lies_within_potential_and_grows_with_life(tmp_path):
    summary = compared(tmp_path, walking())
    short, long = (metric(summary, "blast_radius_reached", name) for name in ("short", "long"))
    for name, found in (("short", short), ("long", long)):
        potential = metric(summary, "blast_radius_potential", name)
        assert potential["estimate"] == 6
        assert 0 < found["estimate"] < potential["estimate"]
    assert short["high"] < long["low"]


def test_7_fault_an_attacker_who_uses_dead_credentials(tmp_path, monkeypatch):
    monkeypatch.setattr(Intruders, "_can", lambda self, intrusion, credential: not intrusion.over)
    summary = compared(tmp_path, walking())
    short, long = (metric(summary, "blast_radius_reached", name) for name in ("short", "long"))
    assert not short["high"] < long["low"]


# --- 8: the same bytes ---
def varied():
    """Every mechanism at a small scale."""
    content = walking()
    content["strategies"] |= {
        "shared": {
            "issuance": "standing",
            "sharing": "fleet",
            "redeployment": {"exponential": {"mean": "1h"}},
            "revocation": {"detection": {"by": "manual", "delay": {"exponential": {"mean": "1h"}}, "fails": 0.2}},
        },
        "rotated": {"issuance": "standing", "rotation": {"every": "2d", "overlap": "6h"}},
        "leased": {"issuance": "leased", "lifetime": "6h", "renewal": {"at": 0.7, "max-life": "2d"}},
    }
    content["leaks"]["log"]["detection"] = {"chance": 0.5, "time": {"exponential": {"mean": "5h"}}}
    content["leaks"]["file"] = {"at-rest": "1/d", "discovery": {"chance": 0.3, "time": "2h"}}
    content["agents"]["bot"] |= {"count": 3, "tenure": {"exponential": {"mean": "20d"}}}
    content["estate"]["tools"]["call"] |= {"fails": 0.1, "duration": {"exponential": {"mean": "3m"}}}
    content["issuer"] = {"service": {"exponential": {"mean": "2s"}}, "capacity": 1, "fails": 0.05}
    return content


def bytes_of(folder, **request):
    out = folder / "out"
    compared(folder, varied(), out=out, **request)
    return [(out / name).read_bytes() for name in ("replications.parquet", "leaks.parquet", "summary.json")]


def test_8_workers_and_order_change_no_byte(tmp_path):
    order = ("long", "leased", "rotated", "shared", "short")
    places = [tmp_path / name for name in "abc"]
    for place in places:
        place.mkdir()
    one = bytes_of(places[0], workers=1, strategies=order)
    assert one == bytes_of(places[1], workers=2, strategies=order)
    assert one == bytes_of(places[2], workers=2, strategies=tuple(reversed(order)))


def test_8_another_seed_changes_them(tmp_path):
    places = [tmp_path / name for name in "ab"]
    for place in places:
        place.mkdir()
    assert bytes_of(places[0], seed=0)[0] != bytes_of(places[1], seed=1)[0]


def test_8_fault_draws_that_depend_on_what_was_drawn_before(tmp_path, monkeypatch):
    """With a sequential generator even the same study, run twice, differs."""
    state = random.Random(0)
    monkeypatch.setattr(Leaks, "happens", lambda self, chance, stream, name: state.random() < chance)
    places = [tmp_path / name for name in "ab"]
    for place in places:
        place.mkdir()
    assert bytes_of(places[0])[0] != bytes_of(places[1])[0]
