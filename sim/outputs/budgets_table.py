"""Budgets and their verdicts in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from sim.measure.budgets import Verdict
from sim.outputs import words
from sim.outputs.budgets import Judged, basis, headline, lines

STYLES = {"passed": "green", "failed": "red", "undecided": "yellow"}


def print_budgets(out: Console, judged: Judged, form: str) -> None:
    """The verdicts on saved results, in one of the forms that there are."""
    if form != "text":
        out.file.write(judged.text(form))
        return
    out.print(Text(f"{words.tidy(judged.title or judged.name)}, {basis(judged)}", style="dim"), soft_wrap=True)
    print_verdicts(out, judged.verdicts)


def print_verdicts(out: Console, verdicts: Sequence[Verdict]) -> None:
    """How many budgets came out how, and a line for each."""
    out.print(Text(headline(verdicts), style="bold"))
    for outcome, line in lines(verdicts):
        out.print(Text(words.tidy(line, 1_000), style=STYLES[outcome]), soft_wrap=True)
