"""What can be summed from the log chunk by chunk: access, uses, tasks, issuer, outages. Nothing grows with the log."""

from __future__ import annotations

import math

import numpy as np

from sim.core.events import LIFE_CHANGES, Event, Flag, Outcome
from sim.core.units import HOUR, SECOND
from sim.measure.chunks import SORTS, Chunk, Rows, Table, table
from sim.measure.waits import Waits

LATE_KINDS = (Event.USED, Event.COMPROMISED, Event.REGAINED, Event.OBTAINED, Event.REACHED)
LATE = table(lambda kind, flags: kind in LATE_KINDS and flags & Flag.LATE > 0)
ATTRIBUTABLE = table(lambda kind, flags: kind == Event.USED and flags & Flag.ATTRIBUTABLE > 0)
BY_FALLBACK = table(lambda kind, flags: kind == Event.USED and flags & Flag.FALLBACK > 0)
OWN_CHANGES = table(lambda kind, flags: kind in LIFE_CHANGES and not flags & Flag.ATTACKERS)
OWN_RENEWALS = table(lambda kind, flags: kind == Event.RENEWED and not flags & Flag.ATTACKERS)
PASSED_ON = table(lambda kind, flags: kind == Event.USED and flags & Flag.PASSED > 0)
DELEGATED = table(lambda kind, _: kind == Event.DELEGATED)
USED = table(lambda kind, _: kind == Event.USED)
ISSUED = table(lambda kind, _: kind == Event.ISSUED)
SERVED = table(lambda kind, _: kind == Event.SERVED)
TAKEN_OVER = table(lambda kind, _: kind == Event.TAKEN_OVER)
DECIDED = table(lambda kind, _: kind in (Event.PERMITTED, Event.DENIED))
DENIED = table(lambda kind, _: kind == Event.DENIED)
BY_ERROR = table(lambda kind, flags: kind == Event.DENIED and flags & Flag.ERROR > 0)


class Tally:
    """Totals of one replication, in whole ticks until they are asked for.

    Args:
        horizon: tick at which every interval is cut.
        capacity: the issuer's places.
    """

    def __init__(self, horizon: int, capacity: int) -> None:
        self.horizon, self.capacity = horizon, capacity
        self.sorts = np.zeros(SORTS, np.int64)
        self.outcomes = np.zeros(len(Outcome), np.int64)
        self.valid = self.orphaned = self.needed = self.outage = self.queued = self.busy = self.taken_over = 0
        self.waits = Waits()

    def add(self, chunk: Chunk) -> None:
        """Take in the next chunk of the log."""
        self.sorts[: len(chunk.counts)] += chunk.counts
        self._access(chunk)
        if len(ended := chunk.of(Event.TASK_ENDED)):
            self.outcomes += np.bincount(ended["other"], minlength=len(Outcome))
            self.waits.add(ended["until"])
        if len(served := chunk.of(Event.SERVED)):
            self.queued += int((served["at"] - served["was"]).sum())
            self.busy += int((self._cut(served["until"]) - served["at"]).sum())
        if len(out := chunk.of(Event.OUTAGE)):
            self.outage += int((self._cut(out["until"]) - self._cut(out["was"])).sum())
        if len(taken := chunk.of(Event.TAKEN_OVER)):
            self.taken_over += int((self._cut(taken["until"]) - taken["at"]).sum())

    def _access(self, chunk: Chunk) -> None:
        if len(issued := chunk.of(Event.ISSUED)):
            self._lived(issued, self._cut(issued["until"]) - issued["at"])
        if len(changed := chunk.those(OWN_CHANGES)):
            self._lived(changed, self._cut(changed["until"]) - self._cut(changed["was"]))
        if len(orphaned := chunk.of(Event.ORPHANED)):
            self.orphaned += int((self._cut(orphaned["until"]) - orphaned["at"]).sum())
        if len(idle := chunk.of(Event.IDLE)):
            self.needed += int((idle["until"] - idle["was"]).sum())

    def _lived(self, rows: Rows, ticks: Rows) -> None:
        """So many ticks of validity more, or less; those of credentials without holders apart as well."""
        self.valid += int(ticks.sum())
        self.orphaned += int(ticks[rows["flags"] & Flag.ORPHAN > 0].sum())

    def _cut(self, moments: Rows) -> Rows:
        return np.minimum(moments, self.horizon)

    def _count(self, sorts: Table) -> int:
        return int(self.sorts[sorts].sum())

    def totals(self) -> dict[str, float]:
        """Columns of the replication's row that come from here."""
        p50, p95 = (_seconds(self.waits.quantile(p)) for p in (0.50, 0.95))
        return {
            "standing_hours": (self.valid - self.needed) / HOUR,
            "orphan_hours": self.orphaned / HOUR,
            "late_uses": self._count(LATE),
            "uses": self._count(USED),
            "uses_attributable": self._count(ATTRIBUTABLE),
            "uses_by_fallback": self._count(BY_FALLBACK),
            "uses_passed_on": self._count(PASSED_ON),
            "delegations": self._count(DELEGATED),
            "tasks_done": int(self.outcomes[Outcome.DONE]),
            "tasks_failed": int(self.outcomes.sum() - self.outcomes[Outcome.DONE]),
            "tasks_failed_credential": int(self.outcomes[Outcome.CREDENTIAL]),
            "tasks_ended": int(self.outcomes.sum()),
            "latency_seconds": self.waits.total / SECOND,
            "latency_p50_seconds": p50,
            "latency_p95_seconds": p95,
            "issuances": self._count(ISSUED) + self._count(OWN_RENEWALS),
            "issuer_wait_seconds": self.queued / SECOND,
            "issuer_requests": self._count(SERVED),
            "issuer_load": self.busy / (self.capacity * self.horizon),
            "tasks_failed_policy": int(self.outcomes[Outcome.POLICY]),
            "decisions": self._count(DECIDED),
            "denials": self._count(DENIED),
            "denials_by_error": self._count(BY_ERROR),
            "outage_hours": self.outage / HOUR,
            "takeovers": self._count(TAKEN_OVER),
            "taken_over_hours": self.taken_over / HOUR,
        }


def _seconds(ticks: int | None) -> float:
    """Ticks in seconds; nan for what is undefined."""
    return math.nan if ticks is None else ticks / SECOND
