"""Reach since the leak, and spreads over leaked credentials, against closed forms and counting."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.measure.growth import growth
from sim.measure.spreads import AT, spread


def test_everything_watched_to_the_end_is_a_plain_mean():
    watched, replication = np.full(4, 100.0), np.array([0, 0, 1, 1])
    found = growth(watched, replication, np.array([1.0, 5.0, 5.0, 50.0]), np.array([0, 0, 1, 1]))
    assert found.hours.tolist() == [1.0, 5.0, 50.0]
    assert found.reached.tolist() == pytest.approx([0.25, 0.75, 1.0])
    assert found.n == 4


def test_who_is_no_longer_watched_is_not_counted():
    watched = np.array([2.0, 10.0, 10.0, 10.0])
    found = growth(watched, np.arange(4), np.array([1.0, 4.0]), np.array([1, 2]))
    assert found.reached.tolist() == pytest.approx([1 / 4, 1 / 4 + 1 / 3])
    edge = growth(np.array([4.0, 10.0]), np.arange(2), np.array([4.0]), np.array([1]))
    assert edge.reached.tolist() == [0.5], "who is watched for just as long counts"


def test_constant_rates_are_found_again_whatever_the_horizon_cuts():
    """Arrivals at a rate of 0.3 per hour, each leak watched for a time of its own: the curve is 0.3 t."""
    draw, leaks = np.random.default_rng(1), 4_000
    watched, replication = draw.uniform(0, 10, leaks), draw.integers(0, 100, leaks)
    counts = draw.poisson(0.3 * watched)
    whose = np.repeat(np.arange(leaks), counts)
    arrived = draw.uniform(0, watched[whose])
    found = growth(watched, replication, arrived, replication[whose])
    for at in (1.0, 4.0, 8.0):
        place = np.searchsorted(found.hours, at, side="right") - 1
        assert found.low[place] < 0.3 * at < found.high[place]
        assert found.high[place] / found.low[place] < 1.25
    # Planted fault: without watching, what the horizon cuts pulls the curve down.
    plain = growth(np.full(leaks, 10.0), replication, arrived, replication[whose])
    assert plain.high[-1] < 0.3 * 8


def test_the_interval_of_a_mean_is_students():
    """One leak in each replication, all watched: the curve's end is a mean over replications."""
    counts = np.array([0, 1, 0, 2, 3, 0, 1, 1])
    whose = np.repeat(np.arange(8), counts)
    found = growth(np.full(8, 9.0), np.arange(8), np.arange(len(whose)) / 10, whose)
    mean, error = counts.mean(), counts.std(ddof=1) / math.sqrt(8)
    assert found.reached[-1] == pytest.approx(mean)
    assert found.high[-1] == pytest.approx(mean * math.exp(2.364624 * error / mean), rel=1e-5)
    assert found.low[-1] * found.high[-1] == pytest.approx(mean**2)


def test_nothing_reached_and_nothing_known():
    nothing = growth(np.full(3, 9.0), np.arange(3), np.zeros(0), np.zeros(0, int))
    assert (len(nothing.hours), nothing.n) == (0, 3)
    alone = growth(np.full(3, 9.0), np.zeros(3, int), np.array([1.0]), np.zeros(1, int))
    assert np.isnan(alone.low).all()
    assert np.isnan(alone.high).all()


def test_spreads_are_counted():
    hours = np.array([0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 100.0])
    found = spread(hours, np.array([0, 0, 0, 1, 1, 3, 0, 0, 0, 0]))
    assert (found.n, found.dead) == (10, 0.2)
    assert found.hours == tuple(np.quantile(hours, AT, method="inverted_cdf"))
    assert found.reached == (0.7, 0.2, 0.0, 0.1)
    assert spread(np.zeros(0), np.zeros(0, int)).hours == ()
