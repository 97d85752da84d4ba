"""The access graph in columns, agents to secrets, with what a credential of one role leads to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from sim.outputs import readings
from sim.outputs.charts.frame import dress
from sim.outputs.charts.soon import soon_colours, soon_handles, tag
from sim.outputs.charts.style import BODY, LIGHT, SMALL, Theme, defaults, safe

if TYPE_CHECKING:  # a tenth of a second, and only a type here
    import networkx as nx

KINDS = ("agent", "tool", "role", "resource", "secret")
_STARTS = ("agent", "tool")
"""Kinds that have access; nobody is said to come to them."""
_HEADS = ("agents", "tools", "roles", "resources", "secrets")
_HALF, _TALL = 0.44, 0.33
"""Half of a box's width and height; columns are 1.3 apart, rows at least 1."""
_APART = 1.3
_LETTERS = 22
_SWEEPS = 6

Point = tuple[float, float]


def estate_size(graph: nx.DiGraph) -> tuple[float, float]:
    """Inches that the fullest column needs."""
    return 12.5, 2.6 + 0.42 * max(len(column) for column in _columns(graph))


def estate_chart(
    ax: Axes,
    graph: nx.DiGraph,
    *,
    role: str | None = None,
    hops: Mapping[str, int] | None = None,
    steps: Collection[tuple[str, str]] = (),
    arrivals: Mapping[str, float] | None = None,
    theme: Theme = LIGHT,
    title: str | None = None,
    caption: str = "",
) -> None:
    """Draw an access graph, and over it the reach of a role, or how soon intruders came where.

    Args:
        graph: nodes with `kind` of `KINDS`, `label`, and for resources `sensitivity` and `environment`.
        role: node that the reach starts from, or its name; named in the title.
        hops: node → number of hops from the role, which has 0; what is missing is not reached.
        steps: edges that the reach takes; by default those that lead one hop further.
        arrivals: node → hours from a leak to the earliest arrival there; what is missing nobody came to.
    """
    with defaults():
        ax.set_axis_off()
        ax.set_facecolor(theme.background)
        hops = hops or {}
        if arrivals is not None:
            steps = [(a, b) for a, b in graph.edges if _led(arrivals, a, b)]
        _draw(ax, graph, hops, set(steps), arrivals or {}, theme)
        said = safe(title or _title(graph, role, hops), 200)
        notes = [text for text in (_key(hops), caption) if text]
        ends = [node for node, kind in graph.nodes(data="kind") if kind not in _STARTS]
        spared = arrivals is not None and not arrivals.keys() >= {*ends}
        handles = _handles(theme, hops) if arrivals is None else soon_handles(theme, arrivals, spared=spared)
        dress(ax, theme, title=said, caption=safe(" \u00b7 ".join(notes), 500), handles=handles)


def _led(arrivals: Mapping[str, float], one: str, other: str) -> bool:
    """Whether an intruder may have come from one node to the other."""
    return one in arrivals and other in arrivals and arrivals[one] <= arrivals[other]


def _draw(
    ax: Axes,
    graph: nx.DiGraph,
    hops: Mapping[str, int],
    steps: set[tuple[str, str]],
    arrivals: Mapping[str, float],
    theme: Theme,
) -> None:
    """Edges, boxes above them, and the names of the columns."""
    places = layout(graph)
    taken = steps or {(a, b) for a, b in graph.edges if a in hops and hops.get(b) == hops[a] + 1}
    for one, other in sorted(graph.edges):
        _edge(ax, places[one], places[other], theme, taken=(one, other) in taken)
    for node, at in places.items():
        _box(ax, graph, node, at, theme=theme, hop=hops.get(node), soon=arrivals.get(node))
    _heads(ax, graph, places, theme)


def _key(hops: Mapping[str, int]) -> str:
    return "s1 to s5: sensitivity" + ("; numbers in circles: hops from the role" if hops else "")


def _title(graph: nx.DiGraph, role: str | None, hops: Mapping[str, int]) -> str:
    resources = [node for node, kind in graph.nodes(data="kind") if kind == "resource"]
    if role is None:
        return f"{len(resources)} resources and who can reach them"
    inside = [hops[node] for node in resources if node in hops]
    return readings.reach_of_role_title(_label(graph, role), len(inside), len(resources), max(inside, default=0))


def _label(graph: nx.DiGraph, node: str) -> str:
    return str((graph.nodes[node].get("label") if node in graph else None) or node)


def _columns(graph: nx.DiGraph) -> list[list[str]]:
    """Nodes of each kind in the order of their names."""
    return [sorted(node for node, its in graph.nodes(data="kind") if its == kind) for kind in KINDS]


def layout(graph: nx.DiGraph) -> dict[str, Point]:
    """Node → (x, y): one column per kind, rows ordered by the mean row of their neighbours, ties by name."""
    columns = _columns(graph)
    rows = {node: (n + 0.5) / len(column) for column in columns for n, node in enumerate(column)}
    around = graph.to_undirected(as_view=True)
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 else columns[::-1]:
            column.sort(key=lambda node: (_mean([rows[other] for other in around[node]], rows[node]), node))
            rows |= {node: (n + 0.5) / len(column) for n, node in enumerate(column)}
    tall = max(len(column) for column in columns)
    used = [column for column in columns if column]
    return {node: (x * _APART, rows[node] * tall) for x, column in enumerate(used) for node in column}


def _mean(values: list[float], otherwise: float) -> float:
    return round(sum(values) / len(values), 9) if values else otherwise


def _edge(ax: Axes, start: Point, end: Point, theme: Theme, *, taken: bool) -> None:
    """A straight arrow to the right; an arc within a column; back to the left dashed, between ports of its own."""
    forward, same = end[0] > start[0], end[0] == start[0]
    port = 0.0 if forward else (0.1 if same else 0.19)
    tail = (start[0] + (_HALF if forward or same else -_HALF), start[1] + port)
    head = (end[0] - (_HALF if forward else -_HALF), end[1] + port)
    bend = 0.0 if forward else ((0.45 if end[1] < start[1] else -0.45) if same else 0.1)
    ax.add_patch(FancyArrowPatch(
        tail, head, arrowstyle="-|>", mutation_scale=11 if taken else 7, shrinkA=0, shrinkB=0,
        connectionstyle=f"arc3,rad={bend}", color=theme.harm if taken else theme.muted, alpha=1.0 if taken else 0.4,
        linewidth=1.8 if taken else 0.9, linestyle="-" if forward or same else (0, (4, 1.6)),
        zorder=2 if taken else 1,
    ))  # fmt: skip


def _box(
    ax: Axes, graph: nx.DiGraph, node: str, at: Point, *, theme: Theme, hop: int | None, soon: float | None
) -> None:
    """A node with its name; reached ones have a heavy edge and the number of hops, or a colour and a time."""
    its, reached = graph.nodes[node], hop is not None
    plain = theme.faint if its.get("kind") in _STARTS else theme.background
    face, ink = (plain, theme.ink) if soon is None else soon_colours(theme, soon)
    ax.add_patch(FancyBboxPatch(
        (at[0] - _HALF, at[1] - _TALL), 2 * _HALF, 2 * _TALL, boxstyle="round,pad=0,rounding_size=0.08",
        facecolor=face, edgecolor=theme.harm if reached else theme.muted, linewidth=2.2 if reached else 0.9,
        mutation_aspect=2.0, zorder=3,
    ))  # fmt: skip
    level = f" s{its['sensitivity']}" if its.get("kind") == "resource" and "sensitivity" in its else ""
    text = safe(_label(graph, node), _LETTERS - len(level)) + level
    ax.text(*at, text, ha="center", va="center", fontsize=_size(text), color=ink, zorder=4, gid="node")
    if soon is not None:
        tag(ax, (at[0] + _HALF, at[1] - _TALL - 0.07), soon, theme)
    if reached:
        disc = {"boxstyle": "circle,pad=0.22", "facecolor": theme.harm, "linewidth": 0}
        ax.text(at[0] - _HALF, at[1] - _TALL, str(hop), ha="center", va="center", fontsize=7.5, fontweight="bold",
                color=theme.background, zorder=6, bbox=disc)  # fmt: skip


def _size(text: str) -> float:
    """Smaller for what would fill its box, capitals being wider."""
    width = sum(1.25 if mark.isupper() or mark == "_" else 1.0 for mark in text)
    return (SMALL - 1) * min(1.0, 20 / max(width, 1))


def _heads(ax: Axes, graph: nx.DiGraph, places: Mapping[str, Point], theme: Theme) -> None:
    """Names of the columns, and limits around all of it."""
    heads = [head for head, column in zip(_HEADS, _columns(graph), strict=True) if column]
    for n, head in enumerate(heads):
        ax.text(n * _APART, -0.25, head, ha="center", va="bottom", fontsize=BODY, fontweight="bold", color=theme.muted)
    bottom = max((y for _, y in places.values()), default=0.0)
    ax.set_xlim(-_HALF - 0.1, max(len(heads) - 1, 0) * _APART + _HALF + 0.1)
    ax.set_ylim(bottom + 0.8, -0.7)


def _handles(theme: Theme, hops: Mapping[str, int]) -> list[Line2D]:
    if not hops:
        return []
    return [
        Line2D([], [], color=theme.harm, linewidth=2.0, label="led to, with no clock"),
        Line2D([], [], color=theme.muted, alpha=0.4, linewidth=1.2, label="other access"),
        Line2D([], [], color=theme.harm, linewidth=1.8, linestyle=(0, (4, 1.6)), label="secret opens role"),
    ]
