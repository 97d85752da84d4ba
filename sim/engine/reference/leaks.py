"""Leaks: credentials copied into channels by use or exposed where they lie; who finds them; who notices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sim.core import laws
from sim.core.draws import Stream
from sim.core.events import Cause, Event, Flag
from sim.core.laws import Law
from sim.core.units import FOREVER
from sim.engine import rules
from sim.engine.reference.state import Agent, Credential, Name, Task
from sim.model.rows import ChannelRow

if TYPE_CHECKING:
    from sim.engine.reference.simulation import Simulation, Steps


class Leaks:
    """Watches every use and every place where credentials lie."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.chance = tuple(row.per_use for row in sim.world.channels)
        self.any = any(self.chance)
        self.sends = tuple(row.sent_out for row in sim.world.channels)

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
        plan = self.sim.plan.of(role)
        return plan.issuance in row.holds and plan.custody in row.custody

    def copied(self, task: Task, place: int, tool: int, credential: Credential) -> None:
        """An attempt with a credential was made: it may be copied into channels, dead or alive."""
        if self.any:
            numbers = self.sim.draws.below(Stream.CAPTURE, self.chance, *task.name, place)
            self._copied(numbers, task, place, tool, credential)

    def sent_out(self, task: Task, place: int, tool: int, credential: Credential) -> None:
        """An attempt was let in: if it is for another objective, its credential may be sent out through channels."""
        if task.change >= 0:
            draws, where = self.sim.draws, (*task.name, place)
            numbers = (n for n, chance in enumerate(self.sends) if chance)
            sending = [n for n in numbers if draws.once(Stream.CAPTURE, *where, n) < self.sends[n]]
            self._copied(sending, task, place, tool, credential)

    def _copied(self, numbers: Iterable[int], task: Task, place: int, tool: int, credential: Credential) -> None:
        draws, agent = self.sim.draws, task.agent
        for number in numbers:
            row = self.sim.world.channels[number]
            if tool in row.tools and agent.population in row.populations and self._passes(credential, row):
                name = draws.name(number << 1, *task.name, place)
                passed = credential.role in task.passed
                self._copy(number, credential, name, agent.id, task.number, passed)

    def _passes(self, credential: Credential, row: ChannelRow) -> bool:
        """Does whoever keeps the credential show it where the channel could take it?"""
        return self.sim.plan.of(credential.role).custody in row.custody

    def _exposures(self, number: int, row: ChannelRow, agent: Agent, role: int) -> Steps:
        sim, count = self.sim, 0
        gap = Law(laws.exponential(row.gap))
        while True:
            yield sim.env.timeout(gap.ticks(sim.draws.once(Stream.EXPOSURE, agent.id, role, count, number)))
            name = sim.draws.name(number << 1 | 1, agent.id, role, count)
            for credential in self._stored(agent, role):
                self._copy(number, credential, name, agent.id, -1, passed=False)
            for task in self._holding(agent, role):
                # One exposure can capture the credentials of several tasks, and each is found for itself.
                own = sim.draws.name(number << 1 | 1, *name, task.name[1])
                passed = role in task.passed
                self._copy(number, task.holds[role], own, agent.id, task.number if passed else -1, passed)
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

    def _copy(self, number: int, credential: Credential, name: Name, agent: int, task: int, passed: bool) -> None:
        """The credential is copied; whether that will be noticed is a matter of this copy."""
        sim, detection = self.sim, self.sim.world.channels[number].detection
        usable, noticed = rules.usable_until(sim.plan.of(credential.role).bound, False, 0), FOREVER
        if detection is not None and self.happens(detection.chance, Stream.DETECTED, name):
            noticed = sim.now + detection.time.ticks(sim.draws.once(Stream.DETECTION_TIME, *name))
        self.capture(number, credential, name, agent, task, usable, noticed, passed)

    def capture(
        self,
        number: int,
        credential: Credential,
        name: Name,
        agent: int,
        task: int,
        usable: int,
        noticed: int,
        passed: bool,
    ) -> None:
        """The credential is captured through a channel.

        Args:
            usable: when whoever has it can use it no longer, if it lives so long.
            noticed: when the defender notices; FOREVER: never.
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
        if sim.now < usable < FOREVER:
            sim.log(Event.CONFINED, credential=credential.id, agent=agent, until=usable)
        credential.leaked = True
        if self.happens(sim.world.channels[number].discovery.chance, Stream.DISCOVERED, name):
            sim.env.process(self._found(number, credential, name, usable))
        if noticed < FOREVER:
            sim.env.process(self._noticed(number, credential, name, noticed))

    def _found(self, number: int, credential: Credential, name: Name, usable: int) -> Steps:
        sim, leaked, time = self.sim, self.sim.now, self.sim.world.channels[number].discovery.time
        yield sim.env.timeout(time.ticks(sim.draws.once(Stream.DISCOVERY_TIME, *name)))
        sim.intruders.attempt(credential, name, number, leaked, usable)

    def _noticed(self, number: int, credential: Credential, name: Name, noticed: int) -> Steps:
        sim = self.sim
        yield sim.env.timeout(max(noticed - sim.now, 0))
        sim.log(Event.LEAK_NOTICED, credential=credential.id, other=number)
        rule = sim.plan.of(credential.role).revocation.get(Cause.DETECTION)
        if rule is None or not rules.alive(credential.dies, sim.now):
            return
        if rule.manual:
            remediation = sim.world.channels[number].remediation
            yield sim.env.timeout(remediation.ticks(sim.draws.once(Stream.REMEDIATION, *name)))
        sim.revocations.ask(credential, Cause.DETECTION, (*name, 0))

    def happens(self, chance: float, stream: Stream, name: Name) -> bool:
        """Does what has this chance happen, after the leak of this name?"""
        return chance >= 1.0 or (chance > 0.0 and self.sim.draws.once(stream, *name) < chance)
