"""A chunk of the log with what several metrics ask of it found once, so that a row costs a few nanoseconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.events import Event, Flag

Rows = npt.NDArray[Any]
Table = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
KINDS = 1 << max(Event).bit_length()
TOLD_APART = 2 * Flag.PASSED - 1
"""The flags that sorts tell apart; what is said of objectives is looked for where there is any of it."""
SORTS = (TOLD_APART + 1) * KINDS
"""A row's sort is kind + KINDS * flags: what decides for most metrics whether they are about it."""


def table(wanted: Callable[[int, int], bool]) -> Table:
    """Which sorts of row are wanted, by kind and flags."""
    return np.array([wanted(sort % KINDS, sort // KINDS) for sort in range(SORTS)])


class Chunk:
    """Rows of core.events.LOG, grouped by kind once.

    Attributes:
        counts: how many rows there are of each sort, up to the last that there is of any.
    """

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        kinds = rows["kind"].astype(np.uint8)
        self._sorts = (rows["flags"] & TOLD_APART).astype(np.intp)
        self._sorts *= KINDS
        self._sorts += kinds
        # Flags that few scenarios have are the highest, so that their sorts cost nothing elsewhere.
        kinds_of_flags = -(-(int(self._sorts.max(initial=0)) + 1) // KINDS)
        self.counts = np.bincount(self._sorts, minlength=KINDS * kinds_of_flags)
        self._order = np.argsort(kinds, kind="stable")  # for bytes a radix sort: cheaper than a look for each kind
        ends = np.cumsum(self.counts.reshape(-1, KINDS).sum(axis=0))
        self._ends = [0, *ends.tolist()]

    def of(self, kind: int) -> Rows:
        """The rows of a kind, in order."""
        return self.rows.take(self._places(kind))

    def those(self, wanted: Table) -> Rows:
        """The rows of the wanted sorts, in order."""
        return self.rows.take(self.places(wanted))

    def places(self, wanted: Table) -> Places:
        """Where the rows of the wanted sorts stand, rising."""
        # Few kinds have rows that are wanted, and few rows have most kinds.
        here = wanted[: len(self.counts)] & (self.counts > 0)
        kinds = np.flatnonzero(np.any(here.reshape(-1, KINDS), axis=0)).tolist()
        if not kinds:
            return self._order[:0]
        places = np.concatenate([self._places(kind) for kind in kinds])
        places = places[wanted.take(self._sorts.take(places))]
        if len(kinds) > 1:
            places.sort()
        return places

    def _places(self, kind: int) -> Places:
        return self._order[self._ends[kind] : self._ends[kind + 1]]
