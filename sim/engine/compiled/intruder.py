"""The attacker: tries what leaked, and from a live credential walks the access graph hop by hop, on the clock."""

from __future__ import annotations

from typing import Any

from sim.core.units import FOREVER
from sim.engine import rules
from sim.engine.compiled import chains, laws, schedule
from sim.engine.compiled.draws import uniform
from sim.engine.compiled.jit import hot, rare
from sim.engine.compiled.lives import fresh, late, refer, release
from sim.engine.compiled.log import emit
from sim.engine.compiled.rows import ASSUMES, BY_ACTION, BY_ROLE, BY_TASK, CAN
from sim.engine.compiled.schedule import later, starts
from sim.engine.compiled.taking import (
    GOT,
    HAS,
    REACHED,
    READ_BY,
    TIMES,
    drop_node,
    meet,
    node,
    note,
    noted,
    write_down,
)
from sim.engine.compiled.walks import can, forget, hop, walk
from sim.engine.compiled.words import (
    ATTACKERS,
    BLOCKED,
    BOUND,
    COMPROMISED,
    DEAD,
    KEPT,
    LOSS,
    OBTAINED,
    REGAINED,
    RENEWED,
    SECRET_PHASE,
)
from sim.engine.compiled.words import REACHED as REACHED_ROW

MOST = 1e16
"""Losses are cut here, so that cents fit the log."""


@rare
def attempt(sim: Any, place: int, name0: int, name1: int, channel: int, leaked: int, usable: int) -> None:
    """Somebody tries what leaked through a channel at a time. One who is inside already gains nothing by it.

    Args:
        usable: when who has this copy can use it no longer.
    """
    c, now = sim.credentials[place], sim.now[0]
    alive = rules.alive(c.dies, now.time)
    if not alive or now.time >= usable:
        barrier = DEAD if not alive else BOUND if sim.terms[c.role].bound else KEPT
        emit(sim, BLOCKED, c.id, barrier, -1, -1, -1, -1, leaked, 0, 0, -1, channel)
    elif not c.compromised:
        c.compromised = 1
        number = now.intrusions
        now.intrusions += 1
        if now.intrusions > now.intrusions_most:
            now.low = 1
        intrusion = sim.intrusions[number]
        intrusion.name0, intrusion.name1, intrusion.held_count, intrusion.over = name0, name1, 0, 0
        chains.clear(intrusion.held)
        c.intrusion = number
        _gain(sim, COMPROMISED, place, channel, leaked, usable)
        _hold(sim, number, place)
        starts(sim, schedule.DEFENCE_STARTS, number)
    elif c.usable < usable:
        locked_out = c.usable <= now.time
        _gain(sim, REGAINED, place, channel, leaked, usable)
        if locked_out:
            _set_out(sim, c.intrusion, place)


@hot
def _gain(sim: Any, event: int, place: int, channel: int, leaked: int, usable: int) -> None:
    c = sim.credentials[place]
    c.usable = usable
    emit(sim, event, c.id, -1, -1, -1, -1, -1, leaked, usable, late(sim, place), c.intrusion, channel)


# --- the walk ---
@rare
def _hold(sim: Any, number: int, place: int) -> None:
    intrusion = sim.intrusions[number]
    refer(sim, place)
    chains.append(intrusion.held, sim.nodes, node(sim, place))
    intrusion.held_count += 1
    meet(sim, sim.now[0].crowd, intrusion.held_count)
    _set_out(sim, number, place)


@rare
def _set_out(sim: Any, number: int, place: int) -> None:
    """Take all edges at once."""
    c = sim.credentials[place]
    role = sim.roles[c.role]
    for at in range(role.edges, role.edges + role.count):
        edge = sim.role_edges[at]
        row = sim.edges[edge]
        if c.scope == BY_ROLE or (row.relation == CAN and _within(sim, place, row.target)):
            walk(sim, number, place, edge, schedule.WALK_STARTS)


@hot
def _within(sim: Any, place: int, resource: int) -> bool:
    """Is the resource one that a credential is narrowed to?"""
    c = sim.credentials[place]
    if c.scope != BY_ACTION and not sim.needs[c.task_kind, resource]:
        return False
    return bool(c.scope == BY_TASK or sim.touches[c.tool, resource])


@rare
def walk_starts(sim: Any, number: int) -> None:
    """The attacker sets out on a hop."""
    later(sim, hop(sim, number, 0), schedule.WALKED, number)


@rare
def walked(sim: Any, number: int) -> None:
    """The attacker has taken a hop."""
    w = sim.walks[number]
    if sim.edges[w.edge].relation != CAN:
        keep_role(sim, number)
        return
    if can(sim, number):
        _reach(sim, number)
    forget(sim, number)


@rare
def keep_role(sim: Any, number: int) -> None:
    """Step into a role, or mint a credential for it; do so again whenever that is about to end, while one can."""
    w = sim.walks[number]
    if not can(sim, number):
        forget(sim, number)
        return
    edge, now, about = sim.edges[w.edge], sim.now[0].time, note(sim, w.intrusion, GOT, w.edge)
    role = sim.roles[edge.target]
    life = role.session if edge.relation == ASSUMES else role.minted
    got = sim.notes[about].first if noted(sim, about) else -1
    if got < 0 or not rules.alive(sim.credentials[got].dies, now):
        got = _fresh(sim, edge.target, FOREVER if life < 0 else now + life)
        write_down(sim, about, w.intrusion, GOT, w.edge, got, 0)
        _obtain(sim, number, got)
    elif life >= 0 and sim.credentials[got].dies <= now + 1:
        c = sim.credentials[got]
        was = c.dies
        c.dies += life
        emit(sim, RENEWED, c.id, -1, -1, -1, -1, -1, was, c.dies, ATTACKERS)
    dies = sim.credentials[got].dies
    if dies >= FOREVER:
        forget(sim, number)
    else:
        later(sim, max(dies - 1 - now, 1), schedule.KEPT, number)


@hot
def _reach(sim: Any, number: int) -> None:
    w = sim.walks[number]
    edge, intrusion = sim.edges[w.edge], sim.intrusions[w.intrusion]
    resource, about = edge.target, note(sim, w.intrusion, REACHED, edge.target)
    row, cents = sim.resources[resource], 0
    if not noted(sim, about) and row.loss >= 0:
        u = uniform(sim, LOSS, intrusion.name0, intrusion.name1, resource, 0)
        cents = int(min(laws.value(sim, row.loss, u), MOST) * 100 + 0.5)
    write_down(sim, about, w.intrusion, REACHED, resource, 0, 0)
    flags, credential = late(sim, w.credential), sim.credentials[w.credential].id
    emit(sim, REACHED_ROW, credential, resource, -1, -1, -1, -1, 0, cents, flags, w.intrusion, w.edge)
    for at in range(row.edges, row.edges + row.count):
        stored = sim.resource_edges[at]
        if edge.level >= sim.edges[stored].level:
            walk(sim, w.intrusion, w.credential, stored, schedule.READ_STARTS)


@rare
def reading_starts(sim: Any, number: int) -> None:
    """Read a stored secret, and again each time that its value has run out while there is still access."""
    w = sim.walks[number]
    about = note(sim, w.intrusion, TIMES, w.edge)
    times = sim.notes[about].first + 1 if noted(sim, about) else 0
    write_down(sim, about, w.intrusion, TIMES, w.edge, times, 0)
    later(sim, hop(sim, number, times), schedule.READ, number)


@rare
def read(sim: Any, number: int) -> None:
    """The attacker has come to the secret."""
    w, now = sim.walks[number], sim.now[0].time
    if not can(sim, number):
        forget(sim, number)
        return
    secret = sim.edges[w.edge].target
    value = _value(sim, secret)
    by = note(sim, w.intrusion, READ_BY, secret)
    write_down(sim, by, w.intrusion, READ_BY, secret, w.credential, w.edge)
    has, c = note(sim, w.intrusion, HAS, secret), sim.credentials[value]
    if not noted(sim, has) or sim.notes[has].first != c.id:
        write_down(sim, has, w.intrusion, HAS, secret, c.id, 0)
        _know(sim, secret, w.intrusion)
        _obtain(sim, number, value)
    if c.dies >= FOREVER:
        forget(sim, number)
    else:
        later(sim, max(c.dies - now, 1), schedule.READ_AGAIN, number)


@rare
def _value(sim: Any, secret: int) -> int:
    """The secret's present value, as a credential for the role that it opens."""
    known, row, now = sim.known[secret], sim.secrets[secret], sim.now[0].time
    value = known.value
    if value < 0 or not rules.alive(sim.credentials[value].dies, now):
        dies = FOREVER
        if row.life >= 0:
            phase = max(1, int(uniform(sim, SECRET_PHASE, secret, 0, 0, 0) * row.life))
            dies = rules.value_ends(now, row.life, phase)
        if value >= 0:
            _forget_knowers(sim, secret)
            release(sim, value)
        value = _fresh(sim, row.role, dies)
        known.value, sim.credentials[value].secret = value, secret
        refer(sim, value)
    return value


@hot
def _forget_knowers(sim: Any, secret: int) -> None:
    known = sim.known[secret]
    while known.knowers >= 0:
        known.knowers = drop_node(sim, known.knowers)
    known.last, known.count = -1, 0


@rare
def _know(sim: Any, secret: int, intrusion: int) -> None:
    """The intruder has the secret's present value; knowers are kept by number."""
    known = sim.known[secret]
    element, before, at = node(sim, intrusion), known.last, -1
    if before >= 0 and sim.nodes[before].what > intrusion:
        before, at = -1, known.knowers
        while sim.nodes[at].what < intrusion:
            before, at = at, sim.nodes[at].link
    sim.nodes[element].link = at
    if before >= 0:
        sim.nodes[before].link = element
    else:
        known.knowers = element
    if at < 0:
        known.last = element
    known.count += 1
    meet(sim, sim.now[0].crowd, known.count)


@rare
def _fresh(sim: Any, role: int, dies: int) -> int:
    place = fresh(sim, role, dies)
    sim.credentials[place].attackers = 1
    return place


@rare
def _obtain(sim: Any, number: int, place: int) -> None:
    w, c = sim.walks[number], sim.credentials[place]
    flags, through = late(sim, w.credential), sim.credentials[w.credential].id
    emit(sim, OBTAINED, c.id, c.role, -1, -1, -1, -1, through, c.dies, flags, w.intrusion, w.edge)
    _hold(sim, w.intrusion, place)
