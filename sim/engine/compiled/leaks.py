"""Leaks: credentials copied into channels by use or exposed where they lie; who finds them; who notices."""

from __future__ import annotations

from typing import Any

from sim.core.units import FOREVER
from sim.engine import rules
from sim.engine.compiled import laws, pools, schedule
from sim.engine.compiled.draws import leak_name, uniform
from sim.engine.compiled.intruder import attempt
from sim.engine.compiled.jit import hot, rare
from sim.engine.compiled.lives import refer, release
from sim.engine.compiled.log import emit
from sim.engine.compiled.revocations import ask
from sim.engine.compiled.rows import LEASED, STANDING
from sim.engine.compiled.schedule import later, starts
from sim.engine.compiled.standing import kept
from sim.engine.compiled.taking import give_back, take
from sim.engine.compiled.words import (
    CAPTURE,
    CAPTURED,
    CONFINED,
    DETECTED,
    DETECTION,
    DETECTION_TIME,
    DISCOVERED,
    DISCOVERY_TIME,
    EXPOSURE,
    LEAK_NOTICED,
    PASSED,
    REMEDIATION,
)


@rare
def copied(sim: Any, task: int, place: int) -> None:
    """An attempt with a credential was made: it is copied into channels that the draws choose, dead or alive."""
    for channel in range(sim.rules[0].channels):
        _shown(sim, task, place, channel, sim.channels[channel].per_use)


@rare
def sent_out(sim: Any, task: int, place: int) -> None:
    """A call for another objective was let in: its credential is sent out through channels that the draws choose."""
    for channel in range(sim.rules[0].channels):
        _shown(sim, task, place, channel, sim.channels[channel].sent_out)


@hot
def _shown(sim: Any, task: int, place: int, channel: int, chance: float) -> None:
    """The credential of an attempt comes into a channel, with that chance, if the channel can take it."""
    t = sim.tasks[task]
    population = sim.agents[t.agent].population
    if chance <= 0.0 or not sim.watches[channel, t.tool] or not sim.serves[channel, population]:
        return
    if _passes(sim, channel, t.credential) and uniform(sim, CAPTURE, t.who, t.which, place, channel) < chance:
        name0, name1 = leak_name(sim, channel << 1, t.who, t.which, place)
        passed = t.parent >= 0 and sim.passed[task, sim.place_of[population, t.tool]] > 0
        _copy(sim, channel, t.credential, name0, name1, t.agent, t.number, passed)


@hot
def _passes(sim: Any, channel: int, credential: int) -> bool:
    """Does whoever keeps the credential show it where the channel could take it?"""
    row = sim.channels[channel]
    return bool(row.takes_kept if sim.terms[sim.credentials[credential].role].kept else row.takes_agents)


@rare
def next_exposure(sim: Any, number: int) -> None:
    """The credential that is stored at a place is exposed again after a while."""
    e = sim.exposures[number]
    u = uniform(sim, EXPOSURE, e.agent, e.role, e.count, e.channel)
    gap = laws.ticks(sim, sim.channels[e.channel].gap, u)
    later(sim, gap, schedule.EXPOSURE, number)


@rare
def expose(sim: Any, number: int) -> None:
    """What lies at the place is captured."""
    e = sim.exposures[number]
    name0, name1 = leak_name(sim, e.channel << 1 | 1, e.agent, e.role, e.count)
    agent, issuance = sim.agents[e.agent], sim.terms[e.role].issuance
    holding = sim.holdings[agent.holdings + e.place]
    if issuance == STANDING:
        _copy(sim, e.channel, kept(sim, holding.slot, holding.member), name0, name1, e.agent, -1, False)
    elif issuance == LEASED and holding.lease >= 0:
        _copy(sim, e.channel, holding.lease, name0, name1, e.agent, -1, False)
    alone = issuance not in (STANDING, LEASED)
    if alone or sim.rules[0].delegates:
        _expose_tasks(sim, number, name0, name1, alone)
    e.count += 1
    next_exposure(sim, number)


@hot
def _expose_tasks(sim: Any, number: int, name0: int, name1: int, alone: bool) -> None:
    """What running tasks of the agent have that is not the agent's own; alone: all that they have."""
    e = sim.exposures[number]
    task = sim.agents[e.agent].running.head
    while task >= 0:
        credential, t = sim.held[task, e.place], sim.tasks[task]
        passed = t.parent >= 0 and sim.passed[task, e.place] > 0
        if credential >= 0 and (alone or passed or sim.credentials[credential].task >= 0):
            # One exposure can capture the credentials of several tasks, and each is found for itself.
            own0, own1 = leak_name(sim, e.channel << 1 | 1, name0, name1, t.which)
            _copy(sim, e.channel, credential, own0, own1, e.agent, t.number if passed else -1, passed)
        task = t.in_running.after


@rare
def _copy(sim: Any, channel: int, place: int, name0: int, name1: int, agent: int, task: int, passed: bool) -> None:
    """The credential is copied; whether that will be noticed is a matter of this copy."""
    row, noticed = sim.channels[channel], FOREVER
    if happens(sim, row.detection_chance, DETECTED, name0, name1):
        noticed = sim.now[0].time + drawn(sim, row.detection_time, DETECTION_TIME, name0, name1)
    usable = rules.usable_until(sim.terms[sim.credentials[place].role].bound != 0, False, 0)
    capture(sim, channel, place, name0, name1, agent, task, usable, noticed, passed)


@rare
def capture(
    sim: Any,
    channel: int,
    place: int,
    name0: int,
    name1: int,
    agent: int,
    task: int,
    usable: int,
    noticed: int,
    passed: bool,
) -> None:
    """The credential is captured through a channel; see sim.engine.reference.leaks."""
    c = sim.credentials[place]
    flags = 0
    if passed:
        flags = PASSED
        agent = c.agent if c.slot < 0 else sim.members[sim.slots[c.slot].members].agent
    emit(sim, CAPTURED, c.id, channel, agent, task, c.cause, c.tool, c.issued, c.dies, flags, c.task_kind, c.role)
    if sim.now[0].time < usable < FOREVER:
        emit(sim, CONFINED, c.id, -1, agent, -1, -1, -1, 0, usable)
    c.leaked = 1
    found = happens(sim, sim.channels[channel].discovery_chance, DISCOVERED, name0, name1)
    if not found and noticed >= FOREVER:
        return
    number = take(sim, pools.CAPTURES, sim.captures)
    row = sim.captures[number]
    row.credential, row.channel, row.name0, row.name1 = place, channel, name0, name1
    row.leaked, row.references, row.usable, row.noticed = sim.now[0].time, 0, usable, noticed
    refer(sim, place)
    if found:
        row.references += 1
        starts(sim, schedule.FOUND_STARTS, number)
    if noticed < FOREVER:
        row.references += 1
        starts(sim, schedule.NOTICED_STARTS, number)


@hot
def happens(sim: Any, chance: float, stream: int, name0: int, name1: int) -> bool:
    """Does what has this chance happen, after the leak of this name?"""
    return chance >= 1.0 or (chance > 0.0 and uniform(sim, stream, name0, name1, 0, 0) < chance)


@hot
def drawn(sim: Any, law: int, stream: int, name0: int, name1: int) -> int:
    """How long it takes, after the leak of this name."""
    return laws.ticks(sim, law, uniform(sim, stream, name0, name1, 0, 0))


@hot
def _forget(sim: Any, number: int) -> None:
    capture = sim.captures[number]
    capture.references -= 1
    if capture.references == 0:
        release(sim, capture.credential)
        give_back(sim, pools.CAPTURES, sim.captures, number)


@hot
def _after(sim: Any, number: int, law: int, stream: int, kind: int) -> None:
    capture = sim.captures[number]
    later(sim, drawn(sim, law, stream, capture.name0, capture.name1), kind, number)


@rare
def finding_starts(sim: Any, number: int) -> None:
    """Somebody will find it."""
    law = sim.channels[sim.captures[number].channel].discovery_time
    _after(sim, number, law, DISCOVERY_TIME, schedule.FOUND)


@rare
def found(sim: Any, number: int) -> None:
    """Somebody found it, and tries it."""
    capture = sim.captures[number]
    attempt(sim, capture.credential, capture.name0, capture.name1, capture.channel, capture.leaked, capture.usable)
    _forget(sim, number)


@rare
def noticing_starts(sim: Any, number: int) -> None:
    """The defender will notice it."""
    later(sim, max(sim.captures[number].noticed - sim.now[0].time, 0), schedule.NOTICED, number)


@rare
def noticed(sim: Any, number: int) -> None:
    """The defender has noticed it, and sees to it where the strategy says so."""
    capture = sim.captures[number]
    c = sim.credentials[capture.credential]
    rule = sim.revoking[sim.terms[c.role].revoking + DETECTION]
    emit(sim, LEAK_NOTICED, c.id, capture.channel)
    if not rule.on or not rules.alive(c.dies, sim.now[0].time):
        _forget(sim, number)
    elif rule.manual:
        _after(sim, number, sim.channels[capture.channel].remediation, REMEDIATION, schedule.REMEDIED)
    else:
        remedied(sim, number)


@rare
def remedied(sim: Any, number: int) -> None:
    """The leak's own remediation is done: the revocation is asked for."""
    capture = sim.captures[number]
    ask(sim, capture.credential, DETECTION, capture.name0, capture.name1, 0)
    _forget(sim, number)
