"""Axes in time as people tell it: 1 s, 10 min, 6 h, 30 d."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

SECOND = 1 / 3600
"""Hours."""
_TICKS: tuple[tuple[float, str], ...] = (
    (1e-3, "1 ms"), (1e-2, "10 ms"), (0.1, "0.1 s"), (1, "1 s"), (10, "10 s"), (60, "1 min"), (600, "10 min"),
    (3600, "1 h"), (6 * 3600, "6 h"), (86_400, "1 d"), (7 * 86_400, "7 d"), (30 * 86_400, "30 d"),
    (180 * 86_400, "180 d"), (3 * 365 * 86_400, "3 y"), (20 * 365 * 86_400, "20 y"), (200 * 365 * 86_400, "200 y"),
)  # fmt: skip
"""Seconds and how they are called, about equally far apart on a logarithmic axis."""


def _chosen(low: float, high: float, most: int) -> list[tuple[float, str]]:
    inside = [row for row in _TICKS if low * 0.999 <= row[0] <= high * 1.001]
    step = math.ceil(len(inside) / most) or 1
    return inside[::step] if inside else [min(_TICKS, key=lambda row: abs(math.log(row[0] / high)))]


def _label(axis: Any, ticks: list[tuple[float, str]]) -> None:
    names = dict(ticks)
    axis.set_major_locator(FixedLocator([at for at, _ in ticks]))
    axis.set_major_formatter(FuncFormatter(lambda at, _: names.get(at) or _nearest(at, ticks)))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def _nearest(at: float, ticks: list[tuple[float, str]]) -> str:
    return min(ticks, key=lambda row: abs(row[0] - at))[1]


def log_hours(ax: Axes, which: str, low: float, high: float, most: int = 10) -> None:
    """A logarithmic axis whose data are hours, from low to high (above 0)."""
    getattr(ax, f"set_{which}scale")("log")
    getattr(ax, f"set_{which}lim")(low, high)
    ticks = [(at / 3600, name) for at, name in _chosen(low * 3600, high * 3600, most)]
    _label(getattr(ax, f"{which}axis"), ticks)


def symlog_seconds(ax: Axes, which: str, threshold: float, high: float) -> None:
    """An axis whose data are seconds: linear from 0 to the threshold, logarithmic above."""
    getattr(ax, f"set_{which}scale")("symlog", linthresh=threshold, linscale=0.6)
    getattr(ax, f"set_{which}lim")(-threshold * 0.35, high)
    _label(getattr(ax, f"{which}axis"), [(0.0, "0"), *_chosen(threshold, high, 7)])
