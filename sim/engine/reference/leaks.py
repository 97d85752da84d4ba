"""Leaks: credentials copied into channels by use or exposed where they lie; who finds them; who notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.core import laws
from sim.core.draws import Stream
from sim.core.events import Cause, Event, Flag
from sim.core.laws import Law
from sim.engine import rules
from sim.engine.reference.state import Agent, Credential, Task
from sim.model.rows import ChannelRow

if TYPE_CHECKING:
    from sim.engine.reference.simulation import Simulation, Steps

Name = tuple[int, int]


class Leaks:
    """Watches every use and every place where credentials lie."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.chance = tuple(row.per_use for row in sim.world.channels)
        self.any = any(self.chance)

    def start(self) -> None:
        """Begin the exposures of stored credentials."""
        for number, row in enumerate(self.sim.world.channels):
            if row.gap:
                for agent in self.sim.agents:
                    roles = self.sim.world.populations[agent.population].roles
                    if agent.population in row.populations:
                        for role in (role for role in roles if role in row.roles and self._lies(role, row)):
                            self.sim.env.process(self._exposures(number, row, agent, role))

    def _lies(self, role: int, row: ChannelRow) -> bool:
        return self.sim.plan.of(role).issuance in row.holds

    def copied(self, task: Task, place: int, tool: int, credential: Credential) -> None:
        """An attempt with a credential was made: it may be copied into channels, dead or alive."""
        if not self.any:
            return
        draws, agent = self.sim.draws, task.agent
        for number in draws.below(Stream.CAPTURE, self.chance, *task.name, place):
            row = self.sim.world.channels[number]
            if tool in row.tools and agent.population in row.populations:
                name = draws.name(number << 1, *task.name, place)
                passed = credential.role in task.passed
                self._capture(number, row, credential, name, agent.id, task.number, passed)

    def _exposures(self, number: int, row: ChannelRow, agent: Agent, role: int) -> Steps:
        sim, count = self.sim, 0
        gap = Law(laws.exponential(row.gap))
        while True:
            yield sim.env.timeout(gap.ticks(sim.draws.once(Stream.EXPOSURE, agent.id, role, count, number)))
            name = sim.draws.name(number << 1 | 1, agent.id, role, count)
            for credential in self._stored(agent, role):
                self._capture(number, row, credential, name, agent.id, -1, passed=False)
            for task in self._holding(agent, role):
                # One exposure can capture the credentials of several tasks, and each is found for itself.
                own = sim.draws.name(number << 1 | 1, *name, task.name[1])
                passed = role in task.passed
                where = task.number if passed else -1
                self._capture(number, row, task.holds[role], own, agent.id, where, passed)
            count += 1

    def _stored(self, agent: Agent, role: int) -> list[Credential]:
        """What lies at the agent's place for a role: its last standing or leased one."""
        plan = self.sim.plan.of(role)
        if plan.standing:
            return [self.sim.standing.kept(agent.slots[role], agent.id)]
        return [agent.leases[role]] if role in agent.leases else []

    def _holding(self, agent: Agent, role: int) -> list[Task]:
        """Running tasks of the agent that have a credential for the role that is not the agent's own."""
        plan = self.sim.plan.of(role)
        alone = plan.per_task or plan.per_action
        holding = [task for task in agent.running.values() if role in task.holds]
        return [task for task in holding if alone or role in task.passed or task.holds[role].task >= 0]

    def _capture(
        self, number: int, row: ChannelRow, credential: Credential, name: Name, agent: int, task: int, passed: bool
    ) -> None:
        """Write down the copy, and what comes of it.

        Args:
            passed: it was passed on; it is told of its holder then, and of the task that had it.
        """
        sim = self.sim
        if passed:
            agent = credential.agent if credential.slot is None else credential.slot.members[0]
        sim.log(
            Event.CAPTURED,
            credential=credential.id,
            other=number,
            agent=agent,
            task=task,
            was=credential.issued,
            until=credential.dies,
            step=credential.cause,
            edge=credential.role,
            intrusion=credential.task_kind,
            attempt=credential.tool,
            flags=Flag.PASSED if passed else 0,
        )
        credential.leaked = True
        if self._happens(row.discovery.chance, Stream.DISCOVERED, name):
            sim.env.process(self._found(number, row, credential, name))
        if row.detection is not None and self._happens(row.detection.chance, Stream.DETECTED, name):
            sim.env.process(self._noticed(number, row, credential, name))

    def _found(self, number: int, row: ChannelRow, credential: Credential, name: Name) -> Steps:
        sim, leaked = self.sim, self.sim.now
        yield sim.env.timeout(row.discovery.time.ticks(sim.draws.once(Stream.DISCOVERY_TIME, *name)))
        sim.intruders.attempt(credential, name, number, leaked)

    def _noticed(self, number: int, row: ChannelRow, credential: Credential, name: Name) -> Steps:
        sim = self.sim
        assert row.detection is not None
        yield sim.env.timeout(row.detection.time.ticks(sim.draws.once(Stream.DETECTION_TIME, *name)))
        sim.log(Event.LEAK_NOTICED, credential=credential.id, other=number)
        rule = sim.plan.of(credential.role).revocation.get(Cause.DETECTION)
        if rule is None or not rules.alive(credential.dies, sim.now):
            return
        if rule.manual:
            yield sim.env.timeout(row.remediation.ticks(sim.draws.once(Stream.REMEDIATION, *name)))
        sim.revocations.ask(credential, Cause.DETECTION, (*name, 0))

    def _happens(self, chance: float, stream: Stream, name: Name) -> bool:
        return chance >= 1.0 or (chance > 0.0 and self.sim.draws.once(stream, *name) < chance)
