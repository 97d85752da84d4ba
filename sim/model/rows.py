"""The rows of a World: what an engine knows of a tool, a task kind, an agent, a channel, the issuer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

from sim.core.laws import Law
from sim.model.calendar import Calendar


@dataclass(frozen=True)
class Waits:
    """Back-off between tries: first × factor^n, at most `most`, shortened by up to the share `jitter`."""

    first: int
    factor: float
    most: int
    jitter: float


@dataclass(frozen=True)
class ToolRow:
    """A tool: its role, how long an attempt takes, how often it fails, what it touches, what it can be called with.

    Attributes:
        follows: the tools called after it, in order, those that they call in turn included.
        to, task: the population that a call hands a task over to, and the task's kind; -1: it hands none over.
    """

    role: int
    duration: Law
    fails: float
    retries: int
    waits: Waits
    until_end: bool
    touches: frozenset[int]
    accepts: frozenset[str]
    follows: tuple[int, ...] = ()
    to: int = -1
    task: int = -1


@dataclass(frozen=True)
class Weighted:
    """Things with cumulative weights, the last one 1.0."""

    things: tuple[int, ...]
    edges: tuple[float, ...]

    def at(self, u: float) -> int:
        """The thing at the uniform number u."""
        for thing, edge in zip(self.things, self.edges, strict=True):
            if u < edge:
                return thing
        return self.things[-1]


def weighted(ids: Mapping[str, int], weights: Mapping[str, float]) -> Weighted:
    """Things by their ids, in the order in which they are written."""
    total = sum(weights.values())
    sums = accumulate(weights.values())
    return Weighted(tuple(ids[name] for name in weights), tuple(value / total for value in sums))


@dataclass(frozen=True)
class KindRow:
    """A task kind: its objective, its chain of tools, its pace; `tools`: all that its tasks come to call."""

    needs: frozenset[int]
    steps: tuple[int, ...]
    start: Weighted | None
    then: dict[int, Weighted]
    length: Law | None
    thinking: Law
    deadline: int | None
    tools: tuple[int, ...]


@dataclass(frozen=True)
class Narrowed:
    """What a credential got in exchange is narrowed to: the kind of the task it is for, what all on the way need."""

    kind: int
    needs: frozenset[int]


@dataclass(frozen=True)
class AgentRow:
    """One agent; its id is its place in World.agents."""

    name: str
    population: int


@dataclass(frozen=True)
class PopulationRow:
    """Agents of one kind; exactly one of rate, every, pause says how tasks come to them.

    Attributes:
        roles: of all tools that tasks call there.
        receives: others hand tasks over to them.
    """

    name: str
    agents: tuple[int, ...]
    tasks: Weighted
    concurrency: int
    tenure: Law | None
    rate: float
    calendar: Calendar
    every: int
    first: int
    pause: Law | None
    until: int
    roles: tuple[int, ...]
    receives: bool = False


@dataclass(frozen=True)
class Happens:
    """With a chance, after a time."""

    chance: float
    time: Law


@dataclass(frozen=True)
class ChangeRow:
    """A way in which a task's objective changes.

    Attributes:
        injected: by an injection, which is followed or not; else by drift.
        chance: after a call: that it carried an injection, or of drift.
        followed: an agent's chance to follow an injection; None: it always does.
        tools: after whose calls it can happen; populations: in whose tasks.
        calls: what is called from then on; length: how often.
    """

    name: str
    title: str
    injected: bool
    chance: float
    followed: Law | None
    tools: frozenset[int]
    populations: frozenset[int]
    calls: Weighted
    length: Law


@dataclass(frozen=True)
class ChannelRow:
    """A leak channel.

    Attributes:
        sent_out: chance that a call for another objective sends its credential out here.
        gap: mean time between exposures of a stored credential; 0 for other channels.
        takeover_gap: mean time between takeovers of an agent's workload, `lasting` each; 0 for other channels.
        custody: whose credentials are copied or lie there.
    """

    name: str
    per_use: float
    sent_out: float
    gap: float
    takeover_gap: float
    lasting: Law
    holds: frozenset[str]
    custody: frozenset[str]
    tools: frozenset[int]
    roles: frozenset[int]
    populations: frozenset[int]
    discovery: Happens
    detection: Happens | None
    remediation: Law


@dataclass(frozen=True)
class ApproversRow:
    """Who approves calls; `expires` is how long after it was asked a request becomes void, FOREVER for never."""

    count: int
    hours: Calendar
    response: Law
    expires: int


@dataclass(frozen=True)
class IssuerRow:
    """The issuer's queue; `spacing` is the time between requests at the rate limit, 0 without one."""

    capacity: int
    service: Law
    spacing: int
    burst: int
    fails: float
    outage_gap: Law | None
    outage_length: Law | None
    retries: int
    waits: Waits
