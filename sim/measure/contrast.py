"""Weighted sums of one metric over several strategies, or over the same one in several scenarios, in pairs.

`strategy - baseline` is the contrast with the weights 1 and -1; `strategy - 0.1 × baseline` says whether it is less
than a tenth; four weights compare two differences. All sides have the same replications, so common random numbers make
them pairs, whatever they differ in.

Means and ratios: the parts of all estimates (see estimates.Influence) are added up replication by replication, with
their weights. Rare counts: MOVER for linear functions, with the observed correlations. Quantiles: the same resamples of
whole replications for every side. With weights 1 and -1 each of them is the paired difference of sim.measure.paired.

A multiple, side / side, has the interval of all f for which the contrast `one - f × other` could be 0, after Fieller.
So a multiple lies below f as a whole if and only if that contrast lies below 0.

Sources: Zou, Huang and Zhang, A note on confidence interval estimation for a linear function of binomial proportions,
Comput. Stat. Data Anal. 53 (2009), for MOVER of linear functions; Fieller, Some problems in interval estimation,
J. R. Stat. Soc. B 16 (1954).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.measure import quantiles
from sim.measure.catalogue import METRICS, Metric
from sim.measure.estimates import (
    UNDEFINED,
    Estimate,
    FloatArray,
    clip,
    count,
    influence,
    is_rare,
    standard_error,
    student,
)
from sim.measure.metric import OF_ROWS
from sim.measure.paired import Pair, correlation
from sim.measure.statistics import LeakSample, Prepared, Rows, estimate, prepare

CONTRASTED = tuple(metric.key for metric in METRICS if metric.kind in (*OF_ROWS, "quantile"))
"""Metrics that a contrast can be about; losses of whole years are put together from several replications."""
CONFIDENCE = 0.95
HALVINGS = 60
"""Of the interval that holds an end of a multiple: as exact as a float."""
FARTHEST = 1e12
"""A multiple that may be larger than this has no upper end."""


@dataclass(frozen=True, eq=False)
class Side:
    """One metric of one strategy in one scenario.

    Attributes:
        numbers: of its replications.
    """

    metric: Metric
    data: Prepared
    numbers: tuple[int, ...]

    @property
    def estimate(self) -> Estimate:
        """The metric by itself, with its interval."""
        return estimate(self.metric, self.data, CONFIDENCE)

    @property
    def pair(self) -> Pair:
        """Numerator and denominator over replications."""
        return self.data.pairs[self.metric.key]

    @property
    def sample(self) -> quantiles.Clustered:
        """The column that a quantile is of."""
        return self.data.samples[self.metric.top]


Term = tuple[float, Side]
"""A weight and what it weighs."""


def side(metric: Metric, rows: Rows, leaks: LeakSample) -> Side:
    """What is needed of a strategy's replications for one metric of it."""
    numbers = np.asarray(rows["replication"], dtype=np.int64)
    return Side(metric, prepare(rows, leaks, quantiles.NOTHING, numbers, (metric,)), tuple(numbers.tolist()))


def contrast(terms: Sequence[Term]) -> Estimate:
    """The weighted sum of the sides' estimates with its paired interval; undefined where one of them is.

    Raises:
        ValueError: the sides are not of the same metric and replications.
    """
    metric = terms[0][1].metric
    if any(each.metric != metric or each.numbers != terms[0][1].numbers for _, each in terms):
        raise ValueError("a contrast is about one metric over the same replications")
    if metric.kind == "quantile":
        return _of_quantiles(metric.at, terms)
    if metric.counts and any(is_rare(each.pair[0]) for _, each in terms):
        return _of_rare_counts(terms)
    found = _of_ratios(terms)
    unseen = metric.rare and not any(np.any(np.nan_to_num(each.pair[0])) for _, each in terms)
    return Estimate(None, found.best, None) if unseen else found  # what never happened bounds nothing


def multiple(one: Sequence[Term], other: Sequence[Term]) -> Estimate:
    """`one` as a multiple of `other`; undefined unless the other is clearly above 0."""
    whole, part = contrast(other), contrast(one)
    if part.best is None or whole.best is None or whole.low is None or whole.low <= 0 or part.best < 0:
        return UNDEFINED
    best = part.best / whole.best

    def beside(factor: float) -> Estimate:
        return contrast([*one, *((-factor * weight, each) for weight, each in other)])

    return Estimate(_least(beside, best), best, _most(beside, best, 1 / whole.best))


def _least(beside: Callable[[float], Estimate], best: float) -> float | None:
    """The smallest factor for which the contrast could be 0."""
    at_zero = beside(0.0).low
    if at_zero is None:
        return None
    return 0.0 if at_zero <= 0 else _halved(lambda factor: (beside(factor).low or 0.0) <= 0, 0.0, best)


def _most(beside: Callable[[float], Estimate], best: float, unit: float) -> float | None:
    """The largest factor for which the contrast could be 0."""

    def below(factor: float) -> bool:
        high = beside(factor).high
        return high is not None and high < 0

    far = max(2 * best, 1e-6 * unit)
    while not below(far):
        far *= 4
        if far > FARTHEST * max(best, unit):
            return None
    return _halved(below, best, far)


def _halved(true_at: Callable[[float], bool], false: float, true: float) -> float:
    """Where, between a value where something is false and one where it is true, that changes."""
    for _ in range(HALVINGS):
        middle = (false + true) / 2
        if true_at(middle):
            true = middle
        else:
            false = middle
    return true


def _of_ratios(terms: Sequence[Term]) -> Estimate:
    found = [(weight, influence(*each.pair)) for weight, each in terms]
    if any(one.best is None for _, one in found):
        return UNDEFINED
    best = math.fsum(weight * (one.best or 0.0) for weight, one in found)
    informative = min(one.informative for _, one in found)
    if informative < 2:
        return Estimate(None, best, None)
    parts = sum((weight * one.parts for weight, one in found), np.zeros(len(found[0][1].parts)))
    reach = student(CONFIDENCE, informative) * standard_error(parts)
    return Estimate(best - reach, best, best + reach)


def _of_rare_counts(terms: Sequence[Term]) -> Estimate:
    weights = [weight for weight, _ in terms]
    columns = [each.pair[0] for _, each in terms]
    found = [clip(count(column, CONFIDENCE), 0.0) for column in columns]
    if any(one.best is None for one in found):
        return UNDEFINED
    best = math.fsum(weight * (one.best or 0.0) for weight, one in zip(weights, found, strict=True))
    together = np.array([[correlation(one, two) if one is not two else 1.0 for two in columns] for one in columns])
    down, up = (_reach(weights, found, together, sign) for sign in (-1, 1))
    return Estimate(None if down is None else best - down, best, None if up is None else best + up)


def _reach(weights: Sequence[float], found: Sequence[Estimate], together: FloatArray, sign: int) -> float | None:
    """How far a weighted sum may lie below (-1) or above (1) its best value: each part errs as moves the sum there."""
    errors = []
    for weight, one in zip(weights, found, strict=True):
        end = one.high if sign * weight > 0 else one.low
        if end is None or one.best is None:
            return None
        errors.append(weight * abs(end - one.best))  # signed, so that what two parts share counts as it should
    vector = np.array(errors)
    return math.sqrt(max(0.0, float(vector @ together @ vector)))


def _of_quantiles(at: float, terms: Sequence[Term]) -> Estimate:
    found = [(weight, quantiles.woodruff(each.sample, at, CONFIDENCE)) for weight, each in terms]
    if any(one.best is None for _, one in found):
        return UNDEFINED
    best = math.fsum(weight * (one.best or 0.0) for weight, one in found)
    informative = min(each.sample.informative for _, each in terms)
    if informative < quantiles.FEWEST:
        return Estimate(None, best, None)
    drawn = sum((weight * quantiles.resampled(each.sample, at) for weight, each in terms), np.zeros(1))
    low, high = quantiles.percentile_ends(drawn[~np.isnan(drawn)], informative, CONFIDENCE)
    open_below = any(weight < 0 and one.high is None for weight, one in found)
    open_above = any(weight > 0 and one.high is None for weight, one in found)
    return Estimate(None if open_below else min(best, low), best, None if open_above else max(best, high))
