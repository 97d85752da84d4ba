"""What changes during a run: credentials, the slots they are kept in, agents, tasks, intrusions."""

from __future__ import annotations

from dataclasses import dataclass, field

import simpy

from sim.core.units import FOREVER


@dataclass(slots=True, eq=False)
class Credential:
    """A credential, alive in [issued, dies).

    `expires` is what its holder knows; `dies` is never later. `scope` is None for role scope, else the resources of
    its task. `agent` and `task` are -1 where several hold it, or it is not bound to a task.
    """

    id: int
    role: int
    issued: int
    expires: int
    dies: int
    agent: int = -1
    task: int = -1
    task_kind: int = -1
    scope: frozenset[int] | None = None
    slot: Slot | None = None
    asked: int = FOREVER
    needed: int = 0
    needed_since: int = 0
    leaked: bool = False
    compromised: bool = False
    orphan: bool = False
    attackers: bool = False


@dataclass(slots=True, eq=False)
class Slot:
    """Where a group of agents keeps its standing credential for a role."""

    group: int
    role: int
    members: tuple[int, ...]
    current: Credential
    previous: Credential | None = None
    version: int = 0
    left: int = 0
    ready: dict[int, int] = field(default_factory=dict)
    """Agent → when it has the current one; absent: since it exists."""

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
    requests: dict[int, int] = field(default_factory=dict)
    live: list[Credential] = field(default_factory=list)
    running: dict[int, Task] = field(default_factory=dict)
    retired: bool = False


@dataclass(slots=True, eq=False)
class Task:
    """A task under way; `waited` counts ticks spent for want of a credential."""

    agent: Agent
    number: int
    kind: int
    arrived: int
    holds: dict[int, Credential] = field(default_factory=dict)
    """Role → the credential it works with."""
    waited: int = 0
    requests: int = 0
    over: bool = False


@dataclass(slots=True, eq=False)
class Intrusion:
    """An attacker inside, from one compromised credential on. `name` addresses all its draws."""

    id: int
    name: tuple[int, int]
    held: list[Credential] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    reached: set[int] = field(default_factory=set)
    over: bool = False
