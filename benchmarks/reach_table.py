"""Suite `reach`: the table of what benchmarks.reach measures."""

from __future__ import annotations

from benchmarks import reach
from benchmarks.subjects import Effort
from benchmarks.tables import Column, Table, count, seconds, times

QUICK = {"nodes": 1_000, "edges": 5_000, "sample": 10}


def suite(effort: Effort) -> list[Table]:
    """Potential reach against networkx."""
    rows = reach.measure(**(QUICK if effort.quick else {}))
    columns = (
        Column("case", "estate"),
        Column("nodes", "nodes", count),
        Column("edges", "edges", count),
        Column("roles", "roles", count),
        Column("mean_reach", "resources that a role leads to, mean", count),
        Column("ours_seconds", "arrays, every role", seconds),
        Column("networkx_seconds", "networkx, every role (from a sample)", seconds),
        Column("ratio", "networkx / arrays", times),
        Column("memory_peak_mib", "peak memory", lambda mib: f"{mib:,.0f} MiB"),
    )
    return [Table("reach", "Potential reach of every role", columns, rows)]
