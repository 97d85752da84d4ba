"""One replication's credentials: how long each was valid against how long it was needed, and what befell it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from sim.core import units
from sim.core.units import DAY, HOUR, MINUTE
from sim.outputs import readings
from sim.outputs.charts.axes import SECOND, log_hours
from sim.outputs.charts.frame import dress
from sim.outputs.charts.style import BODY, LIGHT, SMALL, Theme, defaults, plain_axes, safe
from sim.outputs.timeline import MOST_LANES, Lane, Timeline

_BAR, _NEED = 0.62, 0.30
_AGE_BELOW = 0.02
"""Median share of the stretch that a bar takes, below which bars would be dots: then time counts from each issuance."""

_LOG_ABOVE = 20
"""Longest life beside the median one, above which the axis of ages is logarithmic."""

Clock = Callable[[Lane, int], float]


def timeline_size(timeline: Timeline) -> tuple[float, float]:
    """Inches that the lanes need."""
    return 9.0, 2.9 + 0.3 * max(min(len(timeline.lanes), MOST_LANES), 3)


def timeline_chart(
    ax: Axes, story: Timeline, *, theme: Theme = LIGHT, title: str | None = None, caption: str = ""
) -> None:
    """Draw validity as wide bars, need as narrow ones inside, leaks and what attacker and defender did as marks.

    Where lives are short beside the stretch, time counts from each credential's issuance instead of the start.
    """
    with defaults():
        plain_axes(ax, theme, grid="x")
        lanes = story.lanes[:MOST_LANES]
        clock = _axis(ax, story, lanes, theme)
        seen: set[str] = set()
        for row, lane in enumerate(lanes):
            drawing = _Row(ax, story, lane, row, clock, theme)
            _bars(drawing)
            seen |= _marks(drawing) | ({TAKEN} if lane.takeovers else set())
        ax.set_ylim(max(len(lanes), 1) - 0.4, -0.6)
        ax.set_yticks(range(len(lanes)), [safe(lane.label, 34) for lane in lanes], fontsize=SMALL)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        said = safe(title or readings.timeline_title(story), 220)
        notes = [f"replication {story.replication}", *(text for text in (story.chosen, caption) if text)]
        dress(ax, theme, title=said, caption=safe(" \u00b7 ".join(notes), 500), handles=_handles(seen, theme))


def _axis(ax: Axes, story: Timeline, lanes: tuple[Lane, ...], theme: Theme) -> Clock:
    """Set up the axis of time; returns what maps a lane's moment to it."""
    lives = sorted(story.death_of(lane) - lane.issued_us for lane in lanes)
    if lives and lives[len(lives) // 2] < _AGE_BELOW * (story.end_us - story.start_us):
        return _ages(ax, lives[len(lives) // 2], lives[-1], theme)
    unit, name = _unit(story.end_us - story.start_us)
    margin = 0.01 * (story.end_us - story.start_us) / unit
    ax.set_xlim(story.start_us / unit - margin, story.end_us / unit + margin)
    ax.xaxis.set_major_locator(MaxNLocator(8))
    ax.set_xlabel(f"{name} since the start of the simulation", fontsize=BODY, color=theme.ink)
    return lambda _, at: at / unit


def _unit(stretch: int) -> tuple[int, str]:
    return next(row for row in ((DAY, "days"), (HOUR, "hours"), (MINUTE, "minutes"), (units.SECOND, "seconds"))
                if stretch >= 3 * row[0] or row[0] == units.SECOND)  # fmt: skip


def _ages(ax: Axes, median: int, longest: int, theme: Theme) -> Clock:
    """Time since each credential's issuance; logarithmic only where the lives are of very different lengths."""
    if longest > _LOG_ABOVE * max(median, 1):
        log_hours(ax, "x", SECOND, max(longest / HOUR, 60 * SECOND) * 1.6)
        ax.set_xlabel("time since the credential was issued (logarithmic)", fontsize=BODY, color=theme.ink)
        return lambda lane, at: max((at - lane.issued_us) / HOUR, SECOND)
    unit, name = _unit(longest)
    ax.set_xlim(0, max(longest, 1) / unit * 1.1)
    ax.set_xlabel(f"{name} since the credential was issued", fontsize=BODY, color=theme.ink)
    return lambda lane, at: (at - lane.issued_us) / unit


@dataclass(frozen=True)
class _Row:
    """A lane, where it is drawn, and how."""

    ax: Axes
    story: Timeline
    lane: Lane
    row: int
    clock: Clock
    theme: Theme

    def at(self, moment: int) -> float:
        return self.clock(self.lane, moment)


def _joined(one: _Row, spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Needs that no eye could tell apart, as one: a lane of many tasks would make a file of megabytes."""
    low, high = one.ax.get_xlim()
    least = (high - low) / 800 if one.ax.get_xscale() == "linear" else 0.0
    joined: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if joined and start - joined[-1][1] < least:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _bars(one: _Row) -> None:
    """Validity, then need over it; a thin edge keeps the shortest ones visible."""
    lane, theme = one.lane, one.theme
    since, until = max(lane.issued_us, one.story.start_us), one.story.death_of(lane)
    left, right = one.at(since), one.at(until)
    # Artists and not bars or patches: those would look for the limits of the data, in every corner of every need.
    one.ax.add_artist(Rectangle(
        (left, one.row - _BAR / 2), right - left, _BAR, facecolor=theme.faint, edgecolor=theme.muted, linewidth=0.8,
        zorder=2,
    ))  # fmt: skip
    cut = [(max(start, since), min(end, until)) for start, end in lane.needs]
    needs = _joined(one, [(one.at(start), one.at(end)) for start, end in cut if end > start])
    if needs:
        low, high = one.row - _NEED / 2, one.row + _NEED / 2
        boxes = np.array([[(a, low), (a, high), (b, high), (b, low)] for a, b in needs])
        # One path for all of them: a bar each would be most of the file.
        path = Path.make_compound_path_from_polys(boxes)
        one.ax.add_artist(PathPatch(path, facecolor=theme.need, edgecolor=theme.need, linewidth=0.6, zorder=3))
    for start, end in lane.takeovers:
        taken = [max(start, since), min(end, until)]
        if taken[0] < taken[1]:
            one.ax.plot([one.at(at) for at in taken], [one.row - _BAR / 2] * 2, **_taken(theme))
    if lane.dead_us is None or lane.dead_us > one.story.end_us:
        one.ax.plot([right], [one.row], marker=">", markersize=6, color=theme.muted, clip_on=False, zorder=4)


def _signs(theme: Theme) -> dict[str, dict[str, Any]]:
    """Marks by what they say."""
    edge = {"markeredgecolor": theme.ink, "markeredgewidth": 0.9}
    return {
        "leaked": {"marker": "D", "color": "#eda100", "markersize": 7.5, **edge},
        "blocked try": {"marker": "X", "color": theme.background, "markersize": 8.5, **edge},
        "used by an attacker": {"marker": "X", "color": theme.harm, "markersize": 10.5, **edge},
        "leak noticed": {"marker": "o", "color": theme.background, "markersize": 7.5, **edge},
        "revocation asked for": {"marker": "|", "color": theme.ink, "markersize": 13, "markeredgewidth": 2.4},
    }


def _moments(lane: Lane) -> dict[str, tuple[int, ...]]:
    def one(at: int | None) -> tuple[int, ...]:
        return () if at is None else (at,)

    return {
        "leaked": tuple(at for at, _ in lane.leaks),
        "revocation asked for": one(lane.asked_us),
        "leak noticed": one(lane.detected_us),
        "blocked try": lane.blocked_us,
        "used by an attacker": one(lane.compromised_us),
    }


def _marks(one: _Row) -> set[str]:
    """Draw the marks that lie on the axis; returns their names."""
    signs, seen = _signs(one.theme), set[str]()
    for order, (name, moments) in enumerate(_moments(one.lane).items()):
        inside = [one.at(moment) for moment in moments if one.story.start_us <= moment <= one.story.end_us]
        shown = [x for x in inside if x <= one.ax.get_xlim()[1]]
        if shown:
            one.ax.plot(shown, [one.row] * len(shown), linestyle="none", zorder=5 + order, **signs[name])
            seen.add(name)
    return seen


TAKEN = "of use to an attacker inside its workload"


def _taken(theme: Theme) -> dict[str, Any]:
    """The line along a bar while a takeover gives its use."""
    return {"color": theme.harm, "linewidth": 2.2, "solid_capstyle": "butt", "zorder": 4}


def _handles(seen: set[str], theme: Theme) -> list[Any]:
    """The two bars, and the marks that occur."""
    bars: list[Any] = [
        Patch(facecolor=theme.faint, edgecolor=theme.muted, label="valid"),
        Patch(facecolor=theme.need, label="needed by a task"),
    ]
    if TAKEN in seen:
        bars.append(Line2D([], [], label=TAKEN, **_taken(theme)))
    signs = {name: sign for name, sign in _signs(theme).items() if name in seen}
    return [*bars, *(Line2D([], [], linestyle="none", label=name, **sign) for name, sign in signs.items())]
