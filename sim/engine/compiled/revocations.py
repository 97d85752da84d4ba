"""How credentials end before their time: asked for at a task's or call's end, at retirement, on detection; eviction."""

from __future__ import annotations

from typing import Any

from sim.engine import rules
from sim.engine.compiled import laws, pools, schedule
from sim.engine.compiled.draws import uniform
from sim.engine.compiled.jit import hot, rare
from sim.engine.compiled.lives import changed, refer, release
from sim.engine.compiled.log import emit
from sim.engine.compiled.schedule import later, starts
from sim.engine.compiled.standing import cut_off, redeploy
from sim.engine.compiled.taking import give_back, take
from sim.engine.compiled.words import (
    ASKED,
    DETECTION,
    DIED,
    EVICTION,
    ORPHANED,
    RETIRED,
    RETIREMENT,
    REVOCATION_DELAY,
    REVOKED,
    SPARED,
)
from sim.model import calendar


@rare
def retire(sim: Any, agent: int) -> None:
    """What the agent held has lost its holder: it is an orphan until it is dead."""
    a = sim.agents[agent]
    a.retired = 1
    emit(sim, RETIRED, -1, -1, agent)
    place = a.live.head
    while place >= 0:
        _orphan(sim, place, agent)
        place = sim.credentials[place].in_live.after
    population = sim.populations[a.population]
    for holding in range(a.holdings, a.holdings + population.count):
        number = sim.holdings[holding].slot
        if number >= 0:
            slot = sim.slots[number]
            slot.left += 1
            if slot.left == slot.count:
                older = slot.older.head
                while older >= 0:
                    _orphan(sim, older, agent)
                    older = sim.credentials[older].link
                _orphan(sim, slot.current, agent)


@hot
def _orphan(sim: Any, place: int, agent: int) -> None:
    c = sim.credentials[place]
    if rules.alive(c.dies, sim.now[0].time):
        c.orphan = 1
        emit(sim, ORPHANED, c.id, -1, agent, -1, -1, -1, 0, c.dies)
        who = sim.slots[c.slot].group if c.slot >= 0 else agent
        if c.name0 > 0:
            ask(sim, place, RETIREMENT, c.name0, c.name1, c.role << 16 | c.nth & 0xFFFF)
        else:
            ask(sim, place, RETIREMENT, who, c.task + 1, c.role << 16 | c.nth & 0xFFFF)


@rare
def ask(sim: Any, place: int, cause: int, entity: int, i: int, j: int) -> None:
    """Ask for a revocation, if the strategy revokes for this cause and the credential is alive."""
    c = sim.credentials[place]
    if sim.revoking[sim.terms[c.role].revoking + cause].on and rules.alive(c.dies, sim.now[0].time):
        number = take(sim, pools.REVOCATIONS, sim.revocations)
        r = sim.revocations[number]
        r.credential, r.cause, r.entity, r.i, r.j = place, cause, entity, i, j
        refer(sim, place)
        starts(sim, schedule.REVOCATION_STARTS, number)


@rare
def begin(sim: Any, number: int) -> None:
    """The revocation is asked for; it fails, or it takes its time."""
    r, now = sim.revocations[number], sim.now[0].time
    c = sim.credentials[r.credential]
    rule = sim.revoking[sim.terms[c.role].revoking + r.cause]
    c.asked = min(c.asked, now)
    emit(sim, ASKED, c.id, r.cause)
    if rule.fails > 0.0 and uniform(sim, REVOKED, r.entity, r.i, r.j, r.cause) < rule.fails:
        emit(sim, SPARED, c.id, r.cause)
        _forget(sim, number)
        return
    u = uniform(sim, REVOCATION_DELAY, r.entity, r.i, r.j, r.cause)
    delay = laws.ticks(sim, rule.delay, u)
    begins = calendar.next_open(now, sim.calendar_open[sim.rules[0].staffed]) if rule.manual else now
    later(sim, begins - now + delay, schedule.REVOCATION, number)


@rare
def end(sim: Any, number: int) -> None:
    """The revocation takes effect."""
    r = sim.revocations[number]
    kill(sim, r.credential, r.cause)
    _forget(sim, number)


@hot
def _forget(sim: Any, number: int) -> None:
    release(sim, sim.revocations[number].credential)
    give_back(sim, pools.REVOCATIONS, sim.revocations, number)


@rare
def kill(sim: Any, place: int, cause: int) -> None:
    """The credential is dead from now on."""
    c, now = sim.credentials[place], sim.now[0].time
    if not rules.alive(c.dies, now):
        return
    was = c.dies
    c.dies, c.cause = now, cause
    changed(sim, DIED, place, was)
    number = c.slot
    if number < 0:
        return
    slot = sim.slots[number]
    if place != slot.current:
        cut_off(sim, number, place, was)
    elif cause in (DETECTION, EVICTION) and slot.left < slot.count:
        redeploy(sim, number)
