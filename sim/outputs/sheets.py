"""The charts of a comparison before they are drawn: plain data, which any process can be handed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sim.measure.statistics import Comparison
from sim.outputs import readings, titles
from sim.outputs.figures import Figure
from sim.outputs.pictured import Pictured
from sim.outputs.timeline import Timeline

Kind = Literal["survival", "exposure", "reach", "reached", "spread", "frontier", "losses", "map", "timeline"]


@dataclass(frozen=True)
class Sheet:
    """A chart to be drawn.

    Attributes:
        figure: how a report refers to it.
        data: what it shows.
        options: keywords of the function that draws it, without the theme.
    """

    kind: Kind
    figure: Figure
    data: Any
    options: Mapping[str, Any]


def comparison_sheets(
    comparison: Comparison, shown: Pictured, story: Timeline, *, horizon_hours: float, caption: str
) -> tuple[Sheet, ...]:
    """All charts that these results have, in reading order; there is none of losses where nothing can be lost.

    Args:
        caption: what all charts were made from (`readings.caption`).
    """
    base = comparison.baseline
    bare: dict[str, Any] = {"caption": caption}
    said: dict[str, Any] = {"caption": f"{caption} \u00b7 {readings.INTERVALS}"}
    timed = said | {"baseline": base, "horizon_hours": horizon_hours}
    named = bare | {"baseline": base}
    growth, spreads = shown.growths, shown.spreads
    sheets = [
        Sheet("survival", Figure("survival", readings.survival_title(shown.curves, base)), shown.curves, timed),
        Sheet("exposure", Figure("exposure", titles.exposure_title(spreads, base)), spreads, named),
        Sheet("reach", Figure("reach", readings.reach_title(comparison)), comparison, said),
        Sheet("reached", Figure("reached", titles.reached_title(spreads, base)), spreads, named),
        Sheet("spread", Figure("spread", titles.growth_title(growth, base)), growth, timed),
        Sheet("frontier", Figure("frontier", readings.frontier_title(comparison)), comparison, said),
    ]
    if shown.losses:
        lost = Figure("losses", titles.loss_title(comparison, shown.losses))
        sheets.append(Sheet("losses", lost, shown.losses, said | {"comparison": comparison}))
    if shown.estate is not None:
        sheets.append(Sheet("map", Figure("map", titles.map_title(shown.estate)), shown.estate, bare))
    sheets.append(Sheet("timeline", Figure("timeline", readings.timeline_title(story)), story, bare))
    return tuple(sheets)
