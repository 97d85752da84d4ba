"""From replications' rows to estimates, paired differences and the probability of being lower.

    rows, leaks  ->  compare()  ->  Comparison(estimates, differences, censored)

| kind of metric | estimate and interval | paired difference |
|---|---|---|
| total | mean over replications, t; rare counts: exact Poisson limits | paired t; rare counts: MOVER |
| ratio | Sum x / Sum n, leave-one-replication-out linearised, t | the same on paired residuals |
| quantile | inverse empirical distribution function, clustered Woodruff | paired bootstrap of replications |
| value | mean over the replications that have it, t | paired, each over its own replications |
| year | as a quantile, over whole years (losses.py) | paired bootstrap of years |
| tail | mean of the years beyond a quantile, t | paired t |

No metric can be negative, so low ends are cut at 0; metrics whose unit begins with `share` are cut at 1 (differences:
-1 and 1). The same inputs give the same bytes: sums over replications are correctly rounded (math.fsum), sums over
leaks and resamples are whole numbers, and nothing depends on the order of the strategies.

Measured coverage of nominal 95 % intervals, in %, by replications (tests/statistical/coverage_table.py: 2,000 simulated
studies each, standard error 0.5; gamma-Poisson numbers of leaks, exponential windows with a common lognormal factor of
log-sd 0.5 per replication, an end that is None bounds nothing):

| interval | 10 | 20 | 50 | 100 |
|---|---|---|---|---|
| mean count, negative binomial k = 1, mean 3 | 90.0 | 93.0 | 94.2 | 94.0 |
| mean count, k = 0.3, mean 3 (very skewed) | 81.9 | 85.8 | 90.3 | 91.7 |
| mean of a rare count, k = 1, mean 0.1 | 99.0 | 98.6 | 97.1 | 97.2 |
| ratio, 20 leaks per replication; 1 leak | 87.3; 87.8 | 90.3; 88.4 | 92.5; 91.5 | 93.5; 92.3 |
| paired ratio | 92.0; 91.0 | 91.1; 91.5 | 92.6; 93.5 | 94.3; 94.5 |
| median | 93.8; 99.3 | 94.8; 97.8 | 95.0; 96.3 | 95.2; 96.1 |
| 95th percentile | 94.5; 99.9 | 94.0; 99.6 | 94.0; 98.8 | 94.8; 97.5 |
| paired median | 96.5; 98.0 | 95.5; 97.0 | 95.6; 98.0 | 94.5; 96.7 |
| paired 95th percentile | 96.0; 100 | 95.7; 100 | 94.7; 100 | 95.2; 97.5 |

So intervals of skewed means and ratios are too narrow below about 50 replications, and err on one side: the truth is
more often above them. With few leaks a 95th percentile has no upper end rather than a wrong one (the 100s). A paired
95th percentile of windows that are exact multiples of each other covers less: 88 with 20 replications, 94 with 100.
A mean of rare, heavy totals (hours held after two breaches in a hundred replications) falls short as well: its interval
knows only the breaches that were seen. Where none was seen at all (metrics that are `rare`), such an estimate is 0
without a high end, not 0 for certain.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.measure import estimates, losses, paired, quantiles
from sim.measure.catalogue import METRICS, Metric
from sim.measure.estimates import Estimate, FloatArray, float_array
from sim.measure.metric import OF_ROWS
from sim.measure.paired import Difference

__all__ = [
    "Comparison",
    "Difference",
    "Estimate",
    "LeakSample",
    "Prepared",
    "Rows",
    "ceiling",
    "compare",
    "estimate",
    "prepare",
]

Rows = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True)
class LeakSample:
    """The leaked credentials of one strategy, one entry per credential in every array.

    Attributes:
        replication: number of the replication; a value of the rows' `replication` column if they have one, else a
            0-based position.
        exposure_hours: cut at the horizon.
        censored: alive at the horizon.
        others: further columns that a quantile metric may name.
    """

    replication: NDArray[np.integer]
    exposure_hours: FloatArray
    censored: NDArray[np.bool_]
    others: Mapping[str, FloatArray] = field(default_factory=dict)

    def column(self, name: str) -> FloatArray:
        """A column by its name in leaks.parquet. Raises KeyError for one that was not given."""
        return float_array(self.exposure_hours if name == "exposure_hours" else self.others[name])


@dataclass(frozen=True)
class Comparison:
    """Every metric of every strategy, and its difference from the baseline.

    Attributes:
        estimates: strategy -> metric key.
        differences: strategy other than the baseline -> metric key.
        censored: strategy -> (leaked credentials alive at the horizon, leaked credentials).
    """

    strategies: tuple[str, ...]
    baseline: str
    replications: int
    estimates: Mapping[str, Mapping[str, Estimate]]
    differences: Mapping[str, Mapping[str, Difference]]
    censored: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Prepared:
    """One strategy's data, ready for estimates."""

    pairs: Mapping[str, paired.Pair]
    samples: Mapping[str, quantiles.Clustered]

    def values(self, metric: Metric) -> FloatArray:
        """The numbers that an estimate is made of."""
        return self.pairs[metric.key][0] if metric.kind in OF_ROWS else self.samples[metric.top].values


def compare(
    rows: Mapping[str, Rows],
    leaks: Mapping[str, LeakSample],
    strategies: Sequence[str],
    baseline: str,
    confidence: float = 0.95,
    *,
    metrics: Sequence[Metric] = METRICS,
    years: Mapping[str, quantiles.Clustered] | None = None,
) -> Comparison:
    """Estimate every metric of every strategy and compare each strategy with the baseline.

    Args:
        rows: strategy -> column -> value per replication, nan for null; the same replications in the same order.
        leaks: strategy -> its leaked credentials.
        strategies: those to report, in order, the baseline among them.
        confidence: of every interval, 0 < confidence < 1.
        metrics: those of the catalogue unless told otherwise.
        years: strategy -> losses of whole years (losses.years); None: metrics of these are undefined.

    Raises:
        ValueError: strategies do not share their replications, a leak belongs to none of them, or the baseline is
            not among the strategies.
    """
    if baseline not in strategies or not 0 < confidence < 1:
        raise ValueError("the baseline must be one of the strategies, and confidence between 0 and 1")
    numbers = _numbers(rows, strategies, metrics)
    annual = years or dict.fromkeys(strategies, quantiles.NOTHING)
    data = {name: prepare(rows[name], leaks[name], annual[name], numbers, metrics) for name in strategies}
    return Comparison(
        strategies=tuple(strategies),
        baseline=baseline,
        replications=len(numbers),
        estimates={name: {m.key: estimate(m, data[name], confidence) for m in metrics} for name in strategies},
        differences={
            name: {m.key: _difference(m, data[name], data[baseline], confidence) for m in metrics}
            for name in strategies
            if name != baseline
        },
        censored={name: _censored(leaks[name]) for name in strategies},
    )


def _censored(sample: LeakSample) -> tuple[int, int]:
    return int(np.count_nonzero(sample.censored)), len(sample.censored)


def _numbers(rows: Mapping[str, Rows], strategies: Sequence[str], metrics: Sequence[Metric]) -> NDArray[np.int64]:
    """The numbers of the replications, which every strategy must have in the same order."""
    column = next(metric.top for metric in metrics if metric.kind in OF_ROWS)
    found = [
        np.asarray(rows[name].get("replication", np.arange(len(rows[name][column]))), dtype=np.int64)
        for name in strategies
    ]
    if any(not np.array_equal(found[0], other) for other in found) or len(np.unique(found[0])) != len(found[0]):
        raise ValueError("strategies must have the same replications, each once and in the same order")
    return found[0]


def prepare(
    rows: Rows, leaks: LeakSample, annual: quantiles.Clustered, numbers: NDArray[np.int64], metrics: Sequence[Metric]
) -> Prepared:
    """Numerators and denominators of the row metrics, sorted columns of the quantile metrics."""
    ones = np.ones(len(numbers))
    pairs = {
        m.key: (float_array(rows[m.top]), float_array(rows[m.bottom]) if m.bottom else ones)
        for m in metrics
        if m.kind in OF_ROWS
    }
    cluster = _positions(np.asarray(leaks.replication, dtype=np.int64), numbers)
    columns = dict.fromkeys(metric.top for metric in metrics if metric.kind == "quantile")
    samples = {name: quantiles.clustered(leaks.column(name), cluster, len(numbers)) for name in columns}
    return Prepared(pairs, samples | {losses.ANNUAL: annual})


def _positions(replication: NDArray[np.int64], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Position of each leak's replication among the rows."""
    if not np.all(np.isin(replication, numbers)):
        raise ValueError("a leaked credential belongs to a replication that has no row")
    order = np.argsort(numbers, kind="stable")
    return order[np.searchsorted(numbers[order], replication)].astype(np.int64)


def ceiling(metric: Metric) -> float:
    """Largest possible value: 1 for shares."""
    return 1.0 if metric.unit.startswith("share") else math.inf


def estimate(metric: Metric, data: Prepared, confidence: float) -> Estimate:
    """The estimate of one metric of one strategy."""
    if metric.kind in ("quantile", "year"):
        found = quantiles.woodruff(data.samples[metric.top], metric.at, confidence)
    elif metric.kind == "tail":
        found = losses.tail_mean(data.samples[metric.top], metric.at, confidence)
    elif metric.counts:
        found = estimates.count(data.pairs[metric.key][0], confidence)
    else:
        found = estimates.ratio(*data.pairs[metric.key], confidence)
    if metric.rare:
        found = estimates.unseen(found, data.values(metric))
    return estimates.clip(found, 0.0, ceiling(metric))


def _difference(metric: Metric, ours: Prepared, theirs: Prepared, confidence: float) -> Difference:
    """One metric of one strategy against the baseline."""
    if metric.kind not in OF_ROWS:
        one, two = ours.samples[metric.top], theirs.samples[metric.top]
        difference = losses.tail_difference if metric.kind == "tail" else paired.quantile_difference
        found = difference(one, two, metric.at, confidence)
        each = quantiles.each(one, metric.at), quantiles.each(two, metric.at)
    else:
        pair, other = ours.pairs[metric.key], theirs.pairs[metric.key]
        if metric.counts:
            found = paired.count_difference(pair[0], other[0], confidence)
        else:
            found = paired.ratio_difference(pair, other, confidence)
        each = paired.per_replication(pair), paired.per_replication(other)
    found = estimates.clip(found, -ceiling(metric), ceiling(metric))
    lower, compared = paired.probability_lower(*each, confidence)
    return Difference(found.low, found.best, found.high, lower, compared)
