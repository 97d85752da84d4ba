"""Agents that hand tasks to agents, and with which credentials these work."""

from __future__ import annotations

from typing import Any

from sim.core.events import FIRST_DELEGATED
from sim.engine import rules
from sim.engine.compiled import schedule
from sim.engine.compiled.arrivals import NOBODY, fresh
from sim.engine.compiled.draws import delegated_name, uniform
from sim.engine.compiled.jit import hot, rare
from sim.engine.compiled.log import emit
from sim.engine.compiled.rows import BY_ACTION, BY_BOTH, BY_TASK
from sim.engine.compiled.schedule import later, starts
from sim.engine.compiled.words import DELEGATE, DELEGATED

ATTEMPT = 16
NEVER_STARTED = -1
"""How a task ended whose agent was retired before there was a place for it."""


# --- tasks ---
@rare
def hand_over(sim: Any, task: int) -> bool:
    """Hand over what the present call does; False if there is nobody to do it. The call goes on when it has ended."""
    t, now = sim.tasks[task], sim.now[0]
    tool, place = sim.tools[t.tool], t.attempt << ATTEMPT | t.step
    delegate = _chosen(sim, task, place, tool.to)
    if delegate < 0:
        return False
    handed = fresh(sim, delegate, FIRST_DELEGATED + now.delegated, NOBODY, tool.task)
    now.delegated += 1
    h = sim.tasks[handed]
    h.who, h.which = delegated_name(sim, t.who, t.which, place)
    h.stand, h.parent, h.depth = sim.narrows[t.stand, tool.task], task, t.depth + 1
    for role in range(sim.rules[0].most_roles):
        sim.passed[handed, role] = 0
    emit(sim, DELEGATED, -1, t.tool, t.agent, t.number, t.step, t.attempt, 0, h.depth, 0, delegate, h.number)
    t.handed_at = now.time
    starts(sim, schedule.TASK_COMES, handed)
    return True


@hot
def _chosen(sim: Any, task: int, place: int, population: int) -> int:
    """The agent that is drawn, or the next one that is not retired; none if all are."""
    t, row = sim.tasks[task], sim.populations[population]
    first = int(uniform(sim, DELEGATE, t.who, t.which, place, 0) * row.members)
    for n in range(row.members):
        agent = row.agents + (first + n) % row.members
        if not sim.agents[agent].retired:
            return agent
    return -1


@rare
def done(sim: Any, task: int, outcome: int) -> None:
    """A task has ended; whoever handed it over goes on."""
    parent = sim.tasks[task].parent
    if parent >= 0:
        sim.tasks[parent].returned = outcome
        later(sim, 0, schedule.RETURNED, parent)


# --- credentials ---
@rare
def passed_on(sim: Any, task: int, place: int) -> bool:
    """Whether the task works with a credential that a task on the way to it holds: it is in `credential` then."""
    t = sim.tasks[task]
    above = _above(sim, task) if sim.terms[sim.tools[t.tool].role].passes else -1
    sim.passed[task, place] = above >= 0
    if above < 0:
        return False
    t.credential = above
    return True


@rare
def latest(sim: Any, task: int, before: int) -> int:
    """The moment that a credential got in exchange must not outlive: the end of the one that it is got for.

    Args:
        before: what it must not outlive anyway.
    """
    above = _above(sim, task) if sim.terms[sim.tools[sim.tasks[task].tool].role].exchanges else -1
    return before if above < 0 else min(before, sim.credentials[above].dies)


@hot
def _above(sim: Any, task: int) -> int:
    """The live credential of the call's role that the nearest task on the way to this one holds; none: -1."""
    tool, above = sim.tasks[task].tool, sim.tasks[task].parent
    while above >= 0:
        t = sim.tasks[above]
        place = sim.place_of[sim.agents[t.agent].population, tool]
        held = sim.held[above, place] if place >= 0 else -1
        if held >= 0 and rules.alive(sim.credentials[held].dies, sim.now[0].time):
            return held
        above = t.parent
    return -1


@rare
def mark(sim: Any, task: int) -> None:
    """The credential that was just issued for a delegated task is told so; got in exchange, it is narrowed."""
    t = sim.tasks[task]
    c = sim.credentials[t.credential]
    c.name0, c.name1 = t.who, t.which
    if sim.terms[c.role].exchanges:
        c.task_kind = t.stand
        c.scope = BY_BOTH if c.scope == BY_ACTION else BY_TASK
