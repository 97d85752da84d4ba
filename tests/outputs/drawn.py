"""A chart, drawn for a test."""

from __future__ import annotations

from sim.outputs.charts import LIGHT, canvas


def draw(chart, *data, size=(9.0, 5.6), theme=LIGHT, **options):
    figure, ax = canvas(theme, size)
    chart(ax, *data, theme=theme, **options)
    return figure, ax
