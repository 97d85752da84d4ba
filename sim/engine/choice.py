"""Which engine simulates: the reference, or the compiled one, which is as exact and far faster once it is compiled.

Nothing here imports numba or simpy before an engine is asked for; whether numba works is found out only then.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from sim.model.credentials import Plan
    from sim.model.world import World

AUTO: Final = "auto"
REFERENCE: Final = "reference"
COMPILED: Final = "compiled"
ENGINES: Final = (AUTO, COMPILED, REFERENCE)

WORTH_LOADING: Final = 100_000
"""Scheduler events of the whole job from which the compiled engine wins when it is compiled already: importing numba
takes as long as the reference engine needs for so many."""

WORTH_COMPILING: Final = 6_000_000
"""The same when it has to be compiled first."""

_FOLDER, _SIMULATION = "sim.engine.compiled.cache", "sim.engine.compiled.simulation"

Sink = Callable[["npt.NDArray[Any]"], None]
Breath = Callable[[], None]


class Simulator(Protocol):
    """An engine in a world, for one thread; it keeps what it can use again."""

    def run(self, plan: Plan, seed: int, replication: int, sink: Sink, breath: Breath, /) -> object:
        """Simulate one strategy of one replication; the log goes to the sink in chunks of rows (core.events.LOG).

        A chunk may be overwritten after the sink has returned. `breath` is called every tenth of a second or so; what
        it or the sink raises ends the run.
        """
        ...


class Unavailable(Exception):  # noqa: N818 - a state of the machine; nobody did anything wrong
    """The compiled engine does not run here; the text says why, as the end of a sentence without a full stop."""


def by_size(events: float) -> str:
    """The engine that is sooner done with so many scheduler events, compiling it included."""
    if events < WORTH_LOADING:
        return REFERENCE
    return COMPILED if events >= WORTH_COMPILING or is_warm() else REFERENCE


def is_warm() -> bool:
    """Is the compiled engine compiled already? Answers without numba, and so does not know whether that works."""
    try:
        return bool(importlib.import_module(_FOLDER).is_warm())
    except (ImportError, OSError):
        return False


def cache_folder() -> Path:
    """Where the compiled engine is kept between runs."""
    return Path(importlib.import_module(_FOLDER).cache_folder())


def make_ready(compiling: Callable[[], None] = lambda: None) -> None:
    """Load the compiled engine, or compile it if that has never been done; then it runs at full speed in every thread.

    Args:
        compiling: called before it is compiled, which takes about a minute.

    Raises:
        Unavailable: numba is not installed or does not work.
    """
    with _explained():
        simulation = importlib.import_module(_SIMULATION)
    if not is_warm():
        compiling()
    with _explained():
        simulation.warm_up()


def compiled(world: World, strategies: int) -> Simulator:
    """The compiled engine in a world, for so many strategies of each replication; `make_ready` comes first."""
    engine: Simulator = importlib.import_module(_SIMULATION).Engine(world, strategies)
    return engine


@contextmanager
def _explained() -> Iterator[None]:
    """Whatever goes wrong inside is numba's failure to work here, and is told as that."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        kind = type(error).__name__
        raise Unavailable(f"numba does not work here ({kind})" if _installed() else "numba is not installed") from error


def _installed() -> bool:
    try:
        return find_spec("numba") is not None
    except ValueError:  # something that is no module stands in its place
        return True
