"""Budgets: units, verdicts, and what stands at the edge."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.core.units import HOUR
from sim.inputs.budgets import UNITS, Budget
from sim.measure import budgets as room
from sim.measure.budgets import decided, judge, worst
from sim.measure.catalogue import METRICS
from sim.measure.estimates import Estimate, mean


def budget(metric: str, **keys: object) -> Budget:
    return Budget.model_validate({"metric": metric, **keys})


def test_units_are_those_of_the_catalogue():
    expected = {metric.key: metric.unit for metric in METRICS}
    assert expected == UNITS, "write the metric into sim/inputs/budgets.py"


@pytest.mark.parametrize(
    ("metric", "written", "amount"),
    [
        ("exposure_window_hours_p95", "90m", 1.5), ("added_latency_seconds", "250ms", 0.25),
        ("standing_hours", "2d", 48),
        ("audit_attributable", 0.99, 0.99), ("loss", "500k", 500_000), ("loss", 12, 12), ("leaks", 3, 3),
        ("blast_radius_reached", 0.5, 0.5), ("review_records", 0, 0),
    ],
)  # fmt: skip
def test_limits_are_in_the_metrics_unit(metric, written, amount):
    assert budget(metric, **{"at-most": written}).at_most == amount
    assert budget(metric, **{"at-least": written}).at_least == amount


@pytest.mark.parametrize("metric", list(UNITS))
def test_every_unit_refuses_what_another_takes(metric):
    takes = {"1h": UNITS[metric] in ("s", "h") or UNITS[metric].endswith("-h"), "5k": UNITS[metric] == "currency",
             2: not (UNITS[metric] in ("s", "h") or UNITS[metric].startswith("share") or UNITS[metric].endswith("-h")),
             "x": False, -1: False, "-1h": False, math.inf: False}  # fmt: skip
    for written, taken in takes.items():
        if taken:
            budget(metric, **{"at-most": written})
        else:
            with pytest.raises(ValueError, match="its limit is"):
                budget(metric, **{"at-most": written})


CASES = [  # low, best, high, limit, upper, lower limit
    (1.0, 2.0, 3.0, 3.0, "passed", "undecided"),
    (1.0, 2.0, 3.0, math.nextafter(3.0, 0), "undecided", "undecided"),
    (1.0, 2.0, 3.0, 1.0, "undecided", "passed"),
    (1.0, 2.0, 3.0, math.nextafter(1.0, 0), "failed", "passed"),
    (1.0, 2.0, 3.0, math.nextafter(3.0, 9), "passed", "failed"),
    (0.0, 0.0, None, 5.0, "undecided", "undecided"),
    (2.0, 3.0, None, 1.0, "failed", "passed"),
    (None, 3.0, None, 5.0, "undecided", "undecided"),
    (None, None, None, 5.0, "undecided", "undecided"),
    (4.0, 4.0, 4.0, 4.0, "passed", "passed"),
]


@pytest.mark.parametrize(("low", "best", "high", "limit", "upper", "lower"), CASES)
def test_where_an_interval_lies(low, best, high, limit, upper, lower):
    assert decided(Estimate(low, best, high), limit, upper=True) == upper
    assert decided(Estimate(low, best, high), limit, upper=False) == lower


def test_a_mirrored_interval_has_the_mirrored_verdict():
    draw = np.random.default_rng(1)
    for low, best, high in np.sort(draw.normal(size=(300, 3)), axis=1).round(1):
        limit = round(draw.normal(), 1)
        one = decided(Estimate(low, best, high), limit, upper=True)
        assert one == decided(Estimate(-high, -best, -low), -limit, upper=False)


def test_a_true_value_at_the_limit_is_wrongly_failed_as_seldom_as_promised():
    draw = np.random.default_rng(2)
    found = [decided(mean(draw.normal(5.0, 1.0, 30), 0.95), 5.0, upper=True) for _ in range(4_000)]
    wrong = [found.count(each) / len(found) for each in ("failed", "passed")]
    assert all(abs(share - 0.025) < 4 * math.sqrt(0.025 * 0.975 / 4_000) for share in wrong)


ESTIMATES = {
    "static": {"leaks": Estimate(3.0, 4.0, 5.0), "review_records": Estimate(None, None, None)},
    "jit": {"leaks": Estimate(1.0, 1.5, 2.0), "review_records": Estimate(0.0, 0.0, None)},
}


def test_each_budget_is_judged_under_each_of_its_strategies():
    asked = {
        "few": budget("leaks", **{"at-most": 2.5}),
        "some": budget("leaks", strategies=["jit", "gone"], **{"at-least": 1.2}),
        "read": budget("review_records", title="t", **{"at-most": 9}),
    }
    found = [(one.budget, one.strategy, one.outcome, one.why) for one in judge(asked, ESTIMATES, 20)]
    assert found == [
        ("few", "static", "failed", ""),
        ("few", "jit", "passed", ""),
        ("some", "jit", "undecided", "the limit lies within the interval; more replications make it narrower"),
        ("some", "gone", "undecided", "this strategy was not compared"),
        ("read", "static", "undecided", "not measured: nothing happened that defines this metric"),
        ("read", "jit", "undecided", "the data give the interval no upper end"),
    ]
    assert worst(judge(asked, ESTIMATES, 20)) == "failed"
    assert worst(judge({"some": asked["some"]}, ESTIMATES, 20)) == "undecided"
    assert worst(judge({"few": asked["few"]}, {"jit": ESTIMATES["jit"]}, 20)) == "passed"
    assert worst(()) == "passed"


def test_one_replication_says_so():
    alone = {"a": {"loss": Estimate(None, 3.0, None)}}
    asked = {"x": budget("loss", **{"at-most": 9})}
    assert judge(asked, alone, 1)[0].why == "one replication gives no interval"
    assert judge(asked, alone, 7)[0].why == "too little was seen for an interval"


def test_planted_fault_the_estimate_alone_decides_nothing(monkeypatch):
    """Judging by the estimate instead of the interval would pass what is undecided."""
    asked = {"x": budget("leaks", **{"at-most": 4.5})}
    assert judge(asked, {"static": ESTIMATES["static"]}, 20)[0].outcome == "undecided"
    monkeypatch.setattr(room, "decided", lambda found, limit, *, upper: "passed" if found.best <= limit else "failed")
    assert judge(asked, {"static": ESTIMATES["static"]}, 20)[0].outcome == "passed"


def test_the_unit_of_hours_is_an_hour():
    assert budget("exposure_window_hours", **{"at-most": f"{HOUR}us"}).at_most == 1.0
