"""The access graph: who may call what, as which role, reaching which resource, finding which secrets.

`access_graph` is the graph people look at; `attack_edges` are the hops an attacker takes. What these lead to when there
is no clock is in `reach`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sim.inputs.delegation import handed_on, running
from sim.inputs.estate import Estate
from sim.inputs.schema import Scenario

if TYPE_CHECKING:  # loaded where a graph is made: no comparison needs one
    import networkx as nx

LEVELS = ("read", "write", "admin")
Relation = Literal["can", "stores", "assumes", "mints"]


@dataclass(frozen=True, slots=True)
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


def access_graph(scenario: Scenario) -> nx.DiGraph:
    """The graph of a scenario for drawing and export. Nodes are named `kind:name`, with plain attributes."""
    import networkx as nx

    graph: nx.DiGraph = nx.DiGraph(name=scenario.title)
    estate = scenario.estate
    kinds = running(scenario)
    _nodes(graph, scenario)
    for name, population in scenario.agents.items():
        for tool in dict.fromkeys((*_tools_of(scenario, list(kinds[name])), *population.also_calls)):
            graph.add_edge(f"agent:{name}", f"tool:{tool}", relation="calls")
        for to in dict.fromkeys(to for kind in kinds[name] for to, _ in handed_on(scenario, scenario.tasks[kind])):
            graph.add_edge(f"agent:{name}", f"agent:{to}", relation="delegates")
    for name, tool_row in estate.tools.items():
        graph.add_edge(f"tool:{name}", f"role:{tool_row.uses}", relation="uses")
        for after in tool_row.calls:
            graph.add_edge(f"tool:{name}", f"tool:{after}", relation="calls")
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
