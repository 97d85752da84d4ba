"""Takeovers of running workloads: everything that is live there is captured, and what the agent gets meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.core import laws
from sim.core.draws import Stream
from sim.core.events import Event
from sim.core.laws import Law
from sim.core.units import FOREVER
from sim.engine import rules
from sim.engine.reference.state import Agent, Credential, Name, Takeover
from sim.model.rows import ChannelRow

if TYPE_CHECKING:
    from sim.engine.reference.simulation import Simulation, Steps


class Takeovers:
    """Takes over workloads, and keeps an eye on what comes to those that are."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.any = any(row.takeover_gap for row in sim.world.channels)

    def start(self) -> None:
        """Begin the takeovers of each agent through each channel."""
        for number, row in enumerate(self.sim.world.channels):
            if row.takeover_gap:
                for agent in self.sim.agents:
                    if agent.population in row.populations:
                        self.sim.env.process(self._come(number, row, agent))

    def acquired(self, agent: Agent, credential: Credential, passed_to: int = -1) -> None:
        """The agent has come to hold a credential: whoever has taken over its workload has it, too.

        Args:
            passed_to: the delegated task that it was passed on to; -1: it is the agent's.
        """
        now = self.sim.now
        if rules.alive(credential.dies, now):
            for takeover in agent.takeovers:
                # Within the tick in which it is noticed, what replaces what was revoked is safe; otherwise that tick,
                # with everything done at once, would never end.
                if now < min(takeover.until, takeover.noticed):
                    self._capture(takeover, credential, passed_to)

    def _come(self, number: int, row: ChannelRow, agent: Agent) -> Steps:
        sim, count = self.sim, 0
        gap, retires = Law(laws.exponential(row.takeover_gap)), self._retires(agent)
        while True:
            yield sim.env.timeout(gap.ticks(sim.draws.once(Stream.TAKEOVER, agent.id, count, 0, number)))
            if sim.now >= retires:
                return
            takeover = self._drawn(number, row, agent, count)
            takeover.until = min(takeover.until, retires)
            agent.takeovers = [each for each in agent.takeovers if sim.now < each.until] + [takeover]
            sim.log(Event.TAKEN_OVER, agent=agent.id, other=number, until=takeover.until)
            for credential, passed_to, first in self._live(agent):
                self._capture(takeover, credential, passed_to, first)
            count += 1

    def _drawn(self, number: int, row: ChannelRow, agent: Agent, count: int) -> Takeover:
        """A takeover that begins now; when the defender notices it, it is over."""
        sim, now = self.sim, self.sim.now
        name = sim.draws.name(number << 1 | 1, agent.id, count, 0)
        lasting = row.lasting.ticks(sim.draws.once(Stream.TAKEOVER_LENGTH, agent.id, count, 0, number))
        until, noticed = now + max(lasting, 1), FOREVER
        if row.detection is not None and sim.leaks.happens(row.detection.chance, Stream.DETECTED, name):
            noticed = now + row.detection.time.ticks(sim.draws.once(Stream.DETECTION_TIME, *name))
            until = min(until, max(noticed, now + 1))
        return Takeover(number, agent.id, name, until, noticed)

    def _retires(self, agent: Agent) -> int:
        tenure = self.sim.world.populations[agent.population].tenure
        return FOREVER if tenure is None else tenure.ticks(self.sim.draws.once(Stream.TENURE, agent.id, 0))

    def _live(self, agent: Agent) -> Iterator[tuple[Credential, int, bool]]:
        """What is live at a workload: what lies there for each role, True, and what else its running tasks hold.

        With the delegated task that it was passed on to, -1 for the agent's own.
        """
        found: list[Credential] = []
        for role in self.sim.world.populations[agent.population].roles:
            lies = self._lies(agent, role)
            if lies is not None and rules.alive(lies.dies, self.sim.now):
                found.append(lies)
                yield lies, -1, True
        for task in agent.running.values():
            for role, held in task.holds.items():
                if held not in found and rules.alive(held.dies, self.sim.now):
                    found.append(held)
                    yield held, task.number if role in task.passed else -1, False

    def _lies(self, agent: Agent, role: int) -> Credential | None:
        """The agent's own for a role, whatever its tasks hold."""
        slot = agent.slots.get(role)
        return self.sim.standing.kept(slot, agent.id) if slot else agent.leases.get(role)

    def _capture(self, takeover: Takeover, credential: Credential, passed_to: int, first: bool = False) -> None:
        sim, plan = self.sim, self.sim.plan.of(credential.role)
        usable = rules.usable_until(plan.bound, plan.kept, takeover.until)
        name = self._named(takeover, credential, first)
        passed = passed_to >= 0
        if credential.slot:
            credential.slot.captured = sim.now, credential.nth
        sim.leaks.capture(
            takeover.channel, credential, name, takeover.agent, passed_to, usable, takeover.noticed, passed
        )

    def _named(self, takeover: Takeover, credential: Credential, first: bool) -> Name:
        """What stands for the leak in all that follows; under each strategy the same for what lies there at first."""
        draws, sub = self.sim.draws, takeover.channel << 1 | 1
        name = draws.name(sub, *takeover.name, credential.role)
        if credential.agent not in (takeover.agent, -1):  # tasks of several agents have the same numbers
            name = draws.name(sub, *name, credential.agent)
        if credential.task >= 0:
            name = draws.name(sub, *name, credential.name[1] if credential.name else credential.task)
        return name if first else draws.name(sub, *name, credential.nth)
