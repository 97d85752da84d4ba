"""The claims that were tried, in a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.table import Table
from rich.text import Text

from sim.measure.verdicts import NOT_SUPPORTED, SUPPORTED, UNDECIDED
from sim.outputs import claims_text, words
from sim.outputs.claims import Tried, named, row
from sim.outputs.screen import console

STYLES = {SUPPORTED: "green", NOT_SUPPORTED: "red", UNDECIDED: "yellow"}
_RULE = box.Box("    \n    \n \u2500\u2500 \n    \n    \n    \n    \n    \n")


def show_claims(tried: Sequence[Tried], folder: Path | None) -> None:
    """The table, how many claims stood, and where everything lies."""
    out = console()
    out.print(claims_table(tried))
    counts = Counter[str](one.as_is.verdict for one in tried)
    said = ", ".join(f"{counts[each]} {each}" for each in STYLES if counts[each])
    out.print(Text(f"{words.counted(len(tried), 'claim')}: {said}", style="bold"), soft_wrap=True)
    if folder is not None:
        out.print(Text(f"Tables, sweeps and everything behind them: {folder}", style="dim"), soft_wrap=True)


def claims_table(tried: Sequence[Tried]) -> Table:
    """Claim and experiment, effect with interval, verdict, where it breaks."""
    table = Table(box=_RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("claim, and its experiment", ratio=5, overflow="fold")
    table.add_column("effect, with its 95% interval", ratio=4)
    table.add_column("verdict", no_wrap=False, width=9)
    table.add_column("where it breaks", ratio=4)
    for one in tried:
        shown = row(one)
        claim = Text(words.tidy(shown.title), style="bold")
        claim.append(f"\n{experiment(one)}\n", style="dim")  # and an empty line before the next
        verdict = Text(shown.verdict, style=STYLES[shown.verdict])
        table.add_row(claim, Text(effect(one)), verdict, Text(words.tidy(shown.breaks, 400)))
    return table


def experiment(tried: Tried) -> str:
    """What was compared, in one line."""
    made = tried.loaded.claim.experiment
    elsewhere = (named(made.elsewhere.arm), named(made.elsewhere.against)) if made.elsewhere else None
    return claims_text.experiment(made, named(made.arm), named(made.against), elsewhere)


def effect(tried: Tried) -> str:
    """What came of it, in one line."""
    return claims_text.effect(tried.loaded.claim.experiment, tried.as_is)
