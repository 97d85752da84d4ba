"""How the engine's functions are compiled. The only place where numba's switches are set.

`_nrt=False` leaves out numba's reference counting, which halves the speed; it is a private switch, so nothing compiled
here may allocate. Buffers that run full end the loop, and Python makes them larger.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba
from numba.extending import register_jitable

from sim.engine.compiled import cache

F = TypeVar("F", bound=Callable[..., Any])
_LEAN = {"_nrt": False, "error_model": "numpy"}
_INNER = _LEAN | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def hot(function: F) -> F:
    """For steps of the common path: copied into their callers."""
    return numba.njit(forceinline=True, **_INNER)(function)


def rare(function: F) -> F:
    """For steps off the common path, or called from many places: compiled once, called."""
    # Said outright, for otherwise numba takes it over from the function that happens to be compiled around this one.
    return numba.njit(forceinline=False, **_INNER)(function)


def shared(function: F) -> F:
    """For a function of other floors: compiled code may call it by its own name; for Python it stays as it is."""
    return register_jitable(**_LEAN)(function)


def entry(function: F) -> F:
    """For the one function that Python calls: kept on disk, and run without the interpreter's lock."""
    folder = cache.prepared()
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder or "")
    try:
        return numba.njit(cache=folder is not None, nogil=True, **_LEAN)(function)
    finally:
        numba.config.CACHE_DIR = before
