"""The issuer's refusals, and what agents do about them."""

import pytest

from sim.core.events import Event, Refusal
from sim.core.units import DAY, HOUR, MINUTE, SECOND
from sim.engine.reference import issuer
from tests.support import scenario, simulated

PER_TASK = {"only": {"issuance": "per-task", "lifetime": "15m"}}


def refusals(log):
    return [(int(r["at"]), Refusal(r["other"]).name) for r in log[log["kind"] == Event.REFUSED]]


def test_an_outage_refuses_and_tasks_fail_for_want_of_a_credential():
    issuer = {
        "outages": {"between": "1h", "lasting": "30m"},
        "retries": 2,
        "back-off": {"first": "1m", "factor": 2, "most": "1h"},
    }
    row, _, log = simulated(
        scenario(
            horizon="3h",
            issuer=issuer,
            strategies=PER_TASK,
            agents={"bot": {"arrivals": {"every": {"interval": "1h", "first": "1m"}}}},
        )
    )
    assert log["at"][log["kind"] == Event.ISSUER_DOWN].tolist() == [HOUR, 150 * MINUTE]
    assert refusals(log) == [(61 * MINUTE, "OUTAGE"), (62 * MINUTE, "OUTAGE"), (64 * MINUTE, "OUTAGE")]
    assert row["tasks_failed_credential"] == 1
    assert row["latency_seconds"] == 3 * 60


def test_the_rate_limit_lets_a_burst_in_and_then_the_rate():
    issuer = {"rate-limit": "1/m", "burst": 2, "retries": 0}
    agents = {"bot": {"count": 4, "arrivals": {"every": {"interval": "1d"}}}}
    _, _, log = simulated(scenario(horizon="1h", issuer=issuer, agents=agents, strategies=PER_TASK))
    assert (log["kind"] == Event.ISSUED).sum() == 2
    assert refusals(log) == [(0, "RATE"), (0, "RATE")]


def test_places_are_taken_in_turn():
    issuer = {"capacity": 1, "service": "10s"}
    agents = {"bot": {"count": 3, "arrivals": {"every": {"interval": "1d"}}}}
    row, _, log = simulated(scenario(horizon="1h", issuer=issuer, agents=agents, strategies=PER_TASK))
    assert log["at"][log["kind"] == Event.ISSUED].tolist() == [10 * SECOND, 20 * SECOND, 30 * SECOND]
    assert row["issuer_wait_seconds"] == 0 + 10 + 20
    assert row["latency_seconds"] == 10 + 20 + 30
    assert row["issuer_load"] == pytest.approx(30 / 3600)


def test_failures_are_retried():
    issuer = {"fails": 1, "retries": 3, "service": "1s", "back-off": {"first": "1s", "factor": 1}}
    agents = {"bot": {"arrivals": {"every": {"interval": "1d"}}}}
    row, _, log = simulated(scenario(horizon="1h", issuer=issuer, agents=agents, strategies=PER_TASK))
    assert [name for _, name in refusals(log)] == ["FAILURE"] * 4
    assert row["tasks_failed_credential"] == 1
    assert row["latency_seconds"] == 4 + 3


def test_outages_without_length_do_not_stop_time():
    issuer = {"outages": {"between": "0s", "lasting": "0s"}}
    row, _, _ = simulated(scenario(horizon="1ms", issuer=issuer, strategies=PER_TASK))
    assert row["tasks_ended"] == 0


def test_retries_expect_a_truncated_geometric_number_of_attempts():
    tools = {"call": {"duration": "1s", "fails": 0.3, "retries": 2, "back-off": {"first": "0s"}}}
    row, _, _ = simulated(scenario(horizon="60d", estate={"tools": tools}))
    expected = (1 - 0.3**3) / (1 - 0.3)
    # Attempts are 1, 2 or 3 with probabilities .7, .21, .09; standard deviation .65 over 1440 tasks.
    assert row["uses"] / row["tasks_ended"] == pytest.approx(expected, abs=4 * 0.65 / 1440**0.5)
    assert row["tasks_failed"] / row["tasks_ended"] == pytest.approx(0.3**3, abs=4 * 0.0043)
    assert row["tasks_ended"] == 60 * DAY // HOUR


def test_who_stands_in_line_when_the_issuer_goes_down_is_refused():
    queue = {"capacity": 1, "service": "40m", "outages": {"between": "1h", "lasting": "5h"}, "retries": 0}
    agents = {"bot": {"count": 3, "arrivals": {"every": {"interval": "1d", "first": "30m"}}}}
    _, _, log = simulated(scenario(horizon="12h", issuer=queue, agents=agents, strategies=PER_TASK))
    # One is being served when it goes down at 60 min, and still gets its credential at 70; then the line is refused.
    assert log["at"][log["kind"] == Event.ISSUED].tolist() == [70 * MINUTE]
    assert refusals(log) == [(70 * MINUTE, "OUTAGE"), (70 * MINUTE, "OUTAGE")]


def test_a_credential_can_be_renewed_more_than_a_million_times():
    strategy = {"issuance": "per-task", "lifetime": "2us", "renewal": {"at": 0.5, "max-life": "10s"}}
    agents = {"bot": {"arrivals": {"every": {"interval": "1d"}}}}
    _, _, log = simulated(scenario(horizon="20ms", agents=agents, strategies={"only": strategy}))
    assert (log["kind"] == Event.RENEWED).sum() == 20_000 - 1
    assert issuer.address(issuer.RENEWAL, 7, 3, 5, 2**20 + 1) != issuer.address(issuer.RENEWAL, 7, 3, 5, 1)
