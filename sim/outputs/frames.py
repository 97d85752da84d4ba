"""Results as tables: Arrow always, pandas or polars where they are installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Literal

import pyarrow as pa

from sim.core.errors import UsageError
from sim.measure.catalogue import METRICS
from sim.measure.statistics import Comparison, Estimate
from sim.outputs import words

Kind = Literal["arrow", "pandas", "polars"]
KINDS: tuple[Kind, ...] = ("arrow", "pandas", "polars")
ENDS = [("estimate", pa.float64()), ("low", pa.float64()), ("high", pa.float64())]
ABOUT = [("strategy", pa.string()), ("metric", pa.string()), ("title", pa.string()), ("unit", pa.string())]
ESTIMATES = pa.schema([*ABOUT, *ENDS])
LINES = pa.schema([("hours", pa.float64()), *((name, pa.string()) for name in ("when", "about", "text"))])
DIFFERENCES = pa.schema([*ABOUT, *ENDS, ("probability_lower", pa.float64())])


def estimates(comparison: Comparison) -> pa.Table:
    """A row for each strategy and metric: the estimate and its 95 % interval; null for undefined, or no end."""
    rows = [
        _about(name, metric.key, metric.title, metric.unit) | ends(comparison.estimates[name][metric.key])
        for name in comparison.strategies
        for metric in METRICS
    ]
    return pa.Table.from_pylist(rows, schema=ESTIMATES)


def differences(comparison: Comparison) -> pa.Table:
    """A row for each strategy but the baseline and each metric: the paired difference, strategy minus baseline."""
    rows = []
    for name, found in comparison.differences.items():
        for metric in METRICS:
            one = found[metric.key]
            about = _about(name, metric.key, metric.title, metric.unit) | ends(Estimate(one.low, one.best, one.high))
            rows.append(about | {"probability_lower": words.known(one.lower.best)})
    return pa.Table.from_pylist(rows, schema=DIFFERENCES)


def _about(strategy: str, metric: str, title: str, unit: str) -> dict[str, Any]:
    return {"strategy": strategy, "metric": metric, "title": title, "unit": unit}


def ends(found: Estimate) -> dict[str, Any]:
    """Estimate, low and high, None for what is no finite number."""
    return {"estimate": words.known(found.best), "low": words.known(found.low), "high": words.known(found.high)}


def converted(table: pa.Table, kind: Kind) -> Any:
    """The table as it was asked for.

    Raises:
        UsageError: there is no such kind, or its library is not installed.
    """
    if kind == "arrow":
        return table
    if kind not in KINDS:
        raise UsageError(f"no such kind of table; there are: {', '.join(KINDS)}")
    try:
        library = import_module(kind)
    except ModuleNotFoundError as error:
        raise UsageError(f"{kind} is not installed; it comes with: pip install 'afterleak[notebook]'") from error
    return table.to_pandas() if kind == "pandas" else library.from_arrow(table)
