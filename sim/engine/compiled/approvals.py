"""Approval of calls by people: one line of requests, first come, first served, answered in working hours."""

from __future__ import annotations

from typing import Any

from sim.core.units import FOREVER
from sim.engine import rules
from sim.engine.compiled import laws, objectives, schedule
from sim.engine.compiled.custody import place_of
from sim.engine.compiled.draws import uniform
from sim.engine.compiled.jit import hot, rare
from sim.engine.compiled.log import emit
from sim.engine.compiled.schedule import later
from sim.engine.compiled.words import (
    APPROVAL_ANSWERED,
    APPROVAL_ASKED,
    APPROVAL_DECISION,
    APPROVAL_RESPONSE,
    APPROVED,
    CHANGED,
    NOT_APPROVED,
    VOID,
)
from sim.model import calendar

AGAIN = 16


@hot
def sought(sim: Any, task: int) -> bool:
    """Ask a person if the call needs it: must the task wait?"""
    if not sim.rules[0].asks or not sim.asking[sim.tasks[task].tool] or _approved(sim, task):
        return False
    _ask(sim, task)
    return True


@hot
def _approved(sim: Any, task: int) -> bool:
    """Is an earlier approval good for the call as it stands now?"""
    if sim.rules[0].elevation > 0:
        return sim.now[0].time < sim.elevated[task, place_of(sim, task)]
    return sim.tasks[task].approved == sim.tasks[task].step


@rare
def _ask(sim: Any, task: int) -> None:
    """Join the line; it is known already when the wait will be over, and whether by an answer."""
    t, row, now = sim.tasks[task], sim.rules[0], sim.now[0].time
    hours, void = sim.calendar_open[row.approver_hours], min(now + row.expires, FOREVER)
    begins = calendar.next_open(max(now, sim.approvers[0]), hours)
    u = uniform(sim, APPROVAL_RESPONSE, t.who, t.which, t.approvals << AGAIN | t.step, 0)
    done = calendar.worked_until(begins, laws.ticks(sim, row.response, u), hours)
    t.asked_at, t.in_time = now, done < void
    ends = min(done, void)
    if begins < void:
        _occupy(sim, ends)
    emit(sim, APPROVAL_ASKED, -1, t.tool, t.agent, t.number, t.step, -1, min(begins, void), ends)
    later(sim, ends - now, schedule.APPROVAL, task)


@hot
def _occupy(sim: Any, until: int) -> None:
    """Who is free first is busy until then: the first of the heap goes down to its place."""
    place, count = 0, sim.rules[0].approvers
    while True:
        below = 2 * place + 1
        if below + 1 < count and sim.approvers[below + 1] < sim.approvers[below]:
            below += 1
        if below >= count or sim.approvers[below] >= until:
            break
        sim.approvers[place] = sim.approvers[below]
        place = below
    sim.approvers[place] = until


@rare
def answered(sim: Any, task: int) -> bool:
    """The wait is over: was the call approved?"""
    t, row, now = sim.tasks[task], sim.rules[0], sim.now[0].time
    answer, until = VOID, 0
    if t.in_time:
        answer = APPROVED if _approves(sim, task, not objectives.outside(sim, task)) else NOT_APPROVED
    if answer == APPROVED:
        t.approved = t.step
        until = rules.elevated_until(now, row.elevation)
        sim.elevated[task, place_of(sim, task)] = until
        t.marked = 1
    # A retry was let in before, and leaves the task no more.
    flags = objectives.flags(sim, task) & (CHANGED if t.attempt > 0 else -1)
    emit(sim, APPROVAL_ANSWERED, -1, answer, t.agent, t.number, t.step, -1, t.asked_at, until, flags)
    t.approvals += 1
    t.held_up += now - t.asked_at
    return answer == APPROVED


@hot
def _approves(sim: Any, task: int, good: bool) -> bool:
    """What a person says to a request that should be approved, or should not be."""
    t, row = sim.tasks[task], sim.rules[0]
    u = uniform(sim, APPROVAL_DECISION, t.who, t.which, t.approvals << AGAIN | t.step, 0)
    return rules.approved(good, u, row.approves_bad, row.refuses_good)
