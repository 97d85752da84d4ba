"""The access graph as a map of how soon intruders came where."""

from __future__ import annotations

from matplotlib.axes import Axes

from sim.outputs import titles
from sim.outputs.charts.estate import estate_chart, estate_size
from sim.outputs.charts.style import LIGHT, Theme
from sim.outputs.estate_map import EstateMap


def map_size(estate: EstateMap) -> tuple[float, float]:
    """Inches that the fullest column needs."""
    return estate_size(estate.graph())


def map_chart(
    ax: Axes, estate: EstateMap, *, theme: Theme = LIGHT, title: str | None = None, caption: str = ""
) -> None:
    """Draw the access graph; colours and times say when the first intruder was seen at a place, since the leak."""
    notes = [estate.note, "times: the earliest arrival since a leak, of all replications", caption]
    estate_chart(
        ax,
        estate.graph(),
        arrivals=estate.arrivals(),
        theme=theme,
        title=title or titles.map_title(estate),
        caption=" \u00b7 ".join(note for note in notes if note),
    )
