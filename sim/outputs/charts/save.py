"""Charts to files: SVG with its text kept as text, PNG at print resolution; the same figure gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
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
    written = StringIO()
    with defaults():
        paper = figure.get_facecolor()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None}, facecolor=paper)
    file.write_text(compact(written.getvalue()), encoding="utf-8")


def compact(svg: str) -> str:
    """The same drawing in half the bytes: places to a hundredth of a point, level and upright strokes, no indents."""
    svg = _TURN.sub("", _INDENT.sub(">\n<", svg))
    svg = _PLACE.sub(lambda found: f'{found[1]}="{_rounded(found[2])}"', svg)
    return _PATH.sub(lambda found: f' d="{"".join(_strokes(found[1]))}"', svg)


_INDENT = re.compile(r">\n\s+<")
_TURN = re.compile(r' transform="rotate\(-?0 [^"]*\)"')
"""Turns by nothing, which every upright text has."""
_PATH = re.compile(r' d="([^"]*)"')
_PLACE = re.compile(r'( (?:x|y|width|height))="(-?[\d.]+)"')
_STROKE = re.compile(r"([A-Za-z])([^A-Za-z]*)")


def _rounded(number: str) -> str:
    short = f"{float(number):.2f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short


def _strokes(path: str) -> Iterator[str]:
    """The commands of a path, which matplotlib writes in absolute places, and only as M, L, Q, C and z."""
    x = y = ""
    for command, places in _STROKE.findall(path):
        numbers = [_rounded(number) for number in places.split()]
        if command == "L" and numbers == [x, y]:
            continue
        if command == "L" and numbers[1] == y:
            yield f"H{numbers[0]}"
        elif command == "L" and numbers[0] == x:
            yield f"V{numbers[1]}"
        else:
            yield command + " ".join(numbers)
        x, y = numbers[-2:] if numbers else ("", "")


def save_png(figure: Figure, file: Path, resolution: int = RESOLUTION) -> None:
    """Write a PNG."""
    with defaults():
        paper = figure.get_facecolor()
        figure.savefig(file, format="png", dpi=resolution, metadata={"Software": None}, facecolor=paper)
