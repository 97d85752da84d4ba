"""How long tasks waited: exact as long as that is small, and never larger than some tens of megabytes."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Ticks = npt.NDArray[np.int64]
EXACT = 1 << 21
"""Different waits above 0 that are kept as they are, two million: 32 MiB, and thrice that for a moment."""
DIGITS = 11
"""Significant bits of each wait beyond that: what a quantile says is then too low by less than 1 part in 1,024."""


class Waits:
    """A multiset of waits. What it says depends on the waits alone, not on the pieces or the order they came in."""

    def __init__(self, exact: int = EXACT) -> None:
        self._exact, self._rounded = exact, False
        self._values = self._counts = np.zeros(0, np.int64)
        self._fresh: list[Ticks] = []
        self._many = self.total = self.count = 0

    def add(self, waits: Ticks) -> None:
        """Take in more waits, ticks of at least 0."""
        above = waits[waits > 0]
        self.count += len(waits)
        self.total += int(above.sum())
        self._fresh.append(above)
        self._many += len(above)
        if self._many >= self._exact:
            self._merge()

    def quantile(self, probability: float) -> int | None:
        """Inverse of the empirical distribution function, in ticks; None without waits.

        Exact up to `EXACT` different waits above 0; beyond, rounded down to `DIGITS` significant bits.
        """
        self._merge()
        if not self.count:
            return None
        # The rank as numpy's "inverted_cdf" has it, rounding of the product included; those of 0 come first.
        rank = max(math.ceil(self.count * probability - 1), 0) - (self.count - int(self._counts.sum()))
        if rank < 0:
            return 0
        return int(self._values[np.searchsorted(np.cumsum(self._counts), rank, "right")])

    def _merge(self) -> None:
        """Sort what is fresh into the rest; coarser once there are too many different waits."""
        if self._fresh:
            self._join(np.concatenate(self._fresh))
            self._fresh, self._many = [], 0
        # Once too many, always too many: so where the pieces end makes no difference.
        if not self._rounded and len(self._values) > self._exact:
            self._rounded = True
            self._values, self._counts = _distinct(_rounded(self._values), self._counts)

    def _join(self, fresh: Ticks) -> None:
        values, counts = np.unique(_rounded(fresh) if self._rounded else fresh, return_counts=True)
        if len(self._values):
            values, counts = np.concatenate((self._values, values)), np.concatenate((self._counts, counts))
            order = np.argsort(values, kind="stable")
            values, counts = _distinct(values[order], counts[order])
        self._values, self._counts = values, counts


def _distinct(values: Ticks, counts: Ticks) -> tuple[Ticks, Ticks]:
    """Ascending values, equal ones together."""
    first = np.flatnonzero(np.diff(values, prepend=values[0] - 1))
    return values[first], np.add.reduceat(counts, first)


def _rounded(ticks: Ticks) -> Ticks:
    """Down to so many significant bits; exponents are read off floats, exact enough as they are rounded down first."""
    shift = np.maximum(np.frexp((ticks >> 10).astype(np.float64))[1] + 10 - DIGITS, 0)
    coarse: Ticks = (ticks >> shift) << shift
    return coarse
