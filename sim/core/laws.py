"""Distributions ready to draw from: one uniform number gives one value, so a draw is fully named by its address."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sim.core import quantiles
from sim.core.quantiles import Family
from sim.core.units import FOREVER

Quantile = Callable[[float], float]
LATEST = float(FOREVER >> 1)
"""Durations are cut here, far behind any horizon, so that sums of ticks stay below 2^62."""


@dataclass(frozen=True)
class Shape:
    """A distribution before it is cut: its family, its numbers as sim.core.quantiles takes them, its parts.

    Attributes:
        tables: sequences of numbers, of a family that has them: the cumulative probabilities of counts, probabilities
            and values of an empirical one, the edges of a mixture.
        parts: of a mixture.
    """

    family: Family
    numbers: tuple[float, ...] = ()
    tables: tuple[tuple[float, ...], ...] = ()
    parts: tuple[Law, ...] = ()
    at: Quantile = field(compare=False, kw_only=True)


@dataclass(frozen=True)
class Law:
    """A distribution ready to draw from.

    Attributes:
        shape: its quantile function on (0, 1).
        low, high: values are cut to [low, high].
    """

    shape: Shape
    low: float = 0.0
    high: float = LATEST
    at: Quantile = field(init=False, repr=False, compare=False)
    constant: bool = field(init=False, repr=False, compare=False)
    """The value does not depend on the draw."""

    def __post_init__(self) -> None:
        # Plain attributes: they are asked for at every draw.
        object.__setattr__(self, "at", self.shape.at)
        object.__setattr__(self, "constant", self.shape.family is Family.CONSTANT)

    def value(self, u: float) -> float:
        """The value at the uniform number u."""
        value = self.at(u)
        return self.low if value < self.low else self.high if value > self.high else value

    @property
    def fixed(self) -> int:
        """The ticks of a constant."""
        return self.ticks(0.5)

    def ticks(self, u: float) -> int:
        """The value at u, rounded to whole ticks or counts, halves up."""
        return math.floor(self.value(u) + 0.5)


def constant(value: float) -> Shape:
    """Always the same value."""
    return Shape(Family.CONSTANT, (value,), at=lambda _: value)


def lognormal(mu: float, sigma: float) -> Shape:
    """exp of a normal number with mean mu and standard deviation sigma."""
    of = quantiles.lognormal
    return Shape(Family.LOGNORMAL, (mu, sigma), at=lambda u: of(u, mu, sigma))


def exponential(mean: float) -> Shape:
    """Without memory."""
    of = quantiles.exponential
    return Shape(Family.EXPONENTIAL, (mean,), at=lambda u: of(u, mean))


def weibull(shape: float, scale: float) -> Shape:
    """P(longer than x) = exp(-(x / scale)^shape)."""
    of, power = quantiles.weibull, 1.0 / shape
    return Shape(Family.WEIBULL, (power, scale), at=lambda u: of(u, power, scale))


def uniform(low: float, high: float) -> Shape:
    """Any value between low and high alike."""
    of = quantiles.uniform
    return Shape(Family.UNIFORM, (low, high), at=lambda u: of(u, low, high))


def triangular(low: float, mode: float, high: float) -> Shape:
    """Likeliest at the mode, falling in straight lines to low and high."""
    of = quantiles.triangular
    return Shape(Family.TRIANGULAR, (low, mode, high), at=lambda u: of(u, low, mode, high))


def gamma(shape: float, mean: float) -> Shape:
    """Gamma by shape and mean."""
    of, scale = quantiles.gamma, mean / shape
    return Shape(Family.GAMMA, (shape, scale), at=lambda u: of(u, shape, scale))


def beta(a: float, b: float, low: float, high: float) -> Shape:
    """Beta(a, b) stretched over [low, high]."""
    of = quantiles.beta
    return Shape(Family.BETA, (a, b, low, high), at=lambda u: of(u, a, b, low, high))


def geometric(mean: float) -> Shape:
    """Tries up to and with the first success: 1, 2, 3…"""
    of, fall = quantiles.geometric, math.log1p(-1.0 / mean) if mean > 1.0 else 0.0
    return Shape(Family.GEOMETRIC, (fall,), at=lambda u: of(u, fall))


def counts(cumulative: tuple[float, ...]) -> Shape:
    """0, 1, 2… with the given cumulative probabilities; the last one takes what is left."""
    of = quantiles.counts
    return Shape(Family.COUNTS, tables=(cumulative,), at=lambda u: of(u, cumulative))


def empirical(probabilities: tuple[float, ...], values: tuple[float, ...]) -> Shape:
    """Straight lines between the quantiles; the outermost values beyond them."""
    of = quantiles.empirical
    return Shape(Family.EMPIRICAL, tables=(probabilities, values), at=lambda u: of(u, probabilities, values))


def mixture(weights: Sequence[float], parts: tuple[Law, ...]) -> Shape:
    """The uniform number first chooses the part, then what is left of it draws from that part."""
    total = math.fsum(weights)
    edges = tuple(math.fsum(weights[:n]) / total for n in range(len(weights) + 1))

    def at(u: float) -> float:
        part = quantiles.part_of(u, edges)
        return parts[part].value(quantiles.rest_of(u, edges[part], edges[part + 1]))

    return Shape(Family.MIXTURE, tables=(edges,), parts=parts, at=at)
