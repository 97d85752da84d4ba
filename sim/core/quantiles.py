"""Quantile functions: a uniform number in (0, 1) and a family's numbers in, a value out, rising with the uniform.

Plain arithmetic on scalars and sequences, so that the compiled engine compiles these very functions. The incomplete
gamma and beta functions and the normal quantile are scipy's scalar ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum

from scipy.special import cython_special as special


class Family(IntEnum):
    """Kinds of distribution, in the order in which the compiled engine tries them."""

    CONSTANT = 0
    LOGNORMAL = 1
    EXPONENTIAL = 2
    WEIBULL = 3
    UNIFORM = 4
    TRIANGULAR = 5
    GAMMA = 6
    BETA = 7
    GEOMETRIC = 8
    COUNTS = 9
    EMPIRICAL = 10
    MIXTURE = 11


def lognormal(u: float, mu: float, sigma: float) -> float:
    """exp of a normal number with mean mu and standard deviation sigma."""
    return math.exp(min(mu + sigma * special.ndtri(u), 700.0))


def exponential(u: float, mean: float) -> float:
    """Without memory."""
    return -mean * math.log1p(-u)


def weibull(u: float, power: float, scale: float) -> float:
    """P(longer than x) = exp(-(x / scale)^(1 / power))."""
    # The power overflows for very small shapes; the logarithm says so first.
    logarithm = power * math.log(-math.log1p(-u))
    return scale * math.exp(min(logarithm, 600.0))


def uniform(u: float, low: float, high: float) -> float:
    """Any value between low and high alike."""
    return low + (high - low) * u


def triangular(u: float, low: float, mode: float, high: float) -> float:
    """Likeliest at the mode, falling in straight lines to low and high."""
    span = high - low
    if span == 0.0:
        return low
    if u < (mode - low) / span:
        return low + math.sqrt(u * span * (mode - low))
    return high - math.sqrt((1.0 - u) * span * (high - mode))


def gamma(u: float, shape: float, scale: float) -> float:
    """Gamma by shape and scale."""
    return float(scale * special.gammaincinv(shape, u))


def beta(u: float, a: float, b: float, low: float, high: float) -> float:
    """Beta(a, b) stretched over [low, high]."""
    return float(low + (high - low) * special.betaincinv(a, b, u))


def geometric(u: float, fall: float) -> float:
    """Tries up to and with the first success: 1, 2, 3…; fall: log of a failure's probability, 0: always 1."""
    if fall == 0.0:
        return 1.0
    return 1.0 + math.floor(math.log1p(-u) / fall)


def right_of(edges: Sequence[float], u: float) -> int:
    """How many of the rising edges are at or below u."""
    low, high = 0, len(edges)
    while low < high:
        middle = (low + high) // 2
        if u < edges[middle]:
            high = middle
        else:
            low = middle + 1
    return low


def counts(u: float, cumulative: Sequence[float]) -> float:
    """0, 1, 2… with the given cumulative probabilities; the last one takes what is left."""
    return float(min(right_of(cumulative, u), len(cumulative) - 1))


def empirical(u: float, probabilities: Sequence[float], values: Sequence[float]) -> float:
    """Straight lines between the quantiles; the outermost values beyond them."""
    right = right_of(probabilities, u)
    if right == 0:
        return values[0]
    if right == len(values):
        return values[right - 1]
    left = right - 1
    share = (u - probabilities[left]) / (probabilities[right] - probabilities[left])
    return values[left] + share * (values[right] - values[left])


def part_of(u: float, edges: Sequence[float]) -> int:
    """Which part of a mixture a uniform number takes; edges: 0, …, 1, one more than there are parts."""
    return min(right_of(edges, u) - 1, len(edges) - 2)


def rest_of(u: float, low: float, high: float) -> float:
    """What is left of a uniform number after it chose the part between two edges: a uniform number again."""
    rest = (u - low) / (high - low)
    return min(max(rest, 2.0**-53), 1.0 - 2.0**-53)
