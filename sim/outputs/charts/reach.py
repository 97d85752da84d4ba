"""What a leaked credential could lead to, and what was reached before the attacker lost it."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.measure.catalogue import BY_KEY
from sim.measure.statistics import Comparison, Estimate
from sim.outputs import readings, words
from sim.outputs.charts.frame import dress
from sim.outputs.charts.style import BODY, LIGHT, SIZE, SMALL, Look, Theme, defaults, legible, look, plain_axes, safe


def reach_size(comparison: Comparison) -> tuple[float, float]:
    """Inches, with room for every strategy."""
    return SIZE[0], 2.8 + 0.62 * max(len(comparison.strategies), 3)


def reach_chart(
    ax: Axes, comparison: Comparison, *, theme: Theme = LIGHT, title: str | None = None, caption: str = ""
) -> None:
    """Draw potential and reached blast radius of every strategy as a dumbbell: means per leaked credential, 95%."""
    with defaults():
        plain_axes(ax, theme, grid="x")
        names = comparison.strategies
        ends = [_draw(ax, comparison, name, row, theme) for row, name in enumerate(names)]
        ax.set_ylim(len(names) - 0.45, -0.6)
        ax.set_xlim(-0.02 * max([*ends, 1e-9]), max([*ends, 1e-9]) * 1.08)
        ax.set_yticks(range(len(names)), [safe(_ticked(comparison, name), 60) for name in names])
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.set_xlabel("resources per leaked credential, mean", fontsize=BODY, color=theme.ink)
        said = safe(title or readings.reach_title(comparison), 200)
        dress(ax, theme, title=said, caption=safe(caption, 400), handles=_handles(theme))


def _ticked(comparison: Comparison, name: str) -> str:
    return f"{name} (baseline)" if name == comparison.baseline else name


def _handles(theme: Theme) -> list[Line2D]:
    common: dict[str, Any] = {
        "linestyle": "none",
        "marker": "o",
        "markersize": 9,
        "markeredgewidth": 1.8,
        "color": theme.muted,
    }
    return [
        Line2D([], [], label="reached before the attacker lost all it held", **common),
        Line2D([], [], label="potential, with no clock", markerfacecolor=theme.background, **common),
    ]


def _draw(ax: Axes, comparison: Comparison, name: str, row: int, theme: Theme) -> float:
    """One strategy's row; returns the largest number in it."""
    its = look(theme, comparison.strategies.index(name))
    potential, reached = (comparison.estimates[name][key] for key in (readings.POTENTIAL, readings.REACHED))
    known = [best for one in (potential, reached) if (best := words.known(one.best)) is not None]
    if not known:
        ax.text(0, row, "  no leaked credential", color=theme.muted, fontsize=SMALL, va="center")
        return 0.0
    ax.plot([min(known), max(known)], [row, row], color=its.colour, linewidth=3, alpha=0.35, zorder=1)
    return max(_mark(ax, potential, row, its, theme, full=False), _mark(ax, reached, row, its, theme, full=True))


def _mark(ax: Axes, found: Estimate, row: int, its: Look, theme: Theme, *, full: bool) -> float:
    """Marker, interval and number of one end; returns its largest number."""
    best, low, high = (words.known(value) for value in (found.best, found.low, found.high))
    if best is None:
        return 0.0
    if low is not None and high is not None:
        ax.plot([low, high], [row, row], color=its.colour, linewidth=1.8, marker="|", markersize=9, zorder=2)
    ax.plot([best], [row], marker=its.marker, markersize=9, markeredgewidth=1.8, color=its.colour, zorder=3,
            markerfacecolor=its.colour if full else theme.background, clip_on=False)  # fmt: skip
    number = words.parts(found, BY_KEY[readings.REACHED].unit)[0]
    up, along = (9, "bottom") if full else (-9, "top")
    ax.annotate(number, (best, row), (0, up), textcoords="offset points", ha="center", va=along, fontsize=SMALL,
                color=legible(its.colour, theme), gid="number")  # fmt: skip
    return high if high is not None else best
