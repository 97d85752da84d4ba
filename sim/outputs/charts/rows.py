"""What charts with a row for each strategy share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from sim.outputs.charts.style import SIZE, Theme, plain_axes, safe


def rows_size(data: Mapping[str, Any]) -> tuple[float, float]:
    """Inches, with room for a row for each strategy."""
    return SIZE[0], 2.5 + 0.5 * max(len(data), 3)


def rows_axes(ax: Axes, names: Sequence[str], baseline: str | None, theme: Theme) -> None:
    """A row for each strategy, the first on top."""
    plain_axes(ax, theme, grid="x")
    ax.set_ylim(len(names) - 0.45, -0.6)
    labels = [f"{name} (baseline)" if name == baseline else name for name in names]
    ax.set_yticks(range(len(names)), [safe(label, 60) for label in labels])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
