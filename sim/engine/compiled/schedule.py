"""What happens next: events in order of time, then of insertion, as SimPy processes them.

Time to come lies in a binary heap. What happens in this very tick needs none: starts of processes, which SimPy puts
first, in one queue, and events without delay in another; both in order of insertion.
"""

from __future__ import annotations

from typing import Any

from sim.engine.compiled.jit import hot

KIND = 6
"""Bits of an event's kind, below who it is for."""

(
    NOTHING,
    SOURCE,
    TASK_COMES,
    PLACE_RELEASED,
    PLACE_GRANTED,
    THOUGHT,
    CALLED,
    WAITED,
    PAUSED,
    RETIRES,
    SOURCE_STARTS,
    STANDING_AGAIN,
    ANSWERED,
    ISSUER_GRANTED,
    ISSUER_RELEASED,
    ISSUER_DONE,
    ISSUER_AGAIN,
    OUTAGE_STARTS,
    OUTAGE_COMES,
    OUTAGE_ENDS,
    RENEWAL_STARTS,
    RENEWAL,
    ROTATION_STARTS,
    ROTATION,
    REVOCATION_STARTS,
    REVOCATION,
    EXPOSURE_STARTS,
    EXPOSURE,
    FOUND_STARTS,
    FOUND,
    NOTICED_STARTS,
    NOTICED,
    REMEDIED,
    WALK_STARTS,
    WALKED,
    KEPT,
    READ_STARTS,
    READ,
    READ_AGAIN,
    DEFENCE_STARTS,
    INTRUSION_NOTICED,
    EVICTION,
    APPROVAL,
    TAKEOVER_STARTS,
    TAKEOVER,
    HANDED_STARTS,
    HANDED,
    RETURNED,
) = range(48)
"""Kinds of event: each is where a process of the reference engine goes on."""


@hot
def starts(sim: Any, kind: int, who: int) -> None:
    """A process starts in this tick, before anything that is not a start."""
    now = sim.now[0]
    sim.urgent[now.urgent_tail & now.urgent_mask] = who << KIND | kind
    now.urgent_tail += 1
    if now.urgent_tail - now.urgent_head > now.urgent_most:
        now.low = 1


@hot
def later(sim: Any, delay: int, kind: int, who: int) -> None:
    """Something happens after so many ticks; without delay, after all that was due in this tick before."""
    now = sim.now[0]
    if delay == 0:
        sim.soon[now.soon_tail & now.soon_mask] = who << KIND | kind
        now.soon_tail += 1
        if now.soon_tail - now.soon_head > now.soon_most:
            now.low = 1
    else:
        _push(sim, now.time + delay, who << KIND | kind)


@hot
def _push(sim: Any, at: int, what: int) -> None:
    now, heap = sim.now[0], sim.heap
    place, order = now.heap, now.order
    now.heap += 1
    now.order += 1
    if now.heap > now.heap_most:
        now.low = 1
    while place > 0:
        up = (place - 1) >> 1
        above = heap[up]
        # Later insertions have higher numbers: equal times stay where they are.
        if above.at <= at:
            break
        _move(heap, up, place)
        place = up
    _put(heap, place, at, order, what)


@hot
def _put(heap: Any, place: int, at: int, order: int, what: int) -> None:
    entry = heap[place]
    entry.at, entry.order, entry.what = at, order, what


@hot
def _move(heap: Any, source: int, target: int) -> None:
    one = heap[source]
    _put(heap, target, one.at, one.order, one.what)


@hot
def _before(one: Any, at: int, order: int) -> bool:
    return one.at < at or (one.at == at and one.order < order)


@hot
def _pop(sim: Any) -> int:
    now, heap = sim.now[0], sim.heap
    what, now.time = heap[0].what, heap[0].at
    now.heap -= 1
    count, place = now.heap, 0
    # The last one was often put there a moment ago, one number at a time; read in pairs, it would come late.
    at, order, last = heap[count].at, heap[count].order, heap[count].what
    while True:
        below = 2 * place + 1
        if below >= count:
            break
        if below + 1 < count and _before(heap[below + 1], heap[below].at, heap[below].order):
            below += 1
        if not _before(heap[below], at, order):
            break
        _move(heap, below, place)
        place = below
    _put(heap, place, at, order, last)
    return what


@hot
def next_event(sim: Any) -> int:
    """The next event before the horizon, NOTHING if there is none; the moment moves on to it."""
    now, heap = sim.now[0], sim.heap
    if now.urgent_head != now.urgent_tail:
        what = sim.urgent[now.urgent_head & now.urgent_mask]
        now.urgent_head += 1
        return what
    # What the heap has for this tick was put there in an earlier one, and so comes before what has no delay.
    if now.soon_head != now.soon_tail and (now.heap == 0 or heap[0].at > now.time):
        what = sim.soon[now.soon_head & now.soon_mask]
        now.soon_head += 1
        return what
    if now.heap == 0 or heap[0].at >= sim.rules[0].horizon:
        return NOTHING
    return _pop(sim)
