"""Direct labels: a text goes to the first of its places where it covers no data and no other text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from sim.outputs.charts.style import SMALL

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Place:
    """Where a label may stand: a point in data coordinates and the offset from it in points."""

    x: float
    y: float
    right: float
    up: float
    across: str = "left"
    along: str = "center"


@dataclass(frozen=True)
class Label:
    """A text and where it may go, the best place first."""

    text: str
    colour: str
    places: tuple[Place, ...]


def around(x: float, y: float, gap: float = 9.0) -> tuple[Place, ...]:
    """The eight places around a point, right and left first."""
    return (
        Place(x, y, gap, 0), Place(x, y, -gap, 0, "right"), Place(x, y, 0, gap, "center", "bottom"),
        Place(x, y, 0, -gap, "center", "top"), Place(x, y, gap, gap, "left", "bottom"),
        Place(x, y, gap, -gap, "left", "top"), Place(x, y, -gap, gap, "right", "bottom"),
        Place(x, y, -gap, -gap, "right", "top"),
    )  # fmt: skip


def dense(ax: Axes, x: Points, y: Points, step: float = 3.0) -> Points:
    """Points in pixels along a line through data points, close enough to stand for it."""
    corners = ax.transData.transform(np.column_stack((x, y)))
    corners = corners[np.isfinite(corners).all(axis=1)]
    if len(corners) < 2:
        return np.asarray(corners, dtype=np.float64)
    lengths = np.hypot(*np.diff(corners, axis=0).T)
    counts = np.maximum(np.ceil(lengths / step).astype(int), 1)
    # Piece k of n of a segment lies k/n on its way: all segments at once, for curves have thousands.
    segment = np.repeat(np.arange(len(counts)), counts)
    piece = np.arange(len(segment)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = (piece / counts[segment])[:, None]
    return np.concatenate([corners[segment] * (1 - share) + corners[segment + 1] * share, corners[-1:]])


def put(
    ax: Axes,
    labels: Sequence[Label],
    obstacles: Points,
    *,
    size: float = SMALL,
    lines: Mapping[str, Points] | None = None,
) -> tuple[Label, ...]:
    """Write the labels that fit; returns those that fit nowhere. The axes must have their final place and limits.

    Args:
        obstacles: pixels that no label may cover.
        lines: text of a label → pixels of the line that it names; it is written only where no other line is about as
            near.
    """
    room, taken, left_over = ax.get_window_extent(), list[Bbox](), list[Label]()
    for label in labels:
        text = ax.annotate(label.text, (0, 0), (0, 0), textcoords="offset points", color=label.colour, fontsize=size,
                           fontweight="bold", annotation_clip=False, gid="label")  # fmt: skip
        found = (_tried(text, place, room, taken, obstacles) for place in label.places)
        box = next((box for box in found if box is not None and _names_its_own(box, label.text, lines or {})), None)
        if box is None:
            text.remove()
            left_over.append(label)
        else:
            taken.append(box)
    return tuple(left_over)


def _names_its_own(box: Bbox, name: str, lines: Mapping[str, Points]) -> bool:
    """Whether who reads the label takes it for its own line's, and not for another's."""
    others = [pixels for other, pixels in lines.items() if other != name and len(pixels)]
    if name not in lines or not others or not len(lines[name]):
        return True
    return _apart(box, lines[name]) * 1.5 <= min(_apart(box, pixels) for pixels in others)


def _apart(box: Bbox, pixels: Points) -> float:
    """Distance of a box from the nearest pixel."""
    x, y = pixels.T
    across = np.maximum(np.maximum(box.x0 - x, x - box.x1), 0.0)
    along = np.maximum(np.maximum(box.y0 - y, y - box.y1), 0.0)
    return float(np.hypot(across, along).min())


def _tried(text: Annotation, place: Place, room: Bbox, taken: list[Bbox], obstacles: Points) -> Bbox | None:
    """The box of the text at this place, or None where it does not fit."""
    text.xy = (place.x, place.y)
    text.set(position=(place.right, place.up), ha=place.across, va=place.along)
    box = text.get_window_extent().padded(1.5)
    inside = box.x0 >= room.x0 and box.x1 <= room.x1 and box.y0 >= room.y0 and box.y1 <= room.y1
    if not inside or any(box.overlaps(other) for other in taken):
        return None
    x, y = obstacles.T if len(obstacles) else (np.zeros(0), np.zeros(0))
    return None if np.any((x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1)) else box
