"""Takeovers of workloads: what is captured, when, how long it is of use, and what ends it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.core.events import Barrier, Cause, Event
from sim.core.units import FOREVER, HOUR, MINUTE
from sim.engine import rules
from sim.engine.reference.leaks import Leaks
from tests.fuzzing.compare import first_difference, logs
from tests.support import merged, scenario, simulated

HIJACK = {"takeover": "1/d", "lasting": "7h", "discovery": {"time": "10m"}}
UNFOUND = {"discovery": {"chance": 0, "time": "1s"}}
ROTATED = {"issuance": "standing", "rotation": {"every": "5h", "rollout": "1h", "overlap": "2h"}}
TASK = {"issuance": "per-task", "lifetime": "3h"}
LEASE = {"issuance": "leased", "lifetime": "2h"}
BOUND, KEPT = {"binding": "sender-constrained"}, {"custody": "broker"}


def taken(knobs: dict[str, Any], channel: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """One agent that works every hour and is taken over about once a day."""
    content = scenario(leaks={"hijack": HIJACK | (channel or {})}, strategies={"only": None, "way": knobs})
    return merged(content, changes)


def rows(log: Any, *kinds: Event) -> list[dict[str, int]]:
    names = log.dtype.names
    return [dict(zip(names, row, strict=True)) for row in log[np.isin(log["kind"], kinds)].tolist()]


def spans(log: Any) -> list[tuple[int, int]]:
    return [(row["at"], row["until"]) for row in rows(log, Event.TAKEN_OVER)]


def inside(at: int, found: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in found)


# --- what is captured ---
def test_what_is_live_at_its_start_and_what_comes_until_its_end():
    """A lease of two hours that is asked for again and again."""
    _, leaks, log = simulated(taken(LEASE, UNFOUND))
    lives = {row["credential"]: (row["at"], row["until"]) for row in rows(log, Event.ISSUED)}
    expected = {
        credential
        for credential, (issued, dies) in lives.items()
        if any(issued < end and start < dies for start, end in spans(log))
    }
    assert {leak["credential"] for leak in leaks} == expected
    assert len(expected) > 20
    for leak in leaks:
        assert inside(leak["leaked_us"], spans(log))
        starts = [start for start, end in spans(log) if start < leak["dead_us"] and leak["issued_us"] < end]
        assert leak["leaked_us"] == max(min(starts), leak["issued_us"])


def test_a_new_version_is_captured_when_the_agent_has_it():
    _, _, log = simulated(taken(ROTATED, UNFOUND))
    issued = {row["credential"]: row["at"] for row in rows(log, Event.ISSUED)}
    later = [row["at"] - issued[row["credential"]] for row in rows(log, Event.CAPTURED)]
    handed = [wait for wait in later if wait == HOUR]
    assert len(handed) >= 5
    starts = {start for start, _ in spans(log)}
    assert all(wait == HOUR or row["at"] in starts for wait, row in zip(later, rows(log, Event.CAPTURED), strict=True))


def test_each_running_task_loses_its_own():
    busy = {"agents": {"bot": {"concurrency": 4, "arrivals": {"every": {"interval": "20m"}}}}}
    slow = {"estate": {"tools": {"call": {"duration": "1h"}}}}
    _, _, log = simulated(taken(TASK, UNFOUND | {"takeover": "3/d", "lasting": "1m"}, **busy, **slow))
    captured = rows(log, Event.CAPTURED)
    at_once = [sum(row["at"] == start for row in captured) for start, _ in spans(log)]
    assert max(at_once) == 3


def test_the_dead_are_left():
    _, _, log = simulated(
        taken({"issuance": "leased", "lifetime": "10m"}, UNFOUND | {"takeover": "20/d", "lasting": "1m"})
    )
    assert len(spans(log)) > 100
    captured = rows(log, Event.CAPTURED)
    assert 0 < len(captured) < len(spans(log)) / 2
    assert all(row["until"] > row["at"] for row in captured)


def test_other_populations_are_left():
    others = {"agents": {"other": {"count": 2, "arrivals": {"every": {"interval": "1h"}}, "tasks": {"job": 1}}}}
    _, _, log = simulated(taken(LEASE, UNFOUND | {"agents": ["other"]}, **others))
    assert {row["agent"] for row in rows(log, Event.TAKEN_OVER, Event.CAPTURED)} == {1, 2}


# --- how long it is of use ---
@pytest.mark.parametrize("knobs", [BOUND, KEPT, BOUND | KEPT], ids=["bound", "kept", "both"])
def test_tries_after_the_takeover_are_blocked(knobs):
    _, leaks, log = simulated(taken({"issuance": "standing"} | knobs, {"discovery": {"time": "8h"}}))
    assert len(spans(log)) == len(rows(log, Event.BLOCKED)) + sum(
        start + 8 * HOUR >= 240 * HOUR for start, _ in spans(log)
    )
    barrier = Barrier.KEPT if knobs is KEPT else Barrier.BOUND
    assert {row["other"] for row in rows(log, Event.BLOCKED)} == {barrier}
    assert [leak["outcome"] for leak in leaks] == ["blocked"]


def test_who_comes_back_goes_on_and_takes_the_hops_anew():
    _, leaks, log = simulated(taken({"issuance": "standing"} | BOUND, attacker={"hop": "5m"}))
    again, reached = rows(log, Event.REGAINED), rows(log, Event.REACHED)
    assert len(rows(log, Event.COMPROMISED)) == len(leaks) == 1
    assert len(again) > 3
    assert {row["intrusion"] for row in (*again, *reached)} == {0}
    gained = [row["at"] for row in rows(log, Event.COMPROMISED, Event.REGAINED)]
    apart = [at for n, at in enumerate(gained) if n == 0 or at > spans_until(log, n - 1)]
    assert [row["at"] for row in reached] == [at + 5 * MINUTE for at in apart if at + 5 * MINUTE < 240 * HOUR]


def spans_until(log: Any, number: int) -> int:
    """Until when the nth access lasts."""
    return rows(log, Event.COMPROMISED, Event.REGAINED)[number]["until"]


def test_what_was_got_lives_on_when_the_takeover_is_over():
    roles = {"worker": {"mints": ["worker"]}}
    _, _, log = simulated(taken({"issuance": "standing"} | BOUND, estate={"roles": roles}))
    minted = rows(log, Event.OBTAINED)
    assert minted[0]["until"] == FOREVER
    later = [row for row in rows(log, Event.REACHED) if row["credential"] == minted[0]["credential"]]
    assert len(later) == 1


def test_a_bearer_credential_is_of_use_until_it_is_dead():
    _, leaks, log = simulated(taken(LEASE, {"discovery": {"time": "1h"}}))
    assert rows(log, Event.CONFINED) == []
    for leak in leaks:
        assert leak["usable_until_us"] is None
        assert (leak["outcome"] == "compromised") == (leak["dead_us"] > leak["leaked_us"] + HOUR)


# --- what ends it ---
def test_when_it_is_noticed_it_is_over_and_what_it_captured_is_revoked():
    noticed = {"detection": {"time": "2h"}, **UNFOUND}
    knobs = {"issuance": "per-task", "lifetime": "1d", "revocation": {"detection": {"delay": "1m"}}}
    _, leaks, log = simulated(taken(knobs, noticed))
    assert {end - start for start, end in spans(log)} == {2 * HOUR}
    assert len(leaks) > 10
    ends = [end for _, end in spans(log)]
    for leak in leaks:
        assert leak["detected_us"] in ends
        if leak["death"] == "detection":
            assert leak["dead_us"] == leak["detected_us"] + MINUTE
    assert {row["other"] for row in rows(log, Event.ASKED)} == {Cause.DETECTION}


def test_it_is_noticed_after_its_end_as_well():
    _, leaks, log = simulated(taken({"issuance": "standing"}, {"detection": {"time": "9h"}, **UNFOUND}))
    assert {end - start for start, end in spans(log)} == {7 * HOUR}
    assert leaks[0]["detected_us"] == spans(log)[0][0] + 9 * HOUR


def test_a_retired_agent_has_no_workload():
    _, _, log = simulated(
        taken({"issuance": "standing"}, UNFOUND | {"lasting": "30h"}, agents={"bot": {"tenure": "5d"}})
    )
    found = spans(log)
    assert found
    assert all(end <= 120 * HOUR for _, end in found)
    assert max(end for _, end in found) == 120 * HOUR


def test_an_eviction_does_not_end_it():
    clock = {"intrusion": {"detection": {"time": "30m"}, "eviction": "0s"}}
    _, leaks, log = simulated(taken(LEASE | BOUND, defender=clock))
    assert {end - start for start, end in spans(log)} == {7 * HOUR}
    first = spans(log)[0]
    assert sum(row["at"] < first[1] for row in rows(log, Event.COMPROMISED)) > 1
    assert any(leak["death"] == "eviction" for leak in leaks)


AT_ONCE = taken(
    {"issuance": "standing", "redeployment": "0s"},
    {"discovery": {"time": "0s"}},
    defender={"intrusion": {"detection": {"time": "0s"}, "eviction": "0s"}},
)


def test_a_moment_in_which_all_is_done_at_once_ends():
    _, leaks, log = simulated(AT_ONCE)
    evicted = [leak for leak in leaks if leak["death"] == "eviction"]
    assert evicted
    assert all(leak["exposure_hours"] == 0 for leak in evicted)
    # What replaced it is safe from this takeover, and the next one captures it.
    assert len(leaks) == len(rows(log, Event.TAKEN_OVER))


def test_fault_what_replaces_it_in_the_same_moment_is_captured_too(monkeypatch):
    captures = iter(range(100))
    capture = Leaks.capture
    monkeypatch.setattr(rules, "safe_for_now", lambda *_: False)
    monkeypatch.setattr(Leaks, "capture", lambda *args: (next(captures), capture(*args)))
    with pytest.raises(RuntimeError):
        simulated(AT_ONCE)


# --- custody ---
@pytest.mark.parametrize(
    ("custody", "shown", "leaks"),
    [
        ("agent", None, True), ("broker", None, False), ("agent", ["broker"], False), ("broker", ["broker"], True),
        ("broker", ["agent", "broker"], True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", [{"per-use": 1}, {"at-rest": "5/d"}], ids=["used", "at rest"])
def test_a_channel_shows_what_its_custody_says(way, custody, shown, leaks):
    channel = {**way, **UNFOUND} | ({"custody": shown} if shown else {})
    _, found, _ = simulated(scenario(leaks={"log": channel}, strategies={"only": {"custody": custody}}))
    assert bool(found) is leaks


def test_custody_belongs_to_the_part():
    tools = {
        "call": {"accepts": ["token"]},
        "sell": {"uses": "account", "duration": "1m", "accepts": ["static-key"]},
    }
    content = scenario(
        estate={"roles": {"account": {"can": {"box": "read"}}}, "tools": tools},
        tasks={"job": {"steps": ["call", "sell"]}},
        leaks={"log": {"per-use": 1, **UNFOUND}},
        strategies={"only": None, "way": TASK | KEPT | {"fallback": {"issuance": "standing"}}},
    )
    _, leaks, _ = simulated(content)
    assert {leak["role"] for leak in leaks} == {"account"}


# --- both engines ---
CASES = {
    "leases": taken(LEASE),
    "rotated": taken(ROTATED | BOUND),
    "tasks": taken(TASK | KEPT, {"takeover": "4/d"}),
    "at once": AT_ONCE,
    "noticed": taken(
        {"issuance": "standing", "revocation": {"detection": {"delay": "1m"}}, "redeployment": "1h"} | BOUND,
        {"takeover": "4/d", "detection": {"chance": 0.5, "time": "2h"}},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_both_engines_write_the_same_log(case):
    pytest.importorskip("numba", reason="the compiled engine needs numba, which is not installed")
    expected = logs(CASES[case], "way", 3, 1, "reference")
    assert len(rows(expected, Event.TAKEN_OVER)) > 5
    assert first_difference(expected, logs(CASES[case], "way", 3, 1, "compiled")) == ""
