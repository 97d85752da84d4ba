"""The issuer: a queue with places, service times, a rate limit, failures and outages."""

from __future__ import annotations

from typing import Any

from sim.engine import rules
from sim.engine.compiled import chains, laws, pools, schedule
from sim.engine.compiled.draws import nth, uniform
from sim.engine.compiled.jit import hot, rare
from sim.engine.compiled.log import emit
from sim.engine.compiled.schedule import later
from sim.engine.compiled.taking import give_back, take
from sim.engine.compiled.words import (
    BY_FAILURE,
    BY_OUTAGE,
    BY_RATE,
    ISSUER_BACK_OFF,
    ISSUER_DOWN,
    OUTAGE_GAP,
    OUTAGE_LENGTH,
    REFUSED,
    REQUESTED,
    SERVED,
    SERVICE,
    SERVICE_FAILURE,
)

LEASE, TASK, RENEWAL, ACTION = 0, 1, 2, 3
KINDS = 4
STEP = 14
PENDING, YES, NO = 0, 1, 2
"""How a request stands."""
TRY = 24


@hot
def request(sim: Any, kind: int, owner: int, role: int, agent: int, i: int, j: int, task: int) -> int:
    """A row for a request, not made yet."""
    place = take(sim, pools.REQUESTS, sim.requests)
    r = sim.requests[place]
    r.kind, r.owner, r.role, r.agent, r.task, r.tries = kind, owner, role, agent, task, 0
    r.sub, r.entity, r.i, r.j = role * KINDS + kind, agent, i, j & 0xFFFFFF
    return place


@hot
def of_action(step: int, nth: int) -> int:
    """The number of the nth request for the call of a step."""
    return nth << STEP | step & (1 << STEP) - 1


@hot
def done_with(sim: Any, place: int) -> None:
    """The answer is known."""
    give_back(sim, pools.REQUESTS, sim.requests, place)


@hot
def wait(sim: Any, sub: int, entity: int, i: int, j: int, tries: int) -> int:
    """Ticks to back off after so many tries."""
    row = sim.rules[0]
    u = uniform(sim, ISSUER_BACK_OFF, entity, i, j, sub) if row.wait_jitter > 0.0 else 0.0
    return rules.back_off(row.wait_first, row.wait_factor, row.wait_most, row.wait_jitter, tries, u)


@rare
def ask(sim: Any, place: int) -> int:
    """Ask, with as many tries as can be made without waiting: one."""
    r, row, now = sim.requests[place], sim.rules[0], sim.now[0]
    emit(sim, REQUESTED, -1, r.role, r.agent, r.task)
    if now.time < now.up_at:
        return _refused(sim, place, BY_OUTAGE)
    if row.spacing > 0:
        if not rules.admitted(now.theoretical, now.time, row.spacing, row.burst):
            return _refused(sim, place, BY_RATE)
        now.theoretical = rules.next_theoretical(now.theoretical, now.time, row.spacing)
    r.let_in = now.time
    chains.append(now.queue, sim.requests, place)
    grant(sim)
    return PENDING


@hot
def _refused(sim: Any, place: int, why: int) -> int:
    r = sim.requests[place]
    emit(sim, REFUSED, -1, why, r.agent, r.task)
    if r.tries < sim.rules[0].tries:
        j = r.j + (r.tries << TRY)
        later(sim, wait(sim, r.sub, r.entity, r.i, j, r.tries), schedule.ISSUER_AGAIN, place)
        return PENDING
    return NO


@hot
def grant(sim: Any) -> None:
    """Give a free place to the first in line: to one at a time, like SimPy."""
    now = sim.now[0]
    if now.queue.head >= 0 and now.in_use < sim.rules[0].capacity:
        now.in_use += 1
        later(sim, 0, schedule.ISSUER_GRANTED, chains.take_first(now.queue, sim.requests))


@hot
def _leave(sim: Any) -> None:
    """The place is free at once; who is next gets it in an event of its own."""
    sim.now[0].in_use -= 1
    later(sim, 0, schedule.ISSUER_RELEASED, 0)


@rare
def granted(sim: Any, place: int) -> int:
    """The request's turn has come."""
    r, now = sim.requests[place], sim.now[0]
    if now.time < now.up_at:  # it went down while this one stood in line
        _leave(sim)
        return _refused(sim, place, BY_OUTAGE)
    u = uniform(sim, SERVICE, r.entity, r.i, r.j + (r.tries << TRY), r.sub)
    service = laws.ticks(sim, sim.rules[0].service, u)
    emit(sim, SERVED, -1, -1, r.agent, r.task, -1, -1, r.let_in, now.time + service)
    later(sim, service, schedule.ISSUER_DONE, place)
    return PENDING


@rare
def served(sim: Any, place: int) -> int:
    """The issuer is done with the request."""
    _leave(sim)
    r, row = sim.requests[place], sim.rules[0]
    if row.issuer_fails > 0.0:
        u = uniform(sim, SERVICE_FAILURE, r.entity, r.i, r.j + (r.tries << TRY), r.sub)
        if u < row.issuer_fails:
            return _refused(sim, place, BY_FAILURE)
    return YES


@hot
def again(sim: Any, place: int) -> int:
    """The wait before the next try is over."""
    sim.requests[place].tries += 1
    return ask(sim, place)


# --- outages ---
@rare
def outage(sim: Any, kind: int) -> None:
    """The sequence of outages goes on."""
    now, row = sim.now[0], sim.rules[0]
    if kind == schedule.OUTAGE_COMES:
        lasts = laws.ticks(sim, row.outage_length, nth(sim, OUTAGE_LENGTH, 0, now.outages))
        now.up_at = now.time + lasts
        emit(sim, ISSUER_DOWN, -1, -1, -1, -1, -1, -1, 0, now.up_at)
        now.outages += 1
        # One tick more than nothing keeps time moving when both laws can be zero.
        later(sim, max(lasts, 1), schedule.OUTAGE_ENDS, 0)
        return
    gap = laws.ticks(sim, row.outage_gap, nth(sim, OUTAGE_GAP, 0, now.outages))
    later(sim, gap, schedule.OUTAGE_COMES, 0)
