"""Standing credentials: slots, rotation, redeployment, outages of their holders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.core.draws import Stream
from sim.core.events import Cause, Event
from sim.engine import rules
from sim.engine.reference.state import Credential, Slot

if TYPE_CHECKING:
    from sim.engine.reference.simulation import Simulation, Steps
    from sim.model.credentials import Plan


class Standing:
    """Hands out standing credentials, and their successors."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim

    def start(self) -> None:
        """Hand out the standing credentials that exist when the simulation starts."""
        for plan in self.sim.plan.parts:
            if plan.standing:
                self._open_slots(plan)

    def _open_slots(self, plan: Plan) -> None:
        world = self.sim.world
        for group, members in enumerate(plan.members):
            populations = {world.agents[agent].population for agent in members}
            for role in sorted({role for p in populations for role in world.populations[p].roles}):
                if self.sim.plan.of(role) is plan:
                    using = tuple(a for a in members if role in world.populations[world.agents[a].population].roles)
                    self._open_slot(group, role, using)

    def _open_slot(self, group: int, role: int, members: tuple[int, ...]) -> None:
        slot = Slot(group, role, members, self._issue(role, members, 0))
        slot.current.slot = slot
        for member in members:
            self.sim.agents[member].slots[role] = slot
        if self.sim.plan.of(role).rotate_every:
            self.sim.env.process(self._rotate(slot))

    def kept(self, slot: Slot, agent: int) -> Credential:
        """What the agent has: the current one, or what it had before until the current one has been handed to it."""
        return slot.before[agent] if self.sim.now < slot.ready.get(agent, 0) else slot.current

    def _rotate(self, slot: Slot) -> Steps:
        sim, plan = self.sim, self.sim.plan.of(slot.role)
        phase = sim.draws.once(Stream.ROTATION_PHASE, slot.group, slot.role, 0)
        first = plan.rotate_every if plan.aligned else max(1, int(phase * plan.rotate_every))
        yield sim.env.timeout(first)
        while not slot.abandoned:
            old = slot.current
            self._new_version(slot)
            was, old.dies = old.dies, min(old.dies, sim.now + plan.overlap)
            if old.dies < was:
                old.expires, old.cause = old.dies, Cause.ROTATED
                sim.custody.changed(Event.SHORTENED, old, was)
            for member in slot.members:
                u = sim.draws.once(Stream.ROLLOUT, member, slot.role, slot.version)
                self._hand_out(slot, member, sim.now + plan.rollout.ticks(u))
            yield sim.env.timeout(plan.rotate_every)

    def _new_version(self, slot: Slot) -> None:
        now = self.sim.now
        slot.older = [old for old in (*slot.older, slot.current) if rules.alive(old.dies, now)]
        for member in slot.members:
            slot.before[member] = self.kept(slot, member)
        slot.version += 1
        slot.current = self._issue(slot.role, slot.members, slot.version)
        slot.current.slot = slot

    def _issue(self, role: int, members: tuple[int, ...], version: int) -> Credential:
        return self.sim.custody.issue(role, members[0] if len(members) == 1 else -1, version)

    def _hand_out(self, slot: Slot, member: int, at: int) -> None:
        """The member has the new version at `at`; until then it has what it had, if that is alive."""
        sim = self.sim
        ready = slot.ready.get(member, 0)
        out = max(ready, slot.before[member].dies, sim.now)
        slot.ready[member] = at = max(at, ready)
        if at > out and not sim.agents[member].retired:
            sim.log(Event.OUTAGE, credential=slot.current.id, agent=member, was=out, until=at)
        if sim.takeovers.any:
            sim.env.process(self._handed(slot, member, slot.current))

    def _handed(self, slot: Slot, member: int, credential: Credential) -> Steps:
        """When the member has it, whoever has taken over its workload has it, too."""
        sim = self.sim
        yield sim.env.timeout(slot.ready[member] - sim.now)
        if self.kept(slot, member) is credential and not rules.safe_for_now(*slot.captured, credential.nth, sim.now):
            sim.takeovers.acquired(sim.agents[member], credential)

    def redeploy(self, slot: Slot) -> None:
        """The slot's credential was revoked: there is a new one, and every holder gets it in its own time."""
        sim = self.sim
        self._new_version(slot)
        for member in slot.members:
            u = sim.draws.once(Stream.REDEPLOYMENT, member, slot.role, slot.version)
            self._hand_out(slot, member, sim.now + sim.plan.of(slot.role).redeployment.ticks(u))

    def cut_off(self, slot: Slot, old: Credential, was: int) -> None:
        """An older version died in its overlap, at `was` at the latest: who still had it waits for the current one."""
        sim = self.sim
        for member in slot.members:
            until = min(slot.ready.get(member, 0), was)
            if until > sim.now and slot.before[member] is old and not sim.agents[member].retired:
                sim.log(Event.OUTAGE, credential=slot.current.id, agent=member, was=sim.now, until=until)
