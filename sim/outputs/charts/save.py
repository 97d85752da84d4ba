"""Charts to files: SVG with its text kept as text, PNG at print resolution; the same figure gives the same bytes."""

from __future__ import annotations

import io
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.image import imsave

from sim.outputs.charts.style import defaults

RESOLUTION = 200
"""Dots per inch of the PNG."""


class Press:
    """Compresses and writes PNGs in a thread while the next charts are drawn; half of a PNG's time is spent on that.

    Leaving it waits until all are written. Raises OSError if one could not be.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._printing: list[Future[None]] = []

    def __enter__(self) -> Press:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=error is not None)
        if error is None:
            for one in self._printing:
                one.result()

    def print(self, file: Path, pixels: memoryview, width: int, resolution: int) -> None:
        """Have rows of so many RGBA pixels written to a file."""
        self._printing.append(self._pool.submit(_print, file, pixels, width, resolution))


def save(
    figure: Figure, path_stem: Path, *, resolution: int | None = RESOLUTION, press: Press | None = None
) -> tuple[Path, ...]:
    """Write `path_stem`.svg and, with a resolution, `path_stem`.png; no date, version or machine stands in them.

    Args:
        press: writes the PNG, which is there when the press is left.
    """
    svg, png = (path_stem.with_name(f"{path_stem.name}.{kind}") for kind in ("svg", "png"))
    with defaults():
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None}, facecolor=figure.get_facecolor())
        if resolution is None:
            return (svg,)
        drawn = io.BytesIO()
        figure.savefig(drawn, format="rgba", dpi=resolution, facecolor=figure.get_facecolor())
    width = int(figure.get_figwidth() * resolution)
    (press.print if press else _print)(png, drawn.getbuffer(), width, resolution)
    return svg, png


def _print(file: Path, pixels: memoryview, width: int, resolution: int) -> None:
    rows = np.frombuffer(pixels, np.uint8).reshape(-1, width, 4)
    nothing: dict[str, Any] = {"Software": None}
    imsave(file, rows, format="png", origin="upper", dpi=resolution, metadata=nothing)
