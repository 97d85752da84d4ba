"""The attacker: tries what leaked, and from a live credential walks the access graph hop by hop, on the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.core.draws import Stream
from sim.core.events import Barrier, Cause, Event, Flag
from sim.core.units import FOREVER
from sim.engine import rules
from sim.engine.reference.state import Credential, Intrusion, Name
from sim.model.graph import Edge

if TYPE_CHECKING:
    from sim.engine.reference.simulation import Simulation, Steps

MOST = 1e16
"""Losses are cut here, so that cents fit the log."""


class Intruders:
    """All intrusions of a replication, and the present values of the secrets that lie in the estate."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.intrusions: list[Intrusion] = []
        self.values: dict[int, Credential] = {}
        self.from_role: dict[int, list[Edge]] = {}
        self.from_resource: dict[int, list[Edge]] = {}
        for edge in sim.world.edges:
            if edge.relation != "stores":
                self.from_role.setdefault(edge.source, []).append(edge)
            elif edge.target not in sim.plan.absent:
                self.from_resource.setdefault(edge.source, []).append(edge)

    def attempt(self, credential: Credential, name: Name, channel: int, leaked: int, usable: int) -> None:
        """Somebody tries what leaked through a channel at a time. One who is inside already gains nothing by it.

        Args:
            usable: when who has this copy can use it no longer.
        """
        sim, now = self.sim, self.sim.now
        barrier = self._barrier(credential, usable)
        if barrier is not None:
            sim.log(Event.BLOCKED, credential=credential.id, other=barrier, edge=channel, was=leaked)
        elif not credential.compromised:
            intrusion = Intrusion(len(self.intrusions), name)
            credential.compromised, credential.intrusion = True, intrusion.id
            self.intrusions.append(intrusion)
            self._gain(Event.COMPROMISED, credential, channel, leaked, usable)
            self._hold(intrusion, credential)
            sim.env.process(self._defend(intrusion))
        elif credential.usable < usable:
            locked_out = credential.usable <= now
            self._gain(Event.REGAINED, credential, channel, leaked, usable)
            if locked_out:
                self._set_out(self.intrusions[credential.intrusion], credential)

    def _barrier(self, credential: Credential, usable: int) -> Barrier | None:
        if not rules.alive(credential.dies, self.sim.now):
            return Barrier.DEAD
        if self.sim.now < usable:
            return None
        return Barrier.BOUND if self.sim.plan.of(credential.role).bound else Barrier.KEPT

    def _gain(self, event: Event, credential: Credential, channel: int, leaked: int, usable: int) -> None:
        credential.usable = usable
        self.sim.log(
            event,
            credential=credential.id,
            intrusion=credential.intrusion,
            edge=channel,
            was=leaked,
            until=usable,
            flags=self._late(credential),
        )

    # --- the walk ---
    def _hold(self, intrusion: Intrusion, credential: Credential) -> None:
        intrusion.held.append(credential)
        self._set_out(intrusion, credential)

    def _set_out(self, intrusion: Intrusion, credential: Credential) -> None:
        """Take all edges at once."""
        for edge in self.from_role.get(credential.role, ()):
            allowed = credential.scope is None or (edge.relation == "can" and edge.target in credential.scope)
            if allowed:
                self.sim.env.process(self._walk(intrusion, credential, edge))

    def _walk(self, intrusion: Intrusion, credential: Credential, edge: Edge) -> Steps:
        yield self.sim.env.timeout(self._hop(intrusion, edge))
        if edge.relation != "can":
            yield from self._keep_role(intrusion, credential, edge)
        elif self._can(intrusion, credential):
            self._reach(intrusion, credential, edge)

    def _hop(self, intrusion: Intrusion, edge: Edge, again: int = 0) -> int:
        return self.sim.world.hop.ticks(self.sim.draws.once(Stream.HOP, *intrusion.name, edge.id, again))

    def _keep_role(self, intrusion: Intrusion, credential: Credential, edge: Edge) -> Steps:
        """Step into a role, or mint a credential for it; do so again whenever that is about to end, while one can.

        Sessions and minted credentials outlive what they were got with. Whichever live credential allows it keeps
        them up, a tick before they end, so that what is due at the end does not depend on the order of events.
        """
        world = self.sim.world
        life = world.sessions[edge.target] if edge.relation == "assumes" else world.minted_lives[edge.target]
        while self._can(intrusion, credential):
            now, got = self.sim.now, intrusion.got.get(edge.id)
            if got is None or not rules.alive(got.dies, now):
                got = intrusion.got[edge.id] = self._fresh(edge.target, life)
                self._obtain(intrusion, credential, edge, got)
            elif life is not None and got.dies <= now + 1:
                was, got.dies = got.dies, got.dies + life
                self.sim.log(Event.RENEWED, credential=got.id, was=was, until=got.dies, flags=Flag.ATTACKERS)
            if got.dies >= FOREVER:
                return
            yield self.sim.env.timeout(max(got.dies - 1 - now, 1))

    def _can(self, intrusion: Intrusion, credential: Credential) -> bool:
        return not intrusion.over and rules.alive(min(credential.dies, credential.usable), self.sim.now)

    def _reach(self, intrusion: Intrusion, credential: Credential, edge: Edge) -> None:
        sim, resource = self.sim, edge.target
        cents = 0
        law = sim.world.losses[resource]
        if resource not in intrusion.reached and law is not None:
            cents = int(min(law.value(sim.draws.once(Stream.LOSS, *intrusion.name, resource)), MOST) * 100 + 0.5)
        intrusion.reached.add(resource)
        sim.log(
            Event.REACHED,
            credential=credential.id,
            other=resource,
            intrusion=intrusion.id,
            edge=edge.id,
            until=cents,
            flags=self._late(credential),
        )
        for stored in self.from_resource.get(resource, ()):
            if edge.level >= stored.level:
                sim.env.process(self._read(intrusion, credential, stored))

    def _read(self, intrusion: Intrusion, credential: Credential, edge: Edge) -> Steps:
        """Read a stored secret, and again each time that its value has run out while there is still access."""
        while True:
            times = intrusion.times[edge.id] = intrusion.times.get(edge.id, -1) + 1
            yield self.sim.env.timeout(self._hop(intrusion, edge, times))
            if not self._can(intrusion, credential):
                return
            value = self._value(edge.target)
            intrusion.reads[edge.target] = credential, edge
            if value not in intrusion.held:
                self._obtain(intrusion, credential, edge, value)
            if value.dies >= FOREVER:
                return
            yield self.sim.env.timeout(max(value.dies - self.sim.now, 1))

    def _replaced(self, value: Credential) -> None:
        """A stored secret got a new value: other intruders who had the old one read it anew, where they still can."""
        for secret in [secret for secret, known in self.values.items() if known is value]:
            for intrusion in self.intrusions:
                if not intrusion.over and value in intrusion.held:
                    self.sim.env.process(self._read(intrusion, *intrusion.reads[secret]))

    def _value(self, secret: int) -> Credential:
        """The secret's present value, as a credential for the role that it opens."""
        world, now = self.sim.world, self.sim.now
        value = self.values.get(secret)
        if value is None or not rules.alive(value.dies, now):
            life = world.secret_lives[secret]
            dies = FOREVER
            if life is not None:
                phase = max(1, int(self.sim.draws.once(Stream.SECRET_PHASE, secret, 0) * life))
                dies = rules.value_ends(now, life, phase)
            value = self.values[secret] = self._fresh(world.secret_roles[secret], None)
            value.expires = value.dies = dies
        return value

    def _fresh(self, role: int, life: int | None) -> Credential:
        now = self.sim.now
        dies = FOREVER if life is None else now + life
        return Credential(self.sim.custody.number(), role, now, dies, dies, attackers=True)

    def _obtain(self, intrusion: Intrusion, through: Credential, edge: Edge, credential: Credential) -> None:
        self.sim.log(
            Event.OBTAINED,
            credential=credential.id,
            was=through.id,
            until=credential.dies,
            other=credential.role,
            intrusion=intrusion.id,
            edge=edge.id,
            flags=self._late(through),
        )
        self._hold(intrusion, credential)

    def _late(self, credential: Credential) -> int:
        return Flag.LATE if self.sim.now >= credential.asked else 0

    # --- the intrusion's clock ---
    def _defend(self, intrusion: Intrusion) -> Steps:
        sim, clock = self.sim, self.sim.world.intrusion
        if clock is None or sim.draws.once(Stream.NOTICED, *intrusion.name) >= clock.chance:
            return
        yield sim.env.timeout(clock.time.ticks(sim.draws.once(Stream.NOTICE_TIME, *intrusion.name)))
        sim.log(Event.INTRUSION_NOTICED, intrusion=intrusion.id)
        yield sim.env.timeout(sim.world.eviction.ticks(sim.draws.once(Stream.EVICTION, *intrusion.name)))
        intrusion.over = True
        sim.log(Event.EVICTED, intrusion=intrusion.id)
        for credential in intrusion.held:
            alive = rules.alive(credential.dies, sim.now)
            sim.revocations.kill(credential, Cause.EVICTION)
            if alive and credential.attackers:
                self._replaced(credential)
