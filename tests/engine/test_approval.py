"""Calls that wait for people: the line, working hours, expiry, elevations and what they do to credentials."""

import pytest

from sim.core.events import Answer, Event, Outcome
from sim.core.units import DAY, HOUR, MINUTE
from sim.engine import rules
from sim.engine.reference.approvals import Approvals
from sim.inputs.schema import Scenario
from sim.model.calendar import Calendar
from sim.model.credentials import plan
from sim.model.world import build
from tests.fuzzing.compare import Case, first_difference
from tests.support import merged, scenario, simulated

OFFICE = {"office": {"starts": 9, "ends": 17}}
ONCE = {"every": {"interval": "1000d"}}
PER_TASK = {"issuance": "per-task", "lifetime": "4h", "approval": {"every-call": True}}


def approved(approvers=None, strategy=None, first="0s", count=1, **changes):
    """Agents who each have one task at `first`, all calls of which need approval."""
    agents = {"bot": {"count": count, "arrivals": {"every": {"interval": "1000d", "first": first}}}}
    base = scenario(
        profiles=OFFICE,
        approvers={"response": "10m"} | (approvers or {}),
        agents=agents,
        strategies={"only": merged(PER_TASK, strategy or {})},
    )
    return merged(base, changes)


def chain(calls, **approval):
    """A task of some calls of a minute each; people answer at once."""
    return approved({"response": "0s"}, {"approval": approval}, tasks={"job": {"steps": ["call"] * calls}})


def rows(log, kind):
    return log[log["kind"] == kind]


def answers(log):
    """(moment, what) of each answer."""
    return [(int(r["at"]), Answer(r["other"]).name) for r in rows(log, Event.APPROVAL_ANSWERED)]


def outcomes(log):
    return [Outcome(r["other"]) for r in rows(log, Event.TASK_ENDED)]


def asked(log):
    return len(rows(log, Event.APPROVAL_ASKED))


# --- the line ---
def test_requests_are_answered_in_the_order_in_which_they_came():
    row, _, log = simulated(approved(count=3))
    assert answers(log) == [(10 * MINUTE, "APPROVED"), (20 * MINUTE, "APPROVED"), (30 * MINUTE, "APPROVED")]
    assert rows(log, Event.APPROVAL_ANSWERED)["agent"].tolist() == [0, 1, 2]
    assert row["approvals"] == 3
    assert row["approval_seconds"] == 60 * (10 + 20 + 30)
    assert row["approval_p95_seconds"] == 60 * 30
    assert row["latency_seconds"] == 0
    assert row["approver_busy_hours"] == pytest.approx(0.5)
    assert row["approver_hours"] == 240


def test_several_people_work_side_by_side():
    _, _, log = simulated(approved({"count": 2}, count=5))
    assert [at for at, _ in answers(log)] == [10 * MINUTE] * 2 + [20 * MINUTE] * 2 + [30 * MINUTE]


def test_whoever_is_free_first_takes_the_next():
    """Seven requests of 1 h for three people: the heap of the approvers is gone through more than once."""
    _, _, log = simulated(approved({"count": 3, "response": "1h"}, count=7))
    begun = rows(log, Event.APPROVAL_ASKED)["was"].tolist()
    assert begun == [0, 0, 0, HOUR, HOUR, HOUR, 2 * HOUR]


# --- working hours ---
def test_a_request_outside_working_hours_waits_exactly_until_they_begin():
    for first, opens in (("0s", 9 * HOUR), ("18h", DAY + 9 * HOUR), ("114h", 7 * DAY + 9 * HOUR)):
        row, _, log = simulated(approved({"hours": "office", "response": "0s"}, first=first, horizon="20d"))
        assert answers(log) == [(opens, "APPROVED")]
        assert rows(log, Event.ISSUED)["at"].tolist() == [opens]
        assert row["approver_busy_hours"] == 0
        assert row["approver_hours"] == 3 * 5 * 8


def test_what_is_begun_before_closing_is_finished_the_next_working_day():
    content = approved({"hours": "office", "response": "30m"}, first="6770m", horizon="20d")
    row, _, log = simulated(content)
    assert rows(log, Event.APPROVAL_ASKED)["was"].tolist() == [6770 * MINUTE]  # Friday, 16:50
    assert answers(log) == [(7 * DAY + 9 * HOUR + 20 * MINUTE, "APPROVED")]
    assert row["approver_busy_hours"] == 0.5


def test_work_under_way_at_the_horizon_is_counted_up_to_it():
    row, _, log = simulated(approved({"hours": "office", "response": "4h"}, horizon="11h"))
    assert answers(log) == []
    assert (row["approvals"], row["approver_busy_hours"], row["approver_hours"]) == (1, 2, 2)


def test_fault_people_work_at_night(monkeypatch):
    monkeypatch.setattr(Calendar, "next_open", lambda self, now: now)
    monkeypatch.setattr(Calendar, "worked_until", lambda self, now, work: now + work)
    _, _, log = simulated(approved({"hours": "office", "response": "0s"}))
    assert answers(log) != [(9 * HOUR, "APPROVED")]


# --- expiry and refusal ---
def test_a_request_that_nobody_has_answered_is_void_and_its_task_has_failed():
    row, _, log = simulated(approved({"expires": "15m"}, count=3))
    # The second is being worked on when it becomes void; nobody has looked at the third one.
    assert answers(log) == [(10 * MINUTE, "APPROVED"), (15 * MINUTE, "EXPIRED"), (15 * MINUTE, "EXPIRED")]
    assert outcomes(log) == [Outcome.DONE, Outcome.APPROVAL, Outcome.APPROVAL]
    assert row["tasks_failed_approval"] == 2
    assert row["tasks_failed_credential"] == 0
    assert row["approver_busy_hours"] == 0.25


def test_an_answer_at_the_very_moment_of_expiry_is_too_late():
    _, _, log = simulated(approved({"expires": "10m"}))
    assert answers(log) == [(10 * MINUTE, "EXPIRED")]
    _, _, log = simulated(approved({"expires": "600000001us"}))
    assert answers(log) == [(10 * MINUTE, "APPROVED")]


def test_who_gives_up_leaves_the_person_free():
    """Agents ask at 0 and at 12 min; the first request is void after 15 min, and the next one begun then."""
    content = approved({"expires": "15m", "response": "20m"})
    content["agents"]["late"] = merged(content["agents"]["bot"], {"arrivals": {"every": {"first": "12m"}}})
    _, _, log = simulated(content)
    assert rows(log, Event.APPROVAL_ASKED)["was"].tolist() == [0, 15 * MINUTE]
    assert rows(log, Event.APPROVAL_ASKED)["until"].tolist() == [15 * MINUTE, 27 * MINUTE]


def test_a_refused_call_ends_its_task():
    row, _, log = simulated(approved(strategy={"approval": {"refuses-good": 1}}))
    assert answers(log) == [(10 * MINUTE, "REFUSED")]
    assert outcomes(log) == [Outcome.APPROVAL]
    assert len(rows(log, Event.ISSUED)) == 0
    assert row["tasks_failed_approval"] == 1


def test_good_and_bad_requests_have_their_own_chances():
    draws = [n / 10 for n in range(1, 10)]
    assert [rules.approved(True, u, 1, 0.35) for u in draws] == [False] * 3 + [True] * 6
    assert [rules.approved(False, u, 0.35, 1) for u in draws] == [True] * 3 + [False] * 6


def test_the_share_refused_is_the_chance():
    content = approved({"response": "0s"}, {"approval": {"refuses-good": 0.2}})
    content["agents"]["bot"]["arrivals"] = {"every": {"interval": "5m"}}
    row, _, _ = simulated(content)
    assert row["tasks_failed_approval"] / row["tasks_ended"] == pytest.approx(0.2, abs=4 * (0.16 / 2880) ** 0.5)


def test_a_deadline_that_passes_meanwhile_is_noticed_before_anything_is_issued():
    _, _, log = simulated(approved({"response": "1h"}, tasks={"job": {"deadline": "59m"}}))
    assert answers(log) == [(HOUR, "APPROVED")]
    assert outcomes(log) == [Outcome.DEADLINE]
    assert len(rows(log, Event.ISSUED)) == 0


def test_an_agent_retired_meanwhile_finishes_its_task():
    """As for tasks that wait for the issuer: the credential is an orphan from its start."""
    row, _, log = simulated(approved({"response": "1h"}, {"lifetime": "10m"}, agents={"bot": {"tenure": "30m"}}))
    assert outcomes(log) == [Outcome.DONE]
    assert row["orphan_hours"] == pytest.approx(1 / 6)


# --- which calls ---
def needing(**approval):
    """Names of the tools whose calls need approval: `deep` is assumed by `middle`, that by `top`."""
    content = scenario(
        approvers={"response": "1m"},
        estate={
            "resources": {"secret": {"sensitivity": 5}, "box": {"sensitivity": 3}},
            "roles": {
                "deep": {"can": {"secret": "read"}, "assumes": ["top"]},
                "middle": {"assumes": ["deep"]},
                "top": {"can": {"box": "read"}, "assumes": ["middle"]},
                "apart": {"can": {"box": "admin"}, "mints": ["deep"]},
            },
            "tools": {name: {"uses": name, "duration": "1m"} for name in ("deep", "middle", "top", "apart")},
        },
        strategies={"only": {"approval": approval}},
    )
    parsed = Scenario.model_validate(content)
    world = build(parsed)
    found = plan("only", parsed.strategies["only"], world).approval
    return {world.tool_names[tool] for tool in found.tools}


def test_calls_need_approval_by_tool_by_what_the_role_can_touch_or_all():
    assert needing(tools=["top"]) == {"top"}
    assert needing(sensitivity=4) == {"deep", "middle", "top"}
    assert needing(sensitivity=4, tools=["call"]) == {"deep", "middle", "top", "call"}
    assert needing(sensitivity=3) == needing(**{"every-call": True}) == {"deep", "middle", "top", "apart", "call"}


def test_other_calls_do_not_ask():
    content = approved(strategy={"approval": {"every-call": None, "tools": ["risky"]}})
    content["estate"]["tools"]["risky"] = content["estate"]["tools"]["call"]
    content["tasks"]["job"]["steps"] = ["call", "risky", "call"]
    _, _, log = simulated(content)
    assert rows(log, Event.APPROVAL_ASKED)["step"].tolist() == [1]


# --- elevations ---
@pytest.mark.parametrize(("minutes", "requests"), [(1, 10), (2, 5), (3, 4), (9, 2), (10, 1), (60, 1)])
def test_an_elevation_spares_requests(minutes, requests):
    row, _, log = simulated(chain(10, elevation=f"{minutes}m"))
    assert row["approvals"] == requests
    begins = range(0, 10, minutes)
    assert rows(log, Event.APPROVAL_ANSWERED)["until"].tolist() == [(at + minutes) * MINUTE for at in begins]


def test_without_one_every_call_asks_but_its_retries_do_not():
    assert simulated(chain(10))[0]["approvals"] == 10
    failing = {"tools": {"call": {"fails": 1, "retries": 4}}}
    row, _, log = simulated(merged(chain(10), {"estate": failing}))
    assert (row["approvals"], len(rows(log, Event.USED))) == (1, 5)


def test_an_elevation_is_of_one_task_and_role():
    content = chain(4, elevation="1h")
    content["estate"]["roles"]["other"] = content["estate"]["roles"]["worker"]
    content["estate"]["tools"]["more"] = content["estate"]["tools"]["call"] | {"uses": "other"}
    content["tasks"]["job"]["steps"] = ["call", "more", "call", "more"]
    content["agents"]["bot"] |= {"concurrency": 2, "arrivals": {"every": {"interval": "1m"}, "until": "2m"}}
    _, _, log = simulated(content)
    asked_for = [(int(r["task"]), int(r["step"])) for r in rows(log, Event.APPROVAL_ASKED)]
    assert sorted(asked_for) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def lives(log):
    """Ticks from each credential's issuance to its expiry."""
    return (rows(log, Event.ISSUED)["until"] - rows(log, Event.ISSUED)["at"]).tolist()


def test_a_credential_dies_with_its_elevation():
    _, _, log = simulated(chain(10, elevation="3m"))
    assert lives(log) == [3 * MINUTE] * 4
    _, _, log = simulated(chain(10, elevation="5h"))
    assert lives(log) == [4 * HOUR]
    _, _, log = simulated(chain(10))
    assert lives(log) == [4 * HOUR]


def test_it_lives_as_long_as_the_elevation_has_left_when_it_is_issued():
    _, _, log = simulated(merged(chain(2, elevation="10m"), {"issuer": {"service": "4m"}}))
    assert lives(log) == [6 * MINUTE]


def test_no_renewal_reaches_past_the_elevation():
    content = chain(30, elevation="25m")
    content["strategies"]["only"] |= {"lifetime": "10m", "renewal": {"at": 0.5, "max-life": "3h"}}
    _, _, log = simulated(content)
    ends = [int(r["until"]) for r in rows(log, Event.RENEWED)]
    assert ends[:3] == [15 * MINUTE, 20 * MINUTE, 25 * MINUTE]
    assert ends[3] == 40 * MINUTE  # of the second one, which was issued after 25 min, when the task asked again
    assert asked(log) == 2


def test_what_comes_after_the_elevation_is_dead_on_arrival():
    """The issuer takes longer than the elevation lasts: each credential is refused, and the task asks again."""
    content = merged(chain(1, elevation="1m"), {"issuer": {"service": "2m", "retries": 2}})
    _, _, log = simulated(content)
    assert lives(log) == [0, 0, 0]
    assert [at for at, _ in answers(log)] == [0, 2 * MINUTE, 4 * MINUTE]
    assert outcomes(log) == [Outcome.CREDENTIAL]


def test_a_call_that_needs_no_approval_has_a_credential_of_its_own_life():
    content = chain(1, **{"every-call": None, "tools": ["risky"], "elevation": "5m"})
    content["estate"]["tools"]["risky"] = content["estate"]["tools"]["call"]
    content["tasks"]["job"]["steps"] = ["call", "risky"]
    _, _, log = simulated(content)
    assert (asked(log), lives(log)) == (1, [4 * HOUR])
    content["tasks"]["job"]["steps"] = ["risky", "call"]
    assert lives(simulated(content)[2]) == [5 * MINUTE]


def test_standing_and_leased_credentials_outlive_elevations():
    for strategy in ({"issuance": "standing", "lifetime": None}, {"issuance": "leased"}):
        content = chain(10, elevation="3m")
        content["strategies"]["only"] = merged(content["strategies"]["only"], strategy)
        row, _, log = simulated(content)
        assert row["approvals"] == 4
        assert len(lives(log)) == 1
        assert lives(log)[0] >= 4 * HOUR


def test_fault_an_elevation_does_not_cap(monkeypatch):
    monkeypatch.setattr(Approvals, "latest", lambda self, task, tool: 1 << 62)
    _, _, log = simulated(chain(10, elevation="3m"))
    assert lives(log) != [3 * MINUTE] * 4


def test_fault_an_elevation_lasts_a_tick_longer(monkeypatch):
    monkeypatch.setattr(rules, "elevated_until", lambda now, elevation: now + elevation + 1)
    assert simulated(chain(10, elevation="3m"))[0]["approvals"] != 4


# --- both engines ---
DIRECTED = {
    "line": approved({"expires": "45m", "count": 2}, count=7),
    "hours": approved({"hours": "office", "response": "30m", "expires": "3d"}, first="6770m", count=3, horizon="20d"),
    "elevation": chain(10, elevation="3m"),
    "dead on arrival": merged(chain(3, elevation="1m"), {"issuer": {"service": "2m", "retries": 2}}),
    "renewal": merged(
        chain(30, elevation="25m"),
        {"strategies": {"only": {"lifetime": "10m", "renewal": {"at": 0.5, "max-life": "3h"}}}},
    ),
    "deadline": approved({"response": "1h"}, tasks={"job": {"deadline": "59m"}}),
    "retirement": approved({"response": "1h"}, agents={"bot": {"tenure": "30m"}}),
    "endless": approved({"response": {"lognormal": {"median": "1h", "sigma": 40}}, "hours": "office"}, count=9),
}


@pytest.mark.parametrize("name", DIRECTED)
def test_both_engines_write_the_same_log(name):
    pytest.importorskip("numba", reason="the compiled engine needs numba, which is not installed")
    case = Case(DIRECTED[name])
    reference = case.log("only", 1, 2, "reference")
    assert asked(reference) > 0
    assert first_difference(reference, case.log("only", 1, 2, "compiled")) == ""
