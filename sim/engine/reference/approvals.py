"""Approval of calls by people: one line of requests, first come, first served, answered in working hours."""

from __future__ import annotations

import heapq
from collections.abc import Generator
from typing import TYPE_CHECKING

import simpy

from sim.core.draws import Stream
from sim.core.events import Answer, Event, Flag, Outcome
from sim.core.units import FOREVER
from sim.engine import rules
from sim.engine.reference.state import Task, counted
from sim.model.credentials import ApprovalRow

if TYPE_CHECKING:
    from sim.engine.reference.simulation import Simulation

AGAIN = 16
"""A request's draws are addressed by (how often the call asked before << 16 | step)."""


class Approvals:
    """The approvers and what they have been asked.

    Nobody leaves the line before the request is answered or void, and a request takes as long as it takes whoever works
    on it. So when a request is made it is known who will have it, from when to when.
    """

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        row = sim.world.approvers
        self.free = [0] * (row.count if row else 0)
        """A heap: when each approver is done with all requests so far."""

    def latest(self, task: Task, tool: int) -> int:
        """The moment that a credential issued for a call must not outlive: the end of its elevation."""
        plan = self.sim.plan.approval
        return task.elevated[self._role(tool)] if plan and plan.elevation and tool in plan.tools else FOREVER

    def sought(self, task: Task, step: int, attempt: int, tool: int) -> Generator[simpy.Event, None, Outcome | None]:
        """Ask a person if the call needs it, and wait; the outcome of the task if it cannot go on."""
        plan = self.sim.plan.approval
        if plan is None or tool not in plan.tools or self._approved(plan, task, step, tool):
            return None
        began = self.sim.now
        answer = yield from self._asked(plan, task, step, attempt, tool)
        task.waited_for_approval += self.sim.now - began
        if answer is not Answer.APPROVED:
            return Outcome.APPROVAL
        return Outcome.DEADLINE if self.sim.workload.too_late(task) else None

    def _approved(self, plan: ApprovalRow, task: Task, step: int, tool: int) -> bool:
        """Is an earlier approval good for the call as it stands now?"""
        if plan.elevation:
            return self.sim.now < task.elevated.get(self._role(tool), 0)
        return task.approved == step

    def _asked(
        self, plan: ApprovalRow, task: Task, step: int, attempt: int, tool: int
    ) -> Generator[simpy.Event, None, Answer]:
        sim, asked = self.sim, self.sim.now
        place = counted(task.approvals, step) << AGAIN | step
        answered_at, in_time = self._lined_up(task, step, tool, place)
        yield sim.env.timeout(answered_at - asked)
        answer = Answer.EXPIRED
        if in_time:
            good = not sim.objectives.outside(task, tool)
            answer = Answer.APPROVED if self._approves(plan, task, place, good) else Answer.REFUSED
        until = 0
        if answer is Answer.APPROVED:
            task.approved = step
            until = task.elevated[self._role(tool)] = rules.elevated_until(sim.now, plan.elevation)
        sim.log(
            Event.APPROVAL_ANSWERED,
            agent=task.agent.id,
            task=task.number,
            step=step,
            other=answer,
            was=asked,
            until=until,
            flags=self._flags(task, attempt, tool),
        )
        return answer

    def _flags(self, task: Task, attempt: int, tool: int) -> int:
        """What the answer tells of the call's objective; a retry was let in before, and leaves the task no more."""
        flags = self.sim.objectives.flags(task, tool)
        return flags & ~Flag.OUTSIDE if attempt else flags

    def _lined_up(self, task: Task, step: int, tool: int, place: int) -> tuple[int, bool]:
        """Join the line: when the wait will be over, and whether by an answer."""
        sim, row = self.sim, self.sim.world.approvers
        assert row is not None
        law, void = row.response, min(sim.now + row.expires, FOREVER)
        begins = row.hours.next_open(max(sim.now, self.free[0]))
        u = 0.5 if law.constant else sim.draws.uniform(Stream.APPROVAL_RESPONSE, *task.name, place)
        done = row.hours.worked_until(begins, law.ticks(u))
        begins, ends = min(begins, void), min(done, void)
        if begins < void:
            heapq.heapreplace(self.free, ends)
        sim.log(
            Event.APPROVAL_ASKED,
            agent=task.agent.id,
            task=task.number,
            step=step,
            other=tool,
            was=begins,
            until=ends,
        )
        return ends, done < void

    def _approves(self, plan: ApprovalRow, task: Task, place: int, good: bool) -> bool:
        """What a person says to a request that should be approved, or should not be."""
        u = self.sim.draws.uniform(Stream.APPROVAL_DECISION, *task.name, place)
        return rules.approved(good, u, plan.approves_bad, plan.refuses_good)

    def _role(self, tool: int) -> int:
        return self.sim.world.tools[tool].role
