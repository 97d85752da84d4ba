"""Blast radius over time: how many resources have been reached with a leaked credential since its leak."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.measure.growth import Growth
from sim.outputs import titles, words
from sim.outputs.charts.axes import SECOND, log_hours
from sim.outputs.charts.curves import Steps, draw_curves, name_curves
from sim.outputs.charts.style import BODY, LIGHT, Theme, defaults, plain_axes, safe


def growth_chart(
    ax: Axes,
    growths: Mapping[str, Growth],
    *,
    horizon_hours: float,
    baseline: str | None = None,
    theme: Theme = LIGHT,
    title: str | None = None,
    caption: str = "",
) -> None:
    """Draw resources reached per leaked credential against the time since the leak.

    Args:
        growths: in the order of the comparison's strategies; those that reached nothing are named in the caption.
        horizon_hours: right end of the axis.
        baseline: named in the title; the first strategy if None.
    """
    with defaults():
        plain_axes(ax, theme)
        names = list(growths)
        some = {name: one for name, one in growths.items() if len(one.hours)}
        first = min((float(one.hours[0]) for one in some.values()), default=SECOND)
        left = max(min(first / 2, horizon_hours / 10), SECOND)
        log_hours(ax, "x", left, max(horizon_hours, 60 * SECOND) * 1.25)
        top = max((float(one.reached[-1]) for one in some.values()), default=1.0)
        steps = {name: _steps(one, left, horizon_hours).thinned(np.log, top) for name, one in some.items()}
        ax.set_ylim(-0.02 * top, 1.15 * top)
        # As many whatever the height, so that their width is known.
        ax.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
        draw_curves(ax, steps, names, theme)
        ax.set_xlabel("time since a credential leaked (logarithmic)", fontsize=BODY, color=theme.ink)
        ax.set_ylabel("resources reached, mean", fontsize=BODY, color=theme.ink)
        said = safe(title or titles.growth_title(growths, baseline or next(iter(names), "")), 200)
        none = [name for name in names if name not in some]
        notes = [caption, f"nothing was reached under {words.listed(none)}" if none else ""]
        text = safe(" \u00b7 ".join(note for note in notes if note), 500)
        name_curves(ax, steps, names, theme, title=said, caption=text)


def _steps(one: Growth, left: float, right: float) -> Steps:
    """From the left end of the axis to the right one."""
    x = np.concatenate(([left], np.maximum(one.hours, left), [right]))
    y, low, high = (np.concatenate(([0.0], part, part[-1:])) for part in (one.reached, one.low, one.high))
    return Steps(x, y, low, high)
