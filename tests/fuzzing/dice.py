"""Random durations, chances and distributions, written as a scenario file has them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
Written = Callable[[float], Any]
"""A size in units of the place → how it is written there."""
SHAPES = (
    "constant",
    "lognormal",
    "exponential",
    "weibull",
    "uniform",
    "triangular",
    "gamma",
    "beta",
    "empirical",
    "mixture",
)
COUNTS = (*SHAPES, "negative-binomial", "geometric")
WILD = 0.05
"""How often a family is given parameters that lead to nearly nothing or nearly for ever; cut, so that runs end."""


class Dice:
    """Draws in units of a beat. On a grid every duration is a whole number of beats, so that events coincide."""

    def __init__(self, number: int) -> None:
        self.random = random.Random(number)
        self.grid = number % 2 == 1
        self.beat = self.pick([5, 10, 30, 60, 120])
        """In minutes."""

    # --- plain choices ---
    def pick(self, options: Sequence[T]) -> T:
        return self.random.choice(options)

    def often(self, chance: float) -> bool:
        return self.random.random() < chance

    def whole(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def number(self, low: float, high: float) -> float:
        return round(self.random.uniform(low, high), 4)

    def some(self, options: Sequence[T], least: int = 1, most: int = 3) -> list[T]:
        """A few different ones, in any order."""
        return self.random.sample(options, min(len(options), self.whole(least, most)))

    def weights(self, names: Sequence[str]) -> dict[str, float]:
        return {name: self.pick([1, 2, self.number(0.1, 5)]) for name in names}

    def chance(self, low: float, high: float) -> float:
        """Mostly between; now and then never or always, where engines may take a short cut."""
        return self.pick([0, 1]) if self.often(0.06) else self.number(low, high)

    # --- durations ---
    def beats(self, low: float, high: float) -> float:
        return self.whole(int(low), max(int(low), int(high))) if self.grid else self.random.uniform(low, high)

    def written(self, beats: float) -> str:
        """A number of beats as a duration."""
        if self.grid or self.often(0.1):
            return f"{round(beats) * self.beat}m"
        microseconds = round(beats * self.beat * 60_000_000)
        return f"{microseconds}us" if self.often(0.5) else f"{microseconds // 1_000_000}s"

    def span(self, low: float, high: float) -> str:
        """A duration of so many beats."""
        return self.written(self.beats(low, high))

    def times(self, low: float, high: float) -> Any:
        """A distribution of durations, most of them between; on a grid it gives whole beats only."""
        return self._on_grid(low, high) if self.grid else self.law(low, high, self.written)

    def times_above(self, low: float, high: float) -> Any:
        """As `times`, but never below the low end: where nothing at all would make a run endless."""
        times = self.times(low, high)
        return times if self.grid else {**_as_group(times), "at-least": self.written(max(low, 1))}

    def _on_grid(self, low: float, high: float) -> Any:
        way = self.random.random()
        if way < 0.6:
            return self.span(low, high)
        if way < 0.85:
            parts = [self.span(low, high) for _ in range(self.whole(1, 3))]
            return {"mixture": [{"weight": self.number(0.2, 3), "of": part} for part in parts]}
        at = self.span(low, high)  # cut from both sides: a law that draws, and yet always gives the same
        return {**_as_group(self.law(low, high, self.written)), "at-least": at, "at-most": at}

    # --- distributions ---
    def law(self, low: float, high: float, written: Written, families: Sequence[str] = SHAPES, depth: int = 0) -> Any:
        """A distribution with most of its values between, of any family, cut at either end or not."""
        family = self.pick(families if depth < 2 else families[:-1])
        if family == "constant":
            plain = written(self.random.uniform(low, high))
            return plain if self.often(0.7) else {"constant": plain}
        if family == "mixture":
            group = {"mixture": self._parts(low, high, written, families, depth)}
        elif self.often(WILD):
            wild = self._parameters(family, low, max(high, low + 0.01), written, wild=True)
            return {family: wild, "at-most": written(10 * high + 2)}
        else:
            group = {family: self._parameters(family, low, max(high, low + 0.01), written)}
        return self._cut(group, low, high, written)

    def _cut(self, group: dict[str, Any], low: float, high: float, written: Written) -> dict[str, Any]:
        # At a whole distance, so that rounding as it is written cannot bring them out of order.
        ends = {"at-least": written(low), "at-most": written(max((low + high) / 2, low + 2))}
        return group | {key: end for key, end in ends.items() if self.often(0.25)}

    def _parts(self, low: float, high: float, written: Written, families: Sequence[str], depth: int) -> list[Any]:
        return [
            {"weight": self.number(0.1, 3), "of": self.law(low, high, written, families, depth + 1)}
            for _ in range(self.whole(1, 3))
        ]

    def _parameters(self, family: str, low: float, high: float, written: Written, wild: bool = False) -> dict[str, Any]:
        a, b, c = sorted(self.random.uniform(low, high) for _ in range(3))
        positive = max(b, 0.01)
        shape = self.pick([0.03, 40]) if wild else self.number(0.4, 5)
        ways: dict[str, Callable[[], dict[str, Any]]] = {
            "lognormal": lambda: self._lognormal(positive, written, 6.0 if wild else self.number(0.1, 1.5)),
            "exponential": lambda: {"mean": written(b)},
            "weibull": lambda: {"shape": shape, "scale": written(b)},
            "uniform": lambda: self._in_order(("low", "high"), (a, c), written),
            "triangular": lambda: self._in_order(("low", "mode", "high"), (a, b, c), written),
            "gamma": lambda: {"shape": shape, "mean": written(b)},
            "beta": lambda: {"a": shape, "b": self.number(0.4, 5)} | self._in_order(("low", "high"), (a, c), written),
            "empirical": lambda: {"quantiles": self._quantiles(a, b, c, written)},
            "negative-binomial": lambda: {"mean": round(positive, 3), "k": shape},
            "geometric": lambda: {"mean": 1 if wild else round(1 + b, 3)},
        }
        return ways[family]()

    def _lognormal(self, median: float, written: Written, sigma: float) -> dict[str, Any]:
        # Rounded to the grid a median may be nothing, and the mean no more than it: both are kept apart by a beat.
        middle, above = written(max(median, 1)), written(max(median, 1) + self.random.uniform(1.5, 4))
        ways = (
            {"median": middle, "p95": above}, {"median": middle, "sigma": sigma},
            {"mean": middle, "sigma": sigma}, {"median": middle, "mean": above},
        )  # fmt: skip
        return self.pick(ways)

    def _in_order(self, names: Sequence[str], sizes: Sequence[float], written: Written) -> dict[str, Any]:
        """Sizes so far apart that they are in order as written; now and then all the same."""
        apart = 0 if self.often(0.05) else 2
        if not apart:
            same = written(sizes[0])
            return dict.fromkeys(names, same)
        return {name: written(size + n * apart) for n, (name, size) in enumerate(zip(names, sizes, strict=True))}

    def _quantiles(self, a: float, b: float, c: float, written: Written) -> dict[float, Any]:
        values = self._in_order(("a", "b", "c"), (a, b, c), written).values()
        places = self.pick([(0.0, 0.5, 1.0), (0.1, 0.5, 0.8), (0.0, 0.9, 1.0), (0.2, 0.3, 1.0)])
        return dict(zip(places, values, strict=True))


def _as_group(law: Any) -> dict[str, Any]:
    """A distribution with room for limits; those that it has are taken off."""
    group = law if isinstance(law, dict) else {"constant": law}
    return {key: value for key, value in group.items() if key not in ("at-least", "at-most")}
