"""A chart that has been drawn, as a report refers to it."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("svg", "png")
"""Formats of a chart's file."""


@dataclass(frozen=True)
class Figure:
    """Three files, `stem`.png, `stem`.svg and `stem`-dark.svg; `says` is its finding, for those who cannot see it."""

    stem: str
    says: str


def picture(stem: str, dark: bool) -> str:
    """The name of a chart's file without its ending."""
    return f"{stem}-dark" if dark else stem
