"""Means, rare counts and ratios against closed forms, scipy and brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from sim.measure import estimates
from sim.measure.estimates import Estimate, FloatArray

COLUMN = arrays.arrays(np.float64, st.shared(st.integers(2, 30), key="size"), elements=st.floats(0, 1e6, width=32))


def ends(found: Estimate) -> tuple[float, float, float]:
    assert found.low is not None and found.best is not None and found.high is not None
    return found.low, found.best, found.high


def by_leaving_out(top: FloatArray, bottom: FloatArray) -> float:
    """The jackknife as its definition says, one replication at a time."""
    size = len(top)
    left = [np.delete(top, one).sum() / np.delete(bottom, one).sum() for one in range(size)]
    return math.sqrt((size - 1) / size * sum((top.sum() / bottom.sum() - value) ** 2 for value in left))


def test_mean_is_scipys_t_interval() -> None:
    values = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0])
    wanted = stats.t.interval(0.95, 7, loc=values.mean(), scale=stats.sem(values))
    assert ends(estimates.mean(values, 0.95)) == pytest.approx((wanted[0], values.mean(), wanted[1]))


def test_mean_by_hand() -> None:
    """1, 2, 3: mean 2, s = 1, t(2) = 4.302653, so 2 +- 4.302653 / sqrt(3)."""
    assert ends(estimates.mean(np.array([1.0, 2.0, 3.0]), 0.95)) == pytest.approx((-0.484138, 2.0, 4.484138), abs=1e-6)


def test_null_replications_are_left_out() -> None:
    with_null = np.array([1.0, np.nan, 2.0, 3.0, np.nan])
    assert estimates.mean(with_null, 0.95) == estimates.mean(np.array([1.0, 2.0, 3.0]), 0.95)
    assert estimates.mean(np.full(4, np.nan), 0.95) == Estimate(None, None, None)


def test_one_replication_has_no_interval() -> None:
    assert estimates.mean(np.array([7.0]), 0.95) == Estimate(None, 7.0, None)
    assert estimates.ratio(np.array([7.0]), np.array([2.0]), 0.95) == Estimate(None, 3.5, None)


def test_ratio_by_hand() -> None:
    """x = 2, 6, 1 over n = 1, 2, 1: best 9/4; leaving one out 7/3, 3/2, 8/3; sum of squares (1 + 81 + 25) / 144."""
    reach = stats.t.ppf(0.975, 2) * math.sqrt(2 / 3 * 107 / 144)
    found = estimates.ratio(np.array([2.0, 6.0, 1.0]), np.array([1.0, 2.0, 1.0]), 0.95)
    assert ends(found) == pytest.approx((2.25 - reach, 2.25, 2.25 + reach))


def test_ratio_is_the_jackknife_and_near_the_delta_method() -> None:
    generator = np.random.Generator(np.random.Philox(3))
    bottom = generator.poisson(20, 200).astype(np.float64) + 1
    top = bottom * generator.gamma(3, 2, 200)
    error = estimates.standard_error(estimates.influence(top, bottom).parts)
    assert error == pytest.approx(by_leaving_out(top, bottom), rel=1e-9)
    residual = top - top.sum() / bottom.sum() * bottom
    assert error == pytest.approx(math.sqrt(200 * residual.var(ddof=1)) / bottom.sum(), rel=0.02)
    assert error != pytest.approx(top.std(ddof=1) / math.sqrt(200) / bottom.mean(), rel=0.02), (
        "fault: fixed denominator"
    )


def test_ratio_without_denominators_is_null_and_one_informative_replication_has_no_interval() -> None:
    nothing = np.zeros(5)
    assert estimates.ratio(nothing, nothing, 0.95) == Estimate(None, None, None)
    one = np.array([0.0, 4.0, 0.0])
    assert estimates.ratio(one * 3, one, 0.95) == Estimate(None, 3.0, None)


def test_replications_without_leaks_do_not_add_degrees_of_freedom() -> None:
    top, bottom = np.array([2.0, 6.0, 1.0]), np.array([1.0, 2.0, 1.0])
    padded = estimates.ratio(np.append(top, np.zeros(50)), np.append(bottom, np.zeros(50)), 0.95)
    assert padded == estimates.ratio(top, bottom, 0.95)


@pytest.mark.parametrize("replications", [1, 2, 30, 1000])
def test_no_event_has_the_exact_poisson_upper_limit(replications: int) -> None:
    low, best, high = ends(estimates.count(np.zeros(replications), 0.95))
    assert (low, best) == (0.0, 0.0)
    assert high * replications == pytest.approx(-math.log(0.025), rel=1e-12)
    assert high == pytest.approx(3.689 / replications, abs=1e-3)


def test_rare_events_have_garwoods_limits() -> None:
    """Three events in 100 replications, one each: 0.618672 and 8.767273 (Garwood's table)."""
    counts = np.zeros(100)
    counts[[3, 50, 77]] = 1.0
    assert ends(estimates.count(counts, 0.95)) == pytest.approx((0.00618672, 0.03, 0.08767273), rel=1e-6)


def test_more_events_never_lower_the_upper_limit() -> None:
    highs = []
    for events in range(12):
        counts = np.zeros(60)
        counts[:events] = 1.0
        highs.append(ends(estimates.count(counts, 0.95))[2])
    assert highs == sorted(highs)
    one = np.zeros(60)
    one[0] = 1.0
    assert ends(estimates.mean(one, 0.95))[2] < highs[0], "the t interval would, so the test can tell"


def test_bunched_rare_events_have_wider_limits() -> None:
    apart, bunched = np.zeros(100), np.zeros(100)
    apart[:6], bunched[:2] = 1.0, 3.0
    one, two = ends(estimates.count(apart, 0.95)), ends(estimates.count(bunched, 0.95))
    assert one[1] == two[1] and two[0] < one[0] and one[2] < two[2]


def test_common_counts_have_the_t_interval() -> None:
    counts = np.array([4.0, 7.0, 5.0, 6.0, 2.0])
    assert estimates.count(counts, 0.95) == estimates.mean(counts, 0.95)


def test_clip_keeps_the_best_value_inside() -> None:
    assert estimates.clip(Estimate(-0.2, 0.3, 1.4), 0.0, 1.0) == Estimate(0.0, 0.3, 1.0)
    assert estimates.clip(Estimate(None, 0.3, None), 0.0, 1.0) == Estimate(None, 0.3, None)


@pytest.mark.parametrize(("wins", "trials"), [(0, 10), (3, 10), (10, 10), (57, 100), (1, 1)])
def test_wilson_is_scipys(wins: int, trials: int) -> None:
    wanted = stats.binomtest(wins, trials).proportion_ci(0.95, method="wilson")
    assert ends(estimates.wilson(wins, trials, 0.95)) == pytest.approx((wanted.low, wins / trials, wanted.high))


def test_wilson_without_trials_is_null() -> None:
    assert estimates.wilson(0, 0, 0.95) == Estimate(None, None, None)


def test_a_replication_with_all_the_weight_is_the_only_one() -> None:
    found = estimates.ratio(np.array([0.0, 3.0]), np.array([1e-38, 1.0]), 0.95)
    assert found == Estimate(None, 3.0, None)


@given(COLUMN, COLUMN)
def test_best_lies_inside_and_order_does_not_matter(top: FloatArray, bottom: FloatArray) -> None:
    found, turned = estimates.ratio(top, bottom, 0.95), estimates.ratio(top[::-1], bottom[::-1], 0.95)
    assert found == turned
    if found.low is not None:
        low, best, high = ends(found)
        assert low <= best <= high


@given(COLUMN, st.sampled_from([0.25, 2.0, 1024.0]))
def test_scaling_the_values_scales_the_interval(values: FloatArray, scale: float) -> None:
    wanted = tuple(scale * end for end in ends(estimates.mean(values, 0.95)))
    assert ends(estimates.mean(values * scale, 0.95)) == pytest.approx(wanted)


@given(COLUMN)
def test_more_confidence_is_wider(values: FloatArray) -> None:
    narrow, wide = ends(estimates.mean(values, 0.8)), ends(estimates.mean(values, 0.99))
    assert wide[0] <= narrow[0] and narrow[2] <= wide[2]
