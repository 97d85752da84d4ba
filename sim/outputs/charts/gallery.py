"""Charts into a folder, in light and dark."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes

from sim.outputs.charts.estate import estate_chart, estate_size
from sim.outputs.charts.frontier import frontier_chart
from sim.outputs.charts.reach import reach_chart, reach_size
from sim.outputs.charts.save import save
from sim.outputs.charts.style import LIGHT, SIZE, THEMES, Theme, canvas
from sim.outputs.charts.survival import survival_chart
from sim.outputs.charts.timeline import timeline_chart, timeline_size
from sim.outputs.sheets import Kind, Sheet

if TYPE_CHECKING:  # a tenth of a second, and only a type here
    import networkx as nx

Draw = Callable[[Axes, Theme], None]
Size = tuple[float, float]

_CHARTS: Mapping[Kind, tuple[Callable[..., None], Callable[[Any], Size]]] = {
    "survival": (survival_chart, lambda _: SIZE),
    "reach": (reach_chart, reach_size),
    "frontier": (frontier_chart, lambda _: SIZE),
    "timeline": (timeline_chart, timeline_size),
}


def draw_sheet(folder: Path, sheet: Sheet, theme: str) -> None:
    """Write one chart of a comparison in the theme of this name to the folder."""
    chart, size = _CHARTS[sheet.kind]

    def draw(ax: Axes, theme: Theme) -> None:
        chart(ax, sheet.data, theme=theme, **sheet.options)

    (colours,) = (one for one in THEMES if one.name == theme)
    _drawn(folder / sheet.figure.stem, size(sheet.data), draw, colours)


def draw_estate(
    folder: Path,
    graph: nx.DiGraph,
    *,
    role: str | None,
    hops: Mapping[str, int],
    steps: Collection[tuple[str, str]] = (),
    caption: str = "",
) -> None:
    """Write `estate` in both themes to the folder."""

    def draw(ax: Axes, theme: Theme) -> None:
        estate_chart(ax, graph, role=role, hops=hops, steps=steps, theme=theme, caption=caption)

    for theme in THEMES:
        _drawn(folder / "estate", estate_size(graph), draw, theme)


def _drawn(stem: Path, size: Size, draw: Draw, theme: Theme) -> None:
    figure, ax = canvas(theme, size)
    draw(ax, theme)
    if theme is LIGHT:
        save(figure, stem)
    else:  # for screens only, where SVG serves
        save(figure, stem.with_name(f"{stem.name}-{theme.name}"), resolution=None)
