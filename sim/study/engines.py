"""The engine that was asked for, made ready, or the one that is left."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sim.core.errors import Stopped, UsageError
from sim.engine import choice
from sim.engine.choice import AUTO, COMPILED, REFERENCE, Unavailable


class Waiter(Protocol):
    """Is told what there is to wait for, and what came of it."""

    def compiling(self) -> None:
        """The engine is being compiled, which takes about a minute and happens once."""

    def fell_back(self, why: str) -> None:
        """The reference engine stands in for the compiled one, for this reason."""


def ready(asked: str, events: float, waiter: Waiter) -> str:
    """The name of the engine that simulates so many scheduler events; it is ready when this returns.

    Raises:
        UsageError: the compiled engine was asked for by name and does not run here.
    """
    if (choice.by_size(events) if asked == AUTO else asked) == REFERENCE:
        return REFERENCE
    try:
        choice.make_ready(waiter.compiling)
    except Unavailable as why:
        if asked == COMPILED:
            raise UsageError(f"{why}, and the compiled engine needs it; --engine auto does without") from why
        waiter.fell_back(str(why))
        return REFERENCE
    return COMPILED


@dataclass(frozen=True)
class Warmed:
    """The compiled engine is ready: how many seconds that took, whether it was before, and where it is kept.

    Attributes:
        folder: None: it could not be written, and the next run compiles again.
    """

    seconds: float
    before: bool
    folder: Path | None


def warm_up(waiter: Waiter) -> Warmed:
    """Compile the compiled engine ahead of time.

    Raises:
        UsageError: numba is not installed or does not work.
        Stopped: by the user; what was compiled by then may be kept or not.
    """
    before, began = choice.is_warm(), time.monotonic()
    try:
        choice.make_ready(waiter.compiling)
        folder = choice.cache_folder() if choice.is_warm() else None
    except Unavailable as why:
        raise UsageError(f"{why}; all simulations run on the reference engine, with the same results") from why
    except KeyboardInterrupt:
        raise Stopped("stopped; nothing depends on it, the next run compiles instead") from None
    return Warmed(time.monotonic() - began, before, folder)
