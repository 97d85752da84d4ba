"""Charts inside a page: one SVG that follows the page's theme, made of its light and its dark variant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from sim.outputs import words
from sim.outputs.figures import Figure

_PROLOGUE = re.compile(r"^.*?(?=<svg\b)", re.DOTALL)
_ROOT = re.compile(r"<svg\b[^>]*>")
_VIEW = re.compile(r'viewBox="([-\d. ]+)"')
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
_DEFINED = re.compile(r'\bid="([^"]+)"')
_USED = re.compile(r'((?:xlink:)?href="#|url\(#)([^")]+)')
_UNKNOWN = re.compile(r"\s*<!--.*?-->|\s*<!DOCTYPE[^>]*>", re.DOTALL)


@dataclass(frozen=True)
class Picture:
    """One chart for the page.

    Attributes:
        stem: its name, also that of its files.
        says: its finding, for those who cannot see it.
        svg: variants, each with the class of the theme that shows it; a single one follows the theme by itself.
        wide: too wide for half a page.
    """

    stem: str
    says: str
    svg: tuple[Markup, ...]
    wide: bool


class Palette:
    """Colours of the charts as custom properties: one for each pair of a light and a dark colour."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}

    def name(self, light: str, dark: str) -> str:
        """The property for a pair."""
        return self._names.setdefault((light, dark), f"--c{len(self._names)}")

    def rules(self, dark: bool) -> Markup:
        """Declarations of all properties under one theme; colours are hexadecimal, so nothing needs escaping."""
        return Markup("".join(f"{name}:{pair[dark]};" for pair, name in self._names.items()))


def pictures(folder: Path, figures: tuple[Figure, ...], palette: Palette) -> tuple[Picture, ...]:
    """The drawn charts of a folder, in order.

    Raises:
        OSError: a file of them cannot be read.
    """
    return tuple(_picture(folder, figure, palette) for figure in figures)


def _picture(folder: Path, figure: Figure, palette: Palette) -> Picture:
    light, dark = ((folder / f"{figure.stem}{end}.svg").read_text(encoding="utf-8") for end in ("", "-dark"))
    says = words.tidy(figure.says, 400)
    themed = _themed(_bare(light), _bare(dark), palette)
    drawn = (("", themed),) if themed is not None else (("of-light", _bare(light)), ("of-dark", _bare(dark)))
    svg = tuple(_inlined(text, f"{figure.stem}{kind}", says, kind) for kind, text in drawn)
    return Picture(figure.stem, says, svg, _size(light)[0] > 800)


def _bare(svg: str) -> str:
    return _UNKNOWN.sub("", _METADATA.sub("", _PROLOGUE.sub("", svg)))


def _themed(light: str, dark: str, palette: Palette) -> str | None:
    """One drawing for both themes, if they differ in nothing but colours.

    Names that matplotlib makes from what a mark looks like may differ with its colour; they are the same thing then.
    """
    if _COLOUR.sub("#", _unnamed(light)) != _COLOUR.sub("#", _unnamed(dark)):
        return None
    others = iter(_COLOUR.findall(dark))

    def either(found: re.Match[str]) -> str:
        one, other = found[0], next(others)
        return one if one == other else f"var({palette.name(one, other)})"

    return _COLOUR.sub(either, light)


def _unnamed(svg: str) -> str:
    """Names replaced by the order in which they are defined."""
    numbers = {name: str(n) for n, name in enumerate(dict.fromkeys(_DEFINED.findall(svg)))}
    svg = _DEFINED.sub(lambda found: f'id="{numbers[found[1]]}"', svg)
    return _USED.sub(lambda found: found[1] + numbers.get(found[2], ""), svg)


def _inlined(svg: str, prefix: str, says: str, kind: str) -> Markup:
    """Names of its own within the page, as wide as its place, and with a text alternative."""
    svg = _DEFINED.sub(lambda found: f'id="{prefix}-{found[1]}"', svg)
    svg = _USED.sub(lambda found: f"{found[1]}{prefix}-{found[2]}", svg)
    view = _VIEW.search(svg)
    shown = f' viewBox="{view[1]}"' if view else ""
    name = f' class="{kind}"' if kind else ""
    root = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f'{shown}{name} role="img" aria-label="{escape(says)}">'
    )
    return Markup(_ROOT.sub(lambda _: root, svg, count=1))


def _size(svg: str) -> tuple[float, float]:
    """Width and height in points; 0 where it does not say."""
    view = _VIEW.search(svg)
    numbers = [float(part) for part in view[1].split()] if view else [0.0] * 4
    return numbers[2], numbers[3]
