"""Claims as a forest plot: how many times as much, with its interval, and whether the claim holds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from sim.measure.catalogue import BY_KEY
from sim.measure.verdicts import NOT_SUPPORTED, SUPPORTED, UNDECIDED, Verdict
from sim.outputs import words
from sim.outputs.charts.frame import dress
from sim.outputs.charts.style import BODY, LIGHT, SIZE, SMALL, Theme, defaults, plain_axes, safe
from sim.outputs.claim_rows import ClaimRow

_TICKS = (1e-4, 1e-3, 0.01, 0.1, 0.5, 1.0, 2.0, 10.0, 100.0, 1e3, 1e4)
_WIDE = 1e4
"""Span of the axis above which it has few ticks."""
_FEW = (1e-4, 0.01, 1.0, 100.0, 1e4)
_MARKERS: dict[Verdict, str] = {SUPPORTED: "o", NOT_SUPPORTED: "X", UNDECIDED: "D"}


def claims_size(rows: Sequence[ClaimRow]) -> tuple[float, float]:
    """Inches, with room for every claim."""
    return SIZE[0] + 3.0, 2.4 + 0.62 * max(len(rows), 3)


def claims_chart(
    ax: Axes, rows: Sequence[ClaimRow], *, theme: Theme = LIGHT, title: str | None = None, caption: str = ""
) -> None:
    """Draw each claim's multiple with its 95% interval on a logarithmic axis, 1 standing for no difference.

    Claims without a multiple have their effect in words; a stroke marks a predicted multiple other than 1.
    """
    with defaults():
        plain_axes(ax, theme, grid="x")
        _axes(ax, rows, theme)
        for place, row in enumerate(rows):
            _draw(ax, row, place, theme)
        ax.set_ylim(max(len(rows), 1) - 0.4, -0.75)
        ax.set_yticks(range(len(rows)), [_ticked(row) for row in rows], fontsize=SMALL)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.set_xlabel("times as much as what it was compared with (logarithmic)", fontsize=BODY, color=theme.ink)
        said = safe(title or claims_title(rows), 200)
        dress(ax, theme, title=said, caption=safe(caption, 500), handles=_handles(rows, theme))


def claims_title(rows: Sequence[ClaimRow]) -> str:
    """How many claims hold."""
    held = sum(row.verdict == SUPPORTED for row in rows)
    undecided = sum(row.verdict == UNDECIDED for row in rows)
    left = f"; {undecided} undecided" if undecided else ""
    return f"{held} of {words.counted(len(rows), 'claim')} supported by the simulation{left}"


def _axes(ax: Axes, rows: Sequence[ClaimRow], theme: Theme) -> None:
    ends = [end for row in rows for end in (row.multiple.low, row.multiple.best, row.multiple.high)]
    known = [*(end for value in ends if (end := words.known(value)) is not None and end > 0), *(r.times for r in rows)]
    low, high = min([*known, 0.5]), max([*known, 2.0])
    # Room for the number above the outermost mark, which is centred there.
    room = max((high / low) ** 0.08, 1.5)
    low, high = max(low / room, 1e-6), min(high * room, 1e6)
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    wide = high / low > _WIDE
    shown = [at for at in (_FEW if wide else _TICKS) if low <= at <= high]
    ax.xaxis.set_major_locator(FixedLocator(shown))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{words.value(at, '')}\u00d7"))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.axvline(1.0, color=theme.muted, linewidth=1.2, zorder=1)


def _ticked(row: ClaimRow) -> str:
    metric = BY_KEY[row.metric].title if row.metric in BY_KEY else row.metric
    return f"{safe(row.title, 70)}\n{safe(f'{metric}: {row.arm} against {row.against}', 74)}"


def _colour(verdict: Verdict, theme: Theme) -> str:
    return {SUPPORTED: theme.need, NOT_SUPPORTED: theme.harm, UNDECIDED: theme.muted}[verdict]


def _draw(ax: Axes, row: ClaimRow, place: int, theme: Theme) -> None:
    colour, left, right = _colour(row.verdict, theme), *ax.get_xlim()
    best, low, high = (words.known(end) for end in (row.multiple.best, row.multiple.low, row.multiple.high))
    if best is None or best <= 0:
        unit = BY_KEY[row.metric].unit if row.metric in BY_KEY else ""
        said = words.estimate(row.effect, unit)
        text = f"difference {said}" if best is None else f"none at all (difference {said})"
        ax.text(math.sqrt(left * right), place, text, ha="center",
                va="center", fontsize=SMALL, color=colour, gid="number", bbox=_paper(theme))  # fmt: skip
        return
    ends = max(low if low is not None else left, left), min(high if high is not None else right, right)
    ax.plot(ends, [place, place], color=colour, linewidth=2.4, zorder=2)
    ax.plot([best], [place], marker=_MARKERS[row.verdict], markersize=9, color=colour, zorder=3)
    if row.times != 1:
        ax.plot([row.times], [place], marker="|", markersize=16, markeredgewidth=2, color=theme.ink, zorder=2)
    ax.annotate(f"{words.value(best, '', 2)}\u00d7", (best, place), (0, 8), textcoords="offset points", ha="center",
                va="bottom", fontsize=SMALL, color=theme.ink, gid="number", bbox=_paper(theme))  # fmt: skip


def _paper(theme: Theme) -> dict[str, Any]:
    """Behind a number, so that no line runs through it."""
    return {"boxstyle": "square,pad=0.1", "facecolor": theme.background, "linewidth": 0}


def _handles(rows: Sequence[ClaimRow], theme: Theme) -> list[Line2D]:
    verdicts = [one for one in _MARKERS if any(row.verdict == one for row in rows)]
    found = [
        Line2D([], [], marker=_MARKERS[one], markersize=9, color=_colour(one, theme), linewidth=2.4, label=one)
        for one in verdicts
    ]
    if any(row.times != 1 for row in rows):
        found.append(Line2D([], [], marker="|", markersize=14, markeredgewidth=2, linestyle="none", color=theme.ink,
                            label="what was predicted"))  # fmt: skip
    return found
