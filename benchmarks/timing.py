"""Interleaved measurements: A B A B …, so that what slows the machine for a while slows every subject alike.

pyperf is not used: it starts fresh processes for each benchmark and measures one benchmark after the other, and what
is asked here is the ratio of two subjects, each of which takes seconds, within the same minutes of the same machine.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

Subject = Callable[[], object]
SHORTEST = 0.1
"""Seconds that a quick subject is repeated for, so that the clock and single hiccups do not count."""


@dataclass(frozen=True)
class Spread:
    """The median of some measurements, and the least and the greatest of them."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        """The spread of at least one value."""
        return cls(median(values), min(values), max(values))

    def each(self, change: Callable[[float], float]) -> Spread:
        """The spread of a monotone function of the values."""
        ends = sorted((change(self.low), change(self.high)))
        return Spread(change(self.middle), ends[0], ends[1])


@dataclass(frozen=True)
class Measured:
    """Seconds of each subject, round by round."""

    rounds: dict[str, list[float]]

    def seconds(self, name: str) -> Spread:
        """How long the subject took."""
        return Spread.of(self.rounds[name])

    def ratio(self, slow: str, fast: str) -> Spread:
        """How many times as long the one took as the other; the two of a round are compared with each other."""
        return Spread.of([a / b for a, b in zip(self.rounds[slow], self.rounds[fast], strict=True)])


def interleaved(subjects: Mapping[str, Subject], repeats: int, shortest: float = SHORTEST) -> Measured:
    """Time every subject once a round, after each has warmed up; one that is quicker than `shortest` runs in a loop."""
    loops = {name: _loops(subject, shortest) for name, subject in subjects.items()}
    rounds: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(repeats):
        for name, subject in subjects.items():
            rounds[name].append(_once(subject, loops[name]))
    return Measured(rounds)


def _loops(subject: Subject, shortest: float) -> int:
    if not shortest:
        return 1
    if _once(subject, 1) >= shortest:
        return 1
    return max(1, round(shortest / max(_once(subject, 1), 1e-6)))


def _once(subject: Subject, loops: int) -> float:
    gc.collect()
    began = time.perf_counter()
    for _ in range(loops):
        subject()
    return (time.perf_counter() - began) / loops
