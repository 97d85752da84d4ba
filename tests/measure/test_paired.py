"""Paired differences: what cancels, what must not, and when there is no interval."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sim.measure import estimates, paired, quantiles
from sim.measure.estimates import Estimate, FloatArray
from sim.measure.quantiles import Clustered


def width(found: Estimate) -> float:
    assert found.low is not None and found.high is not None
    return found.high - found.low


def clustered(values: FloatArray, replications: int = 8) -> Clustered:
    """Values dealt to the replications in turn."""
    return quantiles.clustered(values, np.arange(len(values)) % replications, replications)


def test_ratio_difference_is_the_jackknife_of_the_difference() -> None:
    generator = np.random.Generator(np.random.Philox(4))
    n, m = (generator.poisson(5, 15).astype(np.float64) + 1 for _ in range(2))
    x, y = n * generator.gamma(2, 1, 15), m * generator.gamma(2, 1, 15)
    best = x.sum() / n.sum() - y.sum() / m.sum()
    left = [
        (x.sum() - a) / (n.sum() - b) - (y.sum() - c) / (m.sum() - d) for a, b, c, d in zip(x, n, y, m, strict=True)
    ]
    reach = stats.t.ppf(0.975, 14) * math.sqrt(14 / 15 * sum((one - best) ** 2 for one in left))
    found = paired.ratio_difference((x, n), (y, m), 0.95)
    assert found.low == pytest.approx(best - reach) and found.high == pytest.approx(best + reach)


def test_degrees_of_freedom_are_those_of_the_poorer_side() -> None:
    poor = np.array([3.0, 1.0, 2.0] + [0.0] * 9), np.array([1.0, 1.0, 1.0] + [0.0] * 9)
    never = np.zeros(12), np.ones(12)
    own = estimates.ratio(*poor, 0.95)
    for found in (paired.ratio_difference(poor, never, 0.95), paired.ratio_difference(never, poor, 0.95)):
        assert width(found) == pytest.approx(width(own))


def test_one_informative_replication_has_no_interval() -> None:
    one = np.array([0.0, 6.0, 0.0]), np.array([0.0, 2.0, 0.0])
    assert paired.ratio_difference(one, (np.ones(3), np.ones(3)), 0.95) == Estimate(None, 2.0, None)


def test_null_on_either_side_is_null() -> None:
    nothing = np.zeros(3), np.zeros(3)
    assert paired.ratio_difference(nothing, (np.ones(3), np.ones(3)), 0.95) == Estimate(None, None, None)
    assert paired.count_difference(np.full(3, np.nan), np.ones(3), 0.95) == Estimate(None, None, None)


def test_rare_events_that_coincide_differ_less_surely_than_events_apart() -> None:
    base, same, apart = np.zeros(80), np.zeros(80), np.zeros(80)
    base[:8], same[:7], apart[60:67] = 1.0, 1.0, 1.0
    together, separate = (paired.count_difference(ours, base, 0.95) for ours in (same, apart))
    assert together.best == separate.best == pytest.approx(-1 / 80)
    assert width(together) < 0.6 * width(separate)


def test_one_replication_with_events_against_none() -> None:
    assert paired.count_difference(np.zeros(1), np.array([5.0]), 0.95) == Estimate(None, -5.0, None)


def test_a_quantile_without_an_upper_limit_leaves_that_end_of_the_difference_open() -> None:
    few, many = clustered(np.arange(8.0)), clustered(np.arange(4000.0))
    ours_open, theirs_open = (
        paired.quantile_difference(few, many, 0.95, 0.95),
        paired.quantile_difference(many, few, 0.95, 0.95),
    )
    assert ours_open.high is None and ours_open.low is not None
    assert theirs_open.low is None and theirs_open.high is not None


def test_fewer_than_five_replications_give_no_interval_of_a_quantile_difference() -> None:
    for replications in (4, 5):
        made = clustered(np.arange(400.0), replications), clustered(np.arange(400.0) * 2, replications)
        found = paired.quantile_difference(*made, 0.5, 0.95)
        assert found.best == -199.0 and (found.low is None) == (replications == 4)


def test_resamples_without_leaks_are_left_out() -> None:
    """Leaks in 5 of 40 replications: some resamples have none."""
    values, cluster = np.arange(50.0), np.arange(50) % 5
    rare, full = quantiles.clustered(values, cluster, 40), clustered(np.arange(4000.0), 40)
    assert np.isnan(quantiles.resampled(rare, 0.5)).any()
    found = paired.quantile_difference(rare, full, 0.5, 0.95)
    assert found.low is not None and found.high is not None and found.low <= -1975.0 <= found.high


def test_lower_by_hand() -> None:
    """2 wins, 1 tie, 1 loss and 2 replications that cannot be compared: 2.5 of 4."""
    ours, theirs = np.array([1.0, 2.0, 3.0, 9.0, np.nan, 1.0]), np.array([2.0, 3.0, 3.0, 1.0, 1.0, np.nan])
    found, compared = paired.probability_lower(ours, theirs, 0.95)
    assert (found.best, compared) == (0.625, 4)
    mirrored, _ = paired.probability_lower(theirs, ours, 0.95)
    assert mirrored.best == 0.375 and mirrored.low == pytest.approx(1 - float(found.high or 0))
