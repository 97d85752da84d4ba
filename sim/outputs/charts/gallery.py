"""All charts of a comparison, each in light and dark, into one folder."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from sim.measure.statistics import Comparison
from sim.measure.survival import SurvivalCurve
from sim.outputs import readings
from sim.outputs.charts.estate import estate_chart, estate_size
from sim.outputs.charts.frontier import frontier_chart
from sim.outputs.charts.reach import reach_chart
from sim.outputs.charts.save import Press, save
from sim.outputs.charts.style import LIGHT, SIZE, THEMES, Theme, canvas
from sim.outputs.charts.survival import survival_chart
from sim.outputs.charts.timeline import timeline_chart, timeline_size
from sim.outputs.figures import Figure
from sim.outputs.timeline import Timeline

if TYPE_CHECKING:  # a tenth of a second, and only a type here
    import networkx as nx

Draw = Callable[[Axes, Theme], None]


@dataclass(frozen=True)
class _Chart:
    """A chart to be drawn: how a report refers to it, its inches, and what draws it."""

    figure: Figure
    size: tuple[float, float]
    draw: Draw


def draw_comparison(
    folder: Path,
    comparison: Comparison,
    curves: Mapping[str, SurvivalCurve],
    story: Timeline | None,
    *,
    horizon_hours: float,
    caption: str,
) -> tuple[Figure, ...]:
    """Write survival, reach, frontier and timeline to the folder; returns what a report needs to show them.

    Args:
        story: None: no timeline is drawn.
        caption: what all charts were made from (`readings.caption`).
    """
    drawn = [_survival(comparison, curves, horizon_hours, caption), _reach(comparison, caption)]
    drawn.append(_frontier(comparison, caption))
    if story is not None:
        drawn.append(_timeline(story, caption))
    with Press() as press:
        for one in drawn:
            _both(folder / one.figure.stem, one.size, one.draw, press)
    return tuple(one.figure for one in drawn)


def _survival(
    comparison: Comparison, curves: Mapping[str, SurvivalCurve], horizon_hours: float, caption: str
) -> _Chart:
    def draw(ax: Axes, theme: Theme) -> None:
        survival_chart(ax, curves, horizon_hours=horizon_hours, baseline=base, theme=theme, caption=caption)

    base = comparison.baseline
    return _Chart(Figure("survival", readings.survival_title(curves, base)), SIZE, draw)


def _reach(comparison: Comparison, caption: str) -> _Chart:
    def draw(ax: Axes, theme: Theme) -> None:
        reach_chart(ax, comparison, theme=theme, caption=caption)

    size = (SIZE[0], 2.8 + 0.62 * max(len(comparison.strategies), 3))
    return _Chart(Figure("reach", readings.reach_title(comparison)), size, draw)


def _frontier(comparison: Comparison, caption: str) -> _Chart:
    def draw(ax: Axes, theme: Theme) -> None:
        frontier_chart(ax, comparison, theme=theme, caption=caption)

    return _Chart(Figure("frontier", readings.frontier_title(comparison)), SIZE, draw)


def _timeline(story: Timeline, caption: str) -> _Chart:
    def draw(ax: Axes, theme: Theme) -> None:
        timeline_chart(ax, story, theme=theme, caption=caption)

    return _Chart(Figure("timeline", readings.timeline_title(story)), timeline_size(story), draw)


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

    with Press() as press:
        _both(folder / "estate", estate_size(graph), draw, press)


def _both(stem: Path, size: tuple[float, float], draw: Draw, press: Press) -> None:
    for theme in THEMES:
        figure, ax = canvas(theme, size)
        draw(ax, theme)
        if theme is LIGHT:
            save(figure, stem, press=press)
        else:  # for screens only, where SVG serves
            save(figure, stem.with_name(f"{stem.name}-{theme.name}"), resolution=None)
