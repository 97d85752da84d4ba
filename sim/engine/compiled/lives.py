"""Credentials as rows: issued, referred to, needed, forgotten."""

from __future__ import annotations

from typing import Any

from sim.core.units import FOREVER
from sim.engine import rules
from sim.engine.compiled import chains, pools
from sim.engine.compiled.jit import hot, rare
from sim.engine.compiled.log import emit
from sim.engine.compiled.rows import BY_ROLE, STANDING
from sim.engine.compiled.taking import give_back, meet, take
from sim.engine.compiled.words import ATTACKERS, IDLE, ISSUED, LATE, LEAKED, NEEDED, ORPHAN

MANY = 64
"""So many credentials of an agent are kept before the dead among them are forgotten."""


@hot
def number(sim: Any) -> int:
    """The next credential's number."""
    now = sim.now[0]
    now.credentials += 1
    return now.credentials - 1


@hot
def fresh(sim: Any, role: int, dies: int) -> int:
    """A row for a new credential that nobody holds yet."""
    place = take(sim, pools.CREDENTIALS, sim.credentials)
    c = sim.credentials[place]
    c.id, c.role, c.issued, c.expires, c.dies = number(sim), role, sim.now[0].time, dies, dies
    c.latest, c.asked, c.needed_since, c.cause, c.needed, c.references, c.renewals = FOREVER, FOREVER, 0, 0, 0, 0, 0
    c.agent, c.task, c.task_kind, c.slot, c.nth, c.secret = -1, -1, -1, -1, 0, -1
    c.tool, c.scope, c.usable, c.intrusion, c.swept, c.name0 = -1, BY_ROLE, FOREVER, -1, -1, 0
    c.leaked, c.compromised, c.orphan, c.attackers, c.listed = 0, 0, 0, 0, 0
    return place


@hot
def issue(sim: Any, role: int, agent: int, nth: int, task: int, kind: int, latest: int = FOREVER) -> int:
    """Issue a credential to an agent (-1: to several) and, for a task's own one, its number and kind."""
    plan, now = sim.terms[role], sim.now[0].time
    place = fresh(sim, role, rules.capped(now + plan.lifetime, now, latest))
    c = sim.credentials[place]
    c.latest, c.agent, c.nth, c.task, c.task_kind = latest, agent, nth, task, kind
    c.scope = plan.scope
    if agent >= 0 and plan.issuance != STANDING:
        c.orphan = sim.agents[agent].retired
        if sim.agents[agent].tenured and not sim.agents[agent].retired:
            _list(sim, place)
    emit(sim, ISSUED, c.id, role, agent, task, -1, -1, 0, c.dies, ORPHAN if c.orphan else 0)
    return place


@rare
def _list(sim: Any, place: int) -> None:
    """Remember the credential for the agent's retirement."""
    c = sim.credentials[place]
    agent = sim.agents[c.agent]
    if agent.live_count >= agent.live_most:
        _sweep(sim, c.agent)
    c.listed = 1
    chains.join(agent.live, sim.credentials.in_live, place)
    agent.live_count += 1
    meet(sim, sim.now[0].orphans, agent.live_count)


@hot
def _sweep(sim: Any, agent: int) -> None:
    """Forget the dead ones of an agent's list."""
    a, place, now = sim.agents[agent], sim.agents[agent].live.head, sim.now[0].time
    while place >= 0:
        c = sim.credentials[place]
        after = c.in_live.after
        if not rules.alive(c.dies, now):
            _unlist(sim, place)
            if c.references == 0:
                give_back(sim, pools.CREDENTIALS, sim.credentials, place)
        place = after
    a.live_most = max(MANY, 2 * a.live_count)


@hot
def _unlist(sim: Any, place: int) -> None:
    c = sim.credentials[place]
    agent = sim.agents[c.agent]
    chains.part(agent.live, sim.credentials.in_live, place)
    agent.live_count -= 1
    c.listed = 0


@hot
def refer(sim: Any, place: int) -> None:
    """Somebody refers to the credential from now on."""
    sim.credentials[place].references += 1


@hot
def release(sim: Any, place: int) -> None:
    """One who referred to it does so no longer; when it was the last one, it can be forgotten."""
    c = sim.credentials[place]
    c.references -= 1
    if c.references == 0:
        if c.listed:
            if rules.alive(c.dies, sim.now[0].time):
                return  # it may become an orphan
            _unlist(sim, place)
        give_back(sim, pools.CREDENTIALS, sim.credentials, place)


# --- being needed ---
@hot
def needed(sim: Any, place: int) -> None:
    """One task more needs it."""
    c, now = sim.credentials[place], sim.now[0]
    c.needed += 1
    if c.needed == 1:
        c.needed_since, c.needed_nth = now.time, now.needs
        now.needs += 1
        emit(sim, NEEDED, c.id)


@hot
def idle(sim: Any, place: int) -> None:
    """No task needs it any more."""
    c = sim.credentials[place]
    until = max(c.needed_since, min(sim.now[0].time, c.dies))
    emit(sim, IDLE, c.id, -1, -1, -1, -1, -1, c.needed_since, until)


# --- what rows say of it ---
@hot
def late(sim: Any, place: int) -> int:
    """The flag of a use after its revocation was asked for."""
    return LATE if sim.now[0].time >= sim.credentials[place].asked else 0


@hot
def changed(sim: Any, event: int, place: int, was: int) -> None:
    """Write down that the credential dies at another time than it was to."""
    c = sim.credentials[place]
    flags = (ORPHAN if c.orphan else 0) | (LEAKED if c.leaked else 0) | (ATTACKERS if c.attackers else 0)
    emit(sim, event, c.id, c.cause, -1, -1, -1, -1, was, c.dies, flags)
