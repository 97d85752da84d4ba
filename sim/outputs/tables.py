"""The comparison in a terminal: metrics down, strategies across, in several tables where the width asks for it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from sim.measure.catalogue import BY_KEY, Metric
from sim.measure.statistics import Comparison
from sim.outputs import words
from sim.outputs.finding import finding

ROWS = (
    "leaks", "compromises", "exposure_window_hours", "exposure_window_hours_p95", "standing_hours",
    "blast_radius_potential", "blast_radius_reached", "audit_attributable", "tasks_failed_credential",
    "added_latency_seconds",
)  # fmt: skip
WHERE = (
    ("decisions", ("tasks_failed_policy",)),
    ("approvals", ("tasks_failed_approval", "approval_wait_seconds")),
    ("objective_changes", ("out_of_task_allowed", "out_of_task_blocked_share")),
)
"""A metric, and the rows more where it is above 0: policies are asked, people are, objectives change."""
_RULE = box.Box("    \n    \n \u2500\u2500 \n    \n    \n    \n    \n    \n")
_HEAD, _COLUMN = 22, 14
"""Widths at which titles of metrics and names of strategies are broken into lines."""
_APART = 2
"""Cells between columns."""


def comparison_table(comparison: Comparison, rows: tuple[str, ...] = ROWS) -> ComparisonTable:
    """A rich renderable of the comparison; the finding is printed apart. Shows names as they are, never as markup."""
    for metric, more in WHERE:
        if any(words.known(found[metric].best) for found in comparison.estimates.values()):
            rows = (*rows, *more)
    return ComparisonTable(comparison, rows)


class ComparisonTable:
    """Estimate and interval of some metrics, as many strategies side by side as the console is wide."""

    def __init__(self, comparison: Comparison, rows: tuple[str, ...]) -> None:
        self._comparison = comparison
        self._metrics = tuple(BY_KEY[key] for key in rows)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for block in self._blocks(options.max_width):
            yield self._table(block)
            yield Text()
        others = len(self._comparison.strategies) > 1
        yield Text(
            "estimate, then its 95% interval"
            + (f"; \u2193 \u2191 clearly lower, higher than {words.tidy(self._comparison.baseline)}" if others else ""),
            style="dim",
        )

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(40, options.max_width), options.max_width)

    def _blocks(self, width: int) -> Iterator[list[str]]:
        """Strategies of each table: as few tables as the width allows, about equally wide."""
        names = self._comparison.strategies
        room, used, fits = width - self._head_width(), 0, 0
        for name in sorted(names, key=self._width, reverse=True):
            used += self._width(name) + _APART
            fits += used <= room
        tables = -(-len(names) // max(fits, 1))
        each = -(-len(names) // tables)
        for start in range(0, len(names), each):
            yield list(names[start : start + each])

    def _head_width(self) -> int:
        return max(cell_len(line) for metric in self._metrics for line in _lines(words.heading(metric), _HEAD))

    def _width(self, name: str) -> int:
        cells = [self._cell(name, metric).plain for metric in self._metrics] + [self._name(name).plain]
        return max(cell_len(line) for cell in cells for line in cell.split("\n"))

    def _name(self, name: str) -> Text:
        lines = _lines(words.tidy(name, 64), _COLUMN)
        return Text("\n".join([*lines, "(baseline)"] if name == self._comparison.baseline else lines), style="bold")

    def _cell(self, name: str, metric: Metric) -> Text:
        best, interval = words.parts(self._comparison.estimates[name][metric.key], metric.unit)
        arrow, style = self._verdict(name, metric)
        text = Text(best + arrow, style=style, justify="right")
        return text.append("\n" + interval, style="not bold dim") if interval else text.append("\n")

    def _verdict(self, name: str, metric: Metric) -> tuple[str, str]:
        """An arrow where the paired difference leaves out 0, green or red where one direction is better."""
        if name == self._comparison.baseline:
            return "", ""
        difference = self._comparison.differences[name][metric.key]
        low, high = words.known(difference.low), words.known(difference.high)
        if high is not None and high < 0:
            return " \u2193", {"lower": "green", "higher": "red", "neither": ""}[metric.better]
        if low is not None and low > 0:
            return " \u2191", {"lower": "red", "higher": "green", "neither": ""}[metric.better]
        return "", ""

    def _table(self, names: list[str]) -> Table:
        table = Table(box=_RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column("", no_wrap=True)
        for name in names:
            table.add_column(self._name(name), justify="right", no_wrap=True)
        for metric in self._metrics:
            title = Text("\n".join(_lines(words.heading(metric), _HEAD)))
            table.add_row(title, *(self._cell(name, metric) for name in names))
        return table


def _lines(text: str, width: int) -> list[str]:
    """Broken at spaces and after hyphens; what is longer without either is broken anywhere."""
    return textwrap.wrap(text, width, break_on_hyphens=True) or [""]


__all__ = ["ComparisonTable", "comparison_table", "finding"]
