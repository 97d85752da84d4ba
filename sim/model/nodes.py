"""The nodes that an attacker's walk goes over, as numbers, and the hops between them, as arrays.

This states the model of reach once; arrays for large estates and the networkx graph are both made from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.model.compressed import Ints
from sim.model.graph import LEVELS, Edge

Node = tuple[Any, ...]
"""("role", id), ("resource", id, level) or ("secret", id)."""


@dataclass(frozen=True)
class Nodes:
    """Numbers of nodes: roles first, then the levels of resource 0, of resource 1…, then secrets."""

    roles: int
    resources: int
    secrets: int

    @property
    def count(self) -> int:
        """How many nodes there are."""
        return self.first_secret + self.secrets

    @property
    def first_secret(self) -> int:
        """Number of the first secret's node."""
        return self.roles + len(LEVELS) * self.resources

    def level(self, resource: Ints, level: Ints | int) -> Ints:
        """Nodes of levels of resources; level 1: reading."""
        return self.roles + len(LEVELS) * resource + level - 1

    def secret(self, secret: Ints) -> Ints:
        """Nodes of secrets."""
        return self.first_secret + secret

    def resource(self, nodes: Ints) -> Ints:
        """The resource that each node is a level of; -1: none."""
        within = (nodes >= self.roles) & (nodes < self.first_secret)
        return np.where(within, (nodes - self.roles) // len(LEVELS), -1)

    def free(self, sources: Ints, targets: Ints) -> npt.NDArray[np.bool_]:
        """Which edges are no hop: opening a secret that was read, reading what one may write, staying."""
        place = self.resource(sources)
        within = (place >= 0) & (place == self.resource(targets))
        found: npt.NDArray[np.bool_] = (sources >= self.first_secret) | within | (sources == targets)
        return found

    def name(self, number: int) -> Node:
        """A node as a person reads it."""
        if number < self.roles:
            return ("role", number)
        if number >= self.first_secret:
            return ("secret", number - self.first_secret)
        resource, level = divmod(number - self.roles, len(LEVELS))
        return ("resource", resource, level + 1)


def model(edges: Sequence[Edge], secret_roles: Sequence[int], standing: bool) -> tuple[Nodes, Ints, Ints]:
    """The nodes, and where each edge of the model begins and ends; some edges may come more than once.

    Args:
        edges: the attacker's hops, in any order; ids may have gaps.
        secret_roles: the role that each secret opens.
        standing: managed secrets lie where they are stored.
    """
    source, target, level = (_column(edges, name) for name in ("source", "target", "level"))
    kind = np.array([edge.relation for edge in edges], "U7")
    can, stores = kind == "can", kind == "stores"
    into = ~can & ~stores
    there = stores if standing else stores & ~_column(edges, "managed").astype(np.bool_)
    opens = np.array(secret_roles, np.int64)
    nodes = Nodes(
        roles=_above(source[can | into], target[into], opens),
        resources=_above(target[can], source[there]),
        secrets=_above(target[there], np.arange(len(opens))),
    )
    places = np.unique(np.concatenate([target[can], source[there]]))
    pairs = [
        (source[can], nodes.level(target[can], level[can])),
        (nodes.level(source[there], level[there]), nodes.secret(target[there])),
        (source[into], target[into]),
        (nodes.secret(np.arange(len(opens))), opens),
        *((nodes.level(places, n), nodes.level(places, n - 1)) for n in range(2, len(LEVELS) + 1)),
    ]
    return nodes, np.concatenate([a for a, _ in pairs]), np.concatenate([b for _, b in pairs])


def _column(edges: Sequence[Edge], name: str) -> Ints:
    return np.fromiter(map(attrgetter(name), edges), np.int64, len(edges))


def _above(*ids: Ints) -> int:
    """The lowest number above all ids, which are 0 or more."""
    return 1 + max(int(each.max(initial=-1)) for each in ids)
