"""What compiled code shares with the rest of the project: quantile functions, rules, calendars, scipy's functions."""

from __future__ import annotations

from typing import Any

from llvmlite import binding
from numba import types
from numba.extending import get_cython_function_address, overload
from scipy.special import cython_special as special

from sim.core import quantiles
from sim.engine import rules
from sim.engine.compiled.jit import shared
from sim.model import calendar

_DOUBLE, _UNUSED = types.float64, types.int32


def _scipy(name: str, numbers: int) -> Any:
    """A scalar function of scipy under a symbol of its own: pointers cannot be kept on disk, symbols can."""
    symbol = f"afterleak_{name}"
    binding.add_symbol(symbol, get_cython_function_address("scipy.special.cython_special", name))
    return types.ExternalFunction(symbol, _DOUBLE(*[_DOUBLE] * numbers, _UNUSED))


_ndtri = _scipy("ndtri", 1)
_gammaincinv = _scipy("gammaincinv", 2)
_betaincinv = _scipy("__pyx_fuse_0betaincinv", 3)


# Without annotations: numba compares them between a function and its twin.
@overload(special.ndtri)
def _normal(x):  # type: ignore[no-untyped-def]
    return lambda x: _ndtri(x, 0)


@overload(special.gammaincinv)
def _gamma(a, x):  # type: ignore[no-untyped-def]
    return lambda a, x: _gammaincinv(a, x, 0)


@overload(special.betaincinv)
def _beta(a, b, x):  # type: ignore[no-untyped-def]
    return lambda a, b, x: _betaincinv(a, b, x, 0)


for _function in (
    quantiles.lognormal,
    quantiles.exponential,
    quantiles.weibull,
    quantiles.uniform,
    quantiles.triangular,
    quantiles.gamma,
    quantiles.beta,
    quantiles.geometric,
    quantiles.right_of,
    quantiles.counts,
    quantiles.empirical,
    quantiles.part_of,
    quantiles.rest_of,
    rules.alive,
    rules.back_off,
    rules.renewed_until,
    rules.admitted,
    rules.next_theoretical,
    rules.value_ends,
    rules.approved,
    rules.elevated_until,
    rules.capped,
    rules.entry,
    rules.safe_for_now,
    rules.usable_until,
    calendar.moment,
    calendar.next_open,
    calendar.worked_until,
):
    shared(_function)
