"""A chart that has been drawn, as a report refers to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """Three files, `stem`.png, `stem`.svg and `stem`-dark.svg; `says` is its finding, for those who cannot see it."""

    stem: str
    says: str
