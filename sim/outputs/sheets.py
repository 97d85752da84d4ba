"""The charts of a comparison before they are drawn: plain data, which any process can be handed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sim.measure.statistics import Comparison
from sim.measure.survival import SurvivalCurve
from sim.outputs import readings
from sim.outputs.figures import Figure
from sim.outputs.timeline import Timeline

Kind = Literal["survival", "reach", "frontier", "timeline"]


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
    comparison: Comparison,
    curves: Mapping[str, SurvivalCurve],
    story: Timeline,
    *,
    horizon_hours: float,
    caption: str,
) -> tuple[Sheet, ...]:
    """Survival, reach, frontier and timeline.

    Args:
        caption: what all charts were made from (`readings.caption`).
    """
    base = comparison.baseline
    surviving = {"horizon_hours": horizon_hours, "baseline": base, "caption": caption}
    said: Mapping[str, Any] = {"caption": caption}
    return (
        Sheet("survival", Figure("survival", readings.survival_title(curves, base)), curves, surviving),
        Sheet("reach", Figure("reach", readings.reach_title(comparison)), comparison, said),
        Sheet("frontier", Figure("frontier", readings.frontier_title(comparison)), comparison, said),
        Sheet("timeline", Figure("timeline", readings.timeline_title(story)), story, said),
    )
