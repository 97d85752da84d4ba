"""Charts to files: SVG with its text kept as text, PNG at print resolution; the same figure gives the same bytes."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from sim.outputs.charts.style import defaults

RESOLUTION = 200
"""Dots per inch of the PNG."""


def save(figure: Figure, path_stem: Path, *, resolution: int | None = RESOLUTION) -> tuple[Path, ...]:
    """Write `path_stem`.svg and, with a resolution, `path_stem`.png; no date, version or machine stands in them."""
    svg, png = (path_stem.with_name(f"{path_stem.name}.{kind}") for kind in ("svg", "png"))
    save_svg(figure, svg)
    if resolution is None:
        return (svg,)
    save_png(figure, png, resolution)
    return svg, png


def save_svg(figure: Figure, file: Path) -> None:
    """Write an SVG."""
    with defaults():
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None}, facecolor=figure.get_facecolor())


def save_png(figure: Figure, file: Path, resolution: int = RESOLUTION) -> None:
    """Write a PNG."""
    with defaults():
        paper = figure.get_facecolor()
        figure.savefig(file, format="png", dpi=resolution, metadata={"Software": None}, facecolor=paper)
