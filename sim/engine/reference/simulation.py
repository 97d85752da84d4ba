"""One replication of one strategy on SimPy: the readable statement of the model."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from sim.core.draws import Draws
from sim.engine.reference.approvals import Approvals
from sim.engine.reference.custody import Custody
from sim.engine.reference.delegation import Delegation
from sim.engine.reference.intruder import Intruders
from sim.engine.reference.issuer import Issuer
from sim.engine.reference.leaks import Leaks
from sim.engine.reference.log import Log, Sink
from sim.engine.reference.objectives import Objectives
from sim.engine.reference.policy import PolicyPoint
from sim.engine.reference.revocations import Revocations
from sim.engine.reference.standing import Standing
from sim.engine.reference.state import Agent
from sim.engine.reference.takeovers import Takeovers
from sim.engine.reference.workload import Workload
from sim.model.credentials import Plan
from sim.model.world import World

Steps = Generator[simpy.Event, Any, None]


class Simulation:
    """Everything that happens in one replication under one strategy, up to the horizon."""

    def __init__(self, world: World, plan: Plan, draws: Draws, sink: Sink) -> None:
        self.world, self.plan, self.draws = world, plan, draws
        self.env = simpy.Environment()
        self.log = Log(self.env, sink)
        self.agents = [
            Agent(number, row.population, simpy.Resource(self.env, world.populations[row.population].concurrency))
            for number, row in enumerate(world.agents)
        ]
        self.issuer = Issuer(self)
        self.approvals = Approvals(self)
        self.custody = Custody(self)
        self.standing = Standing(self)
        self.revocations = Revocations(self)
        self.intruders = Intruders(self)
        self.leaks = Leaks(self)
        self.takeovers = Takeovers(self)
        self.policy = PolicyPoint(self)
        self.objectives = Objectives(self)
        self.workload = Workload(self)
        self.delegation = Delegation(self)

    @property
    def now(self) -> int:
        """Ticks since the start."""
        return self.env.now  # type: ignore[return-value]  # every delay is whole, and so is every moment

    def run(self) -> None:
        """Run to the horizon; events at the horizon itself do not happen."""
        self.standing.start()
        self.issuer.start()
        self.workload.start()
        self.leaks.start()
        self.takeovers.start()
        self.env.run(until=self.world.horizon)
        self.custody.finish()
        self.log.flush()


def run(world: World, plan: Plan, draws: Draws, sink: Sink) -> None:
    """Run one replication; its log goes to the sink in chunks of rows (core.events.LOG)."""
    Simulation(world, plan, draws, sink).run()
