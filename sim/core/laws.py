"""Distributions as quantile functions: a law turns a uniform number in (0, 1) into a value, rising with it.

One uniform gives one value, so that a draw is fully named by its address. The incomplete gamma and beta functions
and the normal quantile are scipy's scalar ones (scipy.special.cython_special).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from scipy.special import cython_special as special

from sim.core.units import FOREVER

Quantile = Callable[[float], float]
LATEST = float(FOREVER >> 1)
"""Durations are cut here, far behind any horizon, so that sums of ticks stay below 2^62."""


@dataclass(frozen=True)
class Law:
    """A distribution ready to draw from.

    Attributes:
        at: quantile function on (0, 1).
        low, high: values are cut to [low, high].
        constant: the value does not depend on the draw.
    """

    at: Quantile
    low: float = 0.0
    high: float = LATEST
    constant: bool = False

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


def constant(value: float) -> Law:
    """Always the same value."""
    return Law(lambda _: value, constant=True)


def lognormal(mu: float, sigma: float) -> Quantile:
    """exp of a normal number with mean mu and standard deviation sigma."""
    ndtri, exp = special.ndtri, math.exp
    return lambda u: exp(min(mu + sigma * ndtri(u), 700.0))


def exponential(mean: float) -> Quantile:
    """Without memory."""
    return lambda u: -mean * math.log1p(-u)


def weibull(shape: float, scale: float) -> Quantile:
    """P(longer than x) = exp(-(x / scale)^shape)."""
    power = 1.0 / shape

    # The power overflows for very small shapes; the logarithm says so first.
    def at(u: float) -> float:
        logarithm = power * math.log(-math.log1p(-u))
        return scale * math.exp(min(logarithm, 600.0))

    return at


def uniform(low: float, high: float) -> Quantile:
    """Any value between low and high alike."""
    return lambda u: low + (high - low) * u


def triangular(low: float, mode: float, high: float) -> Quantile:
    """Likeliest at the mode, falling in straight lines to low and high."""
    span = high - low
    if span == 0:
        return lambda _: low
    turn = (mode - low) / span

    def at(u: float) -> float:
        if u < turn:
            return low + math.sqrt(u * span * (mode - low))
        return high - math.sqrt((1.0 - u) * span * (high - mode))

    return at


def gamma(shape: float, mean: float) -> Quantile:
    """Gamma by shape and mean."""
    scale = mean / shape
    return lambda u: scale * special.gammaincinv(shape, u)


def beta(a: float, b: float, low: float, high: float) -> Quantile:
    """Beta(a, b) stretched over [low, high]."""
    return lambda u: low + (high - low) * special.betaincinv(a, b, u)


def geometric(mean: float) -> Quantile:
    """Tries up to and with the first success: 1, 2, 3…"""
    if mean <= 1.0:
        return lambda _: 1.0
    fall = math.log1p(-1.0 / mean)
    return lambda u: 1.0 + math.floor(math.log1p(-u) / fall)


def counts(cumulative: tuple[float, ...]) -> Quantile:
    """0, 1, 2… with the given cumulative probabilities; the last one takes what is left."""
    top = len(cumulative) - 1
    return lambda u: float(min(bisect_right(cumulative, u), top))


def empirical(probabilities: tuple[float, ...], values: tuple[float, ...]) -> Quantile:
    """Straight lines between the quantiles; the outermost values beyond them."""

    def at(u: float) -> float:
        right = bisect_right(probabilities, u)
        if right == 0:
            return values[0]
        if right == len(values):
            return values[-1]
        left = right - 1
        share = (u - probabilities[left]) / (probabilities[right] - probabilities[left])
        return values[left] + share * (values[right] - values[left])

    return at


def mixture(weights: tuple[float, ...], parts: tuple[Law, ...]) -> Quantile:
    """The uniform number first chooses the part, then what is left of it draws from that part."""
    total = math.fsum(weights)
    edges = [math.fsum(weights[:n]) / total for n in range(len(weights) + 1)]

    def at(u: float) -> float:
        part = min(bisect_right(edges, u) - 1, len(parts) - 1)
        rest = (u - edges[part]) / (edges[part + 1] - edges[part])
        return parts[part].value(min(max(rest, 2.0**-53), 1.0 - 2.0**-53))

    return at
