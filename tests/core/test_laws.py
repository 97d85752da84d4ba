"""Every family against scipy's own quantile function, from the parameters that people write."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.core import laws
from sim.core.units import DAY, HOUR, MINUTE, SECOND
from sim.inputs.distributions import Distribution
from sim.inputs.quantities import Duration, Number
from sim.model.laws import law

GRID = [1e-9, 0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999, 1 - 1e-9]
FAMILIES = [
    ({"lognormal": {"median": "45s", "sigma": 1.325}}, stats.lognorm(1.325, scale=45 * SECOND)),
    (
        {"lognormal": {"median": "10m", "p95": "4h"}},
        stats.lognorm(math.log(24) / 1.6448536269514722, scale=10 * MINUTE),
    ),
    ({"lognormal": {"mean": "1h", "sigma": 0.5}}, stats.lognorm(0.5, scale=HOUR * math.exp(-0.125))),
    ({"lognormal": {"median": "1h", "mean": "2h"}}, stats.lognorm(math.sqrt(2 * math.log(2)), scale=HOUR)),
    ({"exponential": {"mean": "94d"}}, stats.expon(scale=94 * DAY)),
    ({"weibull": {"shape": 0.266, "scale": "3d"}}, stats.weibull_min(0.266, scale=3 * DAY)),
    ({"uniform": {"low": "3s", "high": "4s"}}, stats.uniform(3 * SECOND, SECOND)),
    ({"triangular": {"low": "1s", "mode": "2s", "high": "5s"}}, stats.triang(0.25, SECOND, 4 * SECOND)),
    ({"gamma": {"shape": 2.5, "mean": "10s"}}, stats.gamma(2.5, scale=4 * SECOND)),
    ({"beta": {"a": 2, "b": 30, "low": "0s", "high": "1h"}}, stats.beta(2, 30, scale=HOUR)),
]


@pytest.mark.parametrize(("written", "expected"), FAMILIES)
def test_durations_follow_their_family(written, expected):
    drawn = law(Distribution[Duration].model_validate(written))
    for u in GRID:
        assert drawn.value(u) == pytest.approx(min(expected.ppf(u), laws.LATEST), rel=1e-6)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"negative-binomial": {"mean": 5.82, "k": 1.825}}, stats.nbinom(1.825, 1.825 / 7.645)),
        ({"geometric": {"mean": 3}}, stats.geom(1 / 3)),
    ],
)
def test_counts_follow_their_family(written, expected):
    drawn = law(Distribution[Number].model_validate(written))
    for u in GRID[1:-1]:
        assert drawn.ticks(u) == expected.ppf(u)


def test_p95_is_where_it_was_said_to_be():
    drawn = law(Distribution[Duration].model_validate({"lognormal": {"median": "10m", "p95": "4h"}}))
    assert drawn.ticks(0.5) == 10 * MINUTE
    assert drawn.value(0.95) == pytest.approx(4 * HOUR)


def test_empirical_quantiles_are_joined_by_lines():
    drawn = law(Distribution[Duration].model_validate({"empirical": {"quantiles": {0.1: "1s", 0.5: "3s", 0.9: "7s"}}}))
    assert [drawn.ticks(u) / SECOND for u in (0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99)] == [1, 1, 2, 3, 5, 7, 7]


def test_mixture_takes_each_part_as_often_as_its_weight():
    parts = [{"weight": 1, "of": "1s"}, {"weight": 3, "of": {"uniform": {"low": "10s", "high": "20s"}}}]
    drawn = law(Distribution[Duration].model_validate({"mixture": parts}))
    assert [drawn.ticks(u) / SECOND for u in (0.1, 0.2499, 0.25, 0.625)] == pytest.approx([1, 1, 10, 15])


def test_values_are_cut_where_said():
    drawn = law(
        Distribution[Duration].model_validate({"exponential": {"mean": "10s"}, "at-least": "2s", "at-most": "30s"})
    )
    assert drawn.ticks(0.001) == 2 * SECOND
    assert drawn.ticks(0.999) == 30 * SECOND
    assert drawn.value(0.5) == pytest.approx(10 * SECOND * math.log(2))


@given(
    st.sampled_from([written for written, _ in FAMILIES]), st.floats(2**-53, 1 - 2**-53), st.floats(2**-53, 1 - 2**-53)
)
def test_values_rise_with_the_draw_and_stay_in_range(written, one, other):
    drawn = law(Distribution[Duration].model_validate(written))
    low, high = sorted((one, other))
    assert 0 <= drawn.ticks(low) <= drawn.ticks(high) <= laws.LATEST


def test_plain_values_and_nothing():
    assert law(Distribution[Duration].model_validate("5s")).ticks(0.3) == 5 * SECOND
    assert law(None).ticks(0.9) == 0
