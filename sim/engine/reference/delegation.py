"""Agents that hand tasks to agents, and with which credentials these work."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import simpy

from sim.core.draws import Stream
from sim.core.events import FIRST_DELEGATED, Event, Outcome
from sim.core.units import FOREVER
from sim.engine import rules
from sim.engine.reference.state import Agent, Credential, Task

if TYPE_CHECKING:
    from sim.engine.reference.simulation import Simulation


class Delegation:
    """Hands tasks over and waits for them.

    No task can come to wait for itself, as populations hand tasks on in one direction only (sim.inputs.delegation).
    """

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.count = 0

    # --- tasks ---
    def handed_over(self, task: Task, attempt: int, place: int, tool: int) -> Generator[simpy.Event, None, bool]:
        """Hand over what a call of the tool does, and wait until it has ended: well?

        Args:
            place: of the attempt in the addresses of the task's draws.
        """
        sim, row = self.sim, self.sim.world.tools[tool]
        delegate = self._chosen(task, place, row.to)
        if delegate is None:
            return False
        number = FIRST_DELEGATED + self.count
        self.count += 1
        handed = Task(
            delegate,
            number,
            row.task,
            sim.now,
            name=sim.draws.delegated(*task.name, place),
            stand=sim.world.narrowing[task.stand, row.task],
            delegator=task,
            depth=task.depth + 1,
        )
        sim.log(
            Event.DELEGATED,
            agent=task.agent.id,
            task=task.number,
            step=task.step,
            attempt=attempt,
            other=tool,
            intrusion=delegate.id,
            edge=number,
            until=handed.depth,
        )
        outcome = yield sim.env.process(sim.workload.in_turn(handed))
        return outcome is Outcome.DONE

    def _chosen(self, task: Task, place: int, population: int) -> Agent | None:
        """The agent that is drawn, or the next one that is not retired; None if all are."""
        sim, members = self.sim, self.sim.world.populations[population].agents
        first = int(sim.draws.once(Stream.DELEGATE, *task.name, place) * len(members))
        turns = (sim.agents[members[(first + n) % len(members)]] for n in range(len(members)))
        return next((agent for agent in turns if not agent.retired), None)

    # --- credentials ---
    def passed_on(self, task: Task, role: int) -> Credential | None:
        """The live credential of the role that the nearest task on the way to this one holds, if such are passed on."""
        found = self._above(task, role) if task.delegator and self.sim.plan.passes_on(role) else None
        if found is None:
            task.passed.discard(role)
        else:
            task.passed.add(role)
        return found

    def exchanges(self, task: Task, role: int) -> bool:
        """Does the task get its credentials of the role in exchange?"""
        return task.delegator is not None and self.sim.plan.exchanges(role)

    def latest(self, task: Task, role: int) -> int:
        """The moment that a credential got in exchange must not outlive: the end of the one that it is got for."""
        above = self._above(task, role) if self.exchanges(task, role) else None
        return FOREVER if above is None else above.dies

    def _above(self, task: Task, role: int) -> Credential | None:
        """The live credential of the role that the nearest task on the way to this one holds.

        All of them wait for this one, so what they hold stays the same meanwhile; it can only die.
        """
        above = task.delegator
        while above is not None:
            held = above.holds.get(role)
            if held is not None and rules.alive(held.dies, self.sim.now):
                return held
            above = above.delegator
        return None
