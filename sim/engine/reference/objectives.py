"""Changes of objective: by an injection that an agent follows, or by drift; and what a task calls from then on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.core.draws import Stream
from sim.core.events import Event, Flag
from sim.engine.reference.state import Credential, Task
from sim.model.rows import ChangeRow

if TYPE_CHECKING:
    from sim.engine.reference.simulation import Simulation

LONGEST = 10_000
"""Calls of a task at most, those for another objective included."""


class Objectives:
    """Knows which tasks have left their objective, and where they go instead."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.chances = tuple(row.chance for row in sim.world.changes)

    def chain(self, task: Task, own: Iterator[int]) -> Iterator[int]:
        """The tools that a task calls: its own, then, if its objective has changed meanwhile, those of the other."""
        for tool in own:
            yield tool
            if task.change >= 0:
                yield from self._others(task)
                return

    def _others(self, task: Task) -> Iterator[int]:
        calls, draws = self.sim.world.changes[task.change].calls, self.sim.draws
        for _ in range(task.further):
            yield calls.at(draws.uniform(Stream.DIVERTED_TOOL, *task.name, task.step, task.change))

    # --- changing ---
    def called(self, task: Task, tool: int) -> None:
        """A call has ended well: the task's objective changes if the draws say so, once at most."""
        if task.change >= 0 or not self.chances:
            return
        agent, draws = task.agent, self.sim.draws
        for number in draws.below(Stream.OBJECTIVE, self.chances, *task.name, task.step):
            row = self.sim.world.changes[number]
            if tool in row.tools and agent.population in row.populations and self._follows(task, number, row):
                self._change(task, number, row)
                return

    def _follows(self, task: Task, number: int, row: ChangeRow) -> bool:
        """Drift always leads away; an injection only agents who follow it, each by a chance of its own."""
        if row.followed is None:
            return True
        draws = self.sim.draws
        susceptible = row.followed.value(draws.once(Stream.SUSCEPTIBILITY, task.agent.id, number))
        return draws.uniform(Stream.FOLLOWED, *task.name, task.step, number) < susceptible

    def _change(self, task: Task, number: int, row: ChangeRow) -> None:
        sim = self.sim
        task.change = number
        u = sim.draws.once(Stream.DIVERTED_LENGTH, *task.name, number)
        task.further = min(row.length.ticks(u), LONGEST - task.step - 1)
        sim.log(
            Event.OBJECTIVE_CHANGED,
            agent=task.agent.id,
            task=task.number,
            step=task.step,
            other=number,
            until=task.further,
        )

    # --- what follows from it ---
    def flags(self, task: Task, tool: int) -> int:
        """What the rows of a call tell of its objective."""
        if task.change < 0:
            return 0
        return Flag.CHANGED | (Flag.OUTSIDE if self.outside(task, tool) else 0)

    def outside(self, task: Task, tool: int) -> bool:
        """Whether a call leaves the task: for another objective, and touching something that the task does not need."""
        return task.change >= 0 and tool in self.sim.world.outside[task.kind]

    def out_of_scope(self, task: Task, tool: int, credential: Credential) -> bool:
        """Whether a credential that was narrowed to its task is refused where a call for another objective goes."""
        if task.change < 0:
            return False
        exchanged = credential.task_kind >= len(self.sim.world.kinds)
        narrowed = exchanged or self.sim.plan.of(credential.role).task_scope
        return narrowed and tool in self.sim.world.outside[credential.task_kind]
