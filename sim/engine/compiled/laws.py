"""Laws as rows of numbers, and the value of a row at a uniform number."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core import quantiles
from sim.core.laws import Law
from sim.core.quantiles import Family
from sim.engine.compiled.jit import hot, rare

LAW = np.dtype(
    [
        ("family", "i4"),
        ("parts", "i4"),
        ("start", "i4"),
        ("count", "i4"),
        ("numbers", "f8", (4,)),
        ("low", "f8"),
        ("high", "f8"),
        ("constant", "i8"),
    ],
    align=True,
)
"""`parts`: first row of a mixture's parts; `start`, `count`: its tables in the array of numbers, each `count` long;
`constant`: its ticks if they do not depend on the draw, else -1."""

(
    CONSTANT,
    LOGNORMAL,
    EXPONENTIAL,
    WEIBULL,
    UNIFORM,
    TRIANGULAR,
    GAMMA,
    BETA,
    GEOMETRIC,
    COUNTS,
    EMPIRICAL,
    MIXTURE,
) = (family.value for family in Family)


class LawTable:
    """Collects laws as rows; the same law twice is one row."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self._numbers: list[float] = []
        self._known: dict[int, int] = {}
        self._kept: list[Law] = []

    def add(self, law: Law | None) -> int:
        """The row of a law; -1: of none."""
        if law is None:
            return -1
        if id(law) not in self._known:
            self._kept.append(law)  # or another one could take its identity
            self._known[id(law)] = self._append([law])
        return self._known[id(law)]

    def _append(self, laws: list[Law]) -> int:
        first = len(self._rows)
        self._rows += [()] * len(laws)
        for row, law in enumerate(laws, first):
            shape = law.shape
            start = len(self._numbers)
            for table in shape.tables:
                self._numbers += table
            count = len(shape.tables[0]) if shape.tables else 0
            parts = self._append([_within(part, law) for part in shape.parts]) if shape.parts else -1
            numbers = (*shape.numbers, 0.0, 0.0, 0.0, 0.0)[:4]
            constant = law.fixed if law.constant else -1
            self._rows[row] = (shape.family.value, parts, start, count, numbers, law.low, law.high, constant)
        return first

    def arrays(self) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64]]:
        """Rows (LAW) and the numbers of their tables."""
        return np.array(self._rows, LAW), np.array(self._numbers, np.float64)


def _within(part: Law, whole: Law) -> Law:
    """A part of a mixture that is cut as the mixture is, after it was cut as itself."""
    low, high = (min(max(bound, whole.low), whole.high) for bound in (part.low, part.high))
    return Law(part.shape, low, high)


@hot
def value(sim: Any, number: int, u: float) -> float:
    """sim.core.laws.Law.value of the law in row `number`."""
    law = sim.laws[number]
    if law.family == EXPONENTIAL:
        return _cut(law, quantiles.exponential(u, law.numbers[0]))
    return _value(sim, number, u)


@rare
def _value(sim: Any, number: int, u: float) -> float:
    law = sim.laws[number]
    while law.family == MIXTURE:
        edges = sim.numbers[law.start : law.start + law.count]
        part = quantiles.part_of(u, edges)
        u = quantiles.rest_of(u, edges[part], edges[part + 1])
        law = sim.laws[law.parts + part]
    return _cut(law, _uncut(sim, law, u))


@hot
def _cut(law: Any, at: float) -> float:
    return law.low if at < law.low else law.high if at > law.high else at


@hot
def _uncut(sim: Any, law: Any, u: float) -> float:
    family, n, numbers = law.family, law.numbers, sim.numbers
    if family == CONSTANT:
        return n[0]
    if family == LOGNORMAL:
        return quantiles.lognormal(u, n[0], n[1])
    if family == EXPONENTIAL:
        return quantiles.exponential(u, n[0])
    if family == WEIBULL:
        return quantiles.weibull(u, n[0], n[1])
    if family == UNIFORM:
        return quantiles.uniform(u, n[0], n[1])
    if family == TRIANGULAR:
        return quantiles.triangular(u, n[0], n[1], n[2])
    if family == GAMMA:
        return quantiles.gamma(u, n[0], n[1])
    if family == BETA:
        return quantiles.beta(u, n[0], n[1], n[2], n[3])
    if family == GEOMETRIC:
        return quantiles.geometric(u, n[0])
    start, count = law.start, law.count
    if family == COUNTS:
        return quantiles.counts(u, numbers[start : start + count])
    return quantiles.empirical(u, numbers[start : start + count], numbers[start + count : start + 2 * count])


@hot
def ticks(sim: Any, number: int, u: float) -> int:
    """sim.core.laws.Law.ticks of the law in row `number`."""
    return int(value(sim, number, u) + 0.5)  # no value is negative


@hot
def constant(sim: Any, number: int) -> int:
    """The law's ticks if they are the same whatever is drawn, else -1."""
    return int(sim.laws[number].constant)
