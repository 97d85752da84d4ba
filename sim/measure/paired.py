"""Differences strategy - baseline over the same replications: common random numbers make them pairs.

Means and ratios: the parts of both estimates are subtracted replication by replication, so what both strategies share
(a busy week, an early breach) cancels. For a mean this is exactly the paired t interval. Rare counts (see
estimates.is_rare) have no useful spread of their own; their limits are combined by MOVER with the observed correlation,
so that 0 against 0 events in R replications is a difference within +-3.689 / R, not a certain 0. Quantiles: see
quantiles.py.

Degrees of freedom: those of the strategy with fewer informative replications.

Sources: Law, Simulation Modeling and Analysis (5th ed.), 10.2 and 11.2; Zou and Donner, Construction of confidence
limits about effect measures, Stat. Med. 27 (2008), for MOVER.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.measure import quantiles
from sim.measure.estimates import (
    UNDEFINED,
    Estimate,
    FloatArray,
    clip,
    count,
    influence,
    is_rare,
    known,
    standard_error,
    student,
    wilson,
)


@dataclass(frozen=True)
class Difference:
    """strategy - baseline, both ends included, None as in Estimate.

    Attributes:
        lower: probability that the metric is lower than the baseline's in a replication; ties count half.
        compared: replications in which both have a value, on which `lower` rests.
    """

    low: float | None
    best: float | None
    high: float | None
    lower: Estimate
    compared: int = 0


Pair = tuple[FloatArray, FloatArray]
"""Numerator and denominator over replications; a mean has ones below."""


def ratio_difference(ours: Pair, theirs: Pair, confidence: float) -> Estimate:
    """Difference of two ratios of sums (or means) over the same replications, by paired linearised parts."""
    one, two = influence(*ours), influence(*theirs)
    if one.best is None or two.best is None:
        return UNDEFINED
    best, informative = one.best - two.best, min(one.informative, two.informative)
    if informative < 2:
        return Estimate(None, best, None)
    reach = student(confidence, informative) * standard_error(one.parts - two.parts)
    return Estimate(best - reach, best, best + reach)


def count_difference(ours: FloatArray, theirs: FloatArray, confidence: float) -> Estimate:
    """Difference of two mean counts: the paired t interval, or MOVER when either count is rare."""
    if not (is_rare(ours) or is_rare(theirs)):
        return ratio_difference((ours, np.ones(len(ours))), (theirs, np.ones(len(theirs))), confidence)
    one, two = clip(count(ours, confidence), 0.0), clip(count(theirs, confidence), 0.0)
    if one.best is None or two.best is None:
        return UNDEFINED
    together = correlation(ours, theirs)
    best = one.best - two.best
    if one.low is None or one.high is None or two.low is None or two.high is None:
        return Estimate(None, best, None)
    down = _combined(one.best - one.low, two.high - two.best, together)
    up = _combined(one.high - one.best, two.best - two.low, together)
    return Estimate(best - down, best, best + up)


def independent_difference(ours: Estimate, theirs: Estimate) -> Estimate:
    """Difference of two estimates that share nothing, by MOVER; an end is None where it needs one that is."""
    if ours.best is None or theirs.best is None:
        return UNDEFINED
    best, low, high = ours.best - theirs.best, None, None
    if ours.low is not None and theirs.high is not None:
        low = best - _combined(ours.best - ours.low, theirs.high - theirs.best, 0.0)
    if ours.high is not None and theirs.low is not None:
        high = best + _combined(ours.high - ours.best, theirs.best - theirs.low, 0.0)
    return Estimate(low, best, high)


def correlation(ours: FloatArray, theirs: FloatArray) -> float:
    """Pearson's correlation over replications that have both; 0 where one of them never varies."""
    both = ~(np.isnan(ours) | np.isnan(theirs))
    if np.count_nonzero(both) < 2:
        return 0.0
    one, two = ours[both] - np.mean(ours[both]), theirs[both] - np.mean(theirs[both])
    scale = math.sqrt(math.fsum((one * one).tolist()) * math.fsum((two * two).tolist()))
    return math.fsum((one * two).tolist()) / scale if scale > 0 else 0.0


def _combined(one: float, two: float, correlation: float) -> float:
    """Half-width of a difference from the half-widths of its two sides."""
    return math.sqrt(max(0.0, one * one + two * two - 2 * correlation * one * two))


def quantile_difference(
    ours: quantiles.Clustered, theirs: quantiles.Clustered, at: float, confidence: float
) -> Estimate:
    """Difference of two quantiles by the paired bootstrap of replications.

    Without ends when either has leaks in fewer than five replications. An end is None where the strategy's or the
    baseline's own quantile has no upper limit. Resamples in which either has no leaked credential are left out. The
    interval is stretched to its best value where needed.
    """
    one, two = quantiles.woodruff(ours, at, confidence), quantiles.woodruff(theirs, at, confidence)
    if one.best is None or two.best is None:
        return UNDEFINED
    best, informative = one.best - two.best, min(ours.informative, theirs.informative)
    if informative < quantiles.FEWEST:
        return Estimate(None, best, None)
    drawn = quantiles.resampled(ours, at) - quantiles.resampled(theirs, at)
    low, high = quantiles.percentile_ends(drawn[~np.isnan(drawn)], informative, confidence)
    return Estimate(None if two.high is None else min(best, low), best, None if one.high is None else max(best, high))


def per_replication(pair: Pair) -> FloatArray:
    """The ratio in each replication on its own; nan where it is undefined."""
    top, bottom = known(*pair)
    found: FloatArray = np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0)
    return found


def probability_lower(ours: FloatArray, theirs: FloatArray, confidence: float) -> tuple[Estimate, int]:
    """Share of replications in which ours is lower, and how many could be compared.

    Ties count half as a success each; the number of trials stays the number of replications, which makes the interval
    too wide rather than too narrow, for a half varies less than a coin.
    """
    both = ~(np.isnan(ours) | np.isnan(theirs))
    wins, ties = np.count_nonzero(ours[both] < theirs[both]), np.count_nonzero(ours[both] == theirs[both])
    compared = int(np.count_nonzero(both))
    return wilson(wins + ties / 2, compared, confidence), compared
