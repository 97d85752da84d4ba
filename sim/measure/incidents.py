"""What became of every leaked credential: when it died, who used it, how far they came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from sim.core.events import CAUSES, LIFE_CHANGES, LOG, Event, Flag
from sim.core.units import FOREVER, HOUR
from sim.measure.arrivals import ArrivalRow, arrivals, name_of
from sim.measure.chunks import Chunk, Rows, table
from sim.measure.leaks import LeakRow
from sim.measure.paths import Step, told
from sim.model.credentials import Plan
from sim.model.reach import Reach
from sim.model.world import World

NAMES = LOG.names or ()
Span = tuple[int, int]
"""Half-open."""
TOLD = table(
    lambda kind, _: (
        kind
        in (
            Event.CAPTURED,
            Event.CONFINED,
            Event.LEAK_NOTICED,
            Event.BLOCKED,
            Event.COMPROMISED,
            Event.REGAINED,
            Event.OBTAINED,
            Event.REACHED,
            Event.EVICTED,
        )
    )
)
MOVED = table(
    lambda kind, flags: kind == Event.OBTAINED or (kind in LIFE_CHANGES and flags & (Flag.LEAKED | Flag.ATTACKERS) > 0)
)
"""What says when a credential that matters here dies."""
LEAKED_USES = table(lambda kind, flags: kind == Event.USED and flags & Flag.LEAKED > 0)


@dataclass
class Leak:
    """A leaked credential, as far as the log has told."""

    credential: int
    role: int
    agent: int
    stand: int
    """What it is narrowed to: the kind of its task, or as in World.needs; -1: it is bound to no task."""
    channel: int
    issued: int
    leaked: int
    tool: int = -1
    captures: int = 0
    first_use: int | None = None
    used_channel: int | None = None
    used_leaked: int | None = None
    detected: int | None = None
    compromised: int | None = None
    intrusion: int | None = None
    records: int = 0
    copied: int | None = None
    """When it was first captured so that it is of use until it is dead."""
    confined: list[Span] = field(default_factory=list)
    """While these takeovers last, in which it was captured, it is of use, too."""
    accesses: list[Span] = field(default_factory=list)
    """When an attacker could use it, if it lived so long."""


@dataclass
class Walk:
    """An intrusion, as far as the log has told."""

    obtained: dict[int, Step] = field(default_factory=dict)
    reached: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """Resource → (when, through which credential), in order."""
    loss_cents: int = 0
    evicted: int | None = None


class Incidents:
    """Collects one replication's leaks and intrusions from the log."""

    def __init__(self, world: World, plan: Plan, reach: Reach) -> None:
        self.world, self.plan, self.reach = world, plan, reach
        self.leaks: dict[int, Leak] = {}
        self.walks: dict[int, Walk] = {}
        self.dies: dict[int, int] = {}
        self.causes: dict[int, int] = {}
        self.captures = 0
        self._leads: dict[tuple[int, frozenset[int] | None], tuple[int, int]] = {}

    def add(self, chunk: Chunk) -> None:
        """Take in the next chunk of the log."""
        # A credential's life changes after it was obtained, and whoever captures it is told the change: so the rows
        # that say when it dies can go first, whole columns at a time.
        self._moved(chunk)
        for row in chunk.those(TOLD).tolist():
            self._take(dict(zip(NAMES, row, strict=True)))
        uses = chunk.rows["credential"][chunk.places(LEAKED_USES)]
        if len(uses):
            for credential, count in _counted(uses):
                self.leaks[credential].records += count

    def _moved(self, chunk: Chunk) -> None:
        rows = chunk.those(MOVED)
        self.dies.update(zip(rows["credential"].tolist(), rows["until"].tolist(), strict=True))
        rows = rows[rows["kind"] != Event.OBTAINED]
        self.causes.update(zip(rows["credential"].tolist(), rows["other"].tolist(), strict=True))

    def _take(self, row: dict[str, int]) -> None:
        kind = row["kind"]
        if kind == Event.CAPTURED:
            self._captured(row)
        elif kind in (Event.LEAK_NOTICED, Event.BLOCKED, Event.COMPROMISED, Event.REGAINED):
            self._followed(self.leaks[row["credential"]], row)
        elif kind == Event.CONFINED:
            self.leaks[row["credential"]].confined.append((row["at"], row["until"]))
        else:
            self._walked(row)

    def _captured(self, row: dict[str, int]) -> None:
        self.captures += 1
        credential = row["credential"]
        leak = self.leaks.get(credential)
        if leak is None:
            leak = self.leaks[credential] = Leak(
                credential,
                row["edge"],
                row["agent"],
                row["intrusion"],
                row["other"],
                row["was"],
                row["at"],
                row["attempt"],
            )
            self.dies.setdefault(credential, row["until"])
            self.causes.setdefault(credential, row["step"])
        leak.captures += 1
        plan, channel = self.plan.of(leak.role), self.world.channels[row["other"]]
        # Where the attacker has its use but not itself, the next row says how long.
        if leak.copied is None and not plan.bound and not (plan.kept and channel.takeover_gap):
            leak.copied = row["at"]

    def _followed(self, leak: Leak, row: dict[str, int]) -> None:
        if row["kind"] == Event.LEAK_NOTICED:
            leak.detected = row["at"] if leak.detected is None else leak.detected
            return
        if row["kind"] != Event.BLOCKED:
            leak.accesses.append((row["at"], row["until"]))
        if row["kind"] == Event.REGAINED:
            leak.records += 1
            return
        if leak.first_use is None or row["kind"] == Event.COMPROMISED:
            leak.used_channel, leak.used_leaked = row["edge"], row["was"]
        leak.first_use = row["at"] if leak.first_use is None else leak.first_use
        if row["kind"] == Event.COMPROMISED:
            leak.compromised, leak.intrusion = row["at"], row["intrusion"]
            leak.records += 1
            self.walks[row["intrusion"]] = Walk()

    def _walked(self, row: dict[str, int]) -> None:
        walk = self.walks[row["intrusion"]]
        if row["kind"] == Event.EVICTED:
            walk.evicted = row["at"]
        elif row["kind"] == Event.OBTAINED:
            walk.obtained.setdefault(row["credential"], Step(row["was"], row["edge"], row["at"]))
            self._used(row["was"])
        else:
            walk.reached.setdefault(row["other"], []).append((row["at"], row["credential"]))
            walk.loss_cents += row["until"]
            self._used(row["credential"])

    def _used(self, credential: int) -> None:
        if credential in self.leaks:
            self.leaks[credential].records += 1

    # --- what became of it ---
    def rows(self, replication: int) -> list[LeakRow]:
        """One row per leaked credential, in order of the first capture."""
        return [self._row(replication, leak) for leak in self.leaks.values()]

    def arrivals(self, replication: int) -> list[ArrivalRow]:
        """Where each intrusion came to, in order of the leaks and of time."""
        rows: list[ArrivalRow] = []
        for leak in self.leaks.values():
            if leak.intrusion is None or leak.compromised is None:
                continue
            walk = self.walks[leak.intrusion]
            found = arrivals(self.world, leak.role, leak.compromised, walk.reached, walk.obtained)
            for place, at in sorted(found.items(), key=lambda one: (one[1], one[0])):
                about = self.plan.name, replication, leak.credential, place[0], name_of(self.world, place)
                rows.append(ArrivalRow(*about, at, at - leak.leaked))
        return rows

    def resource_hours(self) -> float:
        """Time during which attackers could use a resource, summed over resources; several at a time count once."""
        spans: dict[int, list[Span]] = {}
        for walk in self.walks.values():
            for resource, times in walk.reached.items():
                spans.setdefault(resource, []).extend(self._held(times))
        return sum(_union(times) for times in spans.values()) / HOUR

    def _held(self, times: Iterable[tuple[int, int]]) -> list[Span]:
        return [(at, min(self._usable(credential, at), self.world.horizon)) for at, credential in times]

    def _usable(self, credential: int, at: int) -> int:
        """When an attacker who could use a credential at a moment could do so no longer."""
        dies, leak = self.dies[credential], self.leaks.get(credential)
        if leak is None:
            return dies
        until = at
        for start, end in leak.accesses:
            until = max(until, end) if start <= until else until
        return min(dies, until)

    def _row(self, replication: int, leak: Leak) -> LeakRow:
        world, horizon = self.world, self.world.horizon
        dies = self.dies[leak.credential]
        end = min(dies, horizon)
        walk = self.walks[leak.intrusion] if leak.intrusion is not None else Walk()
        plan = self.plan.of(leak.role)
        spans = [*leak.confined, *([(leak.copied, FOREVER)] if leak.copied is not None else [])]
        potential, weight = self._potential(leak) if spans else (0, 0)
        alive = dies > horizon
        return LeakRow(
            strategy=self.plan.name,
            replication=replication,
            credential=leak.credential,
            role=world.roles[leak.role],
            holder=plan.group_names[plan.groups[leak.agent]],
            task_kind=world.kind_names[world.kind_of(leak.stand)] if leak.stand >= 0 else "",
            channel=world.channels[leak.channel].name,
            captures=leak.captures,
            issued_us=leak.issued,
            leaked_us=leak.leaked,
            first_use_us=leak.first_use,
            used_channel="" if leak.used_channel is None else world.channels[leak.used_channel].name,
            used_leak_us=leak.used_leaked,
            detected_us=leak.detected,
            dead_us=None if alive else dies,
            usable_until_us=None
            if leak.copied is not None
            else max((until for _, until in leak.confined), default=leak.leaked),
            death="alive" if alive else CAUSES[self.causes[leak.credential]],
            outcome=_outcome(leak),
            compromised_us=leak.compromised,
            evicted_us=walk.evicted,
            censored=alive and any(until > horizon for _, until in spans),
            exposure_hours=_union(_cut(spans, end)) / HOUR,
            exploitable_hours=_union(_cut(leak.accesses, end)) / HOUR,
            potential_resources=potential,
            potential_share=potential / len(world.resources),
            potential_weight=weight,
            reached_resources=len(walk.reached),
            reached_share=len(walk.reached) / len(world.resources),
            reached_weight=sum(world.sensitivities[r] for r in walk.reached),
            resource_hours=sum(_union(self._held(times)) for times in walk.reached.values()) / HOUR,
            review_records=leak.records,
            loss=walk.loss_cents / 100,
            path=told(world, leak.role, leak.used_leaked or 0, walk.reached, walk.obtained),
        )

    def _potential(self, leak: Leak) -> tuple[int, int]:
        """How many resources it can lead to, and the sum of their sensitivities."""
        key = (leak.role, self.plan.of(leak.role).scope(leak.stand, leak.tool, self.world))
        if key not in self._leads:  # most leaks are of few roles, and estates can be large
            found = self.reach.resources(*key)
            self._leads[key] = (len(found), sum(self.world.sensitivities[r] for r in found))
        return self._leads[key]


def _counted(numbers: Rows) -> Iterable[tuple[int, int]]:
    """Every number that occurs, and how often."""
    first = int(numbers.min())
    if int(numbers.max()) - first < 4 * len(numbers):
        counts = np.bincount(numbers - first)
        found = np.flatnonzero(counts)
        return zip((found + first).tolist(), counts[found].tolist(), strict=True)
    found, counts = np.unique(numbers, return_counts=True)
    return zip(found.tolist(), counts.tolist(), strict=True)


def _outcome(leak: Leak) -> str:
    if leak.compromised is not None:
        return "compromised"
    return "unfound" if leak.first_use is None else "blocked"


def _cut(spans: list[Span], end: int) -> list[Span]:
    return [(start, min(until, end)) for start, until in spans]


def _union(spans: list[Span]) -> int:
    """Ticks covered by half-open spans, overlaps once."""
    total, reach = 0, 0
    for start, end in sorted(spans):
        total += max(0, end - max(start, reach))
        reach = max(reach, end)
    return total
