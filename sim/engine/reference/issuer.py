"""The issuer: a queue with places, service times, a rate limit, failures and outages."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import simpy

from sim.core.draws import Stream
from sim.core.events import Event, Refusal
from sim.engine import rules

if TYPE_CHECKING:
    from sim.engine.reference.simulation import Simulation, Steps

Address = tuple[int, int, int, int]
"""(sub-stream, entity, i, j): which request this is; j < 2^24, the try goes above it."""
LEASE, TASK, RENEWAL, ACTION = 0, 1, 2, 3
KINDS = 4
STEP = 14
"""Bits of the step in the number of a request for a call, so that first requests of a task are neighbours."""


def address(kind: int, role: int, agent: int, i: int, j: int) -> Address:
    """A request for a role: of a task (i: its number), for a lease (i: its number), for a renewal (j: its number)."""
    return role * KINDS + kind, agent, i, j & 0xFFFFFF


def of_action(step: int, nth: int) -> int:
    """The number of the nth request for the call of a step."""
    return nth << STEP | step & (1 << STEP) - 1


class Issuer:
    """Gives credentials to those who ask, one at a time in each of its places."""

    def __init__(self, sim: Simulation) -> None:
        self.sim, self.row = sim, sim.world.issuer
        self.places = simpy.Resource(sim.env, self.row.capacity)
        self.theoretical = 0
        self.up_at = 0

    def start(self) -> None:
        """Begin the sequence of outages."""
        if self.row.outage_gap is not None:
            self.sim.env.process(self._outages())

    def ask(self, address: Address, agent: int, task: int, role: int) -> Generator[simpy.Event, None, bool]:
        """Ask until served, with back-off; False when all tries were refused."""
        sub, entity, i, j = address
        for tries in range(self.row.retries + 1):
            place = (sub, entity, i, j + (tries << 24))
            self.sim.log(Event.REQUESTED, agent=agent, task=task, other=role)
            refused = yield from self._serve(place, agent, task)
            if refused is None:
                return True
            self.sim.log(Event.REFUSED, agent=agent, task=task, other=refused)
            if tries < self.row.retries:
                yield self.sim.env.timeout(self.wait(place, tries))
        return False

    def wait(self, address: Address, tries: int) -> int:
        """Ticks to back off after so many tries."""
        sub, entity, i, j = address
        waits = self.row.waits
        u = self.sim.draws.once(Stream.ISSUER_BACK_OFF, entity, i, j, sub) if waits.jitter else 0.0
        return rules.back_off(waits.first, waits.factor, waits.most, waits.jitter, tries, u)

    def _serve(self, address: Address, agent: int, task: int) -> Generator[simpy.Event, None, Refusal | None]:
        sim, row = self.sim, self.row
        if sim.now < self.up_at:
            return Refusal.OUTAGE
        if row.spacing:
            if not rules.admitted(self.theoretical, sim.now, row.spacing, row.burst):
                return Refusal.RATE
            self.theoretical = rules.next_theoretical(self.theoretical, sim.now, row.spacing)
        let_in = sim.now
        sub, entity, i, j = address
        with self.places.request() as place:
            yield place
            if sim.now < self.up_at:  # it went down while this one stood in line
                return Refusal.OUTAGE
            law = row.service
            # Requests of tasks have neighbours in use; the others do not.
            draw = sim.draws.uniform if sub % KINDS in (TASK, ACTION) else sim.draws.once
            service = law.fixed if law.constant else law.ticks(draw(Stream.SERVICE, entity, i, j, sub))
            sim.log(Event.SERVED, agent=agent, task=task, was=let_in, until=sim.now + service)
            yield sim.env.timeout(service)
        failed = row.fails and draw(Stream.SERVICE_FAILURE, entity, i, j, sub) < row.fails
        return Refusal.FAILURE if failed else None

    def _outages(self) -> Steps:
        sim, gap, length = self.sim, self.row.outage_gap, self.row.outage_length
        assert gap is not None and length is not None
        number = 0
        while True:
            yield sim.env.timeout(gap.ticks(sim.draws.nth(Stream.OUTAGE_GAP, 0, number)))
            lasts = length.ticks(sim.draws.nth(Stream.OUTAGE_LENGTH, 0, number))
            self.up_at = sim.now + lasts
            sim.log(Event.ISSUER_DOWN, until=self.up_at)
            # One tick more than nothing keeps time moving when both laws can be zero.
            yield sim.env.timeout(max(lasts, 1))
            number += 1
