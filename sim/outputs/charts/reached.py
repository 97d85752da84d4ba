"""With how many leaked credentials how many resources were reached."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from sim.measure.spreads import Spread
from sim.outputs import titles, words
from sim.outputs.charts.frame import dress
from sim.outputs.charts.rows import rows_axes
from sim.outputs.charts.style import BODY, LIGHT, SMALL, Theme, contrast, defaults, safe

CLASSES = ((1, 1), (2, 2), (3, 4), (5, 8), (9, 16), (17, 10**9))
"""Numbers of resources that are one colour."""


def reached_chart(
    ax: Axes,
    spreads: Mapping[str, Spread],
    *,
    baseline: str | None = None,
    theme: Theme = LIGHT,
    title: str | None = None,
    caption: str = "",
) -> None:
    """Draw the shares of leaked credentials that led to 1, 2, 3 to 4 … resources as bars of one row each.

    Args:
        baseline: named in the title; the first strategy if None.
        title: None: the finding, read off the shares.
    """
    with defaults():
        names = list(spreads)
        rows_axes(ax, names, baseline, theme)
        top = max([1 - one.reached[0] for one in spreads.values() if one.n], default=0.0) or 0.05
        ax.set_xlim(0, min(top * 1.16, 1.0))
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0 if top > 0.05 else 1))
        seen: set[int] = set()
        for row, name in enumerate(names):
            seen |= _draw(ax, spreads[name], row, theme)
        ax.set_xlabel("leaked credentials with which something was reached", fontsize=BODY, color=theme.ink)
        said = safe(title or titles.reached_title(spreads, baseline or next(iter(names), "")), 200)
        handles = [Patch(facecolor=theme.heat[n], label=_called(n)) for n in sorted(seen)]
        dress(ax, theme, title=said, caption=safe(caption, 500), handles=handles)


def _called(n: int) -> str:
    low, high = CLASSES[n]
    if low == high:
        return words.counted(low, "resource")
    return f"{low} to {high}" if high < 10**9 else f"{low} or more"


def _draw(ax: Axes, one: Spread, row: int, theme: Theme) -> set[int]:
    """One row; returns the classes in it."""
    if not one.n:
        ax.text(0, row, "  no leaked credential", color=theme.muted, fontsize=SMALL, va="center")
        return set()
    left, seen, width = 0.0, set[int](), ax.get_xlim()[1]
    for n, (low, high) in enumerate(CLASSES):
        share = sum(one.reached[low : high + 1])
        if share <= 0:
            continue
        ax.barh(row, share, left=left, height=0.66, color=theme.heat[n], edgecolor=theme.background, linewidth=0.8)
        if share > 0.075 * width:
            ink = max((theme.ink, theme.background), key=lambda colour: contrast(colour, theme.heat[n]))
            ax.text(left + share / 2, row, words.value(share, "share"), ha="center", va="center", fontsize=SMALL - 1,
                    color=ink, gid="number")  # fmt: skip
        left, seen = left + share, seen | {n}
    ax.annotate(words.value(left, "share"), (left, row), (5, 0), textcoords="offset points", ha="left", va="center",
                fontsize=SMALL, fontweight="bold", color=theme.ink, gid="number")  # fmt: skip
    return seen
