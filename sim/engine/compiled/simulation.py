"""Replications on the compiled engine: the reference engine's log, byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from sim.core.events import LOG, Event
from sim.engine.compiled import cache, loop, pools
from sim.engine.compiled.collected import Collected
from sim.engine.compiled.handle import Handle
from sim.engine.compiled.layout import empty_layout, layout
from sim.engine.compiled.room import make_room, reset
from sim.engine.compiled.state import State, buffers
from sim.engine.compiled.tables import Tables, empty_tables, tables
from sim.model.credentials import Plan
from sim.model.world import World

Array = npt.NDArray[Any]
Sink = Callable[[Array], None]
"""Takes the next rows of the log (core.events.LOG), which are good until it returns: what it keeps, it copies."""

BREATH = 1 << 18
"""Events between two breaths: about a twentieth of a second."""

PAUSE_AT, EVENTS, LOW, ROWS = ((pools.NOW.names or ()).index(name) for name in ("pause_at", "events", "low", "rows"))
"""Counters of the moment, by number: they are looked at hundreds of times a second, which by name takes long."""


def nothing() -> None:
    """Breathing out without further ado."""


class Engine:
    """Runs replications of a world, one at a time; it keeps its buffers. One for each thread.

    Args:
        world: what all plans are for.
        strategies: how many are simulated in each replication; what one draws is remembered for the others.
    """

    def __init__(self, world: World, strategies: int = 2) -> None:
        warm_up()
        self._remembers = strategies > 1
        self._world = world
        self._collected = Collected(world)
        self._starts: dict[str, tuple[Plan, Tables, dict[str, Array]]] = {}
        self._buffers = buffers(max(len(row.roles) for row in world.populations))
        self._buffers["known"] = np.zeros(len(world.secrets), pools.KNOWN)
        self._remembered = (-1, -1)
        self._handles: dict[str, Handle] = {}

    def run(self, plan: Plan, seed: int, replication: int, sink: Sink, breath: Callable[[], None] = nothing) -> int:
        """Run one replication; its log goes to the sink in chunks of rows.

        Args:
            breath: called about twenty times a second; what it raises ends the run, as does what the sink raises.

        Returns:
            How many events were processed.
        """
        sim = self._begun(plan, seed, replication)
        handle = self._handles[plan.name] = Handle(sim, self._handles.get(plan.name))
        now = sim.now.view(np.int64).data
        while (why := loop.run(handle)) != loop.OVER:
            now[PAUSE_AT] = now[EVENTS] + BREATH
            breath()
            if why == loop.NO_ROOM and now[LOW] == pools.LOG_FULL:
                sink(sim.log[: now[ROWS]])
                now[ROWS] = now[LOW] = 0
            elif why == loop.NO_ROOM:
                sim = self._made_room(sim, sink)
                handle = self._handles[plan.name] = Handle(sim, handle)
        _hand_on(sim, sink)
        _idle_at_last(sim, sink)
        return int(sim.now["events"][0])

    def _begun(self, plan: Plan, seed: int, replication: int) -> State:
        known = self._starts.get(plan.name)
        if known is None or known[0] is not plan:
            known = plan, tables(self._collected, plan), layout(self._world, plan)
            self._starts[plan.name] = known
        _, fixed, start = known
        if self._remembered != (seed, replication):
            self._buffers["memo"]["owner"] = -1
            self._remembered = (seed, replication)
        sim = State(fixed, **{name: rows.copy() for name, rows in start.items()}, **self._buffers)
        fixed.rules["seed"], fixed.rules["replication"] = seed, replication
        fixed.rules["remembers"] = self._remembers
        reset(sim)
        sim.now["pause_at"] = BREATH
        return self._kept(make_room(sim, first=True))

    def _made_room(self, sim: State, sink: Sink) -> State:
        _hand_on(sim, sink)
        return self._kept(make_room(sim))

    def _kept(self, sim: State) -> State:
        """Keep the larger buffers for the next run, too."""
        self._buffers = {name: getattr(sim, name) for name in self._buffers}
        return sim


def _hand_on(sim: State, sink: Sink) -> None:
    rows = int(sim.now["rows"][0])
    if rows:
        sink(sim.log[:rows])
        sim.now["rows"] = 0


def _idle_at_last(sim: State, sink: Sink) -> None:
    """At the horizon nobody needs anything any more, in the order in which it came to be needed."""
    needed = sim.credentials[sim.credentials["needed"] > 0]
    if len(needed):
        needed, horizon = needed[np.argsort(needed["needed_nth"])], sim.tables.rules["horizon"]
        rows = np.full(len(needed), -1, LOG)
        rows["at"], rows["kind"], rows["flags"] = horizon, Event.IDLE, 0
        rows["was"], rows["credential"] = needed["needed_since"], needed["id"]
        rows["until"] = np.maximum(rows["was"], np.minimum(horizon, needed["dies"]))
        sink(rows)


_compiling = Lock()
_compiled = False


def warm_up() -> None:
    """Compile the engine, or load it from the cache; the second time nothing is left to do."""
    global _compiled  # noqa: PLW0603  # once for all engines of the process
    with _compiling:
        if not _compiled:
            kind = numba.typeof(Handle(_empty()))
            run: Any = loop.run
            run.compile((kind,))
            cache.mark_warm()
            _compiled = True


def _empty() -> State:
    return State(empty_tables(), **empty_layout(), **buffers(1), known=np.zeros(0, pools.KNOWN))
