"""One estimate with its interval: means, rare counts and ratios of sums over independent replications.

Replications are the independent units; events within one are not (a busy week leaks often and exposes long). So every
estimate is seen as a ratio of sums over replications, Sum x / Sum n, a mean being the ratio with n = 1, and its
standard error comes from leaving each replication out in turn. For a mean that is exactly the textbook s / sqrt(R); for
a ratio it is the delta method's linearised residual (x_r - best * n_r) with the correction 1 / (1 - n_r / Sum n) for a
replication that weighs much, without which few and uneven replications give intervals that are too narrow.

Sources: Cochran, Sampling Techniques (3rd ed.), 6.4 (linearised ratio); Efron and Stein, The jackknife estimate of
variance, Ann. Statist. 9 (1981); Garwood, Fiducial limits for the Poisson distribution, Biometrika 28 (1936).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special  # not scipy.stats, which takes a third of a second to import

FloatArray = NDArray[np.float64]
ALL_BUT_NOTHING = 1e-12
"""A replication that leaves less than this share of the denominator to the others counts as the only one."""
FEW_EVENTS = 30
"""Below this many events in all, and fewer events than replications, a count has Poisson limits, not Student's."""


@dataclass(frozen=True)
class Estimate:
    """A value and the ends of its interval, both ends included.

    `best` is None when nothing was seen that defines it (no leaks: no exposure window). `low` and `high` are None when
    the data cannot bound it from that side: a single replication, or a 95th percentile of a handful of leaks.
    """

    low: float | None
    best: float | None
    high: float | None


UNDEFINED = Estimate(None, None, None)


@dataclass(frozen=True)
class Influence:
    """What each replication contributes to an estimate.

    Attributes:
        best: Sum x / Sum n; None when Sum n is 0.
        parts: one number per replication; the standard error is the root of the sum of their squares, and that of a
            difference of two estimates over the same replications comes from the differences of their parts.
        informative: replications with n > 0, one more than the degrees of freedom.
    """

    best: float | None
    parts: FloatArray
    informative: int


def total(values: FloatArray) -> float:
    """The correctly rounded sum, whatever the order of the values (math.fsum)."""
    return math.fsum(values.tolist())


def known(top: FloatArray, bottom: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Both columns with null (nan) replications turned into empty ones: x = 0, n = 0."""
    missing = np.isnan(top) | np.isnan(bottom)
    return np.where(missing, 0.0, top), np.where(missing, 0.0, bottom)


def influence(top: FloatArray, bottom: FloatArray) -> Influence:
    """Best value and leave-one-replication-out parts of Sum top / Sum bottom (nan: replication without a value)."""
    top, bottom = known(top, bottom)
    weight = total(bottom)
    informative = int(np.count_nonzero(bottom > 0))
    if weight <= 0:
        return Influence(None, np.zeros(len(top)), 0)
    best = total(top) / weight
    rest = weight - bottom
    if rest.min() <= ALL_BUT_NOTHING * weight:
        return Influence(best, np.zeros(len(top)), 1)
    shrink = math.sqrt((informative - 1) / informative)
    return Influence(best, shrink * (top - best * bottom) / rest, informative)


def standard_error(parts: FloatArray) -> float:
    """Root of the sum of squares of the parts of an estimate or of a difference."""
    return math.sqrt(total(parts * parts))


def student(confidence: float, informative: int) -> float:
    """Two-sided Student quantile for this many informative replications (at least 2)."""
    return float(special.stdtrit(informative - 1, 0.5 + confidence / 2))


def ratio(top: FloatArray, bottom: FloatArray, confidence: float) -> Estimate:
    """Sum top / Sum bottom with its t interval, not clipped.

    Null when Sum bottom is 0; without ends when fewer than two replications have a bottom. Columns whose ratio is the
    same in every replication give an interval of width 0: it never varied, which is not a proof that it cannot.
    """
    found = influence(top, bottom)
    if found.best is None or found.informative < 2:
        return Estimate(None, found.best, None)
    reach = student(confidence, found.informative) * standard_error(found.parts)
    return Estimate(found.best - reach, found.best, found.best + reach)


def mean(values: FloatArray, confidence: float) -> Estimate:
    """Mean over the replications that have a value (not nan), with its t interval, not clipped."""
    return ratio(values, np.ones(len(values)), confidence)


def is_rare(counts: FloatArray) -> bool:
    """Whether a count needs Poisson limits: fewer than 30 events in all, and fewer events than replications."""
    seen = counts[~np.isnan(counts)]
    return len(seen) > 0 and total(seen) < min(FEW_EVENTS, len(seen))


def count(counts: FloatArray, confidence: float) -> Estimate:
    """Mean number of events per replication.

    Rare events get Garwood's exact Poisson limits of their sum, for events that come in bunches of `bunch` (variance
    over mean, at least 1): 0 events in R replications give [0, 3.689 / R] at 95 %, even for R = 1. All others get the
    t interval of `mean`, which is narrower than the limit for 0 events when only one event was seen.
    """
    if not is_rare(counts):
        return mean(counts, confidence)
    seen = counts[~np.isnan(counts)]
    events, replications = total(seen), len(seen)
    average, tail = events / replications, (1 - confidence) / 2
    bunch = max(1.0, float(np.var(seen, ddof=1)) / average) if events and replications > 1 else 1.0
    low = float(special.gammaincinv(events / bunch, tail)) if events else 0.0
    high = float(special.gammaincinv(events / bunch + 1, 1 - tail))
    return Estimate(low * bunch / replications, average, high * bunch / replications)


def clip(estimate: Estimate, floor: float, ceiling: float = math.inf) -> Estimate:
    """The estimate with its ends brought inside [floor, ceiling], never past the best value."""
    low, best, high = estimate.low, estimate.best, estimate.high
    if best is None:
        return estimate
    return Estimate(
        None if low is None else min(best, max(low, floor)),
        best,
        None if high is None else max(best, min(high, ceiling)),
    )


def unseen(estimate: Estimate, values: FloatArray) -> Estimate:
    """The estimate without its high end if every value is 0: what never happened may still happen, and cost anything.

    For numerators that move only at rare events, whose size says nothing as long as none was seen.
    """
    nothing = estimate.best == 0 and not np.any(np.nan_to_num(values))
    return Estimate(estimate.low, estimate.best, None) if nothing else estimate


def wilson(successes: float, trials: int, confidence: float) -> Estimate:
    """Share of successes with Wilson's interval (J. Am. Stat. Assoc. 22, 1927); halves allowed; null without trials."""
    if trials == 0:
        return UNDEFINED
    z = float(special.ndtri(0.5 + confidence / 2))
    share, weight = successes / trials, z * z / trials
    centre = (share + weight / 2) / (1 + weight)
    reach = z * math.sqrt(share * (1 - share) / trials + weight / (4 * trials)) / (1 + weight)
    return clip(Estimate(max(0.0, centre - reach), share, min(1.0, centre + reach)), 0.0, 1.0)


def float_array(values: Iterable[float] | NDArray[np.generic]) -> FloatArray:
    """A contiguous float64 array, so that sums run in the same order whatever the caller's layout."""
    return np.ascontiguousarray(values, dtype=np.float64)
