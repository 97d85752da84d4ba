"""How exposure windows spread: the middle half and the middle nine tenths of each strategy's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.measure.spreads import Spread
from sim.outputs import titles, words
from sim.outputs.charts.axes import SECOND, log_hours
from sim.outputs.charts.frame import dress
from sim.outputs.charts.rows import rows_axes
from sim.outputs.charts.style import BODY, LIGHT, SMALL, Theme, defaults, legible, look, safe


def exposure_chart(
    ax: Axes,
    spreads: Mapping[str, Spread],
    *,
    baseline: str | None = None,
    theme: Theme = LIGHT,
    title: str | None = None,
    caption: str = "",
) -> None:
    """Draw quantiles of exposure windows on a logarithmic axis of time: 5, 25, 50, 75 and 95 percent.

    Args:
        baseline: named in the title; the first strategy if None.
        title: None: the finding, read off the quantiles.
    """
    with defaults():
        names = list(spreads)
        rows_axes(ax, names, baseline, theme)
        longest = max([one.hours[-1] for one in spreads.values() if one.n], default=1.0)
        log_hours(ax, "x", SECOND, max(longest, 60 * SECOND) * 1.6)
        for row, name in enumerate(names):
            _draw(ax, spreads[name], row, look(theme, row).colour, theme)
        ax.set_xlabel("exposure window (logarithmic)", fontsize=BODY, color=theme.ink)
        said = safe(title or titles.exposure_title(spreads, baseline or next(iter(names), "")), 200)
        notes = [*([caption] if caption else []), "the bars are a spread over leaked credentials, no uncertainty"]
        dress(ax, theme, title=said, caption=safe(" \u00b7 ".join(notes), 500), handles=_handles(theme))


def _draw(ax: Axes, one: Spread, row: int, colour: str, theme: Theme) -> None:
    if not one.n:
        ax.text(SECOND * 1.3, row, "no leaked credential", color=theme.muted, fontsize=SMALL, va="center")
        return
    low, left, middle, right, high = (max(hours, SECOND) for hours in one.hours)
    ax.plot([low, high], [row, row], color=colour, linewidth=2.2, solid_capstyle="butt", zorder=2)
    ax.plot([left, right], [row, row], color=colour, linewidth=11, solid_capstyle="butt", alpha=0.55, zorder=2)
    ax.plot([middle], [row], marker="|", markersize=17, markeredgewidth=3, color=colour, zorder=3, clip_on=False)
    ax.annotate(words.value(one.hours[2], "h"), (middle, row), (0, 11), textcoords="offset points", ha="center",
                va="bottom", fontsize=SMALL, color=legible(colour, theme), gid="number")  # fmt: skip


def _handles(theme: Theme) -> list[Line2D]:
    common: dict[str, Any] = {"color": theme.muted, "solid_capstyle": "butt"}
    return [
        Line2D([], [], marker="|", markersize=14, markeredgewidth=3, linestyle="none", label="median", **common),
        Line2D([], [], linewidth=10, alpha=0.55, label="middle half", **common),
        Line2D([], [], linewidth=2.2, label="middle nine tenths", **common),
    ]
