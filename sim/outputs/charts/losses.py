"""Loss exceedance: the share of years that lose more than an amount, with value at risk and the mean beyond it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator, PercentFormatter

from sim.measure.losses import AT, Exceedance
from sim.measure.statistics import Comparison
from sim.outputs import readings, titles, words
from sim.outputs.charts.curves import Steps, draw_curves, name_curves
from sim.outputs.charts.style import BODY, LIGHT, SMALL, Theme, defaults, look, plain_axes, safe

MOST_BANDS = 4
"""Curves that have a band each; of more, two have one."""


def loss_chart(
    ax: Axes,
    curves: Mapping[str, Exceedance],
    *,
    comparison: Comparison,
    theme: Theme = LIGHT,
    title: str | None = None,
    caption: str = "",
) -> None:
    """Draw loss exceedance curves with their bands; marks at 5% say value at risk and, with its interval, CVaR.

    Args:
        curves: in the order of the comparison's strategies; those of years without a loss are named in the caption.
        comparison: has VaR and CVaR of each of them.
    """
    with defaults():
        plain_axes(ax, theme)
        some = {name: one for name, one in curves.items() if one.years and one.loss[-1] > 0}
        left = _range(ax, some)
        steps = {name: _steps(one, left) for name, one in some.items()}
        names = list(comparison.strategies)
        banded = _banded(comparison, steps)
        draw_curves(ax, steps, names, theme, banded=banded)
        _percentile(ax, left, theme)
        for name in steps:
            _marks(ax, comparison, name, look(theme, names.index(name)).colour, theme)
        ax.set_xlabel("loss in a year, currency (logarithmic)", fontsize=BODY, color=theme.ink)
        ax.set_ylabel("years that lose more", fontsize=BODY, color=theme.ink)
        said = safe(title or titles.loss_title(comparison, curves), 200)
        text = safe(" \u00b7 ".join(_notes(curves, some, banded, caption)), 600)
        ends = np.array(ax.get_xlim())
        kept_free = [(ends, np.full(2, share)) for share in (1 - AT, 1.5 * (1 - AT), 2 * (1 - AT))]
        name_curves(ax, steps, names, theme, title=said, caption=text, others=kept_free)


def _banded(comparison: Comparison, steps: Mapping[str, Steps]) -> list[str]:
    """All, or of many the two that the title compares: years are few, and so bands wide, and would cover each other."""
    chosen = readings.best_of(comparison, titles.CVAR, readings.rivals(comparison))
    return [name for name in steps if len(steps) <= MOST_BANDS or name in (comparison.baseline, chosen)]


def _range(ax: Axes, some: Mapping[str, Exceedance]) -> float:
    """Limits: from the smallest loss that was seen to the largest; returns the left one."""
    amounts = [float(loss) for one in some.values() for loss in (one.loss[one.loss > 0][0], one.loss[-1])]
    left = 10.0 ** math.floor(math.log10(min(amounts, default=1.0)) - 0.01)
    right = max(max(amounts, default=10.0) * 2.5, left * 10)
    ax.set_xscale("log")
    ax.set_xlim(left, right)
    ax.xaxis.set_major_locator(LogLocator(numticks=7))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda at, _: words.value(at, "currency")))
    ax.xaxis.set_minor_locator(NullLocator())
    top = max((float(one.share[0]) for one in some.values()), default=0.1)
    ax.set_ylim(-0.02 * top, max(min(1.25 * top, 1.03), 0.12))
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    return left


def _steps(one: Exceedance, left: float) -> Steps:
    return Steps(np.maximum(one.loss, left), one.share, one.low, one.high).thinned(np.log)


def _percentile(ax: Axes, left: float, theme: Theme) -> None:
    ax.axhline(1 - AT, color=theme.muted, linewidth=1.1, linestyle=(0, (5, 3)), zorder=1)
    ax.annotate("one year in twenty", (left, 1 - AT), (4, 3), textcoords="offset points", ha="left", va="bottom",
                fontsize=SMALL, color=theme.muted)  # fmt: skip


def _marks(ax: Axes, comparison: Comparison, name: str, colour: str, theme: Theme) -> None:
    """Value at risk, and the mean of what lies beyond it with its interval."""
    at_risk, beyond = (comparison.estimates[name][key] for key in (titles.VAR, titles.CVAR))
    if at_risk.best:
        ax.plot([at_risk.best], [1 - AT], marker="o", markersize=9, color=colour, markeredgecolor=theme.background,
                zorder=5)  # fmt: skip
    if not beyond.best:
        return
    if beyond.low and beyond.high is not None:
        ends = [beyond.low, beyond.high]
        ax.plot(ends, [1 - AT] * 2, color=colour, linewidth=1.6, marker="|", markersize=8, zorder=4)
    ax.plot([beyond.best], [1 - AT], marker="D", markersize=8, markeredgewidth=1.8, color=colour,
            markerfacecolor=theme.background, zorder=5)  # fmt: skip


def _notes(
    curves: Mapping[str, Exceedance], some: Mapping[str, Exceedance], banded: list[str], caption: str
) -> list[str]:
    none = [name for name in curves if name not in some]
    years = max((one.years for one in curves.values()), default=0)
    notes = [caption] if caption else []
    marks = "\u25cf value at risk (VaR), \u25c7 mean of the worst 5% of years (CVaR)"
    notes.append(f"{words.counted(years, 'year')} each; {marks}")
    if len(banded) < len(some):
        notes.append(f"bands for {words.listed(banded)} only" if banded else "no bands")
    return [*notes, *([f"no loss under {words.listed(none)}"] if none else [])]
