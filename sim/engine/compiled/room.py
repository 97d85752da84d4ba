"""Room for what an event may need: buffers grow between events, never within one."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.events import LOG
from sim.engine.compiled import pools
from sim.engine.compiled.state import CHUNK, POOLED, State, chained, fresh_notes, larger

Array = npt.NDArray[Any]
CROWD = 64
"""So many (pools.NOW: crowd, orphans) every event can deal with from the start."""


class Spare(NamedTuple):
    """The most that one event can take of each buffer."""

    log: int
    heap: int
    urgent: int
    soon: int
    pooled: tuple[int, ...]


def spare(sim: State, crowd: int, alive: int, hold: int) -> Spare:
    """Upper bounds from the sizes of the scenario and what an event may meet (pools.NOW: crowd, orphans, hold)."""
    fixed = sim.tables
    waiting = int(fixed.populations["concurrency"].max(initial=1)) + 1
    channels, roles = len(fixed.channels), int(fixed.rules["most_roles"][0])
    members = int(sim.slots["count"].max(initial=0))
    hops = int(fixed.roles["count"].max(initial=0)) + int(fixed.resources["count"].max(initial=0))
    orphans = (roles + 2) * (alive + 2)
    taken = waiting * (hold + roles + 1) + roles if len(sim.threats) else 0  # by takeovers
    handed = 2 * members if len(sim.threats) else 0
    captures = waiting * (channels + 1) + taken + 8
    revocations = waiting * (roles + 1) + orphans + 8
    walks = hops + crowd + 8
    return Spare(
        log=128 + waiting * (32 + channels + 2 * roles) + 2 * members + 2 * taken + orphans + crowd,
        heap=16 + 2 * waiting,
        urgent=16 + 2 * waiting + 2 * captures + handed + revocations + walks,
        soon=16 + 2 * waiting,
        pooled=(4 + waiting, 8 + waiting, 4 + waiting, revocations, captures, walks, 8, 2),
    )


def make_room(sim: State, first: bool = False) -> State:
    """Larger buffers where one event, or the start of the run, might need more than is left."""
    now = sim.now[0]
    for name in ("crowd", "orphans", "hold"):
        most = now[name]
        if most["met"] > most["room"]:
            most["room"] = 2 * most["met"]
    needs = spare(sim, *(int(now[name]["room"]) for name in ("crowd", "orphans", "hold")))
    if first:
        needs = _to_start(sim, needs)
    sim = _pools(sim, needs.pooled)
    sim = _log_and_heap(sim, needs)
    sim = _rings(sim, needs)
    sim = _intruders(sim)
    sim.now["low"] = 0
    return sim


def _to_start(sim: State, needs: Spare) -> Spare:
    slots = len(sim.slots)
    pooled = [*needs.pooled]
    pooled[pools.CREDENTIALS] += slots
    urgent = needs.urgent + slots + len(sim.sources) + len(sim.exposures) + len(sim.threats)
    return needs._replace(log=needs.log + slots, urgent=urgent, pooled=tuple(pooled))


def _pools(sim: State, needs: tuple[int, ...]) -> State:
    grown: dict[str, Any] = {}
    for number, (name, need) in enumerate(zip(POOLED, needs, strict=True)):
        pool, rows = sim.pools[number], getattr(sim, name)
        pool["spare"] = need
        if pool["room"] < 2 * need:
            size = max(2 * len(rows), len(rows) + 4 * need)
            grown[name] = more = chained(rows, size)
            more["link"][-1] = pool["free"] if pool["room"] else -1
            pool["free"] = len(rows)
            pool["room"] += size - len(rows)
    if "tasks" in grown:
        for name in ("held", "asked", "elevated", "passed", "order"):
            grown[name] = larger(getattr(sim, name), len(grown["tasks"]))
        grown["held"][len(sim.held) :] = -1
    return sim._replace(**grown)


def _log_and_heap(sim: State, needs: Spare) -> State:
    now = sim.now[0]
    log, heap = sim.log, sim.heap
    if len(log) < 2 * needs.log:
        log = np.zeros(max(CHUNK, 4 * needs.log), LOG)  # its rows have been handed on
    if len(heap) - now["heap"] < 2 * needs.heap:
        heap = larger(heap, 2 * len(heap) + 4 * needs.heap)
    now["rows_most"], now["heap_most"] = len(log) - needs.log, len(heap) - needs.heap
    return sim._replace(log=log, heap=heap)


def _rings(sim: State, needs: Spare) -> State:
    urgent = _ring(sim, "urgent", needs.urgent)
    soon = _ring(sim, "soon", needs.soon)
    return sim._replace(urgent=urgent, soon=soon)


def _ring(sim: State, name: str, need: int) -> Array:
    now = sim.now[0]
    ring: Array = getattr(sim, name)
    head, tail = int(now[f"{name}_head"]), int(now[f"{name}_tail"])
    size = len(ring)
    while size - (tail - head) < 2 * need:
        size *= 2
    if size > len(ring):
        more = np.zeros(size, ring.dtype)
        more[: tail - head] = ring[np.arange(head, tail) & (len(ring) - 1)]
        now[f"{name}_head"], now[f"{name}_tail"], ring = 0, tail - head, more
    now[f"{name}_most"], now[f"{name}_mask"] = size - need, size - 1
    return ring


def _intruders(sim: State) -> State:
    now = sim.now[0]
    intrusions, notes = sim.intrusions, sim.notes
    if len(intrusions) - now["intrusions"] < 8:
        intrusions = larger(intrusions, 2 * len(intrusions) + 16)
    now["intrusions_most"] = len(intrusions) - 4
    while len(notes) < 4 * (now["notes"] + 16):
        notes = _spread(notes)
    now["notes_most"], now["notes_mask"] = len(notes) // 2 - 16, len(notes) - 1
    return sim._replace(intrusions=intrusions, notes=notes)


def _spread(notes: Array) -> Array:
    """The hash table, twice as large; where a key lies is sim.engine.compiled.taking's rule."""
    more = fresh_notes(2 * len(notes))
    used = notes[notes["key"] != -1]
    mask = len(more) - 1
    places = (used["key"].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(33)
    taken = np.zeros(len(more), bool)
    for entry, start in zip(used, places.tolist(), strict=True):
        place = start & mask
        while taken[place]:
            place = (place + 1) & mask
        taken[place] = True
        more[place] = entry
    return more


def reset(sim: State) -> None:
    """Everything that a run leaves behind is forgotten; the buffers stay as large as they are."""
    sim.now[:] = 0
    sim.now["queue"] = -1
    for name in ("crowd", "orphans", "hold"):
        sim.now[name]["room"] = CROWD
    for name in ("sources", "exposures", "threats", "slots"):
        sim.now[name] = len(getattr(sim, name))
    for number, name in enumerate(POOLED):
        rows = getattr(sim, name)
        rows["link"] = np.arange(1, len(rows) + 1)
        rows["link"][-1:] = -1
        sim.pools[number] = (0, len(rows), 0)
    sim.credentials["needed"] = 0
    sim.held[:], sim.asked[:], sim.elevated[:] = -1, 0, 0
    for name in ("value", "knowers", "last"):
        sim.known[name] = -1
    sim.known["count"] = 0
    sim.notes["key"] = -1
