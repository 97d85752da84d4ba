"""How long leaked credentials stay usable: all strategies on one logarithmic axis of time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from sim.measure.survival import SurvivalCurve
from sim.outputs import readings, words
from sim.outputs.charts.axes import SECOND, log_hours
from sim.outputs.charts.curves import handle, told_apart
from sim.outputs.charts.frame import dress
from sim.outputs.charts.labels import Label, Place, Points, dense, put
from sim.outputs.charts.style import BODY, LIGHT, Look, Theme, defaults, legible, look, plain_axes, safe

Line = tuple[Points, Points]
"""Corners of a step function: hours, shares."""

_LEVELS = (0.5, 0.62, 0.38, 0.74, 0.26, 0.86, 0.14, 0.94, 0.07)


def survival_chart(
    ax: Axes,
    curves: Mapping[str, SurvivalCurve],
    *,
    horizon_hours: float,
    baseline: str | None = None,
    theme: Theme = LIGHT,
    title: str | None = None,
    caption: str = "",
) -> None:
    """Draw the share of leaked credentials that are still usable against the time since their leak.

    Args:
        curves: in the order of the comparison's strategies; those without leaks are named in the caption.
        horizon_hours: right end of the axis.
        baseline: named in the title; the first curve if None.
        title: None: the finding, read off the curves.
    """
    with defaults():
        _axes(ax, theme, horizon_hours)
        looks = {name: look(theme, position) for position, name in enumerate(curves)}
        drawn = {name: _line(ax, curve, looks[name]) for name, curve in curves.items() if curve.n}
        said = title or readings.survival_title(curves, baseline or next(iter(curves), ""))
        _finish(ax, theme, drawn, looks, title=safe(said, 200), caption=safe(_caption(curves, caption), 500))


def _axes(ax: Axes, theme: Theme, horizon_hours: float) -> None:
    plain_axes(ax, theme)
    log_hours(ax, "x", SECOND, max(horizon_hours, 60 * SECOND) * 1.25)
    ax.set_ylim(-0.02, 1.03)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.set_xlabel("time since the leak (logarithmic)", fontsize=BODY, color=theme.ink)
    ax.set_ylabel("leaked credentials still usable", fontsize=BODY, color=theme.ink)


def _steps(curve: SurvivalCurve) -> tuple[Points, list[Points]]:
    """The step function from 1 s on: what was dead within the first second is dead from the axis's start."""
    hours = np.asarray(curve.hours, dtype=np.float64)
    first = max(int(np.searchsorted(hours, SECOND, side="right")) - 1, 0)
    at = np.concatenate(([SECOND], hours[first + 1 :], [max(hours[-1], SECOND)]))
    values = [np.asarray(part, dtype=np.float64)[first:] for part in (curve.alive, curve.low, curve.high)]
    seen = told_apart(np.log(at), values)
    return at[seen], [np.concatenate((part, part[-1:]))[seen] for part in values]


def _cut(curve: SurvivalCurve) -> bool:
    """Whether the curve ends because the time simulated did, and not because everything was dead."""
    return bool(curve.n and curve.censored and curve.alive[-1] > 0)


def _line(ax: Axes, curve: SurvivalCurve, its: Look) -> Line:
    """Band, steps, and an open mark at the end of a curve that the horizon cut; returns the steps."""
    at, (alive, low, high) = _steps(curve)
    ax.fill_between(at, low, high, step="post", color=its.colour, alpha=0.16, linewidth=0)
    ax.step(at, alive, where="post", color=its.colour, linewidth=2.2, linestyle=its.stroke, marker=its.marker,
            markersize=6.5, markevery=0.11)  # fmt: skip
    if _cut(curve):
        ax.plot(at[-1:], alive[-1:], linestyle="none", marker=">", markersize=7.5, markeredgewidth=1.6,
                markerfacecolor=ax.get_facecolor(), markeredgecolor=its.colour, clip_on=False, zorder=5)  # fmt: skip
    return np.repeat(at, 2)[1:], np.repeat(alive, 2)[:-1]


def _finish(
    ax: Axes, theme: Theme, drawn: Mapping[str, Line], looks: Mapping[str, Look], *, title: str, caption: str
) -> None:
    """Direct labels where they fit, a legend for the others; the legend takes room, so it may take some rounds."""
    left_over: list[Label] = []
    labels = {name: _label(name, line, legible(looks[name].colour, theme)) for name, line in drawn.items()}
    for _ in range(len(labels) + 1):
        handles = [handle(name, looks[name]) for name, label in labels.items() if label in left_over]
        dress(ax, theme, title=title, caption=caption, handles=handles)
        lines = {safe(name, 40): dense(ax, *line) for name, line in drawn.items()}
        still = [label for label in labels.values() if label not in left_over]
        unplaced = put(ax, still, np.concatenate([*lines.values()]), lines=lines) if lines else ()
        if not unplaced:
            return
        left_over += unplaced
        for text in [text for text in ax.texts if text.get_gid() == "label"]:
            text.remove()


def _label(name: str, line: Line, colour: str) -> Label:
    """Places beside the curve where it passes the levels, right of it first; then above and below it along its way."""
    at, alive = line
    places, wider = list[Place](), list[Place]()
    for level in _LEVELS:
        below = np.flatnonzero(alive <= level)
        x, y = float(at[below[0]]) if len(below) else float(at[-1]), float(np.clip(level, alive[-1], alive[0]))
        places += [Place(x, y, 8.0, 0), Place(x, y, -8.0, 0, "right")]
        wider += [Place(x, y, 20.0, 0), Place(x, y, -20.0, 0, "right")]
    for x in np.geomspace(at[0], max(at[-1], at[0] * 1.01), 9)[1:-1].tolist():
        y = float(alive[max(int(np.searchsorted(at, x, side="right")) - 1, 0)])
        wider += [Place(x, y, 0, 8.0, "center", "bottom"), Place(x, y, 0, -8.0, "center", "top")]
    return Label(safe(name, 40), colour, (*places, *wider))


def _caption(curves: Mapping[str, SurvivalCurve], caption: str) -> str:
    """The given caption, and what the marks mean."""
    none = [name for name, curve in curves.items() if not curve.n]
    notes = [caption] if caption else []
    if any(_cut(curve) for curve in curves.values()):
        notes.append("\u25b7 still usable at the end, which the curve allows for (Kaplan\u2013Meier)")
    if none:
        notes.append(f"no leaked credential under {words.listed(none)}")
    return " \u00b7 ".join(notes)
