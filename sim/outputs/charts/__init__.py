"""Charts: functions of finished data that draw on an axes. The only place that imports matplotlib; import it late.

figure, ax = canvas(DARK)
survival_chart(ax, curves, horizon_hours=4320, theme=DARK, caption="...")
save(figure, Path("survival-dark"))
"""

from __future__ import annotations

from sim.outputs.charts.estate import estate_chart, estate_size
from sim.outputs.charts.frontier import frontier_chart
from sim.outputs.charts.gallery import draw_estate, draw_sheet
from sim.outputs.charts.reach import reach_chart, reach_size
from sim.outputs.charts.save import save
from sim.outputs.charts.style import DARK, LIGHT, THEMES, Theme, canvas
from sim.outputs.charts.survival import survival_chart
from sim.outputs.charts.timeline import timeline_chart, timeline_size

__all__ = [
    "DARK", "LIGHT", "THEMES", "Theme", "canvas", "draw_estate", "draw_sheet", "estate_chart", "estate_size",
    "frontier_chart", "reach_chart", "reach_size", "save", "survival_chart", "timeline_chart", "timeline_size",
]  # fmt: skip
