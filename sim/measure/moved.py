"""What moved between two comparisons: each metric of each strategy that both have, with its interval.

Where both were simulated with the same seed and have the same replications, they are paired as strategies are
(paired.py): what they share, such as the same busy week, cancels. Elsewhere the two are taken as independent and the
interval is made from those of both sides (MOVER with correlation 0: Zou and Donner, Stat. Med. 27, 2008), which is too
wide rather than too narrow where they share draws after all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.measure.catalogue import Metric
from sim.measure.estimates import Estimate, clip, float_array
from sim.measure.metric import OF_ROWS
from sim.measure.paired import independent_difference
from sim.measure.quantiles import NOTHING, Clustered
from sim.measure.statistics import LeakSample, Rows, ceiling, compare

BEFORE, AFTER = "before", "after"


@dataclass(frozen=True)
class Side:
    """The tables of one comparison, by strategy.

    Attributes:
        rows: column → value per replication.
        samples: its leaked credentials.
        years: losses of whole years, where they are known.
    """

    rows: Mapping[str, Rows]
    samples: Mapping[str, LeakSample]
    years: Mapping[str, Clustered] = field(default_factory=dict)

    def of_years(self, strategy: str) -> Clustered:
        """Losses of whole years of one strategy."""
        return self.years.get(strategy, NOTHING)


@dataclass(frozen=True)
class Move:
    """One metric under one strategy; the difference is after - before.

    Attributes:
        same: paired, and the same in every replication, down to each leaked credential.
    """

    strategy: str
    metric: Metric
    before: Estimate
    after: Estimate
    difference: Estimate
    same: bool = False

    @property
    def clear(self) -> str:
        """`up` or `down` where the interval of the difference leaves out 0; else empty."""
        low, high = self.difference.low, self.difference.high
        return "up" if low is not None and low > 0 else "down" if high is not None and high < 0 else ""


def moves(
    before: Side, after: Side, strategies: Sequence[str], metrics: Sequence[Metric], *, paired: bool
) -> tuple[Move, ...]:
    """Every metric of every strategy, in these orders.

    Args:
        paired: both sides have the same replications, in the same order.

    Raises:
        ValueError: paired, and they have not.
    """
    made = _paired if paired else _apart
    return tuple(move for name in strategies for move in made(before, after, name, metrics))


def _paired(before: Side, after: Side, name: str, metrics: Sequence[Metric]) -> Iterator[Move]:
    sides = {BEFORE: before, AFTER: after}
    rows, samples = ({key: getattr(side, what)[name] for key, side in sides.items()} for what in ("rows", "samples"))
    years = {key: side.of_years(name) for key, side in sides.items()}
    found = compare(rows, samples, (BEFORE, AFTER), BEFORE, metrics=metrics, years=years)
    for metric in metrics:
        one = found.differences[AFTER][metric.key]
        difference = Estimate(one.low, one.best, one.high)
        theirs, ours = (found.estimates[key][metric.key] for key in (BEFORE, AFTER))
        yield Move(name, metric, theirs, ours, difference, _same(before, after, name, metric))


def _same(before: Side, after: Side, name: str, metric: Metric) -> bool:
    if metric.kind == "quantile":
        one, other = (side.samples[name] for side in (before, after))
        pairs: list[tuple[Any, Any]] = [(one.replication, other.replication)]
        pairs.append((one.column(metric.top), other.column(metric.top)))
    elif metric.kind not in OF_ROWS:
        annual = [side.of_years(name) for side in (before, after)]
        pairs = [(annual[0].values, annual[1].values), (annual[0].cluster, annual[1].cluster)]
    else:
        columns = filter(None, (metric.top, metric.bottom))
        pairs = [(before.rows[name][column], after.rows[name][column]) for column in columns]
    return all(np.array_equal(float_array(ours), float_array(theirs), equal_nan=True) for ours, theirs in pairs)


def _apart(before: Side, after: Side, name: str, metrics: Sequence[Metric]) -> Iterator[Move]:
    found = [
        compare(
            {name: side.rows[name]},
            {name: side.samples[name]},
            (name,),
            name,
            metrics=metrics,
            years={name: side.of_years(name)},
        ).estimates[name]
        for side in (before, after)
    ]
    for metric in metrics:
        theirs, ours = (one[metric.key] for one in found)
        most = ceiling(metric)
        yield Move(name, metric, theirs, ours, clip(independent_difference(ours, theirs), -most, most))


__all__ = ["Move", "Side", "moves"]
