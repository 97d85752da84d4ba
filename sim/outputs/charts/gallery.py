"""Charts into a folder, in light and dark."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure as MplFigure

from sim.outputs.charts.claims import claims_chart, claims_size
from sim.outputs.charts.estate import estate_chart, estate_size
from sim.outputs.charts.exposure import exposure_chart
from sim.outputs.charts.frontier import frontier_chart
from sim.outputs.charts.growth import growth_chart
from sim.outputs.charts.losses import loss_chart
from sim.outputs.charts.map import map_chart, map_size
from sim.outputs.charts.reach import reach_chart, reach_size
from sim.outputs.charts.reached import reached_chart
from sim.outputs.charts.rows import rows_size
from sim.outputs.charts.save import RESOLUTION, save, save_png, save_svg
from sim.outputs.charts.style import LIGHT, SIZE, THEMES, canvas
from sim.outputs.charts.survival import survival_chart
from sim.outputs.charts.timeline import timeline_chart, timeline_size
from sim.outputs.claim_rows import ClaimRow
from sim.outputs.figures import picture
from sim.outputs.sheets import Kind, Sheet

if TYPE_CHECKING:  # a tenth of a second, and only a type here
    import networkx as nx

Size = tuple[float, float]

_CHARTS: Mapping[Kind, tuple[Callable[..., None], Callable[[Any], Size]]] = {
    "survival": (survival_chart, lambda _: SIZE),
    "exposure": (exposure_chart, rows_size),
    "reach": (reach_chart, reach_size),
    "reached": (reached_chart, rows_size),
    "spread": (growth_chart, lambda _: SIZE),
    "frontier": (frontier_chart, lambda _: SIZE),
    "losses": (loss_chart, lambda _: SIZE),
    "map": (map_chart, map_size),
    "timeline": (timeline_chart, timeline_size),
}


def draw_sheet(folder: Path, sheet: Sheet, theme: str) -> None:
    """Write one chart of a comparison in the theme of this name to the folder."""
    figure = _of_sheet(sheet, theme)
    dark = theme != LIGHT.name  # for screens only, where SVG serves
    save(figure, folder / picture(sheet.figure.stem, dark), resolution=None if dark else RESOLUTION)


def draw_file(file: Path, sheet: Sheet, theme: str, kind: str) -> None:
    """Write one chart of a comparison to a file, as svg or png."""
    (save_png if kind == "png" else save_svg)(_of_sheet(sheet, theme), file)


def _of_sheet(sheet: Sheet, theme: str) -> MplFigure:
    chart, size = _CHARTS[sheet.kind]
    (colours,) = (one for one in THEMES if one.name == theme)
    figure, ax = canvas(colours, size(sheet.data))
    chart(ax, sheet.data, theme=colours, **sheet.options)
    return figure


def draw_claims(folder: Path, rows: Sequence[ClaimRow], caption: str = "") -> tuple[Path, ...]:
    """Write the forest plot `claims` in both themes to the folder; returns the files."""
    files: list[Path] = []
    for theme in THEMES:
        figure, ax = canvas(theme, claims_size(rows))
        claims_chart(ax, rows, theme=theme, caption=caption)
        dark = theme is not LIGHT
        files += save(figure, folder / picture("claims", dark), resolution=None if dark else RESOLUTION)
    return tuple(files)


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

    for theme in THEMES:
        figure, ax = canvas(theme, estate_size(graph))
        estate_chart(ax, graph, role=role, hops=hops, steps=steps, theme=theme, caption=caption)
        dark = theme is not LIGHT
        save(figure, folder / picture("estate", dark), resolution=None if dark else RESOLUTION)
