"""What stands around the data: the title above, the caption below, and margins that clip neither."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.outputs.charts.style import BODY, FONT, SMALL, TITLE, Theme, safe

EDGE = 0.012
"""Share of the figure's width that stays empty at its edges."""


def _renderer(figure: Figure) -> Any:
    return figure.canvas.get_renderer()  # type: ignore[attr-defined]


def wrapped(figure: Figure, text: str, size: float, weight: str = "normal") -> str:
    """The text in lines that fit the figure's width, measured."""
    room = figure.bbox.width * (1 - 2 * EDGE) / figure.dpi
    lines: list[list[str]] = [[]]
    used = 0.0
    for word in _short_words(text, size, weight, room):
        width = _inches(word, size, weight)
        if lines[-1] and used + width > room:
            lines.append([])
            used = 0.0
        lines[-1].append(word)
        used += width + _inches("n", size, weight) * 0.55
    return "\n".join(" ".join(line) for line in lines)


def _short_words(text: str, size: float, weight: str, room: float) -> Iterator[str]:
    """The words, those wider than a line in pieces."""
    for word in text.split(" "):
        pieces = math.ceil(_inches(word, size, weight) / room * 1.1) if word else 1
        step = math.ceil(len(word) / pieces) if pieces > 1 and _inches(word, size, weight) > room else len(word) or 1
        yield from (word[start : start + step] for start in range(0, len(word), step))


@lru_cache(maxsize=1)
def _probe() -> Figure:
    figure = Figure(dpi=100)
    FigureCanvasAgg(figure)
    return figure


@lru_cache(maxsize=4096)
def _inches(word: str, size: float, weight: str) -> float:
    """Width of a word, escaped dollars being narrower than they are written."""
    figure = _probe()
    text = Text(0, 0, word, fontsize=size, fontweight=weight, fontfamily=FONT, figure=figure)
    return float(text.get_window_extent(_renderer(figure)).width / figure.dpi)


def dress(ax: Axes, theme: Theme, *, title: str, caption: str, handles: Sequence[Any] = ()) -> None:
    """Title, legend and caption around an axes that has its figure for itself; else only an axes title and legend.

    Title and caption must be free of markup (`safe`). Called after the data are drawn, because it measures them; called
    again, it replaces what it wrote.
    """
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    if len(figure.axes) > 1:
        ax.set_title(wrapped(figure, title, BODY), fontsize=BODY, color=theme.ink, loc="left")
        if handles:
            _legend(ax, theme, handles)
        return
    _undress(figure)
    head = figure.text(EDGE, 1 - 0.02, wrapped(figure, title, TITLE, "bold"), fontsize=TITLE, fontweight="bold",
                       color=theme.ink, va="top", linespacing=1.25, gid="title")  # fmt: skip
    foot = figure.text(EDGE, 0.015, wrapped(figure, caption, SMALL), fontsize=SMALL, color=theme.muted,
                       va="bottom", linespacing=1.3, gid="caption") if caption else None  # fmt: skip
    top = _height(figure, head) + 0.035
    bottom = (_height(figure, foot) if foot else 0.0) + 0.03
    if handles:
        top += _row(figure, theme, handles, 1 - top) + 0.015
    _fit(ax, figure, top, bottom)


def _undress(figure: Figure) -> None:
    for artist in [*(text for text in figure.texts if text.get_gid() in ("title", "caption")), *figure.legends]:
        artist.remove()


def _height(figure: Figure, artist: Any) -> float:
    return float(artist.get_window_extent(_renderer(figure)).height / figure.bbox.height)


def _legend(ax: Axes, theme: Theme, handles: Sequence[Any]) -> None:
    ax.legend(handles=handles, fontsize=SMALL, labelcolor=theme.ink, facecolor=theme.background, edgecolor=theme.faint)


def _row(figure: Figure, theme: Theme, handles: Sequence[Any], top: float) -> float:
    """A legend between title and axes in as few rows as the width allows; returns its height."""
    for columns in range(len(handles), 0, -1):
        legend = figure.legend(
            handles=list(handles), loc="upper left", bbox_to_anchor=(EDGE, top), ncols=columns, frameon=False,
            fontsize=SMALL, labelcolor=theme.ink, borderaxespad=0, borderpad=0, handlelength=2.2, columnspacing=1.6,
        )  # fmt: skip
        box = legend.get_window_extent(_renderer(figure))
        if box.width <= figure.bbox.width * (1 - 2 * EDGE) or columns == 1:
            return float(box.height / figure.bbox.height)
        legend.remove()
    return 0.0


def _fit(ax: Axes, figure: Figure, top: float, bottom: float) -> None:
    """Give the axes all the room that its own labels, the title and the caption leave."""
    ax.set_position((0.2, 0.3, 0.6, 0.4))
    outer, inner = ax.get_tightbbox(_renderer(figure)), ax.get_window_extent(_renderer(figure))
    assert outer is not None
    width, height = figure.bbox.width, figure.bbox.height
    left = EDGE + max(inner.x0 - outer.x0, 0) / width
    right = 1 - EDGE - max(outer.x1 - inner.x1, 0) / width
    low = bottom + max(inner.y0 - outer.y0, 0) / height
    high = 1 - top - max(outer.y1 - inner.y1, 0) / height
    ax.set_position((left, low, max(right - left, 0.1), max(high - low, 0.1)))


__all__ = ["dress", "safe", "wrapped"]
