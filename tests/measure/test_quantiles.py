"""Clustered quantiles against numpy, exact fractions and resampling written out."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.measure import quantiles
from sim.measure.estimates import Estimate, FloatArray, influence, standard_error, student
from sim.measure.quantiles import Clustered

WINDOWS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 12)), min_size=1, max_size=60)


def sample(pairs: list[tuple[int, int]], replications: int = 8) -> Clustered:
    cluster, values = np.array(pairs).T
    return quantiles.clustered(values.astype(np.float64), cluster.astype(np.int64), replications)


def exact(values: FloatArray, at: Fraction) -> float:
    """Smallest value with at least a share `at` at or below it, in whole numbers."""
    ordered: list[float] = sorted(values.tolist())
    return next(value for value in ordered if np.count_nonzero(values <= value) >= at * len(values))


@given(WINDOWS, st.integers(1, 99))
def test_quantile_is_the_inverse_of_the_distribution_function(pairs: list[tuple[int, int]], percent: int) -> None:
    made = sample(pairs)
    assert quantiles.quantile(made, percent / 100) == exact(made.values, Fraction(percent, 100))


def test_quantile_is_not_interpolated() -> None:
    made = sample([(0, 1), (0, 2), (1, 3), (1, 10)])
    assert quantiles.quantile(made, 0.5) == 2.0 == np.quantile(made.values, 0.5, method="inverted_cdf")
    assert np.quantile(made.values, 0.5) != 2.0, "fault: numpy's default interpolates"


def test_rank_forgives_rounding() -> None:
    assert 0.55 * 100 > 55
    assert quantiles.rank(0.55, np.array([100.0]))[0] == 55


@given(WINDOWS, st.sampled_from([0.05, 0.5, 0.95]))
def test_best_lies_inside_and_the_order_of_leaks_does_not_matter(pairs: list[tuple[int, int]], at: float) -> None:
    found = quantiles.woodruff(sample(pairs), at, 0.95)
    assert found == quantiles.woodruff(sample(pairs[::-1]), at, 0.95)
    assert found.best is not None
    assert found.low is None or 0 <= found.low <= found.best
    assert found.high is None or found.best <= found.high


def test_woodruff_by_hand() -> None:
    """100 leaks 1..100 in ten replications dealt in turn: the share below 50 is 0.49 = 49 of 100.

    Replications hold 5 or 4 values below 50 and 5 at or below; the larger error is that of 49: nine residuals 0.1, one
    -0.9, so SE = sqrt(0.9 * 0.9) / 90 = 0.01 and t(9) = 2.262: ranks floor(47.738) = 47 and floor(52.262) + 1 = 53.
    """
    made = sample([(value % 10, value) for value in range(1, 101)], 10)
    assert quantiles.woodruff(made, 0.5, 0.95) == Estimate(47.0, 50.0, 53.0)


def test_interval_follows_the_clusters_not_the_leaks() -> None:
    """The same 100 values, but each replication has ten neighbours: 49 of 100 is all or nothing."""
    made = sample([((value - 1) // 10, value) for value in range(1, 101)], 10)
    inside = np.array([10.0] * 4 + [9.0] + [0.0] * 5)
    error = max(
        standard_error(influence(np.array(counts), np.full(10, 10.0)).parts) for counts in (inside, inside.round(-1))
    )
    reach = student(0.95, 10) * error
    assert quantiles.woodruff(made, 0.5, 0.95) == Estimate(
        float(math.floor(100 * (0.5 - reach))), 50.0, float(math.floor(100 * (0.5 + reach)) + 1)
    )
    assert reach > 0.35


def test_too_few_leaks_do_not_bound_the_95th_percentile_from_above() -> None:
    made = sample([(one, 10 + one) for one in range(8)])
    found = quantiles.woodruff(made, 0.95, 0.95)
    assert found.best == 17.0 and found.high is None and found.low is not None


def test_equal_windows_have_no_width() -> None:
    assert quantiles.woodruff(sample([(one % 8, 15) for one in range(80)]), 0.95, 0.95) == Estimate(15.0, 15.0, 15.0)


def test_windows_cut_at_the_horizon_leave_the_lower_end_open() -> None:
    """52 % at the horizon: the share at or below is 1 without error, yet the median may be lower."""
    made = sample([(one % 8, 100 if one >= 48 else one) for one in range(100)])
    found = quantiles.woodruff(made, 0.5, 0.95)
    assert found.best == 100.0 == found.high
    assert found.low is not None and found.low < 48


def test_windows_that_leaked_dead_leave_the_upper_end_open() -> None:
    """52 % of 0 h: the share below is 0 without error, yet the median may be higher."""
    found = quantiles.woodruff(
        sample([(one % (8 if one < 40 else 5), max(0, one - 51)) for one in range(100)]), 0.5, 0.95
    )
    assert (found.low, found.best) == (0.0, 0.0)
    assert found.high is not None and found.high > 0


def test_no_leaks_and_one_replication() -> None:
    nothing = quantiles.clustered(np.zeros(0), np.zeros(0, dtype=np.int64), 5)
    assert quantiles.woodruff(nothing, 0.5, 0.95) == Estimate(None, None, None)
    assert np.isnan(quantiles.each(nothing, 0.5)).all() and np.isnan(quantiles.resampled(nothing, 0.5)).all()
    assert quantiles.woodruff(sample([(3, 1), (3, 2)]), 0.5, 0.95) == Estimate(None, 1.0, None)


def test_null_windows_are_left_out() -> None:
    made = quantiles.clustered(np.array([3.0, np.nan, 1.0]), np.array([0, 1, 1]), 2)
    assert made.values.tolist() == [1.0, 3.0] and made.sizes.tolist() == [1.0, 1.0]


@given(WINDOWS, st.sampled_from([0.05, 0.5, 0.95]))
def test_each_replication_has_its_own_quantile(pairs: list[tuple[int, int]], at: float) -> None:
    made = sample(pairs)
    for one, found in enumerate(quantiles.each(made, at)):
        mine = made.values[made.cluster == one]
        assert np.isnan(found) if len(mine) == 0 else found == exact(mine, Fraction(str(at)))


@pytest.mark.parametrize("size", [1, 2, 7, 300])
@pytest.mark.parametrize("at", [0.05, 0.5, 0.95])
def test_resampled_quantiles_are_those_of_the_repeated_replications(size: int, at: float) -> None:
    generator = np.random.Generator(np.random.Philox(size))
    made = sample(list(zip(generator.integers(0, 6, size), generator.integers(0, 90, size), strict=True)))
    found = quantiles.resampled(made, at)
    for draw in range(0, quantiles.RESAMPLES, 40):
        times = quantiles.resamples(8)[draw][made.cluster].astype(int)
        repeated = np.repeat(made.values, times)
        assert np.isnan(found[draw]) if len(repeated) == 0 else found[draw] == exact(repeated, Fraction(str(at)))


def test_resamples_draw_as_many_replications_and_are_the_same_every_time() -> None:
    first = quantiles.resamples(9).copy()
    quantiles.resamples.cache_clear()
    assert (first.sum(axis=1) == 9).all() and np.array_equal(first, quantiles.resamples(9))
    assert first.mean(axis=0) == pytest.approx(np.ones(9), abs=0.1)
    assert first.var() == pytest.approx(1 - 1 / 9, abs=0.05)


def test_percentile_ends_are_expanded() -> None:
    values = np.arange(1, 2001, dtype=np.float64)
    assert quantiles.percentile_ends(values, 10**7, 0.95) == (50.0, 1951.0)
    low, high = quantiles.percentile_ends(values, 10, 0.95)
    tail = stats.norm.cdf(-stats.t.ppf(0.975, 9) * math.sqrt(10 / 9))
    assert (low, high) == (math.ceil(2000 * tail), 2001 - math.ceil(2000 * tail))
    assert math.ceil(2000 * tail) < math.ceil(2000 * stats.t.sf(stats.t.ppf(0.975, 9), 9)), "fault: plain percentiles"
