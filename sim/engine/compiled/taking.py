"""Taking rows from pools and giving them back; lists of nodes; notes in a hash table."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled import pools
from sim.engine.compiled.jit import hot, rare

_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@hot
def take(sim: Any, which: int, rows: Any) -> int:
    """A free row of a pool."""
    pool = sim.pools[which]
    place = pool.free
    pool.free = rows[place].link
    pool.room -= 1
    if pool.room < pool.spare:
        sim.now[0].low = 1
    return place


@hot
def give_back(sim: Any, which: int, rows: Any, place: int) -> None:
    """The row is free again."""
    pool = sim.pools[which]
    rows[place].link = pool.free
    pool.free = place
    pool.room += 1


@hot
def meet(sim: Any, most: Any, many: int) -> None:
    """An event may have to deal with so many of what `most` (pools.MOST) is about."""
    if many > most.met:
        most.met = many
        if many > most.room:
            sim.now[0].low = 1


@hot
def node(sim: Any, what: int) -> int:
    """An element of a list, not linked yet."""
    place = take(sim, pools.NODES, sim.nodes)
    element = sim.nodes[place]
    element.what, element.link = what, -1
    return place


@hot
def drop_node(sim: Any, place: int) -> int:
    """Give an element back; the one after it."""
    after = sim.nodes[place].link
    give_back(sim, pools.NODES, sim.nodes, place)
    return after


@rare
def _slot(sim: Any, key: int) -> int:
    """Where a key is in the hash table, or would be."""
    mask = sim.now[0].notes_mask
    place = np.int64((np.uint64(key) * _SPREAD) >> np.uint64(33)) & mask
    while sim.notes[place].key != key and sim.notes[place].key != -1:
        place = (place + 1) & mask
    return int(place)


GOT, READ_BY, TIMES, REACHED, HAS = range(5)
"""What a note is about: the credential got by an edge, how a secret was read, how often an edge was walked, whether a
resource was reached, which value of a secret one has."""


@hot
def note(sim: Any, intrusion: int, about: int, which: int) -> int:
    """Where an intruder's note is, or is to be written; see `noted`."""
    return _slot(sim, (intrusion << 3 | about) << 31 | which)


@hot
def noted(sim: Any, place: int) -> bool:
    """Is there a note at the place?"""
    return sim.notes[place].key != -1


@hot
def write_down(sim: Any, place: int, intrusion: int, about: int, which: int, first: int, second: int) -> None:
    """Write or change the note at its place."""
    entry, now = sim.notes[place], sim.now[0]
    if entry.key == -1:
        entry.key = (intrusion << 3 | about) << 31 | which
        now.notes += 1
        if now.notes > now.notes_most:
            now.low = 1
    entry.first, entry.second = first, second
