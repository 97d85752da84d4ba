"""A directed graph in compressed rows: as much as searches in large graphs need, and nothing else of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


class Compressed:
    """A directed graph over the nodes 0 … nodes - 1; parallel edges count once, self-loops change nothing.

    Attributes:
        nodes: number of nodes.
        sources, targets: int64, one entry per edge, ordered by source, then target.
        starts: int64, nodes + 1 entries: node n's edges are starts[n] … starts[n + 1].
    """

    def __init__(self, sources: Ints, targets: Ints, nodes: int) -> None:
        """Take edges in any order; sources and targets are node numbers below `nodes`, of the same length."""
        self.nodes = nodes
        keys = distinct(sources * nodes + targets)
        self.sources, self.targets = np.divmod(keys, max(nodes, 1))
        self.starts = np.zeros(nodes + 1, np.int64)
        np.cumsum(np.bincount(self.sources, minlength=nodes), out=self.starts[1:])

    def after(self, nodes: Ints) -> Ints:
        """Targets of all edges that start at the nodes, as often as there are edges."""
        first = self.starts[nodes]
        many = self.starts[nodes + 1] - first
        ends = np.cumsum(many)
        places = np.repeat(first - ends + many, many) + np.arange(ends[-1] if len(ends) else 0)
        found: Ints = self.targets[places]
        return found

    def components(self) -> tuple[int, Ints]:
        """Number of strongly connected components, and the one that each node is in."""
        from scipy.sparse.csgraph import connected_components

        if not self.nodes:
            return 0, np.zeros(0, np.int64)
        count, labels = connected_components(self._matrix(), directed=True, connection="strong")
        return int(count), labels.astype(np.int64)

    def joined(self, groups: int, group: Ints) -> tuple[Ints, Ints]:
        """(Sources, targets) of the edges between groups of nodes, each once; group: the one that each node is in."""
        sources, targets = group[self.sources], group[self.targets]
        found = np.divmod(distinct((sources * groups + targets)[sources != targets]), max(groups, 1))
        return found[0], found[1]

    def reached(self, starts: Ints) -> npt.NDArray[np.bool_]:
        """Which nodes can be reached from any of the starts, the starts among them: one bool per node."""
        from scipy.sparse.csgraph import breadth_first_order

        seen = np.zeros(self.nodes, np.bool_)
        matrix = self._matrix() if len(starts) else None
        for start in starts.tolist():
            if not seen[start]:
                seen[breadth_first_order(matrix, start, directed=True, return_predecessors=False)] = True
        return seen

    def hops(self, start: int, free: npt.NDArray[np.bool_]) -> Ints:
        """Fewest hops from the start to every node, -1 where none leads; `free` says which edges are no hop.

        scipy would take a length of 0 for no edge in places, so a hop is as long as more free edges than there are.
        """
        from scipy.sparse.csgraph import dijkstra

        hop = self.nodes + 1
        far = dijkstra(self._matrix(np.where(free, 1.0, float(hop))), directed=True, indices=start)
        return np.where(np.isfinite(far), np.nan_to_num(far, posinf=0.0) // hop, -1).astype(np.int64)

    def turned(self) -> Ints:
        """All nodes of a graph without cycles, each one after everything that its edges lead to.

        Raises:
            ValueError: the graph has a cycle.
        """
        left = np.bincount(self.targets, minlength=self.nodes)
        front = np.flatnonzero(left == 0)
        layers = [front]
        while len(front):
            found, times = np.unique(self.after(front), return_counts=True)
            left[found] -= times
            front = found[left[found] == 0]
            layers.append(front)
        order = np.concatenate(layers)[::-1]
        if len(order) < self.nodes:
            raise ValueError("the graph has a cycle")
        return order

    def _matrix(self, lengths: npt.NDArray[np.float64] | None = None) -> Any:
        from scipy.sparse import csr_array

        data = np.ones(len(self.targets)) if lengths is None else lengths
        return csr_array((data, self.targets, self.starts), shape=(self.nodes, self.nodes))


def distinct(keys: Ints) -> Ints:
    """The different ones among the keys, in ascending order."""
    ordered = np.sort(keys)
    first = np.ones(len(keys), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    found: Ints = ordered[first]
    return found
