"""The access graph: who may call what, as which role, reaching which resource, finding which secrets.

`access_graph` is the graph people look at; `attack_edges` are the hops an attacker takes; `Reach` answers what a
credential can lead to when there is no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import networkx as nx

from sim.inputs.estate import Estate
from sim.inputs.schema import Scenario

LEVELS = ("read", "write", "admin")
Relation = Literal["can", "stores", "assumes", "mints"]


@dataclass(frozen=True)
class Edge:
    """A hop of an attacker; its id is its place in World.edges.

    Attributes:
        relation: can (role → resource), stores (resource → secret), assumes or mints (role → role).
        source, target: ids of role, resource or secret, as the relation says.
        level: 1 read, 2 write, 3 admin: what `can` grants, or what reading the secret takes; else 0.
        managed: the secret lies there under standing issuance only.
    """

    id: int
    relation: Relation
    source: int
    target: int
    level: int = 0
    managed: bool = False


def attack_edges(estate: Estate) -> tuple[Edge, ...]:
    """All hops, in the order of the file."""
    resource = {name: n for n, name in enumerate(estate.resources)}
    role = {name: n for n, name in enumerate(estate.roles)}
    secret = {name: n for n, name in enumerate(estate.secrets)}
    found: list[tuple[Relation, int, int, int, bool]] = []
    for name, row in estate.roles.items():
        found += [("can", role[name], resource[to], LEVELS.index(level) + 1, False) for to, level in row.can.items()]
        found += [("assumes", role[name], role[to], 0, False) for to in row.assumes]
        found += [("mints", role[name], role[to], 0, False) for to in row.mints]
    for name, place in estate.resources.items():
        for held in place.stores:
            kept = estate.secrets[held]
            found.append(("stores", resource[name], secret[held], LEVELS.index(kept.readable_with) + 1, kept.managed))
    return tuple(Edge(n, *parts) for n, parts in enumerate(found))


class Reach:
    """What a credential of a role can lead to with no clock, under standing issuance or not.

    The walk is over nodes (role), (resource, level) and (secret): writing includes reading, administering includes
    both; a task-scoped credential reaches only the resources of its task, and steps into no other role.
    """

    def __init__(self, edges: tuple[Edge, ...], secret_roles: tuple[int, ...], standing: bool) -> None:
        self._edges = edges
        self._graph: nx.DiGraph = nx.DiGraph()
        self._known: dict[tuple[int, frozenset[int] | None], frozenset[int]] = {}
        for edge in edges:
            if edge.relation == "can":
                self._graph.add_edge(("role", edge.source), ("resource", edge.target, edge.level))
            elif edge.relation == "stores":
                if standing or not edge.managed:
                    self._graph.add_edge(("resource", edge.source, edge.level), ("secret", edge.target))
            else:
                self._graph.add_edge(("role", edge.source), ("role", edge.target))
        for secret, role in enumerate(secret_roles):
            self._graph.add_edge(("secret", secret), ("role", role))
        for place in {node[1] for node in list(self._graph) if node[0] == "resource"}:
            self._graph.add_edge(("resource", place, 3), ("resource", place, 2))
            self._graph.add_edge(("resource", place, 2), ("resource", place, 1))

    def resources(self, role: int, scope: frozenset[int] | None) -> frozenset[int]:
        """Ids of the resources that a credential of a role leads to; scope: its task's resources, None: role scope."""
        key = (role, scope)
        if key not in self._known:
            self._known[key] = frozenset(
                node[1]
                for start in self._starts(role, scope)
                if start in self._graph
                for node in (start, *nx.descendants(self._graph, start))
                if node[0] == "resource"
            )
        return self._known[key]

    def hop_graph(self) -> nx.DiGraph:
        """The graph with `hops` on its edges; opening a secret and reading what one may write take none."""
        graph = self._graph.copy()
        for a, b, data in graph.edges(data=True):
            data["hops"] = 0 if a[0] == "secret" or a[:2] == b[:2] else 1
        return graph

    def _starts(self, role: int, scope: frozenset[int] | None) -> list[tuple[Any, ...]]:
        if scope is None:
            return [("role", role)]
        return [
            ("resource", edge.target, edge.level)
            for edge in self._edges
            if edge.relation == "can" and edge.source == role and edge.target in scope
        ]


def access_graph(scenario: Scenario) -> nx.DiGraph:
    """The graph of a scenario for drawing and export. Nodes are named `kind:name`, with plain attributes."""
    graph: nx.DiGraph = nx.DiGraph(name=scenario.title)
    estate = scenario.estate
    _nodes(graph, scenario)
    for name, population in scenario.agents.items():
        for tool in _tools_of(scenario, list(population.tasks)):
            graph.add_edge(f"agent:{name}", f"tool:{tool}", relation="calls")
    for name, tool_row in estate.tools.items():
        graph.add_edge(f"tool:{name}", f"role:{tool_row.uses}", relation="uses")
    for name, role in estate.roles.items():
        for to, level in role.can.items():
            graph.add_edge(f"role:{name}", f"resource:{to}", relation="can", level=level)
        for relation, others in (("assumes", role.assumes), ("mints", role.mints)):
            for to in others:
                graph.add_edge(f"role:{name}", f"role:{to}", relation=relation)
    for name, resource in estate.resources.items():
        for held in resource.stores:
            graph.add_edge(f"resource:{name}", f"secret:{held}", relation="stores")
    for name, secret in estate.secrets.items():
        graph.add_edge(f"secret:{name}", f"role:{secret.opens}", relation="opens")
    return graph


def _nodes(graph: nx.DiGraph, scenario: Scenario) -> None:
    estate = scenario.estate
    for name, population in scenario.agents.items():
        graph.add_node(f"agent:{name}", kind="agent", label=name, title=population.title, count=population.count)
    for name, tool in estate.tools.items():
        graph.add_node(f"tool:{name}", kind="tool", label=name, title=tool.title)
    for name, role in estate.roles.items():
        graph.add_node(f"role:{name}", kind="role", label=name, title=role.title)
    for name, resource in estate.resources.items():
        graph.add_node(
            f"resource:{name}",
            kind="resource",
            label=name,
            title=resource.title,
            sensitivity=resource.sensitivity,
            environment=resource.environment,
            untrusted_content=resource.untrusted_content,
            labels=",".join(resource.labels),
        )
    for name, secret in estate.secrets.items():
        graph.add_node(
            f"secret:{name}",
            kind="secret",
            label=name,
            title=secret.title,
            readable_with=secret.readable_with,
            managed=secret.managed,
        )


def _tools_of(scenario: Scenario, kinds: list[str]) -> list[str]:
    tools: dict[str, None] = {}
    for name in kinds:
        kind = scenario.tasks[name]
        if kind.markov:
            tools |= dict.fromkeys(kind.markov.start)
            for row in kind.markov.then.values():
                tools |= dict.fromkeys(row)
        tools |= dict.fromkeys(kind.steps or ())
    return list(tools)


def reach_of_role(scenario: Scenario, role: str, standing: bool = True) -> tuple[dict[str, int], set[tuple[str, str]]]:
    """What a leaked credential of a role leads to, with no clock.

    Returns:
        Node name → fewest hops to it (the role itself: 0), and the edges of the access graph on fewest-hop ways.

    Raises:
        KeyError: no such role.
    """
    estate = scenario.estate
    start = ("role", list(estate.roles).index(role)) if role in estate.roles else None
    if start is None:
        raise KeyError(role)
    edges = attack_edges(estate)
    roles = list(estate.roles)
    opens = tuple(roles.index(secret.opens) for secret in estate.secrets.values())
    graph = Reach(edges, opens, standing).hop_graph()
    graph.add_node(start)
    before, distance = nx.dijkstra_predecessor_and_distance(graph, start, weight="hops")
    names = {"role": roles, "resource": list(estate.resources), "secret": list(estate.secrets)}
    hops: dict[str, int] = {}
    for node, far in distance.items():
        name = f"{node[0]}:{names[node[0]][node[1]]}"
        hops[name] = min(far, hops.get(name, far))
    steps = {
        (f"{a[0]}:{names[a[0]][a[1]]}", f"{b[0]}:{names[b[0]][b[1]]}")
        for b, sources in before.items()
        for a in sources
        if a[:2] != b[:2]
    }
    return hops, steps
