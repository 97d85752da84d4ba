"""Standing credentials: slots, rotation, redeployment, outages of their holders."""

from __future__ import annotations

from typing import Any

from sim.engine import rules
from sim.engine.compiled import chains, laws, schedule
from sim.engine.compiled.draws import uniform
from sim.engine.compiled.jit import hot, rare
from sim.engine.compiled.lives import changed, issue, refer, release
from sim.engine.compiled.log import emit
from sim.engine.compiled.schedule import later, starts
from sim.engine.compiled.taking import meet
from sim.engine.compiled.words import OUTAGE, REDEPLOYMENT, ROLLOUT, ROTATED, ROTATION_PHASE, SHORTENED

MEMBER = 32
"""Bits of a credential's place, below the member that is handed it."""


@hot
def open_slots(sim: Any) -> None:
    """Hand out the standing credentials that exist when the simulation starts."""
    for place in range(sim.now[0].slots):
        sim.slots[place].current = _version(sim, place)
        if sim.terms[sim.slots[place].role].rotate_every > 0:
            starts(sim, schedule.ROTATION_STARTS, place)


@hot
def _version(sim: Any, place: int) -> int:
    slot = sim.slots[place]
    alone = sim.members[slot.members].agent if slot.count == 1 else -1
    credential = issue(sim, slot.role, alone, slot.version, -1, -1)
    sim.credentials[credential].slot = place
    refer(sim, credential)
    return credential


@hot
def kept(sim: Any, slot: int, member: int) -> int:
    """What a member has: the current one, or what it had before until the current one has been handed to it."""
    m = sim.members[member]
    return m.before if sim.now[0].time < m.ready else sim.slots[slot].current


@rare
def rotation_starts(sim: Any, place: int) -> None:
    """The first rotation is as far off as the phase says."""
    slot = sim.slots[place]
    plan = sim.terms[slot.role]
    phase = uniform(sim, ROTATION_PHASE, slot.group, slot.role, 0, 0)
    first = plan.rotate_every if plan.aligned else max(1, int(phase * plan.rotate_every))
    later(sim, first, schedule.ROTATION, place)


@rare
def rotate(sim: Any, place: int) -> None:
    """A new version; the old one dies after the overlap at the latest."""
    slot, now = sim.slots[place], sim.now[0].time
    plan = sim.terms[slot.role]
    if slot.left == slot.count:
        return
    old = slot.current
    refer(sim, old)
    _new_version(sim, place)
    c = sim.credentials[old]
    was = c.dies
    c.dies = min(was, now + plan.overlap)
    if c.dies < was:
        c.expires, c.cause = c.dies, ROTATED
        changed(sim, SHORTENED, old, was)
    release(sim, old)
    _hand_out_all(sim, place, ROLLOUT, plan.rollout)
    later(sim, plan.rotate_every, schedule.ROTATION, place)


@rare
def redeploy(sim: Any, place: int) -> None:
    """The slot's credential was revoked: there is a new one, and every holder gets it in its own time."""
    _new_version(sim, place)
    _hand_out_all(sim, place, REDEPLOYMENT, sim.terms[sim.slots[place].role].redeployment)


@hot
def _new_version(sim: Any, place: int) -> None:
    slot = sim.slots[place]
    for member in range(slot.members, slot.members + slot.count):
        m, has = sim.members[member], kept(sim, place, member)
        refer(sim, has)
        if m.before >= 0:
            release(sim, m.before)
        m.before = has
    _age(sim, place)
    slot.version += 1
    slot.current = _version(sim, place)


@hot
def _age(sim: Any, place: int) -> None:
    """The current version becomes the last of the older ones, of which those alive are kept, oldest first."""
    slot, now = sim.slots[place], sim.now[0].time
    older, slot.aged = slot.older.head, 0
    chains.clear(slot.older)
    while True:
        if older < 0:
            older = slot.current
        is_current = older == slot.current
        after = sim.credentials[older].link
        if rules.alive(sim.credentials[older].dies, now):
            chains.append(slot.older, sim.credentials, older)
            slot.aged += 1
        else:
            release(sim, older)
        if is_current:
            break
        older = after
    meet(sim, sim.now[0].orphans, slot.aged)


@hot
def _hand_out_all(sim: Any, place: int, stream: int, law: int) -> None:
    slot = sim.slots[place]
    for member in range(slot.members, slot.members + slot.count):
        u = uniform(sim, stream, sim.members[member].agent, slot.role, slot.version, 0)
        _hand_out(sim, place, member, sim.now[0].time + laws.ticks(sim, law, u))


@hot
def _hand_out(sim: Any, place: int, member: int, at: int) -> None:
    """The member has the new version at `at`; until then it has what it had, if that is alive."""
    m, slot = sim.members[member], sim.slots[place]
    out = max(m.ready, sim.credentials[m.before].dies, sim.now[0].time)
    m.ready = max(at, m.ready)
    if m.ready > out and not sim.agents[m.agent].retired:
        emit(sim, OUTAGE, sim.credentials[slot.current].id, -1, m.agent, -1, -1, -1, out, m.ready)
    if sim.rules[0].takes_over:
        refer(sim, slot.current)
        starts(sim, schedule.HANDED_STARTS, member << MEMBER | slot.current)


@rare
def handing_starts(sim: Any, who: int) -> None:
    """A member will have the version that it is handed; `who`: the member, the version (see MEMBER)."""
    later(sim, sim.members[who >> MEMBER].ready - sim.now[0].time, schedule.HANDED, who)


@rare
def cut_off(sim: Any, place: int, old: int, was: int) -> None:
    """An older version died in its overlap, at `was` at the latest: who still had it waits for the current one."""
    slot, now = sim.slots[place], sim.now[0].time
    for member in range(slot.members, slot.members + slot.count):
        m = sim.members[member]
        until = min(m.ready, was)
        if until > now and m.before == old and not sim.agents[m.agent].retired:
            emit(sim, OUTAGE, sim.credentials[slot.current].id, -1, m.agent, -1, -1, -1, now, until)
