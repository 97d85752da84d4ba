"""How short the exposure is against what it costs the people who run the agents."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from sim.measure.statistics import Comparison, Estimate
from sim.outputs import readings, words
from sim.outputs.charts.axes import SECOND, log_hours, symlog_seconds
from sim.outputs.charts.frame import dress
from sim.outputs.charts.labels import Label, Points, around, dense, put
from sim.outputs.charts.style import BODY, LIGHT, SMALL, Look, Theme, defaults, legible, look, plain_axes, safe

FLOOR = SECOND
"""Hours; shorter mean windows are drawn here, with an arrow down."""


@dataclass(frozen=True)
class _Dot:
    """A strategy that can be drawn: exposure in hours, what a task waits in seconds."""

    name: str
    exposure: Estimate
    wait: Estimate
    its: Look

    @property
    def x(self) -> float:
        return self.wait.best or 0.0

    @property
    def y(self) -> float:
        return max(self.exposure.best or 0.0, FLOOR)


def frontier_chart(
    ax: Axes, comparison: Comparison, *, theme: Theme = LIGHT, title: str | None = None, caption: str = ""
) -> None:
    """Draw mean exposure window (logarithmic) against what a task waits on average, with 95% intervals both ways.

    A task waits for credentials (added latency) and for people to approve its calls.

    Hollow marks are dominated: another strategy is no worse in both, and better in one with intervals apart.
    """
    with defaults():
        plain_axes(ax, theme)
        dots, absent = _dots(comparison, theme)
        beaten = readings.dominated(comparison)
        _scales(ax, dots)
        for dot in dots:
            _draw(ax, dot, theme, hollow=dot.name in beaten)
        ax.set_xlabel(f"{_what(comparison)} (linear near 0, then logarithmic)", fontsize=BODY, color=theme.ink)
        ax.set_ylabel("exposure window, mean", fontsize=BODY, color=theme.ink)
        notes = [caption] if caption else []
        notes += ["hollow: another strategy is no worse in both and clearly better in one"] if beaten else []
        notes += [f"undefined, so not drawn: {words.listed(absent)}"] if absent else []
        said = safe(title or readings.frontier_title(comparison), 200)
        dress(ax, theme, title=said, caption=safe(" \u00b7 ".join(notes), 500))
        _name(ax, dots, theme)
        _corner(ax, theme)


def _what(comparison: Comparison) -> str:
    """Name of the axis; where nobody is asked, tasks wait for credentials only."""
    asked = any(words.known(row[readings.APPROVAL].best) for row in comparison.estimates.values())
    return "wait per task for credentials and approval, mean" if asked else "wait per task for credentials, mean"


def _dots(comparison: Comparison, theme: Theme) -> tuple[list[_Dot], list[str]]:
    dots, absent = list[_Dot](), list[str]()
    for position, name in enumerate(comparison.strategies):
        row = comparison.estimates[name]
        exposure, wait = row[readings.EXPOSURE], readings.waiting(row)
        if words.known(exposure.best) is None or words.known(wait.best) is None:
            absent.append(name)
        else:
            dots.append(_Dot(name, exposure, wait, look(theme, position)))
    return dots, absent


def _ends(found: Estimate) -> list[float]:
    return [value for end in (found.low, found.best, found.high) if (value := words.known(end)) is not None]


def _scales(ax: Axes, dots: list[_Dot]) -> None:
    """Room for every interval; the linear part ends at a power of ten below the smallest latency above 0."""
    windows = [max(end, FLOOR) for dot in dots for end in _ends(dot.exposure)] or [FLOOR, 1.0]
    delays = [end for dot in dots for end in _ends(dot.wait)]
    above = [dot.x for dot in dots if dot.x > 0] or [1.0]
    threshold = 10.0 ** math.floor(math.log10(min(max(min(above), 1e-3), 60.0)))
    symlog_seconds(ax, "x", threshold, max([*delays, threshold * 10]) * 2.5)
    log_hours(ax, "y", max(min(windows) / 3, FLOOR * 0.6), max(windows) * 3, most=9)


def _draw(ax: Axes, dot: _Dot, theme: Theme, *, hollow: bool) -> None:
    colour = dot.its.colour
    across, along = _ends(dot.wait), [max(end, FLOOR) for end in _ends(dot.exposure)]
    ax.plot([across[0], across[-1]], [dot.y, dot.y], color=colour, linewidth=1.6, marker="|", markersize=7)
    ax.plot([dot.x, dot.x], [along[0], along[-1]], color=colour, linewidth=1.6, marker="_", markersize=7)
    face = theme.background if hollow else colour
    ax.plot([dot.x], [dot.y], marker=dot.its.marker, markersize=10, markeredgewidth=1.8, color=colour,
            markerfacecolor=face, zorder=4, clip_on=False)  # fmt: skip
    if (dot.exposure.best or 0.0) < FLOOR:
        ax.annotate("\u2193 below 1 s", (dot.x, dot.y), (0, -10), textcoords="offset points", ha="center", va="top",
                    fontsize=SMALL, color=theme.muted)  # fmt: skip


def _name(ax: Axes, dots: list[_Dot], theme: Theme) -> None:
    """Names beside the marks; what fits nowhere goes to the upper right corner as a small legend."""
    if not dots:
        return
    marks = np.concatenate([*(bar for dot in dots for bar in _crosses(ax, dot)), _discs(ax, dots)])
    left_over = {label.text for label in put(ax, [_label(dot, theme) for dot in dots], marks)}
    handles = [
        ax.plot([], [], marker=dot.its.marker, linestyle="none", color=dot.its.colour, label=safe(dot.name, 40))[0]
        for dot in dots
        if safe(dot.name, 40) in left_over
    ]
    if handles:
        ax.legend(handles=handles, loc="upper right", fontsize=SMALL, labelcolor=theme.ink, framealpha=0.9,
                  facecolor=theme.background, edgecolor=theme.faint)  # fmt: skip


def _label(dot: _Dot, theme: Theme) -> Label:
    places = [place for gap in (9.0, 20.0, 34.0) for place in around(dot.x, dot.y, gap)]
    return Label(safe(dot.name, 40), legible(dot.its.colour, theme), tuple(places))


def _crosses(ax: Axes, dot: _Dot) -> list[Points]:
    """Pixels along both error bars."""
    across, along = _ends(dot.wait), [max(end, FLOOR) for end in _ends(dot.exposure)]
    horizontal = dense(ax, np.array([across[0], across[-1]]), np.array([dot.y, dot.y]))
    return [horizontal, dense(ax, np.array([dot.x, dot.x]), np.array([along[0], along[-1]]))]


def _discs(ax: Axes, dots: list[_Dot]) -> Points:
    """Pixels that the marks themselves take."""
    centres = ax.transData.transform([(dot.x, dot.y) for dot in dots])
    ring = np.array([(np.cos(a), np.sin(a)) for a in np.linspace(0, 2 * np.pi, 12, endpoint=False)]) * 6
    return np.concatenate([centres, *(centres + step for step in ring)])


def _corner(ax: Axes, theme: Theme) -> None:
    """Which way is better."""
    ax.text(0.012, 0.02, "\u2199 better", transform=ax.transAxes, fontsize=SMALL, color=theme.muted, va="bottom")
