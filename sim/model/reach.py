"""What a credential can lead to when there is no clock: from one role, or from every role of a large estate at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.inputs.estate import Estate
from sim.inputs.schema import Scenario
from sim.model.closure import Closure
from sim.model.compressed import Compressed, Ints
from sim.model.graph import Edge, attack_edges
from sim.model.nodes import Node, model

if TYPE_CHECKING:  # loaded where a graph is made: no comparison needs one
    import networkx as nx

    from sim.model.credentials import Plan
    from sim.model.world import World


class Reach:
    """What a credential of a role can lead to with no clock, under standing issuance or not.

    The walk is over nodes (role), (resource, level) and (secret): writing includes reading, administering includes
    both; a task-scoped credential reaches only the resources of its task, and steps into no other role.
    """

    def __init__(self, edges: Sequence[Edge], secret_roles: Sequence[int], standing: bool) -> None:
        """Take edges as in World.edges, and the role that each secret opens."""
        self._nodes, sources, targets = model(edges, secret_roles, standing)
        self._arrays = Compressed(sources, targets, self._nodes.count)
        self._known: dict[tuple[int, frozenset[int] | None], frozenset[int]] = {}

    def resources(self, role: int, scope: frozenset[int] | None) -> frozenset[int]:
        """Ids of the resources that a credential of a role leads to; scope: its task's resources, None: role scope."""
        key = (role, scope)
        if key not in self._known:
            seen = np.flatnonzero(self._arrays.reached(self._starts(role, scope)))
            self._known[key] = frozenset(self._nodes.resource(seen).tolist()) - {-1}
        return self._known[key]

    def sizes(self, roles: Iterable[int] | None = None) -> Ints:
        """How many resources a credential of each role leads to: all roles at once, in bounded memory.

        Args:
            roles: whose; None: all, from 0 to the highest that an edge or a secret names.
        """
        return self.weights(np.ones(self._nodes.resources, np.int64), roles)

    def weights(self, sensitivities: Sequence[int] | Ints, roles: Iterable[int] | None = None) -> Ints:
        """Sum of the weights of the resources that a credential of each role leads to.

        Args:
            sensitivities: weight of each resource, whole numbers from 0.
            roles: as for `sizes`.

        Raises:
            ValueError: a weight is missing, or is below 0.
        """
        each = np.asarray(sensitivities, np.int64)
        if len(each) < self._nodes.resources or each.min(initial=0) < 0:
            raise ValueError("every resource takes a weight from 0")
        wanted = np.arange(self._nodes.roles) if roles is None else np.fromiter(roles, np.int64)
        known = wanted < self._nodes.roles
        sums = np.zeros(len(wanted), np.int64)
        sums[known] = self._closure.sums(each)[wanted[known]]
        return sums

    def hops(self, role: int) -> dict[Node, int]:
        """Fewest hops from a role to every node it leads to, itself included.

        Opening a secret that was read, and reading what one may write, are no hops.
        """
        far = self._far(role)
        return {self._nodes.name(n): int(far[n]) for n in np.flatnonzero(far >= 0).tolist()} or {("role", role): 0}

    def steps(self, role: int) -> list[tuple[Node, Node]]:
        """Edges of the model on ways of fewest hops from a role, free ones included."""
        far, a, b = self._far(role), self._arrays.sources, self._arrays.targets
        if not len(far):
            return []
        hop = np.where(self._nodes.free(a, b), 0, 1)
        on = (far[a] >= 0) & (far[b] == far[a] + hop)
        return [(self._nodes.name(x), self._nodes.name(y)) for x, y in zip(a[on].tolist(), b[on].tolist(), strict=True)]

    def graph(self) -> nx.DiGraph:
        """The model as a networkx graph, with `hops` (0 or 1) on its edges."""
        import networkx as nx

        a, b = self._arrays.sources, self._arrays.targets
        hop = np.where(self._nodes.free(a, b), 0, 1)
        name = self._nodes.name
        graph: nx.DiGraph = nx.DiGraph()
        for x, y, far in zip(a.tolist(), b.tolist(), hop.tolist(), strict=True):
            graph.add_edge(name(x), name(y), hops=far)
        return graph

    @cached_property
    def _closure(self) -> Closure:
        marks = self._nodes.resource(np.arange(self._nodes.count))
        return Closure(self._arrays, marks, asked=np.arange(self._nodes.roles))

    def _far(self, role: int) -> Ints:
        if role >= self._nodes.roles:
            return np.zeros(0, np.int64)
        return self._arrays.hops(role, self._nodes.free(self._arrays.sources, self._arrays.targets))

    def _starts(self, role: int, scope: frozenset[int] | None) -> Ints:
        if role >= self._nodes.roles:
            return np.zeros(0, np.int64)
        start = np.array([role])
        if scope is None:
            return start
        after = self._arrays.after(start)
        return after[np.isin(self._nodes.resource(after), list(scope))]


def under(world: World, plan: Plan) -> Reach:
    """What credentials lead to under a strategy, which decides whether managed secrets lie where they are stored."""
    lying = [e for e in world.edges if e.relation != "stores" or e.target not in plan.absent]
    return Reach(lying, world.secret_roles, True)


def of_estate(estate: Estate, standing: bool = True) -> Reach:
    """The reach of the roles of an estate, which have their numbers by their order in the file."""
    numbers = {name: n for n, name in enumerate(estate.roles)}
    opens = [numbers[secret.opens] for secret in estate.secrets.values()]
    return Reach(attack_edges(estate), opens, standing)


def furthest(scenario: Scenario) -> str:
    """The role whose leaked credential leads to the most resources under standing issuance; of several the first."""
    roles = list(scenario.estate.roles)
    return roles[int(np.argmax(of_estate(scenario.estate).sizes(range(len(roles)))))]


def reach_of_role(scenario: Scenario, role: str, standing: bool = True) -> tuple[dict[str, int], set[tuple[str, str]]]:
    """What a leaked credential of a role leads to, with no clock.

    Returns:
        Node name → fewest hops to it (the role itself: 0), and the edges of the access graph on fewest-hop ways.

    Raises:
        KeyError: no such role.
    """
    estate = scenario.estate
    names = {"role": list(estate.roles), "resource": list(estate.resources), "secret": list(estate.secrets)}
    if role not in estate.roles:
        raise KeyError(role)
    start, reach = names["role"].index(role), of_estate(estate, standing)
    hops: dict[str, int] = {}
    for node, far in reach.hops(start).items():
        name = _named(names, node)
        hops[name] = min(far, hops.get(name, far))
    return hops, {(_named(names, a), _named(names, b)) for a, b in reach.steps(start) if a[:2] != b[:2]}


def _named(names: dict[str, list[str]], node: Node) -> str:
    return f"{node[0]}:{names[node[0]][node[1]]}"
