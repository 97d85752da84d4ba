"""Do 95 % intervals cover the truth in 95 % of studies? Many simulated studies with a known truth.

The fast tests run 200 studies and allow what a binomial count with probability 0.95 does in 999 of 1,000 runs. The slow
ones (`pytest -m statistical`) run 2,000 and demand 93 to 97 %.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, stats

from sim.measure import estimates, paired, quantiles
from sim.measure.estimates import Estimate, FloatArray
from sim.measure.survival import survival

REPLICATIONS = 100
AT = 30.0
BUSY, LONG = 2.0, 0.3
"""Gamma shape of a replication's business, log-sd of its common factor of windows."""


@dataclass(frozen=True)
class Study:
    """Two strategies on the same replications: shared business, shared length, shared leaks; windows of mean 24, 60."""

    number: FloatArray
    cluster: NDArray[np.intp]
    ours: FloatArray
    theirs: FloatArray

    def top(self, windows: FloatArray) -> FloatArray:
        return np.bincount(self.cluster, windows, minlength=len(self.number)).astype(np.float64)

    def sample(self, windows: FloatArray) -> quantiles.Clustered:
        return quantiles.clustered(windows, self.cluster, len(self.number))


def simulate(
    generator: np.random.Generator, replications: int = REPLICATIONS, leaks: float = 20, spread: float = LONG
) -> Study:
    busy = generator.gamma(BUSY, 1 / BUSY, replications)
    factor = np.exp(spread * generator.standard_normal(replications) - spread**2 / 2)
    number = generator.poisson(leaks * busy)
    cluster = np.repeat(np.arange(replications), number)
    common = generator.exponential(1, len(cluster)) * factor[cluster]
    own = generator.exponential(1, len(cluster))
    return Study(number.astype(np.float64), cluster, 24 * common, 42 * common + 18 * own)


def average(conditional: Callable[[FloatArray], FloatArray], spread: float) -> float:
    """Mean over the lognormal factor of a share given the factor, by Gauss-Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    return float(weights @ conditional(np.exp(spread * nodes - spread**2 / 2)) / np.sqrt(2 * np.pi))


def ours_alive(hours: float, spread: float = LONG) -> float:
    return average(lambda factor: np.exp(-hours / (24 * factor)), spread)


def theirs_alive(hours: float, spread: float = LONG) -> float:
    """0.7 f E + 0.3 E' given f is the sum of exponentials of means a and b: (a exp(-t/a) - b exp(-t/b)) / (a - b)."""

    def given(factor: FloatArray) -> FloatArray:
        a, b = 42 * factor, 18.0
        found: FloatArray = (a * np.exp(-hours / a) - b * np.exp(-hours / b)) / (a - b)
        return found

    return average(given, spread)


OUR_MEDIAN = float(optimize.brentq(lambda hours: ours_alive(hours) - 0.5, 1, 200))
THEIR_MEDIAN = float(optimize.brentq(lambda hours: theirs_alive(hours) - 0.5, 1, 200))


def count(generator: np.random.Generator) -> tuple[Estimate, float]:
    return estimates.count(generator.negative_binomial(2, 2 / 7, REPLICATIONS).astype(np.float64), 0.95), 5.0


def rare(generator: np.random.Generator) -> tuple[Estimate, float]:
    return estimates.count(generator.negative_binomial(1, 1 / 1.1, REPLICATIONS).astype(np.float64), 0.95), 0.1


def ratio(generator: np.random.Generator) -> tuple[Estimate, float]:
    study = simulate(generator)
    return estimates.ratio(study.top(study.ours), study.number, 0.95), 24.0


def paired_ratio(generator: np.random.Generator) -> tuple[Estimate, float]:
    study = simulate(generator)
    ours, theirs = (study.top(study.ours), study.number), (study.top(study.theirs), study.number)
    return paired.ratio_difference(ours, theirs, 0.95), 24.0 - 60.0


def median(generator: np.random.Generator) -> tuple[Estimate, float]:
    study = simulate(generator)
    return quantiles.woodruff(study.sample(study.ours), 0.5, 0.95), OUR_MEDIAN


def paired_median(generator: np.random.Generator) -> tuple[Estimate, float]:
    study = simulate(generator)
    ours, theirs = study.sample(study.ours), study.sample(study.theirs)
    return paired.quantile_difference(ours, theirs, 0.5, 0.95), OUR_MEDIAN - THEIR_MEDIAN


def alive(generator: np.random.Generator) -> tuple[Estimate, float]:
    """The survival curve at 30 h when half of the windows are cut by a horizon."""
    study = simulate(generator)
    horizon = generator.uniform(0, 120, len(study.ours))
    curve = survival(np.minimum(study.ours, horizon), study.ours > horizon, study.cluster)
    at = int(np.searchsorted(curve.hours, AT, "right")) - 1
    return Estimate(curve.low[at], curve.alive[at], curve.high[at]), ours_alive(AT)


def ratio_of_independent_leaks(generator: np.random.Generator) -> tuple[Estimate, float]:
    """Planted fault: every leaked credential counted as independent."""
    study = simulate(generator)
    return estimates.mean(study.ours, 0.95), 24.0


def median_of_independent_leaks(generator: np.random.Generator) -> tuple[Estimate, float]:
    """Planted fault: every leaked credential a cluster of its own."""
    study = simulate(generator)
    each = np.arange(len(study.ours))
    return quantiles.woodruff(quantiles.clustered(study.ours, each, len(each)), 0.5, 0.95), OUR_MEDIAN


def curve_of_independent_leaks(generator: np.random.Generator) -> tuple[Estimate, float]:
    """Planted fault: scipy's own interval."""
    study = simulate(generator)
    curve = survival(study.ours, np.zeros(len(study.ours), dtype=np.bool_))
    at = int(np.searchsorted(curve.hours, AT, "right")) - 1
    return Estimate(curve.low[at], curve.alive[at], curve.high[at]), ours_alive(AT)


Maker = Callable[[np.random.Generator], tuple[Estimate, float]]
SOUND: tuple[Maker, ...] = (count, ratio, paired_ratio, median, paired_median, alive)
FAULTY: tuple[Maker, ...] = (ratio_of_independent_leaks, median_of_independent_leaks, curve_of_independent_leaks)


def covered(make: Maker, studies: int, seed: int = 20240) -> int:
    generator = np.random.Generator(np.random.Philox(seed))
    hits = 0
    for _ in range(studies):
        found, truth = make(generator)
        assert found.low is not None and found.high is not None
        hits += found.low <= truth <= found.high
    return hits


@pytest.mark.parametrize("make", SOUND)
def test_intervals_cover_in_200_studies(make: Maker) -> None:
    low, high = stats.binom.interval(0.999, 200, 0.95)
    assert low <= covered(make, 200) <= high


@pytest.mark.parametrize("make", FAULTY)
def test_intervals_that_ignore_replications_are_caught(make: Maker) -> None:
    assert covered(make, 200) < stats.binom.interval(0.999, 200, 0.95)[0]


@pytest.mark.statistical
@pytest.mark.parametrize("make", SOUND)
def test_intervals_cover_in_2000_studies(make: Maker) -> None:
    assert 0.93 <= covered(make, 2000) / 2000 <= 0.97


@pytest.mark.statistical
def test_rare_counts_cover_at_least_their_level() -> None:
    assert covered(rare, 2000) / 2000 >= 0.94
