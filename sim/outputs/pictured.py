"""What the charts of a comparison show, worked out of its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from sim.core.units import HOUR
from sim.measure.growth import Growth, growth
from sim.measure.losses import Exceedance, exceedance
from sim.measure.quantiles import Clustered
from sim.measure.spreads import Spread, spread
from sim.measure.survival import SurvivalCurve, survival
from sim.outputs.estate_map import EstateMap

Columns = Mapping[str, np.ndarray[Any, Any]]


@dataclass(frozen=True)
class Pictured:
    """The data of the charts, by strategy.

    Attributes:
        losses: empty where no resource has a loss, or no whole year was simulated.
        estate: None: there is no map.
    """

    curves: Mapping[str, SurvivalCurve]
    spreads: Mapping[str, Spread]
    growths: Mapping[str, Growth]
    losses: Mapping[str, Exceedance]
    estate: EstateMap | None = None


def pictured(
    leaks: pa.Table,
    arrivals: pa.Table,
    years: Mapping[str, Clustered],
    strategies: tuple[str, ...],
    horizon_hours: float,
    estate: EstateMap | None = None,
) -> Pictured:
    """The data of all charts but the timeline's.

    Args:
        leaks, arrivals: as in leaks.parquet and arrivals.parquet.
        years: losses of whole years; empty: there are none to show.
    """
    leaked = _by_strategy(leaks, strategies, "exposure_hours", "leaked_us", "reached_resources", "replication")
    came = _by_strategy(_resources(arrivals), strategies, "since_leak_us", "replication")
    return Pictured(
        curves(leaks, strategies),
        {name: spread(row["exposure_hours"], row["reached_resources"]) for name, row in leaked.items()},
        {name: _growth(leaked[name], came[name], horizon_hours) for name in strategies},
        {name: exceedance(years[name]) for name in strategies if name in years and len(years[name].values)},
        estate,
    )


def _growth(leaked: Columns, came: Columns, horizon_hours: float) -> Growth:
    watched = horizon_hours - leaked["leaked_us"] / HOUR
    return growth(watched, leaked["replication"], came["since_leak_us"] / HOUR, came["replication"])


def _resources(arrivals: pa.Table) -> pa.Table:
    kinds = arrivals["kind"].to_numpy(zero_copy_only=False)
    return arrivals.filter(pa.array(kinds == "resource", pa.bool_()))


def _by_strategy(table: pa.Table, strategies: tuple[str, ...], *columns: str) -> dict[str, Columns]:
    names = table["strategy"].to_numpy(zero_copy_only=False)
    values = {column: table[column].to_numpy(zero_copy_only=False) for column in columns}
    return {name: {column: each[names == name] for column, each in values.items()} for name in strategies}


def first_arrivals(arrivals: pa.Table, strategy: str) -> dict[str, float]:
    """`kind:name` → hours from the leak to the earliest arrival under a strategy."""
    found: dict[str, float] = {}
    columns = (arrivals[name].to_pylist() for name in ("strategy", "kind", "name", "since_leak_us"))
    for whose, kind, name, since in zip(*columns, strict=True):
        if whose == strategy:
            found[f"{kind}:{name}"] = min(since / HOUR, found.get(f"{kind}:{name}", float("inf")))
    return found


def curves(leaks: pa.Table, strategies: tuple[str, ...]) -> Mapping[str, SurvivalCurve]:
    """The survival of leaked credentials, by strategy; leaks as in leaks.parquet."""
    found = {}
    for name, row in _by_strategy(leaks, strategies, "exposure_hours", "censored", "replication").items():
        hours, censored = row["exposure_hours"].astype(np.float64), row["censored"].astype(bool)
        found[name] = survival(hours, censored, row["replication"])
    return found
