"""Agents at work: tasks arrive, wait their turn, think, call tools, retry, end; agents retire."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import simpy

from sim.core import laws
from sim.core.draws import Stream
from sim.core.events import Event, Flag, Outcome
from sim.core.laws import Law
from sim.engine import rules
from sim.engine.reference.state import Agent, Credential, Task
from sim.model.rows import PopulationRow, ToolRow

if TYPE_CHECKING:
    from sim.engine.reference.simulation import Simulation, Steps

ATTEMPT, AGAIN = 16, 24
"""An attempt's draws are addressed by (attempt << 16 | step), so that steps of first attempts are neighbours; what it
gives away, by how often it was refused before as well."""
LONGEST = 10_000
"""Calls of a task at most."""


class Workload:
    """Starts every agent's stream of tasks, and its retirement."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim

    def start(self) -> None:
        """Begin all agents' work."""
        for agent in self.sim.agents:
            row = self.sim.world.populations[agent.population]
            if row.pause is not None:
                for place in range(row.concurrency):
                    self.sim.env.process(self._loop(agent, row, row.pause, place))
            elif row.every:
                self.sim.env.process(self._regular(agent, row))
            elif row.rate:
                self.sim.env.process(self._poisson(agent, row))
            if row.tenure is not None:
                self.sim.env.process(self._retire(agent, row.tenure))

    # --- arrivals ---
    def _poisson(self, agent: Agent, row: PopulationRow) -> Steps:
        sim, number, worked = self.sim, 0, 0.0
        gap = Law(laws.exponential(1.0 / row.rate))
        while True:
            worked += gap.value(sim.draws.nth(Stream.ARRIVAL, agent.id, number))
            at = row.calendar.moment(worked)
            if at >= row.until:
                return
            yield sim.env.timeout(at - sim.now)
            if agent.retired:
                return
            sim.env.process(self._queue(agent, row, number))
            number += 1

    def _regular(self, agent: Agent, row: PopulationRow) -> Steps:
        at, number = row.first, 0
        while at < row.until:
            yield self.sim.env.timeout(at - self.sim.now)
            if agent.retired:
                return
            self.sim.env.process(self._queue(agent, row, number))
            at, number = at + row.every, number + 1

    def _loop(self, agent: Agent, row: PopulationRow, pause: Law, place: int) -> Steps:
        number = place
        while True:
            wait = pause.ticks(self.sim.draws.nth(Stream.ARRIVAL, agent.id, number))
            # One tick more than nothing keeps time moving when pauses and tasks can take no time at all.
            yield self.sim.env.timeout(max(wait, 1))
            if agent.retired or self.sim.now >= row.until:
                return
            task = self._new_task(agent, row, number)
            if not row.receives:
                yield from self._task(task)
            elif (yield from self.in_turn(task)) is None:
                return
            number += row.concurrency

    def _queue(self, agent: Agent, row: PopulationRow, number: int) -> Steps:
        yield from self.in_turn(self._new_task(agent, row, number))

    def in_turn(self, task: Task) -> Generator[simpy.Event, None, Outcome | None]:
        """The task when its agent has a place for it; its outcome, None if the agent is retired by then."""
        with task.agent.places.request() as place:
            yield place
            return None if task.agent.retired else (yield from self._task(task))

    def _retire(self, agent: Agent, tenure: Law) -> Steps:
        yield self.sim.env.timeout(tenure.ticks(self.sim.draws.once(Stream.TENURE, agent.id, 0)))
        agent.retired = True
        self.sim.log(Event.RETIRED, agent=agent.id)
        self.sim.revocations.retire(agent)

    # --- tasks ---
    def _new_task(self, agent: Agent, row: PopulationRow, number: int) -> Task:
        kind = row.tasks.at(self.sim.draws.nth(Stream.TASK_KIND, agent.id, number))
        return Task(agent, number, kind, self.sim.now, name=(agent.id, number), stand=kind)

    def _task(self, task: Task) -> Generator[simpy.Event, None, Outcome]:
        sim = self.sim
        task.agent.running[task.number] = task
        sim.log(Event.TASK_STARTED, agent=task.agent.id, task=task.number, other=task.kind)
        outcome = yield from self._chain(task)
        if task.change >= 0:
            outcome = Outcome.DIVERTED
        del task.agent.running[task.number]
        sim.custody.task_over(task)
        sim.log(
            Event.TASK_ENDED,
            agent=task.agent.id,
            task=task.number,
            other=outcome,
            was=task.waited_for_approval,
            until=task.waited,
        )
        return outcome

    def _chain(self, task: Task) -> Generator[simpy.Event, None, Outcome]:
        sim, kind = self.sim, self.sim.world.kinds[task.kind]
        for tool, own in self._calls(task):
            if own:
                yield sim.env.timeout(self._ticks(kind.thinking, Stream.THINKING, task, task.step))
            if self.too_late(task):
                return Outcome.DEADLINE
            outcome = yield from self._call(task, task.step, tool)
            sim.custody.call_over(task, task.step, tool)
            if outcome is not Outcome.DONE:
                return outcome
            sim.objectives.called(task, tool)
            task.step += 1
        return Outcome.DEADLINE if self.too_late(task) else Outcome.DONE

    def too_late(self, task: Task) -> bool:
        """Has the task's deadline passed?"""
        deadline = self.sim.world.kinds[task.kind].deadline
        return deadline is not None and self.sim.now - task.arrived > deadline

    def _calls(self, task: Task) -> Iterator[tuple[int, bool]]:
        """The tool of each call, and whether it is one of the task's own; the others follow from the one before.

        What follows is the same under every strategy, as is its number: a call that fails is a task's last. When the
        objective changes, nothing more follows from the call before.
        """
        for tool in self.sim.objectives.chain(task, self._tools(task)):
            objective = task.change
            yield tool, True
            for after in self.sim.world.tools[tool].follows:
                if task.step >= LONGEST:
                    return
                if task.change != objective:
                    break
                yield after, False
            if task.step >= LONGEST:
                return

    def _tools(self, task: Task) -> Iterator[int]:
        kind = self.sim.world.kinds[task.kind]
        if kind.start is None or kind.length is None:
            yield from kind.steps
            return
        length = kind.length.ticks(self.sim.draws.nth(Stream.LENGTH, *task.name))
        row = kind.start
        for _ in range(min(length, LONGEST)):
            tool = row.at(self._draw(Stream.NEXT_TOOL, task, task.step))
            yield tool
            row = kind.then[tool]

    # --- calls ---
    def _call(self, task: Task, step: int, number: int) -> Generator[simpy.Event, None, Outcome]:
        if not self.sim.policy.permits(task, step, number):
            return Outcome.POLICY
        tool = self.sim.world.tools[number]
        cut = False
        for attempt in range(tool.retries + 1):
            credential = yield from self._working(task, step, attempt, number)
            if isinstance(credential, Outcome):
                return credential
            place, began = attempt << ATTEMPT | step, self.sim.now
            yield self.sim.env.timeout(self._ticks(tool.duration, Stream.DURATION, task, place))
            fails, cut = self._fails(task, place, tool), self._cut(tool, credential)
            if tool.to >= 0 and not fails and not cut:
                fails = not (yield from self.sim.delegation.handed_over(task, attempt, place, number))
                cut = self._cut(tool, credential)
            if cut:
                task.waited += self.sim.now - began
                self._say(Event.CUT, task, step, attempt, credential, number)
                self.sim.custody.drop(task, tool.role)
            elif not fails:
                return Outcome.DONE
            else:
                self._say(Event.FAILED, task, step, attempt, credential, number)
                if attempt < tool.retries:
                    yield self.sim.env.timeout(self._wait(task, place, attempt, tool))
        return Outcome.CREDENTIAL if cut else Outcome.TOOL

    def _working(
        self, task: Task, step: int, attempt: int, tool: int
    ) -> Generator[simpy.Event, None, Credential | Outcome]:
        """A credential that was let in; a dead one is refused, dropped and replaced as often as tries allow.

        The task's outcome where it gets none.
        """
        sim, role = self.sim, self.sim.world.tools[tool].role
        for again in range(sim.world.issuer.retries + 1):
            ended = yield from sim.approvals.sought(task, step, attempt, tool)
            if ended is not None:
                return ended
            credential = yield from sim.custody.acquire(task, step, tool)
            if credential is None:
                return Outcome.CREDENTIAL
            place = again << AGAIN | attempt << ATTEMPT | step
            event = self._let_in(task, tool, credential)
            self._say(event, task, step, attempt, credential, tool)
            sim.leaks.copied(task, place, tool, credential)
            if event is Event.OUT_OF_SCOPE:
                return Outcome.DIVERTED
            if event is Event.USED:
                sim.leaks.sent_out(task, place, tool, credential)
                return credential
            sim.custody.drop(task, role)
        return Outcome.CREDENTIAL

    def _cut(self, tool: ToolRow, credential: Credential) -> bool:
        """Has the credential died that the call needs until its end?"""
        return tool.until_end and not rules.alive(credential.dies, self.sim.now)

    def _let_in(self, task: Task, tool: int, credential: Credential) -> Event:
        """What becomes of an attempt."""
        if not rules.alive(credential.dies, self.sim.now):
            return Event.REJECTED
        return Event.OUT_OF_SCOPE if self.sim.objectives.out_of_scope(task, tool, credential) else Event.USED

    def _fails(self, task: Task, place: int, tool: ToolRow) -> bool:
        return tool.fails > 0 and self._draw(Stream.FAILURE, task, place) < tool.fails

    def _wait(self, task: Task, place: int, attempt: int, tool: ToolRow) -> int:
        waits = tool.waits
        u = self._draw(Stream.BACK_OFF, task, place) if waits.jitter else 0.0
        return rules.back_off(waits.first, waits.factor, waits.most, waits.jitter, attempt, u)

    def _say(self, event: Event, task: Task, step: int, attempt: int, credential: Credential, tool: int) -> None:
        late = Flag.LATE if self.sim.now >= credential.asked else 0
        passed = Flag.PASSED if credential.role in task.passed else 0
        alone = credential.needed == 1 and (credential.slot is None or len(credential.slot.members) == 1)
        leaked = Flag.LEAKED if credential.leaked else 0
        fallback = Flag.FALLBACK if credential.role in self.sim.plan.by_fallback else 0
        self.sim.log(
            event,
            agent=task.agent.id,
            task=task.number,
            step=step,
            attempt=attempt,
            credential=credential.id,
            other=tool,
            flags=late
            | leaked
            | fallback
            | passed
            | (Flag.ATTRIBUTABLE if alone and not passed else 0)
            | self.sim.objectives.flags(task, tool),
        )

    def _ticks(self, law: Law, stream: Stream, task: Task, place: int) -> int:
        return law.fixed if law.constant else law.ticks(self._draw(stream, task, place))

    def _draw(self, stream: Stream, task: Task, place: int) -> float:
        return self.sim.draws.uniform(stream, *task.name, place)
