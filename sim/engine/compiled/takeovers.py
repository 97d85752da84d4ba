"""Takeovers of running workloads: everything that is live there is captured, and what the agent gets meanwhile."""

from __future__ import annotations

from typing import Any

from sim.core.units import FOREVER
from sim.engine import rules
from sim.engine.compiled import chains, laws, pools, schedule
from sim.engine.compiled.draws import leak_name, uniform
from sim.engine.compiled.jit import hot, rare
from sim.engine.compiled.leaks import capture, drawn, happens
from sim.engine.compiled.lives import release
from sim.engine.compiled.log import emit
from sim.engine.compiled.schedule import later
from sim.engine.compiled.standing import MEMBER, kept
from sim.engine.compiled.taking import give_back, meet, take
from sim.engine.compiled.words import DETECTED, DETECTION_TIME, TAKEN_OVER, TAKEOVER, TAKEOVER_LENGTH, TENURE


@rare
def next_takeover(sim: Any, number: int) -> None:
    """The workload is taken over again after a while."""
    threat = sim.threats[number]
    u = uniform(sim, TAKEOVER, threat.agent, threat.count, 0, threat.channel)
    gap = laws.ticks(sim, sim.channels[threat.channel].takeover_gap, u)
    later(sim, gap, schedule.TAKEOVER, number)


@rare
def take_over(sim: Any, number: int) -> None:
    """The workload is taken over, unless it is no more: what is live there is captured."""
    threat, now = sim.threats[number], sim.now[0]
    retires = _retires(sim, threat.agent)
    if now.time >= retires:
        return
    _forget_those_over(sim, threat.agent)
    place = _drawn(sim, number)
    takeover, agent = sim.takeovers[place], sim.agents[threat.agent]
    takeover.until = min(takeover.until, retires)
    chains.append(agent.takeovers, sim.takeovers, place)
    emit(sim, TAKEN_OVER, -1, threat.channel, threat.agent, -1, -1, -1, 0, takeover.until)
    _capture_live(sim, place)
    threat.count += 1
    next_takeover(sim, number)


@hot
def acquired(sim: Any, agent: int, credential: int, passed_to: int = -1) -> None:
    """The agent has come to hold a credential: whoever has taken over its workload has it, too.

    Args:
        passed_to: number of the delegated task that it was passed on to; -1: it is the agent's.
    """
    place, now = sim.agents[agent].takeovers.head, sim.now[0].time
    while place >= 0:
        takeover = sim.takeovers[place]
        if now < min(takeover.until, takeover.noticed) and rules.alive(sim.credentials[credential].dies, now):
            _capture(sim, place, credential, passed_to, False)
        place = sim.takeovers[place].link


@rare
def handed(sim: Any, who: int) -> None:
    """A member has the version that it was handed, if it was handed no other; who: see MEMBER."""
    member, credential = who >> MEMBER, who & (1 << MEMBER) - 1
    c = sim.credentials[credential]
    slot = sim.slots[c.slot]
    safe = rules.safe_for_now(slot.captured, slot.captured_version, c.nth, sim.now[0].time)
    if kept(sim, c.slot, member) == credential and not safe:
        acquired(sim, sim.members[member].agent, credential)
    release(sim, credential)


@hot
def _retires(sim: Any, agent: int) -> int:
    tenure = sim.populations[sim.agents[agent].population].tenure
    if tenure < 0:
        return FOREVER
    return laws.ticks(sim, tenure, uniform(sim, TENURE, agent, 0, 0, 0))


@hot
def _forget_those_over(sim: Any, agent: int) -> None:
    chain, now, count = sim.agents[agent].takeovers, sim.now[0].time, 1
    place = chain.head
    chains.clear(chain)
    while place >= 0:
        after = sim.takeovers[place].link
        if now < sim.takeovers[place].until:
            chains.append(chain, sim.takeovers, place)
            count += 1
        else:
            give_back(sim, pools.TAKEOVERS, sim.takeovers, place)
        place = after
    meet(sim, sim.now[0].hold, count)


@hot
def _drawn(sim: Any, number: int) -> int:
    """A takeover that begins now; when the defender notices it, it is over."""
    threat, now = sim.threats[number], sim.now[0]
    row = sim.channels[threat.channel]
    name0, name1 = leak_name(sim, threat.channel << 1 | 1, threat.agent, threat.count, 0)
    u = uniform(sim, TAKEOVER_LENGTH, threat.agent, threat.count, 0, threat.channel)
    until, noticed = now.time + max(laws.ticks(sim, row.lasting, u), 1), FOREVER
    if happens(sim, row.detection_chance, DETECTED, name0, name1):
        noticed = now.time + drawn(sim, row.detection_time, DETECTION_TIME, name0, name1)
        until = min(until, max(noticed, now.time + 1))
    place = take(sim, pools.TAKEOVERS, sim.takeovers)
    takeover = sim.takeovers[place]
    takeover.channel, takeover.agent, takeover.name0, takeover.name1 = threat.channel, threat.agent, name0, name1
    takeover.until, takeover.noticed, takeover.number = until, noticed, now.takeovers
    now.takeovers += 1
    return place


@rare
def _capture_live(sim: Any, place: int) -> None:
    """What lies at the workload for each role is captured, and what else its running tasks hold."""
    takeover = sim.takeovers[place]
    agent = sim.agents[takeover.agent]
    for number in range(agent.holdings, agent.holdings + sim.populations[agent.population].count):
        holding = sim.holdings[number]
        lies = kept(sim, holding.slot, holding.member) if holding.slot >= 0 else holding.lease
        if lies >= 0:
            _capture_once(sim, place, lies, -1, True)
    task = agent.running.head
    while task >= 0:
        for at in range(sim.tasks[task].held):
            role = sim.order[task, at]
            passed = sim.tasks[task].parent >= 0 and sim.passed[task, role] > 0
            _capture_once(sim, place, sim.held[task, role], sim.tasks[task].number if passed else -1, False)
        task = sim.tasks[task].in_running.after


@hot
def _capture_once(sim: Any, place: int, credential: int, passed_to: int, first: bool) -> None:
    c, number = sim.credentials[credential], sim.takeovers[place].number
    if c.swept != number and rules.alive(c.dies, sim.now[0].time):
        c.swept = number
        _capture(sim, place, credential, passed_to, first)


@rare
def _capture(sim: Any, place: int, credential: int, passed_to: int, first: bool) -> None:
    takeover, c = sim.takeovers[place], sim.credentials[credential]
    plan, sub = sim.terms[c.role], takeover.channel << 1 | 1
    usable = rules.usable_until(plan.bound != 0, plan.kept != 0, takeover.until)
    name0, name1 = leak_name(sim, sub, takeover.name0, takeover.name1, c.role)
    if c.agent not in (takeover.agent, -1):  # tasks of several agents have the same numbers
        name0, name1 = leak_name(sim, sub, name0, name1, c.agent)
    if c.task >= 0:
        name0, name1 = leak_name(sim, sub, name0, name1, c.name1 if c.name0 > 0 else c.task)
    if not first:
        name0, name1 = leak_name(sim, sub, name0, name1, c.nth)
    noticed, passed = takeover.noticed, passed_to >= 0
    if c.slot >= 0:
        slot = sim.slots[c.slot]
        slot.captured, slot.captured_version = sim.now[0].time, c.nth
    capture(sim, takeover.channel, credential, name0, name1, takeover.agent, passed_to, usable, noticed, passed)
