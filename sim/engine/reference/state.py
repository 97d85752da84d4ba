"""What changes during a run: credentials, the slots they are kept in, agents, tasks, intrusions."""

from __future__ import annotations

from dataclasses import dataclass, field

import simpy

from sim.core.events import Cause
from sim.core.units import FOREVER
from sim.model.graph import Edge

Name = tuple[int, int]
"""Stands for a leak in the addresses of all that follows from it."""


@dataclass(slots=True, eq=False)
class Credential:
    """A credential, alive in [issued, dies).

    `expires` is what its holder knows; `dies` is never later. `scope` is None for role scope, else the resources of
    its task, or those that its call touches. `agent` and `task` are -1 where several hold it, or it is not bound to a
    task.
    """

    id: int
    role: int
    issued: int
    expires: int
    dies: int
    agent: int = -1
    task: int = -1
    task_kind: int = -1
    tool: int = -1
    """Whose call it was issued for, if for a call."""
    scope: frozenset[int] | None = None
    slot: Slot | None = None
    nth: int = 0
    """Which one it is of its holder's for its role: version, lease or request; addresses its draws."""
    cause: Cause = Cause.EXPIRED
    """Why it dies at `dies`."""
    asked: int = FOREVER
    needed: int = 0
    needed_since: int = 0
    leaked: bool = False
    compromised: bool = False
    intrusion: int = -1
    """That began with it, if it is compromised."""
    usable: int = FOREVER
    """When an attacker who has it can use it no longer, if it lives so long; known once it is compromised."""
    orphan: bool = False
    attackers: bool = False
    latest: int = FOREVER
    """No renewal reaches past it."""
    name: tuple[int, int] | None = None
    """Address of the draws of the delegated task that it was issued for."""


@dataclass(slots=True, eq=False)
class Slot:
    """Where a group of agents keeps its standing credential for a role."""

    group: int
    role: int
    members: tuple[int, ...]
    current: Credential
    version: int = 0
    left: int = 0
    ready: dict[int, int] = field(default_factory=dict)
    """Agent → when it has the current one; absent: since it exists."""
    before: dict[int, Credential] = field(default_factory=dict)
    """Agent → what it has until then."""
    older: list[Credential] = field(default_factory=list)
    """Versions before the current one that were alive when it was made."""
    captured: tuple[int, int] = (-1, -1)
    """When a takeover captured one last, and which version."""

    @property
    def abandoned(self) -> bool:
        """Every member is retired."""
        return self.left == len(self.members)


@dataclass(slots=True, eq=False)
class Agent:
    """An agent: its places for tasks, what it holds, what it is working on."""

    id: int
    population: int
    places: simpy.Resource
    slots: dict[int, Slot] = field(default_factory=dict)
    leases: dict[int, Credential] = field(default_factory=dict)
    asking: dict[int, simpy.Event] = field(default_factory=dict)
    """Role → happens when the lease that is being asked for has come, or has not."""
    requests: dict[int, int] = field(default_factory=dict)
    live: list[Credential] = field(default_factory=list)
    running: dict[int, Task] = field(default_factory=dict)
    takeovers: list[Takeover] = field(default_factory=list)
    """In order of their start; those that are over are forgotten when another one starts."""
    retired: bool = False


@dataclass(slots=True, eq=False)
class Takeover:
    """An agent's workload in an attacker's hands, up to `until`; `name` addresses what is drawn for all of it."""

    channel: int
    agent: int
    name: Name
    until: int
    noticed: int
    """When the defender notices it; FOREVER: never."""


@dataclass(slots=True, eq=False)
class Task:
    """A task under way; `waited` counts ticks spent for want of a credential, approval apart."""

    agent: Agent
    number: int
    kind: int
    arrived: int
    name: tuple[int, int]
    """Address of all its draws: agent and number, or what a delegated task is called after the call it comes from."""
    stand: int
    """What credentials got in exchange are narrowed to, as in World.needs."""
    delegator: Task | None = None
    depth: int = 0
    step: int = 0
    """Calls so far, those that tools made included: number of the present one, which addresses its draws."""
    passed: set[int] = field(default_factory=set)
    """Roles for which it works with a delegating task's credential."""
    holds: dict[int, Credential] = field(default_factory=dict)
    """Role → the credential it works with."""
    waited: int = 0
    requests: dict[int, int] = field(default_factory=dict)
    """Role → how often a credential was asked for; where each call has its own, for this call."""
    waited_for_approval: int = 0
    approvals: dict[int, int] = field(default_factory=dict)
    """Step → how often approval of its call was asked for."""
    approved: int = -1
    """The step whose call was approved last."""
    elevated: dict[int, int] = field(default_factory=dict)
    """Role → end of the elevation that the last approval of a call with it gave."""
    change: int = -1
    """How its objective changed, if it did; `further` is how many calls it makes for the other one."""
    further: int = 0


@dataclass(slots=True, eq=False)
class Intrusion:
    """An attacker inside, from one compromised credential on. `name` addresses all its draws."""

    id: int
    name: Name
    held: list[Credential] = field(default_factory=list)
    got: dict[int, Credential] = field(default_factory=dict)
    """Edge → the session or minted credential got by it."""
    reads: dict[int, tuple[Credential, Edge]] = field(default_factory=dict)
    """Secret → the access and the edge by which it was read last."""
    times: dict[int, int] = field(default_factory=dict)
    """Edge → how often it was walked, where it is walked more than once."""
    reached: set[int] = field(default_factory=set)
    over: bool = False


def counted(counts: dict[int, int], key: int) -> int:
    """How many there were for the key before, counting one more."""
    counts[key] = counts.get(key, 0) + 1
    return counts[key] - 1
