"""The access graph with when intruders first came where: plain data, small enough to be drawn and to be saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.inputs.schema import Scenario
from sim.model.graph import access_graph
from sim.outputs import words

if TYPE_CHECKING:
    import networkx as nx

MOST = 26
"""Nodes of one kind that are drawn; of more, those that intruders came to first."""


@dataclass(frozen=True)
class Spot:
    """A node of the access graph.

    Attributes:
        name: `kind:name`.
        sensitivity: of a resource; else 0.
        first_hours: from the leak to the earliest arrival that was seen; None: nobody came here.
    """

    name: str
    kind: str
    label: str
    sensitivity: int = 0
    first_hours: float | None = None


@dataclass(frozen=True)
class EstateMap:
    """An access graph under one strategy.

    Attributes:
        edges: pairs of names.
        resources, came_to: how many resources there are, and to how many somebody came.
        note: what was left out; empty: nothing.
    """

    strategy: str
    spots: tuple[Spot, ...]
    edges: tuple[tuple[str, str], ...]
    resources: int
    came_to: int
    note: str = ""

    def graph(self) -> nx.DiGraph:
        """The graph as it is drawn."""
        import networkx as nx

        graph: nx.DiGraph = nx.DiGraph()
        for spot in self.spots:
            about: dict[str, Any] = {"kind": spot.kind, "label": spot.label}
            graph.add_node(spot.name, **about, **({"sensitivity": spot.sensitivity} if spot.sensitivity else {}))
        graph.add_edges_from(self.edges)
        return graph

    def arrivals(self) -> dict[str, float]:
        """Node → hours from the leak to the earliest arrival."""
        return {spot.name: spot.first_hours for spot in self.spots if spot.first_hours is not None}


def estate_map(scenario: Scenario, strategy: str, first_hours: Mapping[str, float]) -> EstateMap:
    """The map of a scenario.

    Args:
        first_hours: `kind:name` of a resource, role or secret → hours from the leak to the earliest arrival.
    """
    graph = access_graph(scenario)
    kept, notes = list[str](), list[str]()
    for kind in ("agent", "tool", "role", "resource", "secret"):
        names = sorted(node for node, its in graph.nodes(data="kind") if its == kind)
        chosen = sorted(names, key=lambda name: (first_hours.get(name, float("inf")), name))[:MOST]
        kept += [name for name in names if name in set(chosen)]
        if len(names) > MOST:
            notes.append(f"{MOST} of {words.counted(len(names), kind)}")
    there = set(kept)
    edges = sorted((a, b) for a, b in graph.edges if a in there and b in there)
    nodes = graph.nodes
    spots = tuple(
        Spot(name, nodes[name]["kind"], nodes[name]["label"], nodes[name].get("sensitivity", 0), first_hours.get(name))
        for name in kept
    )
    of = [name for name, its in graph.nodes(data="kind") if its == "resource"]
    came = sum(name in first_hours for name in of)
    return EstateMap(strategy, spots, tuple(edges), len(of), came, ", ".join(notes))
