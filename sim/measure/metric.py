"""What a metric is made of, and how replications are combined to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["total", "ratio", "quantile", "value", "year", "tail"]
OF_ROWS = ("total", "ratio", "value")
"""Kinds that are made of columns of a replication's row."""
Better = Literal["lower", "higher", "neither"]


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        key: name in summary.json.
        title: name in tables and charts.
        unit: of the estimate; empty for counts.
        kind: how replications are combined.
        top: numerator, or the column itself; for a quantile a column of the leaks table; for `year` and `tail` a
            quantity of whole years.
        bottom: denominator of a ratio.
        at: probability of a quantile, or where a tail begins.
        better: which direction a defender wants.
        group: section of the report: exposure, reach, overreach, audit, friction.
        counts: the column counts events, so that 0 in every replication still has an upper limit above 0.
        rare: moves only when an attacker succeeds, so that 0 in every replication bounds nothing from above.
        says: one sentence for the report's glossary.
    """

    key: str
    title: str
    unit: str
    kind: Kind
    top: str
    bottom: str = ""
    at: float = 0.0
    better: Better = "lower"
    group: str = "exposure"
    counts: bool = False
    rare: bool = False
    says: str = ""


def total(
    key: str,
    title: str,
    unit: str,
    group: str,
    says: str,
    better: Better = "lower",
    counts: bool = False,
    *,
    rare: bool = False,
) -> Metric:
    """A metric that is the mean of a column over replications."""
    return Metric(key, title, unit, "total", key, better=better, group=group, counts=counts, rare=rare, says=says)


def ratio(
    key: str,
    title: str,
    unit: str,
    group: str,
    top: str,
    bottom: str,
    says: str,
    better: Better = "lower",
    *,
    rare: bool = False,
) -> Metric:
    """A metric that is one column's sum over another's."""
    return Metric(key, title, unit, "ratio", top, bottom, better=better, group=group, rare=rare, says=says)


def quantile(key: str, title: str, unit: str, top: str, at: float, says: str) -> Metric:
    """A metric that is a quantile of a column of the leaks table."""
    return Metric(key, title, unit, "quantile", top, at=at, says=says)
