"""What every node of a large graph leads to, all nodes at once: sets of marks as rows of bits.

Nodes that lead to each other lead to the same, so each strongly connected component has one row, and what a row holds
is its own marks and the rows of all components after it. The marks are taken in blocks, so that memory is bounded
whatever the number of marks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.model.compressed import Compressed, Ints, distinct

Bits = npt.NDArray[np.uint64]
MEMORY = 1 << 27
"""Bytes that a block of rows takes, at most; no less than one word per row, though."""
PEELED = 3
"""Times that what needs no row is taken off; more would be as right, and helps only where long chains end."""


class Closure:
    """Sets of marks that nodes of a graph lead to. A mark is a number; a node has one, or none (-1)."""

    def __init__(self, graph: Compressed, marks: Ints, asked: Ints, memory: int = MEMORY) -> None:
        """Find components, and the order in which their rows can be filled.

        Args:
            graph: whose nodes they are.
            marks: of each node, -1: none.
            asked: the nodes whose sets are wanted.
            memory: bytes that a block of rows may take.
        """
        self._memory = memory
        self._marks = max(1, int(marks.max(initial=-1)) + 1)
        count, label = graph.components()
        marked = marks >= 0
        held = distinct(label[marked] * self._marks + marks[marked])
        wanted = np.zeros(count, np.bool_)
        wanted[label[asked]] = True
        sources, targets, held = self._peeled(*graph.joined(count, label), held, wanted)
        has_row = wanted.copy()
        has_row[sources] = has_row[targets] = True
        place, rows = np.cumsum(has_row) - 1, int(has_row.sum())
        order = Compressed(place[sources], place[targets], rows).turned()
        place[has_row] = np.argsort(order)[place[has_row]]
        self._after = Compressed(place[sources], place[targets], rows)
        component, mark = np.divmod(held, self._marks)
        kept = has_row[component]
        self._held = np.sort(place[component[kept]] * self._marks + mark[kept])
        self._asked, self._rows = np.unique(place[label[asked]], return_inverse=True)

    def _peeled(
        self, sources: Ints, targets: Ints, held: Ints, wanted: npt.NDArray[np.bool_]
    ) -> tuple[Ints, Ints, Ints]:
        """Edges and marks without edges to ends that hold one mark at most, and without beginnings nobody asks for.

        Whoever leads to such an end gets its mark: most resources are such ends, and adding one mark is much less work
        than adding a row to a row.
        """
        count = len(wanted)
        for _ in range(PEELED):
            rows, marks = np.divmod(held, self._marks)
            end = (np.bincount(sources, minlength=count) == 0) & (np.bincount(rows, minlength=count) <= 1)
            beginning = (np.bincount(targets, minlength=count) == 0) & ~wanted
            only = np.full(count, -1)
            only[rows] = marks
            off = end[targets] & (only[targets] >= 0)
            held = distinct(np.concatenate([held, sources[off] * self._marks + only[targets[off]]]))
            stays = ~(end[targets] | beginning[sources])
            sources, targets = sources[stays], targets[stays]
        return sources, targets, held

    def sums(self, weights: Ints) -> Ints:
        """Sum of the weights of the marks that each node that was asked for leads to.

        Args:
            weights: of each mark, whole numbers from 0; sums are exact.
        """
        total = np.zeros(len(self._asked), np.int64)
        for first, bits in self._blocks():
            here = weights[first : first + 64 * bits.shape[1]]
            for power in range(int(here.max(initial=0)).bit_length()):
                total += _ones(bits, self._asked, _words(here >> power & 1, bits.shape[1])) << power
        return total[self._rows]

    def _blocks(self) -> Iterator[tuple[int, Bits]]:
        """(First mark, one row of bits per component), block after block; each is overwritten by the next."""
        rows = self._after.nodes
        words = -(-self._marks // 64)
        wide = min(words, max(1, self._memory // (8 * max(rows, 1))))
        row, mark = np.divmod(self._held, self._marks)
        bits = np.empty((rows, wide), np.uint64)
        for first in range(0, words, wide):
            bits.fill(0)
            here = (mark >= 64 * first) & (mark < 64 * (first + wide))
            _set(bits, row[here], mark[here] - 64 * first)
            self._fill(bits)
            yield 64 * first, bits

    def _fill(self, bits: Bits) -> None:
        """Add to every row those it leads to, in the order of rows: what a row leads to has lower numbers."""
        starts, after = self._after.starts.tolist(), self._after.targets
        for row in np.flatnonzero(np.diff(self._after.starts)).tolist():
            begin, end = starts[row], starts[row + 1]
            found = bits[after[begin]] if end == begin + 1 else np.bitwise_or.reduce(bits[after[begin:end]], axis=0)
            bits[row] |= found


def _set(bits: Bits, row: Ints, mark: Ints) -> None:
    """Set bits; rows and marks come in ascending order, none of them twice."""
    if len(row):
        word = row * bits.shape[1] + mark // 64
        begins = np.flatnonzero(np.concatenate([[True], word[1:] != word[:-1]]))
        ones = np.left_shift(np.uint64(1), (mark % 64).astype(np.uint64))
        bits.reshape(-1)[word[begins]] = np.bitwise_or.reduceat(ones, begins)


def _words(chosen: Ints, words: int) -> Bits:
    """A row of bits: those that are 1 in `chosen`."""
    row: Bits = np.zeros(words, np.uint64)
    marks = np.flatnonzero(chosen)
    _set(row.reshape(1, words), np.zeros_like(marks), marks)
    return row


def _ones(bits: Bits, rows: Ints, mask: Bits) -> Ints:
    """How many bits of the rows are set, of those that the mask has; some rows at a time, so that copies stay small."""
    step = max(1, (1 << 18) // len(mask))
    total = np.zeros(len(rows), np.int64)
    for at in range(0, len(rows), step):
        total[at : at + step] = _counted(bits[rows[at : at + step]] & mask).sum(axis=1, dtype=np.int64)
    return total


def _counted(words: Bits) -> npt.NDArray[Any]:
    """How many bits of each word are set; before numpy 2.0 by adding neighbours."""
    if hasattr(np, "bitwise_count"):
        return np.bitwise_count(words)
    for shift, mask in ((1, 0x5555555555555555), (2, 0x3333333333333333), (4, 0x0F0F0F0F0F0F0F0F)):
        words = (words & np.uint64(mask)) + (words >> np.uint64(shift) & np.uint64(mask))
    return words * np.uint64(0x0101010101010101) >> np.uint64(56)
