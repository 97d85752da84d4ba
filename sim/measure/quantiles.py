"""Quantiles over all leaked credentials of all replications, with replications as clusters.

Definition: the quantile at p is the inverse of the empirical distribution function, the smallest seen value with at
least a share p of all leaked credentials at or below it. No interpolation, so it is always a window that occurred.

Interval of one quantile: Woodruff's. The share at or below the quantile is a ratio of sums over replications, so it has
a clustered standard error; the ends are the values at p minus and plus t standard errors. Where many windows are equal
(a TTL, the horizon) or the quantile is the largest window, the share jumps there, perhaps to 1, which seems to have no
error; so the larger error of the share below and the share at or below is taken. When p plus t standard errors passes
1, even the largest window seen is no upper limit: the upper end is None. The lower end is at least 0.

Interval of a difference: a bootstrap of whole replications, the same resamples for every strategy, which keeps the
pairing of common random numbers. A linearised difference would need the density at the quantile, which does not exist
where windows pile up on a TTL; MOVER from the two Woodruff intervals was tried and covers only 78 to 94 % where
strategies share what makes windows long. Percentiles are taken wider than nominal by Hesterberg's factor for few
replications; below five replications with leaks no resampling can tell 95 %, and there are no ends. The resamples come
from one fixed Philox stream, so the same data give the same bytes.

Sources: Woodruff, Confidence intervals for medians and other position measures, J. Am. Stat. Assoc. 47 (1952);
Francisco and Fuller, Quantile estimation with a complex survey design, Ann. Statist. 19 (1991); Davison and Hinkley,
Bootstrap Methods and their Application (1997), 3.8; Hesterberg, What teachers should know about the bootstrap,
Am. Stat. 69 (2015), 4.3 (expanded percentiles).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.measure.estimates import UNDEFINED, Estimate, FloatArray, float_array, influence, standard_error, student

IntArray = NDArray[np.int64]
RESAMPLES = 2000
FEWEST = 5
"""Informative replications below which resampling them gives no interval."""
STREAM = 0x5EED
"""Key of the Philox stream of resamples; part of the method, not a choice of the user."""


@dataclass(frozen=True, eq=False)
class Clustered:
    """One column of all leaked credentials of a strategy.

    Attributes:
        values: ascending.
        cluster: position of each value's replication, 0-based, in the order of `values`.
        sizes: leaked credentials of each replication, 0 included.
    """

    values: FloatArray
    cluster: IntArray
    sizes: FloatArray

    @property
    def informative(self) -> int:
        """Replications with at least one leaked credential."""
        return int(np.count_nonzero(self.sizes))


NOTHING = Clustered(np.zeros(0), np.zeros(0, np.int64), np.zeros(0))
"""A column without a value."""


def clustered(values: FloatArray, cluster: IntArray, replications: int) -> Clustered:
    """Sort a column once for all quantiles; nan values are left out."""
    present = ~np.isnan(values)
    values, cluster = float_array(values[present]), cluster[present]
    order = np.lexsort((cluster, values))
    sizes = np.bincount(cluster, minlength=replications).astype(np.float64)
    return Clustered(values[order], cluster[order].astype(np.int64), sizes)


def rank(at: float, counts: FloatArray) -> IntArray:
    """1-based rank of the quantile at `at` among so many values; forgives 0.55 * 100 being a hair above 55."""
    return np.maximum(1, np.ceil(at * counts - 1e-9)).astype(np.int64)


def quantile(sample: Clustered, at: float) -> float | None:
    """The quantile over all leaked credentials; None without any."""
    if len(sample.values) == 0:
        return None
    return float(sample.values[rank(at, float_array([len(sample.values)]))[0] - 1])


def woodruff(sample: Clustered, at: float, confidence: float) -> Estimate:
    """The quantile and its clustered Woodruff interval; without ends when fewer than two replications have leaks."""
    best, size = quantile(sample, at), len(sample.values)
    if best is None:
        return UNDEFINED
    if sample.informative < 2:
        return Estimate(None, best, None)
    reach = student(confidence, sample.informative) * _share_error(sample, best)
    below = math.floor(size * (at - reach) + 1e-9)
    above = math.floor(size * (at + reach) + 1e-9) + 1
    low = float(sample.values[below - 1]) if below >= 1 else 0.0
    return Estimate(min(best, low), best, float(sample.values[above - 1]) if above <= size else None)


def _share_error(sample: Clustered, value: float) -> float:
    """Clustered standard error of the share below `value`, or at or below it, whichever is larger."""
    below, within = np.searchsorted(sample.values, value, "left"), np.searchsorted(sample.values, value, "right")
    inside = (np.bincount(sample.cluster[:end], minlength=len(sample.sizes)) for end in (below, within))
    return max(standard_error(influence(float_array(counts), sample.sizes).parts) for counts in inside)


def each(sample: Clustered, at: float) -> FloatArray:
    """The quantile of every replication on its own; nan where it has no leaked credential."""
    grouped = sample.values[np.argsort(sample.cluster, kind="stable")]
    found = np.full(len(sample.sizes), np.nan)
    starts = np.cumsum(sample.sizes).astype(np.int64) - sample.sizes.astype(np.int64)
    some = sample.sizes > 0
    found[some] = grouped[(starts + rank(at, sample.sizes) - 1)[some]]
    return found


@lru_cache(maxsize=4)
def resamples(replications: int) -> FloatArray:
    """How often each replication is drawn, one row per resample; whole numbers, so that sums of products are exact."""
    generator = np.random.Generator(np.random.Philox(key=STREAM))
    drawn = generator.integers(0, replications, size=(RESAMPLES, replications))
    cells = drawn + replications * np.arange(RESAMPLES)[:, None]
    counts = np.bincount(cells.ravel(), minlength=RESAMPLES * replications).astype(np.float64)
    counts = counts.reshape(RESAMPLES, replications)
    counts.setflags(write=False)
    return counts


@lru_cache(maxsize=4)
def resampled(sample: Clustered, at: float) -> FloatArray:
    """The quantile of every resample; nan where it has no leaked credential. Kept: the baseline's are asked for often.

    The sorted values are cut into blocks of about sqrt(N). One product of matrices gives every resample's running count
    at the ends of the blocks, and only the block that holds the wanted rank is looked into.
    """
    draws = resamples(len(sample.sizes))
    wanted = rank(at, draws @ sample.sizes)
    found = np.full(len(draws), np.nan)
    if len(sample.values) == 0:
        return found
    width = math.isqrt(len(sample.values)) + 1
    ends = draws @ _running(sample, width)
    some = ends[:, -1] > 0
    block = np.argmax(ends >= wanted[:, None], axis=1)
    for one in np.unique(block[some]).tolist():
        chosen = np.flatnonzero(some & (block == one))
        before = ends[chosen, one - 1] if one else np.zeros(len(chosen))
        items = slice(one * width, (one + 1) * width)
        inside = np.cumsum(draws[chosen][:, sample.cluster[items]], axis=1) + before[:, None]
        found[chosen] = sample.values[items][np.argmax(inside >= wanted[chosen, None], axis=1)]
    return found


def _running(sample: Clustered, width: int) -> FloatArray:
    """Leaked credentials of each replication (rows) up to the end of each block (columns)."""
    blocks = (len(sample.values) - 1) // width + 1
    cells = sample.cluster * blocks + np.arange(len(sample.values)) // width
    counts = np.bincount(cells, minlength=len(sample.sizes) * blocks).reshape(-1, blocks)
    return np.cumsum(counts, axis=1).astype(np.float64)


def percentile_ends(differences: FloatArray, informative: int, confidence: float) -> tuple[float, float]:
    """Ends of the expanded percentile interval of resampled differences."""
    widened = student(confidence, informative) * math.sqrt(informative / (informative - 1))
    tail = float(special.ndtr(-widened))
    ordered = np.sort(differences)
    position = max(0, math.ceil(tail * len(ordered)) - 1)
    return float(ordered[position]), float(ordered[len(ordered) - 1 - position])
