"""The life of credentials: issued, held, needed, renewed, dead."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import simpy

from sim.core.events import Cause, Event, Flag
from sim.core.units import FOREVER
from sim.engine import rules
from sim.engine.reference import issuer
from sim.engine.reference.state import Agent, Credential, Task, counted

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

    def finish(self) -> None:
        """At the horizon: nobody needs anything any more."""
        for credential in list(self.needed.values()):
            credential.needed = 0
            self._idle(credential)

    # --- getting one ---
    def acquire(self, task: Task, step: int, tool: int) -> Found:
        """A credential for a call that its holder believes to be good, or None after all tries."""
        began, role = self.sim.now, self.sim.world.tools[tool].role
        plan, delegation = self.sim.plan.of(role), self.sim.delegation
        passed = delegation.passed_on(task, role)
        if passed is not None:
            credential: Credential | None = passed
            if task.holds.get(role) is not passed:
                self.sim.takeovers.acquired(task.agent, passed, task.number)
        elif plan.standing:
            credential = yield from self._wait_for_standing(task, role)
        elif plan.per_task or plan.per_action or delegation.exchanges(task, role):
            credential = yield from self._own(task, role, step, tool)
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
            credential = sim.standing.kept(slot, task.agent.id)
            if rules.alive(credential.dies, sim.now):
                return credential
            sim.log(Event.REJECTED, credential=credential.id, agent=task.agent.id, task=task.number)
            if tries < row.retries:
                nth = counted(task.requests, role)
                address = issuer.address(issuer.TASK, role, *task.name, nth)
                yield sim.env.timeout(sim.issuer.wait(address, tries))
        return None

    def _own(self, task: Task, role: int, step: int, tool: int) -> Found:
        """The task's own credential for the role, or for this very call; asked for if it holds no good one."""
        held = task.holds.get(role)
        if held is not None and self.sim.now < held.expires:
            return held
        kind, nth = issuer.TASK, counted(task.requests, role)
        if self.sim.plan.of(role).per_action:
            kind, nth = issuer.ACTION, issuer.of_action(step, nth)
        address = issuer.address(kind, role, *task.name, nth)
        served = yield from self.sim.issuer.ask(address, task.agent.id, task.number, role)
        if not served:
            return None
        latest = min(self.sim.approvals.latest(task, tool), self.sim.delegation.latest(task, role))
        credential = self.issue(role, task.agent.id, nth, task, tool, latest)
        self._keep_renewing(credential)
        self.sim.takeovers.acquired(task.agent, credential)
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
            agent.leases[role] = self.issue(role, agent.id, nth)
            self._keep_renewing(agent.leases[role])
            self.sim.takeovers.acquired(agent, agent.leases[role])
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

    def call_over(self, task: Task, step: int, tool: int) -> None:
        """Let go of the call's own credential, if it has one, and ask for its revocation where the strategy does."""
        role = self.sim.world.tools[tool].role
        if self.sim.plan.of(role).per_action:
            task.requests.pop(role, None)
            credential = task.holds.get(role)
            if credential is not None:
                self._let_go(task, role)
                if role not in task.passed:
                    self.sim.revocations.ask(credential, Cause.ACTION_END, (*task.name, step))

    def task_over(self, task: Task) -> None:
        """Let go of the task's credentials and ask for their revocation where the strategy does."""
        for role, credential in list(task.holds.items()):
            self._let_go(task, role)
            if self.sim.plan.of(role).per_task and role not in task.passed:
                self.sim.revocations.ask(credential, Cause.TASK_END, (*task.name, role))

    # --- issuing, renewing ---
    def number(self) -> int:
        """The next credential's number."""
        self.count += 1
        return self.count - 1

    def issue(
        self, role: int, agent: int, nth: int, task: Task | None = None, tool: int = -1, latest: int = FOREVER
    ) -> Credential:
        """A new credential for an agent (-1: for several), a task's own or a call's own where these are told.

        Args:
            latest: it does not outlive this moment.
        """
        sim, plan = self.sim, self.sim.plan.of(role)
        dies = rules.capped(sim.now + plan.lifetime, sim.now, latest)
        credential = Credential(self.number(), role, sim.now, dies, dies, agent, nth=nth)
        credential.latest = latest
        if task is not None:
            exchanged = sim.delegation.exchanges(task, role)
            credential.task, credential.task_kind = task.number, task.stand if exchanged else task.kind
            credential.name = task.name if task.delegator else None
            credential.tool = tool if plan.per_action else -1
            credential.scope = plan.scope(credential.task_kind, tool, sim.world)
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
        if self.sim.plan.of(credential.role).renew_after:
            self.sim.env.process(self._renew(credential))

    def _renew(self, credential: Credential) -> Steps:
        sim, plan = self.sim, self.sim.plan.of(credential.role)
        agent = sim.agents[credential.agent]
        who, which = credential.name or (agent.id, credential.nth if credential.task < 0 else credential.task)
        number = 0
        while credential.expires < min(credential.issued + plan.max_life, credential.latest):
            yield sim.env.timeout(plan.renew_after)
            if not self._still_wanted(agent, credential):
                return
            number += 1
            nth = issuer.of_action(credential.nth, number) if plan.per_action else number
            address = issuer.address(issuer.RENEWAL, credential.role, who, which, nth)
            served = yield from sim.issuer.ask(address, agent.id, credential.task, credential.role)
            if not served or not rules.alive(credential.dies, sim.now):
                return
            self._extend(credential)

    def _extend(self, credential: Credential) -> None:
        plan = self.sim.plan.of(credential.role)
        was = credential.dies
        until = rules.renewed_until(self.sim.now, credential.issued, plan.lifetime, plan.max_life)
        credential.expires = credential.dies = min(until, credential.latest)
        self.changed(Event.RENEWED, credential, was)

    def _still_wanted(self, agent: Agent, credential: Credential) -> bool:
        if not rules.alive(credential.dies, self.sim.now):
            return False
        if credential.task >= 0:
            task = agent.running.get(credential.task)
            return task is not None and task.holds.get(credential.role) is credential
        return not agent.retired and agent.leases.get(credential.role) is credential

    def changed(self, event: Event, credential: Credential, was: int) -> None:
        """Write down that the credential dies at another time than it was to."""
        flags = (Flag.ORPHAN if credential.orphan else 0) | (Flag.LEAKED if credential.leaked else 0)
        flags |= Flag.ATTACKERS if credential.attackers else 0
        self.sim.log(
            event, credential=credential.id, other=credential.cause, was=was, until=credential.dies, flags=flags
        )
