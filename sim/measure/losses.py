"""Losses of whole years: how they spread, what one year in twenty exceeds, and what such a year costs on average.

A replication is as long as the scenario's horizon. Where that is less than a year, replications are laid end to end, in
order, and cut into years; where it is longer, each is cut into whole years, and the rest is left out. A loss counts in
the year in which its intrusion began, all of it. So a year has losses of different replications, which is right as far
as one stretch of time does not depend on the one before; and it knows the start of a simulation, when nobody is in yet,
as often as a replication begins.

Value at risk is a quantile as in `quantiles`, conditional value at risk the mean of the part of the distribution above
it: VaR + mean((L - VaR)+) / (1 - at). Its interval is that of a mean of these numbers: to first order the quantile's
own error does not matter, because the sum is smallest there. Degrees of freedom are those of the years in the tail, and
it has no upper end where VaR has none. Losses are heavy in the tail and years are few, so such intervals are too
narrow, and the truth is then above them. Measured coverage of nominal 95 %, in %, by years (2,000 studies each; 1.5
losses in a year, Poisson, each lognormal with a log-sd of 1; an end that is None bounds nothing):

| interval | 40 | 100 | 200 | 400 |
|---|---|---|---|---|
| VaR 95% | 99.5 | 98.5 | 98.0 | 96.0 |
| CVaR 95% | 99.9 | 86.3 | 88.3 | 89.7 |

Source: Rockafellar and Uryasev, Conditional value-at-risk for general loss distributions, J. Banking Finance 26 (2002).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.core.units import YEAR
from sim.measure import estimates, quantiles
from sim.measure.estimates import Estimate, FloatArray, Influence, float_array, wilson
from sim.measure.metric import Metric, ratio
from sim.measure.quantiles import Clustered

AT = 0.95
"""Probability of VaR and CVaR."""
ANNUAL = "annual_loss"
CENTS = 100

METRICS: tuple[Metric, ...] = (
    ratio(
        "loss_per_year",
        "Loss in a year, mean",
        "currency",
        "reach",
        "loss",
        "years",
        "losses drawn for the resources reached, once per intrusion and resource, per year of 365 days",
        rare=True,
    ),
    Metric(
        "loss_year_var95",
        "Loss in a year, value at risk 95%",
        "currency",
        "year",
        ANNUAL,
        at=AT,
        group="reach",
        rare=True,
        says="one year in twenty loses more than this (VaR)",
    ),
    Metric(
        "loss_year_cvar95",
        "Loss in a year, mean of the worst 5%",
        "currency",
        "tail",
        ANNUAL,
        at=AT,
        group="reach",
        rare=True,
        says="what a year loses on average, of the one year in twenty that loses most (CVaR, expected shortfall)",
    ),
)


def years(
    replication: NDArray[np.integer], began_us: FloatArray, loss: FloatArray, *, replications: int, horizon_us: int
) -> Clustered:
    """The losses of all whole years, one cluster for each year, or for each replication that has several.

    Args:
        replication: position of each leaked credential's replication, 0-based.
        began_us: when its intrusion began; nan: there was none.
        loss: of that intrusion.
    """
    some = (loss > 0) & ~np.isnan(began_us)
    cents = np.rint(loss[some] * CENTS).astype(np.int64)
    place, at = np.asarray(replication)[some].astype(np.int64), began_us[some].astype(np.int64)
    each = horizon_us // YEAR
    if each:
        cluster = np.repeat(np.arange(replications), each)
        year, inside = place * each + at // YEAR, at // YEAR < each
    else:
        cluster = np.arange(replications * horizon_us // YEAR)
        year = (place * horizon_us + at) // YEAR
        inside = year < len(cluster)
    sums = np.zeros(len(cluster), np.int64)
    np.add.at(sums, year[inside], cents[inside])
    return quantiles.clustered(sums / CENTS, cluster, int(cluster[-1]) + 1 if len(cluster) else 0)


def value_at_risk(sample: Clustered, at: float, confidence: float) -> Estimate:
    """The loss that a share 1 - at of years exceeds."""
    return quantiles.woodruff(sample, at, confidence)


def tail_mean(sample: Clustered, at: float, confidence: float) -> Estimate:
    """The mean of the worst share 1 - at of years."""
    found = _tail(sample, at)
    if found.best == 0 and len(sample.sizes) > 1:
        return Estimate(0.0, 0.0, 0.0)
    if found.best is None or found.informative < 2:
        return Estimate(None, found.best, None)
    reach = estimates.student(confidence, found.informative) * estimates.standard_error(found.parts)
    high = None if value_at_risk(sample, at, confidence).high is None else found.best + reach
    return Estimate(found.best - reach, found.best, high)


def tail_difference(ours: Clustered, theirs: Clustered, at: float, confidence: float) -> Estimate:
    """Difference of two means of the worst years; without an end where VaR gives no limit on that side."""
    one, two = _tail(ours, at), _tail(theirs, at)
    if one.best is None or two.best is None:
        return estimates.UNDEFINED
    best = one.best - two.best
    informative = min((each for each in (one.informative, two.informative) if each), default=0)
    if informative < 2:
        return Estimate(None, best, None)
    reach = estimates.student(confidence, informative) * estimates.standard_error(one.parts - two.parts)
    open_high, open_low = (value_at_risk(each, at, confidence).high is None for each in (ours, theirs))
    return Estimate(None if open_low else best - reach, best, None if open_high else best + reach)


def _tail(sample: Clustered, at: float) -> Influence:
    """What each cluster contributes to the tail's mean; informative are those with a year in the tail."""
    edge = quantiles.quantile(sample, at)
    if edge is None:
        return Influence(None, np.zeros(0), 0)
    each = edge + np.maximum(sample.values - edge, 0.0) / (1 - at)
    sums = float_array(np.bincount(sample.cluster, each, minlength=len(sample.sizes)))
    found = estimates.influence(sums, sample.sizes)
    inside = sample.values >= edge if edge else sample.values > 0
    return replace(found, informative=len(np.unique(sample.cluster[inside])))


@dataclass(frozen=True)
class Exceedance:
    """A falling step function: the share of years that lose more than an amount.

    Attributes:
        loss: ascending, the first 0.
        share: of years that lose more than loss[i], until loss[i + 1].
        low, high: pointwise 95 % interval (Wilson, years as trials).
        years: that the curve is made from.
    """

    loss: FloatArray
    share: FloatArray
    low: FloatArray
    high: FloatArray
    years: int


def exceedance(sample: Clustered, confidence: float = 0.95) -> Exceedance:
    """The loss exceedance curve of a strategy's years; empty without a whole year."""
    many = len(sample.values)
    if many == 0:
        nothing = np.zeros(0)
        return Exceedance(nothing, nothing, nothing, nothing, 0)
    loss = np.unique(np.append(sample.values, 0.0))
    above = many - np.searchsorted(sample.values, loss, side="right")
    ends = [wilson(float(count), many, confidence) for count in above.tolist()]
    low, high = (float_array([math.nan if x is None else x for x in side]) for side in zip(
        *((one.low, one.high) for one in ends), strict=True))  # fmt: skip
    return Exceedance(loss, above / many, low, high, many)
