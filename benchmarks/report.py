"""Suite `report`: how large a bundled scenario's report is, and how long it takes to write it and to draw for it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.subjects import Effort
from benchmarks.tables import Column, Row, Table, seconds, spread
from sim import study
from sim.outputs import results, saved
from sim.outputs.studio import Studio

SCENARIOS = ("quickstart", "coding-agents")
"""The smallest and the largest that are compared by name."""


def suite(effort: Effort) -> list[Table]:
    """The one table."""
    with tempfile.TemporaryDirectory() as scratch:
        rows = [_row(name, Path(scratch) / name, effort) for name in SCENARIOS[: 1 if effort.quick else None]]
    columns = (
        Column("name", "scenario"),
        Column("strategies", "strategies"),
        Column("leaks", "leaked credentials", lambda value: f"{value:,}"),
        Column("bytes", "`report.html`", lambda value: f"{value / 1e6:.2f} MB"),
        Column("write", "read the folder and write it", spread(seconds)),
        Column("draw", "draw all charts, light and dark", spread(seconds)),
    )
    return [Table("report", "Reports", columns, rows)]


def _row(name: str, folder: Path, effort: Effort) -> Row:
    study.compare(study.Request(name, out=folder, replications=2 if effort.quick else None))
    told = saved.read(folder)
    sheets = results.sheets_of(told.facts, told.story, told.arrivals, told.folder.manifest["replications"])
    charts = folder.with_suffix(".charts")
    charts.mkdir()
    before = (folder / "report.html").read_bytes()
    timed = effort.measure(
        {"write": lambda: study.report(folder, "html"), "draw": lambda: Studio().draw(charts, sheets)}
    )
    if (folder / "report.html").read_bytes() != before:
        raise AssertionError(f"{name}: the report made again is another one")
    return {
        "name": name,
        "strategies": len(told.comparison.strategies),
        "leaks": told.facts.leaks.num_rows,
        "bytes": len(before),
        "write": timed.seconds("write"),
        "draw": timed.seconds("draw"),
    }
