"""Some metrics of a comparison as plain text, a strategy a line: for a log, a mail or a document."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from sim.core.errors import UsageError
from sim.inputs.messages import unknown_name
from sim.measure.catalogue import BY_KEY
from sim.measure.statistics import Comparison
from sim.outputs import words


def plain_table(comparison: Comparison, metrics: Sequence[str]) -> str:
    """Estimates with their 95 % intervals, in columns below the metrics' titles.

    Raises:
        UsageError: if there is no such metric.
    """
    for key in metrics:
        if key not in BY_KEY:
            raise UsageError(unknown_name("metric", key, [*BY_KEY]))
    head = ["strategy", *(words.heading(BY_KEY[key]) for key in metrics)]
    rows = [[words.tidy(name), *_estimates(comparison, name, metrics)] for name in comparison.strategies]
    columns = list(zip(head, *rows, strict=True))
    widths = [max(map(cell_len, column)) for column in columns]
    return "\n".join(_line(row, widths) for row in (head, ["─" * width for width in widths], *rows))


def _estimates(comparison: Comparison, name: str, metrics: Sequence[str]) -> list[str]:
    return [words.estimate(comparison.estimates[name][key], BY_KEY[key].unit) for key in metrics]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """The first column to the left, the others to the right."""
    first, *others = (
        cell + " " * (width - cell_len(cell)) if number == 0 else " " * (width - cell_len(cell)) + cell
        for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *others]).rstrip()
