"""The standards that a scenario exercises, in a terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from sim.inputs.standards import standards
from sim.outputs.standards import Exercise


def standards_table(found: Exercise) -> Table:
    """Identifier, title and what evidences it, framework by framework."""
    table = Table(box=None, pad_edge=False)
    table.add_column("identifier", style="bold", no_wrap=True)
    table.add_column("title", ratio=2)
    table.add_column("evidenced by", ratio=3)
    for name, framework in standards().frameworks.items():
        rows = [row for row in found.rows if row.framework == name]
        if rows:
            table.add_row(Text(f"\n{framework.short}"), Text(f"\n{framework.edition}", style="dim"), Text())
        for row in rows:
            table.add_row(Text(row.identifier), Text(row.title), Text("; ".join(row.by)))
    return table
