"""Scenario distributions → laws in ticks, counts or money."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from scipy.special import betainc, ndtri

from sim.core import laws
from sim.core.laws import Law
from sim.inputs.distributions import Distribution

P95 = float(ndtri(0.95))
REST = 1e-12
"""Counts with no more probability than this beyond them end a table."""


def law(distribution: Distribution[Any] | None) -> Law:
    """The law of a distribution; of None: the constant 0."""
    if distribution is None:
        return Law(laws.constant(0.0))
    low = 0.0 if distribution.at_least is None else float(distribution.at_least)
    high = laws.LATEST if distribution.at_most is None else min(float(distribution.at_most), laws.LATEST)
    value = getattr(distribution, distribution.family)
    if distribution.family == "constant":
        return Law(laws.constant(float(value)), low, high)
    return Law(_FAMILIES[distribution.family](value), low, high)


def _lognormal(p: Any) -> laws.Shape:
    if p.median is not None:
        mu = math.log(p.median)
        if p.sigma is not None:
            sigma = p.sigma
        elif p.p95 is not None:
            sigma = (math.log(p.p95) - mu) / P95
        else:
            sigma = math.sqrt(2 * (math.log(p.mean) - mu))
    else:
        sigma = p.sigma
        mu = math.log(p.mean) - sigma * sigma / 2
    return laws.lognormal(mu, sigma)


def _negative_binomial(p: Any) -> laws.Shape:
    share = p.k / (p.k + p.mean)
    cumulative = [float(betainc(p.k, 1, share))]
    while 1.0 - cumulative[-1] > REST:
        cumulative.append(float(betainc(p.k, len(cumulative) + 1, share)))
    return laws.counts(tuple(cumulative))


def _empirical(p: Any) -> laws.Shape:
    return laws.empirical(tuple(p.quantiles), tuple(float(v) for v in p.quantiles.values()))


def _mixture(parts: Any) -> laws.Shape:
    return laws.mixture(tuple(part.weight for part in parts), tuple(law(part.of) for part in parts))


_FAMILIES: dict[str, Callable[[Any], laws.Shape]] = {
    "lognormal": _lognormal,
    "exponential": lambda p: laws.exponential(float(p.mean)),
    "weibull": lambda p: laws.weibull(p.shape, float(p.scale)),
    "uniform": lambda p: laws.uniform(float(p.low), float(p.high)),
    "triangular": lambda p: laws.triangular(float(p.low), float(p.mode), float(p.high)),
    "gamma": lambda p: laws.gamma(p.shape, float(p.mean)),
    "beta": lambda p: laws.beta(p.a, p.b, float(p.low), float(p.high)),
    "negative_binomial": _negative_binomial,
    "geometric": lambda p: laws.geometric(p.mean),
    "empirical": _empirical,
    "mixture": _mixture,
}
