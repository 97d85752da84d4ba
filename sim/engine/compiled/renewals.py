"""Keeping a credential alive by renewal, for as long as somebody wants it."""

from __future__ import annotations

from typing import Any

from sim.engine import rules
from sim.engine.compiled import issuer, schedule
from sim.engine.compiled.jit import hot, rare
from sim.engine.compiled.lives import changed, refer, release
from sim.engine.compiled.schedule import later, starts
from sim.engine.compiled.words import RENEWED


@hot
def keep_renewing(sim: Any, place: int) -> None:
    """Renew the credential from now on, if its terms say so."""
    if sim.terms[sim.credentials[place].role].renew_after > 0:
        refer(sim, place)
        starts(sim, schedule.RENEWAL_STARTS, place)


@rare
def renew(sim: Any, place: int) -> None:
    """Wait for the next renewal, while there is one to come."""
    c = sim.credentials[place]
    plan = sim.terms[c.role]
    if c.expires < min(c.issued + plan.max_life, c.latest):
        later(sim, plan.renew_after, schedule.RENEWAL, place)
    else:
        release(sim, place)


@rare
def renewal(sim: Any, place: int) -> None:
    """The time has come: renew it if it is still wanted."""
    c = sim.credentials[place]
    if not _still_wanted(sim, place):
        release(sim, place)
        return
    c.renewals += 1
    which, nth = c.nth if c.task < 0 else c.task, c.renewals
    if c.tool >= 0:
        nth = issuer.of_action(c.nth, nth)
    number = issuer.request(sim, issuer.RENEWAL, place, c.role, c.agent, which, nth, c.task)
    if c.name0 > 0:
        sim.requests[number].entity, sim.requests[number].i = c.name0, c.name1
    renewed(sim, number, issuer.ask(sim, number))


@rare
def renewed(sim: Any, number: int, answer: int) -> None:
    """What the issuer said to a request for renewal."""
    if answer == issuer.PENDING:
        return
    place, now = sim.requests[number].owner, sim.now[0].time
    issuer.done_with(sim, number)
    c = sim.credentials[place]
    plan = sim.terms[c.role]
    if answer == issuer.NO or not rules.alive(c.dies, now):
        release(sim, place)
        return
    was = c.dies
    c.dies = min(rules.renewed_until(now, c.issued, plan.lifetime, plan.max_life), c.latest)
    c.expires = c.dies
    changed(sim, RENEWED, place, was)
    renew(sim, place)


@hot
def _still_wanted(sim: Any, place: int) -> bool:
    c = sim.credentials[place]
    if not rules.alive(c.dies, sim.now[0].time):
        return False
    if c.task >= 0:
        return c.needed > 0
    agent = sim.agents[c.agent]
    if agent.retired:
        return False
    return _lease_of(sim, c.agent, c.role) == place


@rare
def _lease_of(sim: Any, agent: int, role: int) -> int:
    a = sim.agents[agent]
    population = sim.populations[a.population]
    for place in range(population.count):
        if sim.roles_of[population.roles + place] == role:
            return sim.holdings[a.holdings + place].lease
    return -1
