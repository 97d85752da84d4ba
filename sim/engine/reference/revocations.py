"""How credentials end before their time: asked for at a task's or call's end, at retirement, on detection; eviction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.core.draws import Stream
from sim.core.events import Cause, Event
from sim.engine import rules
from sim.engine.reference.state import Agent, Credential

if TYPE_CHECKING:
    from sim.engine.reference.simulation import Simulation, Steps

REPLACED = (Cause.DETECTION, Cause.EVICTION)
"""Revocations after which the holders of a standing credential are given a new one."""


class Revocations:
    """Asks for revocations and carries them out."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim

    def retire(self, agent: Agent) -> None:
        """What the agent held has lost its holder: it is an orphan until it is dead."""
        orphans: list[Credential] = list(agent.live)
        for role in sorted(agent.slots):
            slot = agent.slots[role]
            slot.left += 1
            if slot.abandoned:
                orphans += [*slot.older, slot.current]
        for credential in orphans:
            if rules.alive(credential.dies, self.sim.now):
                credential.orphan = True
                self.sim.log(Event.ORPHANED, credential=credential.id, agent=agent.id, until=credential.dies)
                who = credential.slot.group if credential.slot else agent.id
                which = credential.role << 16 | credential.nth & 0xFFFF
                self.ask(credential, Cause.RETIREMENT, (*(credential.name or (who, credential.task + 1)), which))

    def ask(self, credential: Credential, cause: Cause, address: tuple[int, int, int]) -> None:
        """Ask for a revocation, if the strategy revokes for this cause and the credential is alive."""
        if cause in self.sim.plan.of(credential.role).revocation and rules.alive(credential.dies, self.sim.now):
            self.sim.env.process(self._revoke(credential, cause, address))

    def _revoke(self, credential: Credential, cause: Cause, address: tuple[int, int, int]) -> Steps:
        sim, rule = self.sim, self.sim.plan.of(credential.role).revocation[cause]
        credential.asked = min(credential.asked, sim.now)
        sim.log(Event.ASKED, credential=credential.id, other=cause)
        entity, i, j = address
        if rule.fails and sim.draws.once(Stream.REVOKED, entity, i, j, cause) < rule.fails:
            sim.log(Event.SPARED, credential=credential.id, other=cause)
            return
        draw = sim.draws.uniform if cause in (Cause.TASK_END, Cause.ACTION_END) else sim.draws.once
        delay = (
            rule.delay.fixed
            if rule.delay.constant
            else rule.delay.ticks(draw(Stream.REVOCATION_DELAY, entity, i, j, cause))
        )
        begins = sim.world.staffed.next_open(sim.now) if rule.manual else sim.now
        yield sim.env.timeout(begins - sim.now + delay)
        self.kill(credential, cause)

    def kill(self, credential: Credential, cause: Cause) -> None:
        """The credential is dead from now on."""
        sim = self.sim
        if not rules.alive(credential.dies, sim.now):
            return
        was, credential.dies, credential.cause = credential.dies, sim.now, cause
        sim.custody.changed(Event.DIED, credential, was)
        slot = credential.slot
        if cause in REPLACED and slot is not None and credential is slot.current and not slot.abandoned:
            sim.standing.redeploy(slot)
        elif slot is not None and credential is not slot.current:
            sim.standing.cut_off(slot, credential, was)
