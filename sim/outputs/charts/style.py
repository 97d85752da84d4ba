"""How charts look: two themes, one colour and marker per strategy by its position, and texts made safe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import matplotlib
import matplotlib.colors
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font

from sim.outputs import words

FONT = "DejaVu Sans"
SIZE = (9.0, 5.6)
"""Inches; at half of it the smallest text is still 5 pt."""
TITLE, BODY, SMALL = 14.0, 12.0, 10.5
MARKERS = ("o", "s", "D", "^", "v", "P", "X", "p", "*", "h", "<", ">")
Stroke = Literal["-", "--", ":"]
STROKES: tuple[Stroke, ...] = ("-", "--", ":")
_SOLID = 8
"""Strategies for which the first stroke serves, and then the next."""


@dataclass(frozen=True)
class Theme:
    """Colours of a variant. Those of `palette` keep a contrast of 3:1 to the background, `ink` and `muted` 4.5:1.

    The palettes were searched for the largest smallest distance between any two colours under normal vision,
    deuteranopia, protanopia and tritanopia; markers tell the strategies apart as well.
    """

    name: str
    background: str
    ink: str
    muted: str
    faint: str
    palette: tuple[str, ...]
    need: str
    """Use that a task made of a credential."""
    harm: str
    """What an attacker got."""
    heat: tuple[str, ...]
    """Six steps from little to much, or from late to soon: of rising contrast to the background, whatever one sees."""


LIGHT = Theme(
    "light", "#ffffff", "#1b1f24", "#57606a", "#d5dae0",
    ("#1072fb", "#7f2a03", "#16a159", "#c745bd", "#c27814", "#868b8e", "#134a76", "#5f2f33",
     "#5605a1", "#050a4c", "#4b03f1", "#200929"),
    need="#134a76", harm="#b3261e",
    heat=("#f6d7a7", "#f0ab78", "#de7a63", "#b94a63", "#84296b", "#47155b"),
)  # fmt: skip
DARK = Theme(
    "dark", "#14181d", "#eef1f4", "#a7b0ba", "#3a424b",
    ("#3e63e7", "#d3751a", "#02f199", "#98558e", "#eed724", "#c8cee0", "#40abed", "#d7204f",
     "#a5ff7d", "#cd985c", "#7954b0", "#8ca082"),
    need="#8fd0ff", harm="#ff6f61",
    heat=("#3d1a52", "#7a3f92", "#ab4a73", "#e2634f", "#f7ab47", "#fdeaa0"),
)  # fmt: skip
THEMES = (LIGHT, DARK)


@dataclass(frozen=True)
class Look:
    """One strategy's colour, marker and stroke; together they tell 24 strategies apart.

    Attributes:
        stroke: how its line is drawn; another one from the ninth strategy on, for who sees or prints no colours.
    """

    colour: str
    marker: str
    stroke: Stroke


def look(theme: Theme, position: int) -> Look:
    """The look of the strategy at this position (0-based) of the comparison, the same in every chart."""
    colours, marks = len(theme.palette), len(MARKERS)
    stroke = STROKES[min(position // _SOLID, len(STROKES) - 1)]
    return Look(theme.palette[position % colours], MARKERS[(position + position // colours) % marks], stroke)


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(FT2Font(font_manager.findfont(FONT)).get_charmap())


def safe(text: str, limit: int = 120) -> str:
    """A text of a scenario for matplotlib: one line, no formula, only characters that the font has, limited length."""
    shown = "".join(mark if ord(mark) in _glyphs() else "\u25a1" for mark in words.tidy(text, limit))
    return shown.replace("$", r"\$")


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    channels = matplotlib.colors.to_rgb(colour)
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def legible(colour: str, theme: Theme) -> str:
    """The colour moved towards the ink until text in it has a contrast of 4.5:1."""
    start, end = np.array(matplotlib.colors.to_rgb(colour)), np.array(matplotlib.colors.to_rgb(theme.ink))
    for step in np.linspace(0, 1, 21):
        mixed = matplotlib.colors.to_hex(tuple(start + (end - start) * step))
        if contrast(mixed, theme.background) >= 4.5:
            return mixed
    return theme.ink


_LEFT_ALONE = (
    "backend", "interactive", "toolbar", "timezone", "webagg", "keymap", "animation", "date.", "figure.hooks",
)  # fmt: skip


@contextmanager
def defaults() -> Iterator[None]:
    """Matplotlib as it is delivered, whatever the machine's own settings: the same bytes everywhere."""
    given: dict[Any, Any] = dict(matplotlib.rcParamsDefault)
    plain = {key: value for key, value in given.items() if not key.startswith(_LEFT_ALONE)}
    own: dict[Any, Any] = {
        "font.family": FONT, "font.size": BODY, "svg.fonttype": "none", "svg.hashsalt": "afterleak",
        "axes.unicode_minus": True, "text.usetex": False, "path.simplify": True,
    }  # fmt: skip
    with matplotlib.rc_context({**plain, **own}):
        yield


def canvas(theme: Theme = LIGHT, size: tuple[float, float] = SIZE) -> tuple[Figure, Axes]:
    """An empty figure with one axes; pyplot is not involved, so nothing needs closing."""
    with defaults():
        figure = Figure(figsize=size, dpi=100, facecolor=theme.background)
        FigureCanvasAgg(figure)
        return figure, figure.add_subplot()


def plain_axes(ax: Axes, theme: Theme, *, grid: str = "both") -> None:
    """Theme colours, few lines: no box, a faint grid behind the data."""
    ax.set_facecolor(theme.background)
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(theme.muted)
    ax.tick_params(colors=theme.muted, labelcolor=theme.ink, labelsize=BODY, which="major")
    ax.tick_params(which="minor", length=0)
    for label in (ax.xaxis.label, ax.yaxis.label):
        label.set(color=theme.ink, fontsize=BODY)
    ax.set_axisbelow(True)
    if grid != "none":
        ax.grid(True, axis=grid, color=theme.faint, linewidth=0.8)  # type: ignore[arg-type]
