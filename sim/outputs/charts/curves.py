"""Step curves with their bands, one for each strategy, named where they run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from sim.outputs.charts.frame import dress
from sim.outputs.charts.labels import Label, Place, Points, dense, put
from sim.outputs.charts.style import Look, Theme, legible, look, safe

FINE = 300
"""Parts of the axis of which each shows one step at most; there are thousands in large comparisons."""
LEVELS = 500
"""Parts of the height of what is drawn; a step less high than one is not seen."""
_SHARES = (1.0, 0.8, 0.6, 0.45, 0.3, 0.15, 0.9, 0.7, 0.5)


@dataclass(frozen=True)
class Steps:
    """A step function: y[i] from x[i] on, with its band; x ascending."""

    x: Points
    y: Points
    low: Points
    high: Points

    def thinned(self, place: Callable[[Points], Points], top: float = 1.0) -> Steps:
        """What can be told apart; `place` maps x to where it stands on the axis, `top` is the height of the axes."""
        seen = told_apart(place(self.x), [part / top for part in (self.y, self.low, self.high)])
        return Steps(self.x[seen], self.y[seen], self.low[seen], self.high[seen])


def told_apart(at: Points, values: Sequence[Points]) -> NDArray[np.intp]:
    """Which steps to draw so that no eye sees that the others are missing: the file would be of megabytes.

    The first and the last; of the others the last one in each of FINE parts of the axis, if there are more, and only
    those at which one of the values has changed by one of LEVELS parts since the step drawn before.

    Args:
        at: places on the axis, ascending.
        values: of the same length as `at`, as shares of the height of the axes.
    """
    share = (at - at[0]) / max(float(at[-1] - at[0]), 1e-12)
    parts = np.floor(share * FINE) if len(at) > FINE else share
    last = np.flatnonzero(np.diff(parts, append=np.inf))
    rows, seen = np.column_stack(values), [0]
    for n in last.tolist():
        if n and (n == len(at) - 1 or np.abs(rows[n] - rows[seen[-1]]).max() >= 1 / LEVELS):
            seen.append(n)
    return np.array(seen, dtype=np.intp)


def draw_curves(
    ax: Axes, steps: Mapping[str, Steps], names: Sequence[str], theme: Theme, *, banded: Collection[str] | None = None
) -> None:
    """Lines in the colours of the strategies, with bands around all of them or around those that are `banded`."""
    for name, one in steps.items():
        its = look(theme, names.index(name))
        if banded is None or name in banded:
            ax.fill_between(one.x, one.low, one.high, step="post", color=its.colour, alpha=0.13, linewidth=0)
        ax.step(one.x, one.y, where="post", color=its.colour, linewidth=2.2, linestyle=its.stroke, marker=its.marker,
                markersize=6.5, markevery=0.13)  # fmt: skip


def name_curves(
    ax: Axes,
    steps: Mapping[str, Steps],
    names: Sequence[str],
    theme: Theme,
    *,
    title: str,
    caption: str,
    others: Sequence[tuple[Points, Points]] = (),
) -> None:
    """Title and caption, and names beside the curves where they fit; a legend, which takes room, for the others.

    Args:
        others: further lines, in data coordinates, that no name may cover.
    """
    looks = {name: look(theme, names.index(name)) for name in steps}
    labels = {name: _label(name, one, legible(looks[name].colour, theme)) for name, one in steps.items()}
    left_over: list[Label] = []
    for _ in range(len(labels) + 1):
        handles = [handle(name, looks[name]) for name, label in labels.items() if label in left_over]
        dress(ax, theme, title=title, caption=caption, handles=handles)
        lines = {
            safe(name, 40): dense(ax, np.repeat(one.x, 2)[1:], np.repeat(one.y, 2)[:-1]) for name, one in steps.items()
        }
        all_of_them = [*lines.values(), *(dense(ax, *line) for line in others)]
        still = [label for label in labels.values() if label not in left_over]
        unplaced = put(ax, still, np.concatenate(all_of_them), lines=lines) if lines else ()
        if not unplaced:
            return
        left_over += unplaced
        for text in [text for text in ax.texts if text.get_gid() == "label"]:
            text.remove()


def handle(name: str, its: Look) -> Line2D:
    """A strategy's line in a legend."""
    stroke, label = its.stroke, safe(name, 40)
    return Line2D([], [], color=its.colour, marker=its.marker, linestyle=stroke, linewidth=2.2, label=label)


def _label(name: str, one: Steps, colour: str) -> Label:
    places: list[Place] = []
    for gap in (9.0, 18.0):
        for share in _SHARES:
            n = min(int(share * len(one.x)), len(one.x) - 1)
            x, y = float(one.x[n]), float(one.y[n])
            places += [Place(x, y, 4, gap, "left", "bottom"), Place(x, y, -4, gap, "right", "bottom"),
                       Place(x, y, 4, -gap, "left", "top"), Place(x, y, -4, -gap, "right", "top")]  # fmt: skip
    return Label(safe(name, 40), colour, tuple(places))
