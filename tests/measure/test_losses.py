"""Losses of whole years: how they are put together, and what is said about the worst of them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate

from sim.core.units import DAY, YEAR
from sim.measure import losses
from sim.measure.losses import AT, exceedance, tail_difference, tail_mean, value_at_risk, years
from sim.measure.quantiles import Clustered, clustered, quantile


def of(*values: float) -> Clustered:
    return clustered(np.array(values, float), np.arange(len(values)), len(values))


def put(rows: list[tuple[int, float, float]], replications: int, horizon: int) -> list[float]:
    """Losses by year, in order of time."""
    columns = np.array(rows, float).reshape(-1, 3).T
    found = years(columns[0].astype(int), columns[1], columns[2], replications=replications, horizon_us=horizon)
    back: list[float] = [0.0] * len(found.values)
    seen: dict[int, int] = {}
    for value, cluster in zip(found.values.tolist(), found.cluster.tolist(), strict=True):
        if len(found.sizes) == len(back):
            back[cluster] = value
        else:
            back[seen.setdefault(cluster, 0) + cluster * (len(back) // len(found.sizes))] = value
            seen[cluster] += 1
    return back


def test_short_replications_are_laid_end_to_end():
    half, nan = 180 * DAY, math.nan
    rows = [
        (0, 0, 1.0), (1, 179 * DAY, 2.5),  # day 0 and 359: the first year
        (2, 5 * DAY - 1, 4.0), (2, 5 * DAY, 8.0),  # a tick before day 365, and day 365
        (4, 9 * DAY, 16.0), (4, 10 * DAY, 32.0),  # day 729, and day 730, after the last whole year
        (3, nan, 64.0), (3, 0, 0.0),
    ]  # fmt: skip
    assert put(rows, 5, half) == [7.5, 24.0]
    assert put(rows[:1], 1, half) == []


def test_long_replications_are_cut_into_whole_years():
    rows = [(0, 0, 1.0), (0, YEAR, 2.0), (0, 2 * YEAR, 4.0), (1, YEAR - 1, 8.0), (1, 2 * YEAR - 1, 16.0)]
    found = years(*np.array(rows, float).T, replications=2, horizon_us=2 * YEAR + 30 * DAY)
    assert found.sizes.tolist() == [2.0, 2.0]
    assert [sorted(found.values[found.cluster == one]) for one in (0, 1)] == [[1.0, 2.0], [8.0, 16.0]]


def test_a_year_is_a_year():
    rows = [(0, 5 * DAY, 1.25), (2, YEAR - 1, 3.0)]
    assert put(rows, 3, YEAR) == [1.25, 0.0, 3.0]


def worst_share(values: np.ndarray, at: float) -> float:
    """The mean of the worst share of years, by integrating the quantile function."""
    ordered, many = np.sort(values), len(values)
    inside = np.clip(np.arange(1, many + 1) / many, at, 1) - np.clip(np.arange(many) / many, at, 1)
    return float((ordered * inside).sum() / (1 - at))


@pytest.mark.parametrize("many", [23, 40, 97])
def test_the_mean_of_the_worst_years_is_that_of_the_quantile_function(many):
    draw = np.random.default_rng(many)
    values = draw.pareto(1.5, many) * (draw.random(many) < 0.8)
    found = tail_mean(of(*values), AT, 0.95)
    assert found.best == pytest.approx(worst_share(values, AT), rel=1e-12)
    assert found.best != pytest.approx(worst_share(values, AT - 0.06), rel=1e-3)  # planted fault: another tail


def test_exponential_years_have_a_closed_form():
    many, mean = 20_000, 3.0
    grid = -mean * np.log1p(-(np.arange(many) + 0.5) / many)  # equally likely values
    sample = of(*grid)
    assert value_at_risk(sample, AT, 0.95).best == pytest.approx(-mean * math.log(0.05), rel=2e-3)
    found = tail_mean(sample, AT, 0.95)
    expected, _ = integrate.quad(lambda p: -mean * math.log1p(-p), AT, 1)
    assert expected / 0.05 == pytest.approx(mean * (1 - math.log(0.05)))
    assert found.best == pytest.approx(expected / 0.05, rel=2e-3)
    # Var((L - VaR)+) = mean² (2 q - q²) for a share q beyond VaR; degrees of freedom: a thousand years in the tail.
    error = mean * math.sqrt((2 * 0.05 - 0.05**2) / many) / 0.05
    assert (found.high - found.best) / error == pytest.approx(1.962, rel=5e-3)


def test_an_interval_needs_years_in_the_tail():
    assert tail_mean(of(), AT, 0.95) == losses.estimates.UNDEFINED
    few = tail_mean(of(1, 2, 3), AT, 0.95)
    assert (few.low, few.best, few.high) == (None, 3.0, None)
    some = tail_mean(of(*range(40)), AT, 0.95)
    assert some.low is not None
    assert some.high is None, "the worst of 40 years is no limit for the worst of 20"
    rare = tail_mean(of(*[0.0] * 97, 5.0, 6.0, 7.0), AT, 0.95)
    assert value_at_risk(of(*[0.0] * 97, 5.0, 6.0, 7.0), AT, 0.95).best == 0.0
    assert rare.best == pytest.approx(18.0 / 5)
    assert rare.low is not None


def test_differences_are_paired():
    draw = np.random.default_rng(3)
    base = draw.gamma(2.0, 3.0, 400)
    found = tail_difference(of(*base + 5), of(*base), AT, 0.95)
    assert (found.low, found.best, found.high) == (pytest.approx(5), pytest.approx(5), pytest.approx(5))
    apart = tail_difference(of(*draw.permutation(base) + 5), of(*base), AT, 0.95)  # planted fault: pairs torn apart
    assert apart.best == pytest.approx(5)
    assert apart.high - apart.low > 1
    nothing = tail_difference(of(*base), of(*[0.0] * 400), AT, 0.95)
    assert nothing.best == pytest.approx(worst_share(base, AT))
    assert tail_difference(of(), of(1.0), AT, 0.95) == losses.estimates.UNDEFINED


def test_the_curve_of_exceedance_counts_years():
    values = [0.0, 0.0, 3.0, 3.0, 10.0]
    curve = exceedance(of(*values))
    assert curve.loss.tolist() == [0.0, 3.0, 10.0]
    assert curve.share.tolist() == [0.6, 0.2, 0.0]
    assert curve.years == 5
    assert np.all((curve.low <= curve.share) & (curve.share <= curve.high))
    assert curve.high[-1] > 0, "what no year lost, one may still lose"
    assert exceedance(of(1.0)).loss.tolist() == [0.0, 1.0]
    assert exceedance(of()).years == 0


def test_the_curve_meets_the_value_at_risk():
    draw = np.random.default_rng(8)
    sample = of(*np.round(draw.lognormal(0, 1, 200), 2))
    curve, at_risk = exceedance(sample), quantile(sample, AT)
    place = curve.loss.tolist().index(at_risk)
    assert curve.share[place] <= 1 - AT < curve.share[place - 1]
    other = replace(sample, values=sample.values * 1.01)  # planted fault: other years
    assert exceedance(other).loss.tolist() != curve.loss.tolist()
