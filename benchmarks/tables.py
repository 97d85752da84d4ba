"""Tables of results: printed, written to a file as JSON, and put between their markers in docs/performance.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable

from benchmarks.timing import Spread

Row = dict[str, Any]
DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"


@dataclass(frozen=True)
class Column:
    """What a table shows of its rows under a heading."""

    key: str
    title: str
    show: Callable[[Any], str] = str

    def cell(self, row: Row) -> str:
        """The row's value in words; nothing where it was not measured."""
        value = row.get(self.key)
        return "–" if value is None else self.show(value)


@dataclass(frozen=True)
class Table:
    """A generated table; `name` is that of its markers in the document."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: list[Row]

    def markdown(self) -> str:
        """The table as it stands in the document."""
        heads = [column.title for column in self.columns]
        lines = [heads, ["---"] + ["--:"] * (len(heads) - 1)]
        lines += [[column.cell(row) for column in self.columns] for row in self.rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)

    def printed(self, console: Console) -> None:
        """The table on the screen."""
        table = RichTable(title=self.title, title_justify="left")
        for n, column in enumerate(self.columns):
            table.add_column(column.title, justify="right" if n else "left")
        for row in self.rows:
            table.add_row(*(column.cell(row) for column in self.columns))
        console.print(table)

    def data(self) -> Row:
        """The table as JSON has it."""
        rows = [{key: asdict(v) if is_dataclass(v) else v for key, v in row.items()} for row in self.rows]  # type: ignore[arg-type]
        return {"name": self.name, "title": self.title, "rows": rows}


def write(tables: Iterable[Table], document: Path = DOCUMENT) -> list[str]:
    """Replace what stands between the markers of each table; the names of tables that have none."""
    text = document.read_text(encoding="utf-8")
    missing = []
    for table in tables:
        pattern = re.compile(rf"(<!-- generated: {re.escape(table.name)} -->\n).*?(<!-- end -->)", re.DOTALL)
        body = table.markdown()
        text, found = pattern.subn(lambda match, body=body: f"{match[1]}\n{body}\n\n{match[2]}", text)
        if not found:
            missing.append(table.name)
    document.write_text(text, encoding="utf-8")
    return missing


# --- how values are shown ---
def count(value: float) -> str:
    """A whole number with its thousands apart."""
    return f"{value:,.0f}"


def short(value: float) -> str:
    """A number with three figures: 1.23 M."""
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"


def seconds(value: float) -> str:
    """A duration with three figures and its unit."""
    for size, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if value >= size:
            return f"{value / size:.0f} {unit}" if value >= 100 * size else f"{value / size:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def times(value: float) -> str:
    """A ratio."""
    return f"{value:.3g} ×" if value < 100 else f"{value:.0f} ×"


def megabytes(value: float) -> str:
    """Memory, given in bytes."""
    return f"{value / 1e6:,.0f} MB"


def spread(show: Callable[[float], str]) -> Callable[[Spread], str]:
    """A median with the least and the greatest value behind it."""
    return lambda s: f"{show(s.middle)} ({show(s.low)} … {show(s.high)})"
