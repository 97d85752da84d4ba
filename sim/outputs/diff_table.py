"""Two results against each other in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sim.outputs import words
from sim.outputs.diff import Diff, basis, cells, only, rows, tone

STYLES = {"good": "green", "bad": "red", "": ""}


def print_diff(out: Console, diff: Diff, form: str) -> None:
    """Two results against each other, in one of the forms that there are."""
    if form != "text":
        out.file.write(diff.text(form))
        return
    for part in diff_parts(diff):
        out.print(part)


def diff_parts(diff: Diff) -> Iterator[RenderableType]:
    """One renderable after another; names of scenarios are never markup."""
    yield Text(f"{diff.headline[:1].upper()}{diff.headline[1:]}.", style="bold")
    yield Text(f"{words.tidy(diff.before.shown)} \u2192 {words.tidy(diff.after.shown)}", style="dim")
    for line in (*basis(diff), *only(diff)):
        yield Text(words.tidy(line, 2_000))
    yield Text()
    for path, happened, where in rows(diff):
        yield Text(words.tidy(path, 400), style="bold").append(f"  {words.tidy(happened, 400)}", style="not bold")
        if where:
            yield Padding(Text(words.tidy(where, 400), style="dim"), (0, 0, 0, 4))
    for strategy, moves in groupby(diff.clear, lambda move: move.strategy):
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column(Text(words.tidy(strategy, 64), style="bold"))
        for head in ("before", "after", "difference"):
            table.add_column(head, justify="right", no_wrap=True)
        for move in moves:
            shown = (
                Text(number, style=style).append(f"\n{interval}", style="not bold dim")
                for (number, interval), style in zip(cells(move), ("", "", STYLES[tone(move)]), strict=True)
            )
            table.add_row(Text(words.heading(move.metric)), *shown)  # fmt: skip
        yield Text()
        yield table
    if diff.clear:
        yield Text()
        yield Text("estimates with 95% intervals; only differences whose interval leaves out 0", style="dim")
