"""Leaks, the attacker's walk and both of the defender's clocks, against times worked out by hand."""

import pytest

from sim.core.events import Event
from sim.core.units import DAY, HOUR, MINUTE
from tests.support import merged, scenario, simulated

ESTATE = {
    "resources": {
        "repo": {"sensitivity": 2, "stores": ["DEPLOY_KEY"]},
        "db": {"sensitivity": 5, "loss": "1k"},
        "vault": {"sensitivity": 4},
        "box": None,
    },
    "secrets": {"DEPLOY_KEY": {"opens": "deployer", "readable-with": "write", "title": "CI variable"}},
    "roles": {
        "worker": {"can": {"box": None, "repo": "write"}},
        "deployer": {"can": {"db": "write"}, "assumes": ["admin"]},
        "admin": {"can": {"vault": "admin"}, "session": "3h", "mints": ["backdoor"]},
        "backdoor": {"can": {"db": "read"}, "minted-life": "5d"},
    },
}
ALWAYS = {"discovery": {"time": "1h"}}


def estate(**changes):
    return scenario(**({"estate": ESTATE, "tasks": {"job": {"needs": ["repo"]}}, "attacker": {"hop": "10m"}} | changes))


def once(channel=None, **changes):
    """A scenario in which the one use of the one task leaks."""
    agents = {"bot": {"arrivals": {"every": {"interval": "20d"}}}}
    return estate(agents=agents, leaks={"log": {"per-use": 1} | (channel or ALWAYS)}, **changes)


def reached(log):
    return [(int(r["at"]) // MINUTE, int(r["other"])) for r in log[log["kind"] == Event.REACHED]]


def test_the_walk_hop_by_hop():
    row, leaks, log = simulated(once())
    # Tried at 1 h; each hop takes 10 min: repo (0), its secret, deployer → db (1), admin → vault (2), backdoor → db.
    assert reached(log) == [(70, 0), (90, 1), (100, 2), (110, 1)]
    leak = leaks[0]
    assert leak["outcome"] == "compromised"
    assert leak["path"] == "role worker → repo → CI variable DEPLOY_KEY → role deployer → db at +1 h 30 m"
    assert (leak["reached_resources"], leak["potential_resources"]) == (3, 3)
    assert (leak["reached_weight"], leak["potential_weight"]) == (11, 11)
    assert leak["loss"] == 1000.0
    horizon = 10 * 24
    held = (horizon - 70 / 60) + (horizon - 90 / 60) + (horizon - 100 / 60)
    assert leak["resource_hours"] == pytest.approx(held)
    assert row["resource_hours"] == pytest.approx(held)
    assert leak["censored"]
    assert leak["exposure_hours"] == 240
    assert leak["exploitable_hours"] == 239


def test_a_secret_that_takes_more_access_than_the_role_has_stays_hidden():
    content = once()
    content["estate"]["secrets"]["DEPLOY_KEY"]["readable-with"] = "admin"
    _, leaks, log = simulated(content)
    assert reached(log) == [(70, 0)]
    assert leaks[0]["potential_resources"] == 1


def test_sessions_outlive_what_they_came_from_and_minted_credentials_outlive_sessions():
    content = once(strategies={"only": {"issuance": "per-task", "lifetime": "75m"}})
    content["estate"]["secrets"]["DEPLOY_KEY"]["rotated-every"] = "10y"
    _, leaks, log = simulated(content)
    # The leaked credential dies at 75 min, between reaching the repo (70) and reading its secret (80).
    assert reached(log) == [(70, 0)]
    content["strategies"]["only"]["lifetime"] = "85m"
    _, leaks, log = simulated(content)
    assert [minute for minute, _ in reached(log)] == [70, 90, 100, 110]
    hours = leaks[0]["resource_hours"]
    # repo until 85 min; db and vault on, as the found key has no end before the horizon.
    assert hours == pytest.approx((15 / 60) + (240 - 1.5) + (240 - 100 / 60))


def test_a_session_ends_when_its_parent_is_dead_at_its_end():
    roles = {
        "worker": {"can": {"repo": "read"}, "assumes": ["admin"]},
        "admin": {"mints": None},
        "deployer": {"assumes": []},
    }
    content = once(strategies={"only": {"issuance": "per-task", "lifetime": "5h"}})
    content = merged(content, {"estate": {"roles": roles}})
    _, leaks, log = simulated(content)
    sessions = log[(log["kind"] == Event.OBTAINED) | (log["kind"] == Event.RENEWED)]
    # Taken at 70 min for 3 h, renewed at 250 min while the parent lives, not at 430 min, when it is dead.
    # (Renewed a tick before its end, so that what is due at the end finds it alive.)
    assert ((sessions["at"] + 1) // MINUTE).tolist() == [70, 250]
    assert (sessions["until"] // MINUTE).tolist() == [250, 430]
    assert leaks[0]["resource_hours"] == pytest.approx((300 - 70) / 60 + (430 - 80) / 60)


def test_eviction_ends_everything_the_intruder_holds():
    defender = {"intrusion": {"detection": {"time": "30m"}, "eviction": "5m"}}
    _, leaks, log = simulated(once(defender=defender))
    assert reached(log) == [(70, 0), (90, 1)]
    leak = leaks[0]
    assert leak["death"] == "eviction"
    assert leak["dead_us"] == leak["evicted_us"] == 95 * MINUTE
    assert leak["resource_hours"] == pytest.approx(25 / 60 + 5 / 60)
    # A standing credential is replaced at once; the next use is not refused.
    assert (log["kind"] == Event.ISSUED).sum() == 2


def test_the_secrets_clock_kills_the_credential_only():
    channel = ALWAYS | {"detection": {"time": "75m"}}
    strategy = {"issuance": "standing", "revocation": {"detection": {"delay": "10m"}}}
    row, leaks, log = simulated(once(channel, strategies={"only": strategy}))
    assert leaks[0]["detected_us"] == 75 * MINUTE
    assert leaks[0]["dead_us"] == 85 * MINUTE
    # The key found at 80 min lives on.
    assert [minute for minute, _ in reached(log)] == [70, 90, 100, 110]
    assert row["late_uses"] == 1  # reading the secret at 80 min, after revocation was asked for at 75


def test_a_dead_credential_is_blocked():
    row, leaks, _log = simulated(once(strategies={"only": {"issuance": "per-task", "lifetime": "1h"}}))
    assert leaks[0]["outcome"] == "blocked"
    assert leaks[0]["first_use_us"] == HOUR
    assert leaks[0]["exposure_hours"] == 1
    assert leaks[0]["exploitable_hours"] == 0
    assert row["compromises"] == 0


def test_a_bound_credential_is_useless_elsewhere():
    row, leaks, log = simulated(once(strategies={"only": {"issuance": "standing", "binding": "sender-constrained"}}))
    assert leaks[0]["outcome"] == "blocked"
    assert log[log["kind"] == Event.BLOCKED]["other"].tolist() == [2]
    assert leaks[0]["potential_resources"] == 0
    assert row["compromises"] == 0


def test_task_scope_reaches_the_tasks_resources_only():
    content = once(strategies={"only": {"issuance": "per-task", "lifetime": "9d", "scope": "task"}})
    content["estate"]["roles"]["worker"] = {"can": {"repo": "write", "vault": "read"}, "assumes": ["admin"]}
    _, leaks, log = simulated(content)
    # The task needs the repo: not the vault, no stepping into admin; but the repo's secret is there to be read.
    assert [place for _, place in reached(log)][:2] == [0, 1]
    assert 2 not in [place for minute, place in reached(log) if minute < 100]
    content["estate"]["resources"]["repo"]["stores"] = []
    _, leaks, log = simulated(content)
    assert [place for _, place in reached(log)] == [0]
    assert leaks[0]["potential_resources"] == 1


def test_a_managed_secret_lies_there_under_standing_issuance_only():
    content = once(
        strategies={
            "standing": {"issuance": "standing"},
            "jit": {"issuance": "per-task", "lifetime": "9d"},
            "only": None,
        }
    )
    content["estate"]["secrets"]["DEPLOY_KEY"]["managed"] = True
    _, standing, _ = simulated(content, "standing")
    _, jit, _ = simulated(content, "jit")
    assert standing[0]["reached_resources"] == standing[0]["potential_resources"] == 3
    assert jit[0]["reached_resources"] == jit[0]["potential_resources"] == 1


def test_a_rotated_secret_is_read_again_while_there_is_access():
    content = once()
    content["estate"]["secrets"]["DEPLOY_KEY"]["rotated-every"] = "1d"
    content["estate"]["roles"]["deployer"]["assumes"] = []
    _, leaks, log = simulated(content)
    obtained = log[log["kind"] == Event.OBTAINED]
    assert len(obtained) in (10, 11)
    gaps = obtained["at"][1:] - obtained["until"][:-1]
    assert set(gaps.tolist()) == {10 * MINUTE}
    # Of every day the intruder lacks the database for one read and one hop.
    db = leaks[0]["resource_hours"] - (240 - 70 / 60)
    assert db == pytest.approx(240 - 1.5 - (len(obtained) - 1) * 20 / 60, abs=0.34)


def test_exposures_at_rest_capture_what_lies_there():
    leaks = {"file": {"at-rest": "12/d", "holds": ["standing", "per-task"], "discovery": {"chance": 0, "time": "1s"}}}
    strategies = {"only": None, "static": {"issuance": "standing"}, "jit": {"issuance": "per-task", "lifetime": "1h"}}
    content = estate(horizon="100d", leaks=leaks, strategies=strategies)
    static, _, log = simulated(content, "static")
    assert static["leaks"] == 1
    assert static["captures"] == pytest.approx(1200, abs=4 * 1200**0.5)
    jit, _, jit_log = simulated(content, "jit")
    # A task runs for one minute in sixty; exposures occur at the same moments under both.
    assert 4 <= jit["captures"] <= 45
    captured = set(log["at"][log["kind"] == Event.CAPTURED])
    assert set(jit_log["at"][jit_log["kind"] == Event.CAPTURED]) <= captured


def test_a_leak_is_noticed_once_for_each_capture_and_the_first_counts():
    channel = {"discovery": {"chance": 0, "time": "1s"}, "detection": {"time": "2h"}}
    content = estate(leaks={"log": {"per-use": 1} | channel}, horizon="5h")
    row, leaks, _ = simulated(content)
    assert (row["captures"], row["leaks"]) == (5, 1)
    assert leaks[0]["detected_us"] == 2 * HOUR
    assert leaks[0]["captures"] == 5
    assert leaks[0]["review_records"] == 4


def test_records_to_review_are_the_uses_between_leak_and_death():
    strategy = {"issuance": "standing", "revocation": {"detection": {"delay": "0s"}}}
    channel = {"discovery": {"time": "30m"}, "detection": {"time": "150m"}}
    content = estate(leaks={"log": {"per-use": 1} | channel}, horizon="3h", strategies={"only": strategy})
    row, leaks, _ = simulated(content)
    # Own uses at 60 and 120 min; the intruder's at 30 (the try), 40 (repo) and 50 (the secret): dead at 150.
    assert leaks[0]["dead_us"] == 150 * MINUTE
    assert leaks[0]["review_records"] == row["review_records"] == 5


def test_expiry_at_the_horizon_is_a_death_and_beyond_it_is_not():
    for lifetime, censored in (("10d", False), ("11d", True)):
        content = once(
            {"discovery": {"chance": 0, "time": "1s"}},
            strategies={"only": {"issuance": "per-task", "lifetime": lifetime}},
        )
        _, leaks, _ = simulated(content)
        assert leaks[0]["censored"] is censored
        assert leaks[0]["exposure_hours"] == 240
        assert leaks[0]["dead_us"] == (None if censored else 10 * DAY)


def test_nothing_takes_time_and_nothing_hangs():
    content = once({"discovery": {"time": "0s"}}, attacker={"hop": "0s"})
    content["estate"]["roles"]["admin"]["session"] = "1m"
    content["estate"]["roles"]["admin"]["mints"] = ["admin", "deployer", "worker"]
    content["horizon"] = "1ms"
    _, leaks, _ = simulated(content)
    assert leaks[0]["reached_resources"] == 3
    assert leaks[0]["compromised_us"] == 0


def hours_held(content, lifetime):
    content = merged(content, {"strategies": {"only": {"issuance": "per-task", "lifetime": lifetime}}})
    _, leaks, _ = simulated(content)
    return leaks[0]["resource_hours"], leaks[0]["reached_resources"]


def test_another_way_to_a_role_keeps_its_session_up():
    """A session's parent dies; a found key of the same role takes the step again, as soon as the session ends."""
    roles = {
        "worker": {"can": {"repo": "write"}, "assumes": ["deployer"]},
        "deployer": {"can": {"db": None, "repo": "read"}, "session": "1h"},
        "admin": {"session": "1h", "mints": []},
    }
    content = merged(once(), {"estate": {"roles": roles}})
    # Without the key that lies in the repo, the deployer's session, and the admin's with it, end with the credential.
    short, _ = hours_held(merged(content, {"estate": {"resources": {"repo": {"stores": []}}}}), "4h")
    long, reach = hours_held(content, "4h")
    assert short < 20
    assert long > 450
    assert reach == 2
    assert hours_held(content, "20h") >= (long, reach)


@pytest.mark.parametrize("session", ["59m", "1h", "61m", "2h"])
def test_a_hop_that_is_due_when_a_session_ends_finds_it_renewed(session):
    roles = {
        "worker": {"can": {"repo": "read"}, "assumes": ["admin"]},
        "admin": {"session": session, "mints": []},
        "deployer": {"assumes": []},
    }
    _, leaks, _ = simulated(merged(once(attacker={"hop": "1h"}), {"estate": {"roles": roles}}))
    assert leaks[0]["reached_resources"] == 2


def test_the_channel_of_a_compromise_is_the_one_that_was_used():
    channels = {
        "quiet": {"per-use": 1, "discovery": {"chance": 0, "time": "1s"}},
        "loud": {"per-use": 1, "tools": ["shout"], "discovery": {"time": "1h"}},
    }
    content = estate(agents={"bot": {"arrivals": {"every": {"interval": "20d"}}}}, leaks=channels)
    content["estate"]["tools"]["shout"] = {"uses": "worker", "duration": "1m"}
    content["tasks"]["job"]["steps"] = ["call", "shout"]
    _, leaks, _ = simulated(content)
    assert (leaks[0]["channel"], leaks[0]["leaked_us"]) == ("quiet", 0)
    assert (leaks[0]["used_channel"], leaks[0]["used_leak_us"]) == ("loud", MINUTE)
    assert leaks[0]["path"].endswith("at +1 h 30 m")


def test_a_second_intruder_reads_a_secret_anew_after_the_first_was_evicted():
    """Eviction of one replaces the secret; the other, who still has access to where it lies, has it a hop later."""
    noticed = {"time": {"uniform": {"low": "5h", "high": "9d"}}}
    content = once(defender={"intrusion": {"detection": noticed, "eviction": "0s"}})
    content["agents"]["bot"]["count"] = 2
    _, leaks, log = simulated(content, seed=1)
    obtained = log[log["kind"] == Event.OBTAINED]
    key = obtained[obtained["edge"] == obtained["edge"][0]]
    first = min(leak["evicted_us"] for leak in leaks if leak["evicted_us"])
    assert len(key) == 3
    assert key["at"][2] == first + 10 * MINUTE


def test_what_one_exposure_captures_of_several_tasks_is_found_for_each():
    channel = {"at-rest": "40/d", "holds": ["per-task"], "discovery": {"time": {"exponential": {"mean": "5h"}}}}
    content = estate(
        agents={"bot": {"arrivals": {"every": {"interval": "2h"}}, "concurrency": 9}},
        leaks={"memory": channel},
        strategies={"only": {"issuance": "per-task", "lifetime": "9d"}},
    )
    content["estate"]["tools"]["call"] = {"uses": "worker", "duration": "9h"}
    _, _, log = simulated(content)
    captured = log[log["kind"] == Event.CAPTURED]
    assert len(captured) > 2 * len(set(captured["at"].tolist()))
    tried = log["at"][log["kind"] == Event.COMPROMISED]
    assert len(tried) == len(set(tried.tolist())) > 10
