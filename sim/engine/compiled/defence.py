"""The intrusion's clock: noticed, then evicted, and what the intruder held is dead."""

from __future__ import annotations

from typing import Any

from sim.engine import rules
from sim.engine.compiled import chains, laws, schedule
from sim.engine.compiled.draws import uniform
from sim.engine.compiled.jit import hot, rare
from sim.engine.compiled.lives import release
from sim.engine.compiled.log import emit
from sim.engine.compiled.revocations import kill
from sim.engine.compiled.schedule import later, starts
from sim.engine.compiled.taking import READ_BY, drop_node, meet, note
from sim.engine.compiled.walks import walk
from sim.engine.compiled.words import EVICTED, EVICTION, EVICTION_TIME, INTRUSION_NOTICED, NOTICE_TIME, NOTICED


@rare
def begin(sim: Any, number: int) -> None:
    """Will the intrusion be noticed?"""
    row, intrusion = sim.rules[0], sim.intrusions[number]
    if uniform(sim, NOTICED, intrusion.name0, intrusion.name1, 0, 0) < row.notice_chance:
        u = uniform(sim, NOTICE_TIME, intrusion.name0, intrusion.name1, 0, 0)
        later(sim, laws.ticks(sim, row.notice_time, u), schedule.INTRUSION_NOTICED, number)


@rare
def noticed(sim: Any, number: int) -> None:
    """The intrusion is noticed."""
    intrusion = sim.intrusions[number]
    emit(sim, INTRUSION_NOTICED, -1, -1, -1, -1, -1, -1, 0, 0, 0, number)
    u = uniform(sim, EVICTION_TIME, intrusion.name0, intrusion.name1, 0, 0)
    later(sim, laws.ticks(sim, sim.rules[0].eviction, u), schedule.EVICTION, number)


@rare
def evict(sim: Any, number: int) -> None:
    """The intruder is out, and nothing that was held is good any more."""
    intrusion = sim.intrusions[number]
    if _many_follow(sim, number):
        return
    intrusion.over = 1
    emit(sim, EVICTED, -1, -1, -1, -1, -1, -1, 0, 0, 0, number)
    element = intrusion.held.head
    while element >= 0:
        place = sim.nodes[element].what
        c = sim.credentials[place]
        alive = rules.alive(c.dies, sim.now[0].time)
        kill(sim, place, EVICTION)
        if alive and c.attackers:
            _replaced(sim, place)
        release(sim, place)
        element = drop_node(sim, element)
    chains.clear(intrusion.held)


@hot
def _many_follow(sim: Any, number: int) -> bool:
    """Do more ways follow from the eviction than there is room for? Then room is made, and it comes again at once."""
    now, follow, element = sim.now[0], 0, sim.intrusions[number].held.head
    while element >= 0:
        place = sim.nodes[element].what
        secret = sim.credentials[place].secret
        if secret >= 0 and sim.known[secret].value == place:
            follow += sim.known[secret].count
        element = sim.nodes[element].link
    meet(sim, now.crowd, follow)
    if follow <= now.crowd.room:
        return False
    now.events -= 1
    starts(sim, schedule.EVICTION, number)
    return True


@hot
def _replaced(sim: Any, place: int) -> None:
    """A stored secret got a new value: other intruders who had the old one read it anew, where they still can."""
    secret = sim.credentials[place].secret
    if secret < 0 or sim.known[secret].value != place:
        return
    element = sim.known[secret].knowers
    while element >= 0:
        knower = sim.nodes[element].what
        if not sim.intrusions[knower].over:
            by = sim.notes[note(sim, knower, READ_BY, secret)]
            walk(sim, knower, by.first, by.second, schedule.READ_STARTS)
        element = sim.nodes[element].link
