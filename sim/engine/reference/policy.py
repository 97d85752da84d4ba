"""The policy point: whether a call may begin, looked up in the table of decisions."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from sim.core.events import Event, Flag, Verdict
from sim.engine import rules
from sim.engine.reference.state import Task

if TYPE_CHECKING:
    from sim.engine.reference.simulation import Simulation

OWN, CHANGED = 0, 1
"""Objectives as the table of decisions tells them apart."""


class PolicyPoint:
    """Decides on calls before a credential is asked for."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.table = sim.plan.policy

    def permits(self, task: Task, step: int, tool: int) -> bool:
        """Whether the task may begin its call number `step`; without a policy set, without a word."""
        table = self.table
        if table is None:
            return True
        world = self.sim.world
        where = (task.depth * len(world.populations) + task.agent.population) * len(world.kinds) + task.kind
        first = int(table.first[where, tool])
        calls = bisect_right(table.call_steps, step)
        age = bisect_right(table.age_steps, self._age(task, tool))
        most = len(table.call_steps), len(table.age_steps)
        objective = OWN if task.change < 0 else CHANGED
        entry = rules.entry(first, objective, self._approved(tool), calls, most[0], age, most[1])
        verdict = Verdict(table.verdicts[entry])
        allowed = verdict is Verdict.ALLOWED
        self.sim.log(
            Event.PERMITTED if allowed else Event.DENIED,
            agent=task.agent.id,
            task=task.number,
            step=step,
            other=tool,
            flags=(Flag.ERROR if verdict is Verdict.BY_ERROR else 0) | self.sim.objectives.flags(task, tool),
            edge=entry,
        )
        return allowed

    def _approved(self, tool: int) -> bool:
        """Whether the call goes no further without a person's approval, which is sought after the policies' own."""
        approval = self.sim.plan.approval
        return approval is not None and tool in approval.tools

    def _age(self, task: Task, tool: int) -> int:
        """Ticks since the credential was issued that the task holds for the tool's role; 0 if it holds none."""
        held = task.holds.get(self.sim.world.tools[tool].role)
        return 0 if held is None else self.sim.now - held.issued
