"""How soon, as a colour: the sooner, the stronger; with the time beside it, for colours alone say little."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.outputs import words
from sim.outputs.charts.style import Theme, contrast

CLASSES = ((1 / 60, "1 min"), (1 / 6, "10 min"), (1.0, "1 h"), (24.0, "1 d"), (168.0, "7 d"))
LATER = "later"
"""Hours up to which a colour stands, and what it is called."""
_STEPS = (5, 4, 3, 2, 1, 0)
"""Places in Theme.heat, soonest first."""


def _class(hours: float) -> int:
    return next((n for n, (limit, _) in enumerate(CLASSES) if hours <= limit), len(CLASSES))


def soon_colours(theme: Theme, hours: float) -> tuple[str, str]:
    """Colour of a time, and of text on it."""
    face = theme.heat[_STEPS[_class(hours)]]
    return face, max((theme.ink, theme.background), key=lambda ink: contrast(ink, face))


def soon_handles(theme: Theme, arrivals: Mapping[str, float], *, spared: bool) -> list[Patch | Line2D]:
    """A legend of the colours that occur; `spared`: there are places that nobody came to."""
    names = [*(f"within {name}" for _, name in CLASSES), LATER]
    seen = sorted({_class(hours) for hours in arrivals.values()})
    known = [Patch(facecolor=theme.heat[_STEPS[n]], label=names[n]) for n in seen]
    white = [Patch(facecolor=theme.background, edgecolor=theme.muted, label="nobody came")] if spared else []
    return [*known, *white, Line2D([], [], color=theme.harm, linewidth=2.0, label="may have led there")]


def tag(ax: Axes, at: tuple[float, float], hours: float, theme: Theme) -> None:
    """The time, on the edge of a box's corner."""
    disc = {"boxstyle": "round,pad=0.18", "facecolor": theme.background, "edgecolor": theme.muted, "linewidth": 0.6}
    ax.text(*at, words.value(hours, "h"), ha="right", va="center", fontsize=7.5, color=theme.ink, zorder=6, bbox=disc)
