"""Step curves with their bands, one for each strategy, named where they run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.outputs.charts.frame import dress
from sim.outputs.charts.labels import Label, Place, Points, dense, put
from sim.outputs.charts.style import Look, Theme, legible, look, safe

FINE = 300
"""Steps that a curve shows at most."""
_SHARES = (1.0, 0.8, 0.6, 0.45, 0.3, 0.15, 0.9, 0.7, 0.5)


@dataclass(frozen=True)
class Steps:
    """A step function: y[i] from x[i] on, with its band; x ascending."""

    x: Points
    y: Points
    low: Points
    high: Points

    def thinned(self, place: Callable[[Points], Points]) -> Steps:
        """The last step in each of FINE parts of the axis; `place` maps x to where it stands on it."""
        if len(self.x) <= FINE:
            return self
        at = place(self.x)
        share = (at - at[0]) / max(float(at[-1] - at[0]), 1e-12)
        seen = np.union1d(np.flatnonzero(np.diff(np.floor(share * FINE), append=np.inf)), [0])
        return Steps(self.x[seen], self.y[seen], self.low[seen], self.high[seen])


def draw_curves(ax: Axes, steps: Mapping[str, Steps], names: Sequence[str], theme: Theme) -> None:
    """Bands and lines in the colours of the strategies."""
    for name, one in steps.items():
        its = look(theme, names.index(name))
        ax.fill_between(one.x, one.low, one.high, step="post", color=its.colour, alpha=0.13, linewidth=0)
        ax.step(one.x, one.y, where="post", color=its.colour, linewidth=2.2, marker=its.marker, markersize=6.5,
                markevery=0.13)  # fmt: skip


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
        handles = [_handle(name, looks[name]) for name, label in labels.items() if label in left_over]
        dress(ax, theme, title=title, caption=caption, handles=handles)
        lines = [dense(ax, np.repeat(one.x, 2)[1:], np.repeat(one.y, 2)[:-1]) for one in steps.values()]
        lines += [dense(ax, *line) for line in others]
        still = [label for label in labels.values() if label not in left_over]
        unplaced = put(ax, still, np.concatenate(lines)) if lines else ()
        if not unplaced:
            return
        left_over += unplaced
        for text in [text for text in ax.texts if text.get_gid() == "label"]:
            text.remove()


def _handle(name: str, its: Look) -> Line2D:
    return Line2D([], [], color=its.colour, marker=its.marker, linewidth=2.2, label=safe(name, 40))


def _label(name: str, one: Steps, colour: str) -> Label:
    places: list[Place] = []
    for gap in (9.0, 18.0):
        for share in _SHARES:
            n = min(int(share * len(one.x)), len(one.x) - 1)
            x, y = float(one.x[n]), float(one.y[n])
            places += [Place(x, y, 4, gap, "left", "bottom"), Place(x, y, -4, gap, "right", "bottom"),
                       Place(x, y, 4, -gap, "left", "top"), Place(x, y, -4, -gap, "right", "top")]  # fmt: skip
    return Label(safe(name, 40), colour, tuple(places))
