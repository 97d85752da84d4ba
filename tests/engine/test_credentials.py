"""The life of credentials, one knob at a time, against logs and numbers worked out by hand."""

import pytest

from sim.core.events import Cause, Event, Outcome
from sim.core.units import DAY, HOUR, MINUTE, SECOND
from tests.support import scenario, simulated


def rows(log, *kinds):
    return [(int(r["at"]), Event(r["kind"]).name, int(r["credential"])) for r in log if r["kind"] in kinds]


def life(log):
    kinds = (Event.ISSUED, Event.RENEWED, Event.SHORTENED, Event.DIED, Event.NEEDED, Event.IDLE, Event.USED)
    return rows(log, *kinds)


def test_a_standing_credential_from_start_to_horizon():
    row, _, log = simulated(scenario(horizon="2h"))
    assert life(log) == [
        (0, "ISSUED", 0),
        (0, "NEEDED", 0),
        (0, "USED", 0),
        (MINUTE, "IDLE", 0),
        (HOUR, "NEEDED", 0),
        (HOUR, "USED", 0),
        (HOUR + MINUTE, "IDLE", 0),
    ]
    assert row["standing_hours"] == pytest.approx(2 - 2 / 60)
    assert row["tasks_done"] == 2
    assert row["uses_attributable"] == row["uses"] == 2


def test_a_per_task_credential_dies_at_task_end():
    strategy = {"issuance": "per-task", "lifetime": "15m", "revocation": {"task-end": {"delay": "2s"}}}
    row, _, log = simulated(scenario(horizon="1h", strategies={"only": strategy}))
    assert life(log) == [
        (0, "ISSUED", 0),
        (0, "NEEDED", 0),
        (0, "USED", 0),
        (MINUTE, "IDLE", 0),
        (MINUTE + 2 * SECOND, "DIED", 0),
    ]
    assert row["standing_hours"] == pytest.approx(2 / 3600)
    died = log[log["kind"] == Event.DIED][0]
    assert (died["other"], died["was"]) == (Cause.TASK_END, 15 * MINUTE)


def test_a_revocation_that_fails_leaves_it_to_expire():
    strategy = {"issuance": "per-task", "lifetime": "15m", "revocation": {"task-end": {"delay": "2s", "fails": 1}}}
    row, _, log = simulated(scenario(horizon="1h", strategies={"only": strategy}))
    assert rows(log, Event.ASKED, Event.SPARED, Event.DIED) == [(MINUTE, "ASKED", 0), (MINUTE, "SPARED", 0)]
    assert row["standing_hours"] == pytest.approx(14 / 60)


def test_a_lease_is_renewed_until_its_maximum_life_and_then_issued_anew():
    strategy = {"issuance": "leased", "lifetime": "1h", "renewal": {"at": 0.5, "max-life": "2h"}}
    content = scenario(
        horizon="5h", strategies={"only": strategy}, agents={"bot": {"arrivals": {"every": {"interval": "4h"}}}}
    )
    row, _, log = simulated(content)
    assert rows(log, Event.ISSUED, Event.RENEWED) == [
        (0, "ISSUED", 0),
        (30 * MINUTE, "RENEWED", 0),
        (HOUR, "RENEWED", 0),
        (4 * HOUR, "ISSUED", 1),
        (4 * HOUR + 30 * MINUTE, "RENEWED", 1),
    ]
    renewed = log[log["kind"] == Event.RENEWED]
    assert renewed["until"].tolist()[:2] == [90 * MINUTE, 2 * HOUR]
    assert row["standing_hours"] == pytest.approx(2 + 1 - 2 / 60)
    assert row["issuances"] == 5


def test_rotation_overlaps_and_the_holder_moves_on():
    strategy = {"issuance": "standing", "rotation": {"every": "1d", "overlap": "6h", "phase": "aligned"}}
    row, _, log = simulated(scenario(horizon="2d", strategies={"only": strategy}))
    assert rows(log, Event.ISSUED, Event.SHORTENED) == [(0, "ISSUED", 0), (DAY, "ISSUED", 1), (DAY, "SHORTENED", 0)]
    assert log[log["kind"] == Event.SHORTENED]["until"].tolist() == [30 * HOUR]
    used = log[log["kind"] == Event.USED]
    assert set(used["credential"][used["at"] < DAY]) == {0}
    assert set(used["credential"][used["at"] >= DAY]) == {1}
    assert row["standing_hours"] == pytest.approx(48 + 6 - 48 / 60)


def test_rolling_out_slower_than_the_overlap_is_an_outage():
    strategy = {
        "issuance": "standing",
        "rotation": {"every": "1d", "overlap": "1h", "rollout": "3h", "phase": "aligned"},
    }
    row, _, log = simulated(scenario(horizon="2d", strategies={"only": strategy}))
    out = log[log["kind"] == Event.OUTAGE]
    assert out[["was", "until"]].tolist() == [(DAY + HOUR, DAY + 3 * HOUR)]
    assert row["outage_hours"] == pytest.approx(2)
    assert row["tasks_failed_credential"] == 2
    # Tasks at 24 h and 24 h 30 still used the old one.
    assert set(log["credential"][(log["kind"] == Event.USED) & (log["at"] == DAY)]) == {0}


def test_remediating_a_shared_secret_costs_every_holder_an_outage():
    content = scenario(
        horizon="10d",
        agents={"bot": {"count": 3}},
        leaks={
            "file": {
                "at-rest": "1000/y",
                "discovery": {"chance": 0, "time": "1s"},
                "detection": {"time": "1h"},
                "remediation": "23h",
            }
        },
        strategies={
            "only": {
                "issuance": "standing",
                "sharing": "fleet",
                "redeployment": "2h",
                "revocation": {"detection": {"by": "manual", "delay": "1s"}},
            }
        },
    )
    row, leaks, log = simulated(content)
    first = leaks[0]
    assert first["holder"] == "fleet"
    assert first["death"] == "detection"
    assert first["dead_us"] - first["leaked_us"] == DAY + SECOND
    out = log[log["kind"] == Event.OUTAGE][:3]
    assert out["agent"].tolist() == [0, 1, 2]
    assert (out["until"] - out["was"]).tolist() == [2 * HOUR] * 3
    assert row["tasks_failed_credential"] > 0
    assert row["uses_attributable"] == 0


@pytest.mark.parametrize(("sharing", "slots"), [("agent", 5), ("kind", 2), ("fleet", 1)])
def test_sharing_says_how_many_credentials_exist(sharing, slots):
    agents = {
        "bot": {"count": 3},
        "other": {"count": 2, "arrivals": {"every": {"interval": "1h"}}, "tasks": {"job": 1}},
    }
    _, _, log = simulated(scenario(agents=agents, strategies={"only": {"issuance": "standing", "sharing": sharing}}))
    assert (log["kind"] == Event.ISSUED).sum() == slots


def test_an_orphan_lives_from_retirement_to_its_death():
    strategy = {"issuance": "standing", "revocation": {"retirement": {"delay": "1d"}}}
    row, _, log = simulated(scenario(agents={"bot": {"tenure": "3d"}}, strategies={"only": strategy}))
    assert rows(log, Event.RETIRED, Event.ORPHANED, Event.ASKED, Event.DIED) == [
        (3 * DAY, "RETIRED", -1),
        (3 * DAY, "ORPHANED", 0),
        (3 * DAY, "ASKED", 0),
        (4 * DAY, "DIED", 0),
    ]
    assert row["orphan_hours"] == pytest.approx(24)
    without, _, _ = simulated(scenario(agents={"bot": {"tenure": "3d"}}))
    assert without["orphan_hours"] == pytest.approx(7 * 24)


def test_manual_revocation_begins_in_staffed_hours():
    strategy = {"issuance": "standing", "revocation": {"retirement": {"by": "manual", "delay": "2h"}}}
    content = scenario(
        profiles={"office": {}},
        defender={"staffed": "office"},
        agents={"bot": {"tenure": "5d"}},
        strategies={"only": strategy},
    )
    _, _, log = simulated(content)
    # Retired on Saturday 00:00; work begins on Monday 09:00.
    assert rows(log, Event.DIED) == [(7 * DAY + 11 * HOUR, "DIED", 0)]


def test_a_call_is_cut_when_its_credential_dies_on_the_way():
    tools = {"call": {"duration": "1h", "needs-credential-until-end": True, "retries": 1}}
    strategy = {"issuance": "per-task", "lifetime": "30m"}
    content = scenario(
        horizon="4h",
        estate={"tools": tools},
        agents={"bot": {"arrivals": {"every": {"interval": "3h"}}}},
        strategies={"only": strategy},
    )
    row, _, log = simulated(content)
    assert rows(log, Event.CUT, Event.ISSUED)[:4] == [
        (0, "ISSUED", 0),
        (HOUR, "CUT", 0),
        (HOUR, "ISSUED", 1),
        (2 * HOUR, "CUT", 1),
    ]
    assert row["tasks_failed_credential"] == 1
    assert row["latency_seconds"] == 2 * 3600
    renewed, _, _ = simulated(
        scenario(
            horizon="4h",
            estate={"tools": tools},
            agents={"bot": {"arrivals": {"every": {"interval": "3h"}}}},
            strategies={"only": strategy | {"renewal": {"at": 0.8, "max-life": "2h"}}},
        )
    )
    assert renewed["tasks_failed"] == 0


def test_a_deadline_ends_a_task():
    content = scenario(
        tasks={"job": {"steps": ["call", "call"], "thinking": "10m", "deadline": "15m"}},
        agents={"bot": {"arrivals": {"every": {"interval": "1d"}}}},
    )
    row, _, log = simulated(content)
    ended = log[log["kind"] == Event.TASK_ENDED]
    assert set(ended["other"]) == {Outcome.DEADLINE}
    assert row["tasks_failed"] == 10


def test_tasks_wait_for_a_place():
    content = scenario(
        horizon="10m",
        tasks={"job": {"steps": ["call"] * 3}},
        agents={"bot": {"arrivals": {"every": {"interval": "1m"}}, "concurrency": 1}},
    )
    _, _, log = simulated(content)
    assert log["at"][log["kind"] == Event.TASK_STARTED].tolist() == [0, 3 * MINUTE, 6 * MINUTE, 9 * MINUTE]
    _, _, log = simulated(content | {"agents": {"bot": content["agents"]["bot"] | {"concurrency": 3}}})
    assert log["at"][log["kind"] == Event.TASK_STARTED].tolist() == [n * MINUTE for n in range(10)]


def test_a_closed_loop_pauses_between_tasks():
    content = scenario(horizon="10m", agents={"bot": {"arrivals": {"every": None, "closed-loop": {"pause": "2m"}}}})
    _, _, log = simulated(content)
    assert log["at"][log["kind"] == Event.TASK_STARTED].tolist() == [2 * MINUTE, 5 * MINUTE, 8 * MINUTE]


def test_failed_calls_are_retried_with_back_off():
    tools = {"call": {"fails": 1, "retries": 3, "back-off": {"first": "10s", "factor": 3, "most": "60s"}}}
    content = scenario(
        horizon="1d", estate={"tools": tools}, agents={"bot": {"arrivals": {"every": {"interval": "2d"}}}}
    )
    row, _, log = simulated(content)
    at = log["at"][log["kind"] == Event.USED]
    assert at.tolist() == [0, 70 * SECOND, 160 * SECOND, 280 * SECOND]
    assert row["tasks_failed"] == 1
    assert row["tasks_failed_credential"] == 0


def test_a_rotated_out_key_that_is_revoked_in_its_overlap_leaves_holders_waiting():
    strategy = {
        "issuance": "standing",
        "rotation": {"every": "1d", "overlap": "6h", "rollout": "4h", "phase": "aligned"},
        "revocation": {"detection": {"delay": "0s"}},
    }
    leaks = {"log": {"per-use": 1, "discovery": {"chance": 0, "time": "1s"}, "detection": {"time": "1h"}}}
    content = scenario(
        horizon="2d",
        leaks=leaks,
        strategies={"only": strategy},
        agents={"bot": {"arrivals": {"every": {"interval": "2d", "first": "1d"}}}},
    )
    row, _, log = simulated(content)
    # Used and leaked at 24 h with the old key, which rotation had just replaced; revoked at 25 h; rolled out at 28 h.
    assert log[log["kind"] == Event.OUTAGE][["was", "until"]].tolist() == [(25 * HOUR, 28 * HOUR)]
    assert row["outage_hours"] == 3


def test_tasks_that_need_the_same_lease_wait_for_one_answer():
    strategy = {"issuance": "leased", "lifetime": "1h", "renewal": {"at": 0.5, "max-life": "9d"}}
    content = scenario(
        horizon="8h",
        issuer={"service": "5m"},
        estate={"tools": {"call": {"duration": "3h", "needs-credential-until-end": True}}},
        agents={"bot": {"concurrency": 2, "arrivals": {"every": {"interval": "1m"}, "until": "2m"}}},
        strategies={"only": strategy},
    )
    row, _, log = simulated(content)
    assert (log["kind"] == Event.ISSUED).sum() == 1
    assert log["at"][log["kind"] == Event.USED].tolist() == [5 * MINUTE, 5 * MINUTE]
    assert row["latency_seconds"] == 5 * 60 + 4 * 60
    assert (row["tasks_done"], row["tasks_failed"]) == (2, 0)


def test_when_the_answer_is_no_the_next_task_asks_for_itself():
    content = scenario(
        horizon="1h",
        issuer={"service": "1m", "fails": 1, "retries": 0},
        agents={"bot": {"concurrency": 2, "arrivals": {"every": {"interval": "10s"}, "until": "20s"}}},
        strategies={"only": {"issuance": "leased", "lifetime": "1h"}},
    )
    row, _, log = simulated(content)
    assert log["at"][log["kind"] == Event.REQUESTED].tolist() == [0, MINUTE]
    assert row["tasks_failed_credential"] == 2


def test_a_holder_keeps_its_old_key_when_the_new_one_is_revoked_before_it_came():
    """Rotated at 24 h; the new key leaks from who had it first and is revoked: the others' old one serves on."""
    rotation = {
        "every": "1d",
        "overlap": "23h",
        "rollout": {"uniform": {"low": "0s", "high": "10h"}},
        "phase": "aligned",
    }
    strategy = {"issuance": "standing", "sharing": "fleet", "rotation": rotation, "redeployment": "2h"}
    channel = {"per-use": 1, "agents": ["leaky"], "discovery": {"chance": 0, "time": "1s"}, "detection": {"time": "1h"}}
    leaky = {"count": 1, "arrivals": {"every": {"interval": "2d", "first": "29h"}}, "tasks": {"job": 1}}
    content = scenario(
        horizon="46h",
        leaks={"log": channel},
        strategies={"only": strategy | {"revocation": {"detection": {"delay": "0s"}}}},
        agents={"leaky": leaky, "bot": {"count": 6, "arrivals": {"every": {"interval": "30m", "first": "24h"}}}},
    )
    row, leaks, log = simulated(content, seed=2)
    assert [leak["credential"] for leak in leaks] == [1]
    assert leaks[0]["dead_us"] == 30 * HOUR
    used_at_30 = log["credential"][(log["kind"] == Event.USED) & (log["at"] == 30 * HOUR + 30 * MINUTE)]
    # Those who had the new key by then wait for another one; the others go on with the old one, and none is refused it.
    assert set(used_at_30.tolist()) == {0}
    refused = log[log["kind"] == Event.REJECTED]
    assert set(refused["credential"].tolist()) == {1}
    # The leaky agent has no later task to be refused.
    holders = {*refused["agent"].tolist(), 6}
    assert 2 <= len(holders) < 7
    assert row["outage_hours"] == pytest.approx(2 * len(holders))


def test_a_task_that_ends_after_its_deadline_has_failed():
    content = scenario(
        estate={"tools": {"call": {"duration": "10h"}}},
        tasks={"job": {"deadline": "1h"}},
        agents={"bot": {"arrivals": {"every": {"interval": "20d"}}}},
    )
    row, _, log = simulated(content)
    assert log["other"][log["kind"] == Event.TASK_ENDED].tolist() == [Outcome.DEADLINE]
    assert row["tasks_failed"] == 1


def test_a_rotated_out_key_that_leaks_in_its_overlap_dies_of_rotation():
    rotation = {"every": "1d", "overlap": "6h", "rollout": "6h", "phase": "aligned"}
    content = scenario(
        horizon="2d",
        leaks={"log": {"per-use": 1, "discovery": {"chance": 0, "time": "1s"}}},
        strategies={"only": {"issuance": "standing", "rotation": rotation}},
        agents={"bot": {"arrivals": {"every": {"interval": "2d", "first": "25h"}}}},
    )
    _, leaks, _ = simulated(content)
    assert [(leak["death"], leak["exposure_hours"]) for leak in leaks] == [("rotated", 5.0)]
