"""The life of credentials: issued, held, needed, rotated, renewed, revoked, dead."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import simpy

from sim.core.draws import Stream
from sim.core.events import Cause, Event, Flag
from sim.core.units import FOREVER
from sim.engine import rules
from sim.engine.reference import issuer
from sim.engine.reference.state import Agent, Credential, Slot, Task, counted

if TYPE_CHECKING:
    from sim.engine.reference.simulation import Simulation, Steps

MANY = 64
"""So many credentials of an agent are kept before the dead among them are forgotten."""
Found = Generator[simpy.Event, None, Credential | None]


class Custody:
    """Keeps every credential, and is the only one to change when it dies."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.count = 0
        self.needed: dict[int, Credential] = {}

    # --- beginnings and ends ---
    def start(self) -> None:
        """Hand out the standing credentials that exist when the simulation starts."""
        sim, plan = self.sim, self.sim.plan
        if not plan.standing:
            return
        for group, members in enumerate(plan.members):
            populations = {sim.world.agents[agent].population for agent in members}
            for role in sorted({role for p in populations for role in sim.world.populations[p].roles}):
                using = tuple(a for a in members if role in sim.world.populations[sim.world.agents[a].population].roles)
                self._open_slot(group, role, using)

    def _open_slot(self, group: int, role: int, members: tuple[int, ...]) -> None:
        slot = Slot(group, role, members, self._issue(role, members[0] if len(members) == 1 else -1, 0))
        slot.current.slot = slot
        for member in members:
            self.sim.agents[member].slots[role] = slot
        if self.sim.plan.rotate_every:
            self.sim.env.process(self._rotate(slot))

    def finish(self) -> None:
        """At the horizon: nobody needs anything any more."""
        for credential in list(self.needed.values()):
            credential.needed = 0
            self._idle(credential)

    # --- getting one ---
    def acquire(self, task: Task, role: int, latest: int) -> Found:
        """A credential for the role that its holder believes to be good, or None after all tries.

        Args:
            latest: a task's own credential that is issued now does not outlive it.
        """
        began = self.sim.now
        plan = self.sim.plan
        if plan.standing:
            credential = yield from self._wait_for_standing(task, role)
        elif plan.per_task:
            credential = yield from self._per_task(task, role, latest)
        else:
            credential = yield from self._leased(task, role)
        task.waited += self.sim.now - began
        if credential is not None:
            self._take(task, role, credential)
        return credential

    def drop(self, task: Task, role: int) -> None:
        """The holder learnt that its credential is dead."""
        credential = task.holds[role]
        if task.agent.leases.get(role) is credential:
            del task.agent.leases[role]
        self._let_go(task, role)

    def _wait_for_standing(self, task: Task, role: int) -> Found:
        sim, slot, row = self.sim, task.agent.slots[role], self.sim.world.issuer
        for tries in range(row.retries + 1):
            credential = self.kept(slot, task.agent.id)
            if rules.alive(credential.dies, sim.now):
                return credential
            sim.log(Event.REJECTED, credential=credential.id, agent=task.agent.id, task=task.number)
            if tries < row.retries:
                nth = counted(task.requests, role)
                address = issuer.address(issuer.TASK, role, task.agent.id, task.number, nth)
                yield sim.env.timeout(sim.issuer.wait(address, tries))
        return None

    def kept(self, slot: Slot, agent: int) -> Credential:
        """What the agent has: the current one, or what it had before until the current one has been handed to it."""
        return slot.before[agent] if self.sim.now < slot.ready.get(agent, 0) else slot.current

    def _per_task(self, task: Task, role: int, latest: int) -> Found:
        held = task.holds.get(role)
        if held is not None and self.sim.now < held.expires:
            return held
        nth = counted(task.requests, role)
        address = issuer.address(issuer.TASK, role, task.agent.id, task.number, nth)
        served = yield from self.sim.issuer.ask(address, task.agent.id, task.number, role)
        if not served:
            return None
        credential = self._issue(role, task.agent.id, nth, task, latest)
        self._keep_renewing(credential)
        return credential

    def _leased(self, task: Task, role: int) -> Found:
        agent = task.agent
        while not self._good(agent.leases.get(role)):
            if role not in agent.asking:
                return (yield from self._new_lease(agent, task, role))
            yield agent.asking[role]
        return agent.leases[role]

    def _good(self, lease: Credential | None) -> bool:
        """As far as its holder knows."""
        return lease is not None and self.sim.now < lease.expires

    def _new_lease(self, agent: Agent, task: Task, role: int) -> Found:
        """Ask for a lease; other tasks of the agent that need the same one wait for the answer."""
        answer = agent.asking[role] = self.sim.env.event()
        nth = counted(agent.requests, role)
        address = issuer.address(issuer.LEASE, role, agent.id, nth, 0)
        served = yield from self.sim.issuer.ask(address, agent.id, task.number, role)
        if served:
            agent.leases[role] = self._issue(role, agent.id, nth)
            self._keep_renewing(agent.leases[role])
        del agent.asking[role]
        answer.succeed()
        return agent.leases[role] if served else None

    # --- being needed ---
    def _take(self, task: Task, role: int, credential: Credential) -> None:
        if task.holds.get(role) is credential:
            return
        self._let_go(task, role)
        task.holds[role] = credential
        credential.needed += 1
        if credential.needed == 1:
            credential.needed_since = self.sim.now
            self.needed[credential.id] = credential
            self.sim.log(Event.NEEDED, credential=credential.id)

    def _let_go(self, task: Task, role: int) -> None:
        credential = task.holds.pop(role, None)
        if credential is None:
            return
        credential.needed -= 1
        if credential.needed == 0:
            self._idle(credential)

    def _idle(self, credential: Credential) -> None:
        del self.needed[credential.id]
        since = credential.needed_since
        until = max(since, min(self.sim.now, credential.dies))
        self.sim.log(Event.IDLE, credential=credential.id, was=since, until=until)

    def task_over(self, task: Task) -> None:
        """Let go of the task's credentials and ask for their revocation where the strategy does."""
        for role, credential in list(task.holds.items()):
            self._let_go(task, role)
            if self.sim.plan.per_task:
                self.sim.revocations.ask(credential, Cause.TASK_END, (task.agent.id, task.number, role))

    # --- issuing, renewing, rotating ---
    def number(self) -> int:
        """The next credential's number."""
        self.count += 1
        return self.count - 1

    def _issue(self, role: int, agent: int, nth: int, task: Task | None = None, latest: int = FOREVER) -> Credential:
        sim, plan = self.sim, self.sim.plan
        dies = rules.capped(sim.now + plan.lifetime, sim.now, latest)
        credential = Credential(self.number(), role, sim.now, dies, dies, agent, nth=nth)
        credential.latest = latest
        if task is not None:
            credential.task, credential.task_kind = task.number, task.kind
            credential.scope = sim.world.kinds[task.kind].needs if plan.task_scope else None
        holder = sim.agents[agent] if agent >= 0 else None
        if holder is not None and not plan.standing:
            credential.orphan = holder.retired
            if len(holder.live) >= MANY:
                holder.live = [c for c in holder.live if rules.alive(c.dies, sim.now)]
            holder.live.append(credential)
        flags = Flag.ORPHAN if credential.orphan else 0
        sim.log(
            Event.ISSUED,
            credential=credential.id,
            other=role,
            agent=agent,
            task=credential.task,
            until=dies,
            flags=flags,
        )
        return credential

    def _keep_renewing(self, credential: Credential) -> None:
        if self.sim.plan.renew_after:
            self.sim.env.process(self._renew(credential))

    def _renew(self, credential: Credential) -> Steps:
        sim, plan = self.sim, self.sim.plan
        agent = sim.agents[credential.agent]
        which = credential.nth if credential.task < 0 else credential.task
        number = 0
        while credential.expires < min(credential.issued + plan.max_life, credential.latest):
            yield sim.env.timeout(plan.renew_after)
            if not self._still_wanted(agent, credential):
                return
            number += 1
            address = issuer.address(issuer.RENEWAL, credential.role, agent.id, which, number)
            served = yield from sim.issuer.ask(address, agent.id, credential.task, credential.role)
            if not served or not rules.alive(credential.dies, sim.now):
                return
            self._extend(credential)

    def _extend(self, credential: Credential) -> None:
        plan = self.sim.plan
        was = credential.dies
        until = rules.renewed_until(self.sim.now, credential.issued, plan.lifetime, plan.max_life)
        credential.expires = credential.dies = min(until, credential.latest)
        self.changed(Event.RENEWED, credential, was)

    def _still_wanted(self, agent: Agent, credential: Credential) -> bool:
        if not rules.alive(credential.dies, self.sim.now):
            return False
        if self.sim.plan.per_task:
            task = agent.running.get(credential.task)
            return task is not None and task.holds.get(credential.role) is credential
        return not agent.retired and agent.leases.get(credential.role) is credential

    def _rotate(self, slot: Slot) -> Steps:
        sim, plan = self.sim, self.sim.plan
        phase = sim.draws.once(Stream.ROTATION_PHASE, slot.group, slot.role, 0)
        first = plan.rotate_every if plan.aligned else max(1, int(phase * plan.rotate_every))
        yield sim.env.timeout(first)
        while not slot.abandoned:
            old = slot.current
            self._new_version(slot)
            was, old.dies = old.dies, min(old.dies, sim.now + plan.overlap)
            if old.dies < was:
                old.expires, old.cause = old.dies, Cause.ROTATED
                self.changed(Event.SHORTENED, old, was)
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
        slot.current = self._issue(slot.role, slot.members[0] if len(slot.members) == 1 else -1, slot.version)
        slot.current.slot = slot

    def _hand_out(self, slot: Slot, member: int, at: int) -> None:
        """The member has the new version at `at`; until then it has what it had, if that is alive."""
        sim = self.sim
        ready = slot.ready.get(member, 0)
        out = max(ready, slot.before[member].dies, sim.now)
        slot.ready[member] = at = max(at, ready)
        if at > out and not sim.agents[member].retired:
            sim.log(Event.OUTAGE, credential=slot.current.id, agent=member, was=out, until=at)

    def redeploy(self, slot: Slot) -> None:
        """The slot's credential was revoked: there is a new one, and every holder gets it in its own time."""
        sim = self.sim
        self._new_version(slot)
        for member in slot.members:
            u = sim.draws.once(Stream.REDEPLOYMENT, member, slot.role, slot.version)
            self._hand_out(slot, member, sim.now + sim.plan.redeployment.ticks(u))

    def cut_off(self, slot: Slot, old: Credential, was: int) -> None:
        """An older version died in its overlap, at `was` at the latest: who still had it waits for the current one."""
        sim = self.sim
        for member in slot.members:
            until = min(slot.ready.get(member, 0), was)
            if until > sim.now and slot.before[member] is old and not sim.agents[member].retired:
                sim.log(Event.OUTAGE, credential=slot.current.id, agent=member, was=sim.now, until=until)

    def changed(self, event: Event, credential: Credential, was: int) -> None:
        """Write down that the credential dies at another time than it was to."""
        flags = (Flag.ORPHAN if credential.orphan else 0) | (Flag.LEAKED if credential.leaked else 0)
        flags |= Flag.ATTACKERS if credential.attackers else 0
        self.sim.log(
            event, credential=credential.id, other=credential.cause, was=was, until=credential.dies, flags=flags
        )
