"""Kaplan-Meier against a hand-computed table, scipy and the clustered error of a share."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.measure.estimates import influence, standard_error
from sim.measure.survival import survival

HOURS = np.array([1.0, 2.0, 2.0, 3.0, 5.0, 8.0])
CENSORED = np.array([False, False, True, False, True, False])


def test_curve_by_hand() -> None:
    """6 at risk at 1 h, 5 at 2 h, 3 at 3 h, 1 at 8 h: 5/6, then 4/5, 2/3, 0."""
    curve = survival(HOURS, CENSORED)
    assert curve.hours.tolist() == [0.0, 1.0, 2.0, 3.0, 8.0]
    assert curve.alive == pytest.approx([1, 5 / 6, 2 / 3, 4 / 9, 0])
    assert (curve.n, curve.censored) == (6, 2)


def test_treating_censored_as_dead_would_be_seen() -> None:
    naive = survival(HOURS, np.zeros(6, dtype=np.bool_))
    assert naive.alive[-2] < survival(HOURS, CENSORED).alive[-2]


def test_interval_without_replications_is_greenwoods_log_log() -> None:
    curve = survival(HOURS, CENSORED)
    at_one = 5 / 6
    error = np.sqrt(at_one**2 * (1 / (6 * 5))) / abs(at_one * np.log(at_one))
    z = stats.norm.ppf(0.975)
    assert curve.low[1] == pytest.approx(at_one ** np.exp(z * error))
    assert curve.high[1] == pytest.approx(at_one ** np.exp(-z * error))
    assert (curve.low[0], curve.high[0]) == (1.0, 1.0)
    assert np.isnan(curve.low[-1]) and np.isnan(curve.high[-1]), "everybody is dead: no interval"


def test_without_censoring_the_error_between_replications_is_that_of_a_share() -> None:
    generator = np.random.Generator(np.random.Philox(5))
    cluster = np.repeat(np.arange(40), 25)
    hours = generator.exponential(10, 1000) * generator.gamma(2, 0.5, 40)[cluster]
    curve = survival(hours, np.zeros(1000, dtype=np.bool_), cluster)
    at = int(np.searchsorted(curve.hours, 7.0, "right")) - 1
    share = curve.alive[at]
    assert share == pytest.approx(np.mean(hours > 7.0), rel=1e-12)
    alive = np.bincount(cluster, hours > 7.0).astype(np.float64)
    factor = stats.t.ppf(0.975, 39) * standard_error(influence(alive, np.full(40, 25.0)).parts)
    assert curve.low[at] == pytest.approx(share ** np.exp(factor / -(share * np.log(share))), rel=2e-3)
    independent = survival(hours, np.zeros(1000, dtype=np.bool_))
    assert independent.high[at] - independent.low[at] < 0.7 * (curve.high[at] - curve.low[at])


def test_replications_with_one_leak_each_are_nearly_independent_leaks() -> None:
    generator = np.random.Generator(np.random.Philox(6))
    hours, horizon = generator.exponential(10, 3000), generator.uniform(5, 30, 3000)
    cut, censored = np.minimum(hours, horizon), hours > horizon
    one, two = survival(cut, censored), survival(cut, censored, np.arange(3000))
    middle = slice(100, -100)
    assert two.low[middle] == pytest.approx(one.low[middle], rel=5e-3)
    assert two.high[middle] == pytest.approx(one.high[middle], rel=5e-3)


def test_credentials_that_leaked_dead_count_at_0() -> None:
    curve = survival(np.array([0.0, 0.0, 4.0, 4.0]), np.array([False, False, True, True]), np.array([0, 1, 0, 1]))
    assert curve.hours.tolist() == [0.0, 4.0] and curve.alive.tolist() == [0.5, 0.5]


def test_nobody_dead() -> None:
    curve = survival(np.array([3.0, 9.0]), np.array([True, True]), np.array([0, 1]))
    assert curve.hours.tolist() == [0.0, 9.0] and curve.alive.tolist() == [1.0, 1.0]
    assert curve.low[0] == 1.0 and np.isnan(curve.low[1])
    assert (curve.n, curve.censored) == (2, 2)


def test_no_leaks() -> None:
    curve = survival(np.zeros(0), np.zeros(0, dtype=np.bool_), np.zeros(0, dtype=np.int64))
    assert len(curve.hours) == len(curve.alive) == len(curve.low) == len(curve.high) == curve.n == 0


def test_one_replication_has_no_interval_of_its_own() -> None:
    curve = survival(HOURS, CENSORED, np.full(6, 4))
    assert curve.alive == pytest.approx([1, 5 / 6, 2 / 3, 4 / 9, 0])
    assert np.isnan(curve.low[1:]).all() and np.isnan(curve.high[1:]).all()


LEAKS = st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.integers(0, 4)), min_size=1, max_size=50)


@given(LEAKS)
def test_curve_falls_from_1_and_lies_inside_its_interval(leaks: list[tuple[int, bool, int]]) -> None:
    hours, censored, cluster = (np.array(column) for column in zip(*leaks, strict=True))
    curve = survival(hours.astype(np.float64), censored, cluster)
    assert curve.hours[0] == 0 and (np.diff(curve.hours) > 0).all()
    assert (np.diff(curve.alive) <= 0).all() and curve.alive[0] <= 1 and curve.alive[-1] >= 0
    known = ~np.isnan(curve.low)
    assert (curve.low[known] <= curve.alive[known] + 1e-12).all()
    assert (curve.alive[known] <= curve.high[known] + 1e-12).all()


@given(LEAKS)
def test_order_of_leaks_does_not_matter(leaks: list[tuple[int, bool, int]]) -> None:
    def bytes_of(rows: list[tuple[int, bool, int]]) -> list[bytes]:
        hours, censored, cluster = (np.array(column) for column in zip(*rows, strict=True))
        curve = survival(hours.astype(np.float64), censored, cluster)
        return [column.tobytes() for column in (curve.hours, curve.alive, curve.low, curve.high)]

    assert bytes_of(leaks) == bytes_of(leaks[::-1])


@pytest.mark.parametrize("cut", [0.0, 0.3, 1.0])
def test_to_the_last_bit_what_scipy_says(cut):
    random = np.random.default_rng(3)
    for many in (1, 2, 7, 60):
        hours = np.round(random.exponential(3.0, many), 1)
        censored = random.random(many) < cut
        curve = survival(hours, censored)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            theirs = stats.ecdf(stats.CensoredData.right_censored(hours, censored)).sf
            ends = theirs.confidence_interval(0.95, method="log-log")
        place = np.searchsorted(theirs.quantiles, curve.hours[curve.hours > 0])
        for ours, other in ((curve.alive, theirs), (curve.low, ends.low), (curve.high, ends.high)):
            assert np.array_equal(ours[curve.hours > 0], other.probabilities[place], equal_nan=True)
