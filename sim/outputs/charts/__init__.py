"""Charts: functions of finished data that draw on an axes. The only place that imports matplotlib; import it late.

figure, ax = canvas(DARK)
survival_chart(ax, curves, horizon_hours=4320, theme=DARK, caption="...")
save(figure, Path("survival-dark"))
"""

from __future__ import annotations

from sim.outputs.charts.claims import claims_chart, claims_size
from sim.outputs.charts.estate import estate_chart, estate_size
from sim.outputs.charts.exposure import exposure_chart
from sim.outputs.charts.frontier import frontier_chart
from sim.outputs.charts.gallery import draw_estate, draw_sheet
from sim.outputs.charts.growth import growth_chart
from sim.outputs.charts.losses import loss_chart
from sim.outputs.charts.map import map_chart, map_size
from sim.outputs.charts.reach import reach_chart, reach_size
from sim.outputs.charts.reached import reached_chart
from sim.outputs.charts.rows import rows_size
from sim.outputs.charts.save import save, save_png, save_svg
from sim.outputs.charts.style import DARK, LIGHT, THEMES, Theme, canvas
from sim.outputs.charts.survival import survival_chart
from sim.outputs.charts.timeline import timeline_chart, timeline_size

__all__ = [
    "DARK", "LIGHT", "THEMES", "Theme", "canvas", "claims_chart", "claims_size", "draw_estate", "draw_sheet",
    "estate_chart", "estate_size", "exposure_chart", "frontier_chart", "growth_chart", "loss_chart", "map_chart",
    "map_size", "reach_chart", "reach_size", "reached_chart", "rows_size", "save", "save_png", "save_svg",
    "survival_chart", "timeline_chart", "timeline_size",
]  # fmt: skip
