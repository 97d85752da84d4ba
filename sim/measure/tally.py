"""What can be summed from the log chunk by chunk: access, uses, tasks, issuer, outages. Nothing grows but latencies."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.events import LIFE_CHANGES, Event, Flag, Outcome
from sim.core.units import HOUR, SECOND

Rows = npt.NDArray[Any]
LATE_KINDS = (Event.USED, Event.COMPROMISED, Event.OBTAINED, Event.REACHED)


class Tally:
    """Totals of one replication, in whole ticks until they are asked for.

    Args:
        horizon: tick at which every interval is cut.
        capacity: the issuer's places.
    """

    def __init__(self, horizon: int, capacity: int) -> None:
        self.horizon, self.capacity = horizon, capacity
        self.kinds = np.zeros(len(Event) + 1, np.int64)
        self.outcomes = np.zeros(len(Outcome), np.int64)
        self.valid = self.orphaned = self.needed = self.outage = self.queued = self.busy = 0
        self.late = self.attributable = self.own_renewals = 0
        self.latencies: list[npt.NDArray[np.int64]] = []

    def add(self, rows: Rows) -> None:
        """Take in the next chunk of the log."""
        kind, flags = rows["kind"], rows["flags"]
        self.kinds += np.bincount(kind, minlength=len(self.kinds))
        self._access(rows, kind, flags)
        used = np.isin(kind, LATE_KINDS)
        self.late += int(np.count_nonzero(used & (flags & Flag.LATE > 0)))
        self.attributable += int(np.count_nonzero((kind == Event.USED) & (flags & Flag.ATTRIBUTABLE > 0)))
        ended = rows[kind == Event.TASK_ENDED]
        self.outcomes += np.bincount(ended["other"], minlength=len(Outcome))
        self.latencies.append(ended["until"].copy())
        served = rows[kind == Event.SERVED]
        self.queued += int((served["at"] - served["was"]).sum())
        self.busy += int((self._cut(served["until"]) - served["at"]).sum())
        out = rows[kind == Event.OUTAGE]
        self.outage += int((self._cut(out["until"]) - self._cut(out["was"])).sum())

    def _access(self, rows: Rows, kind: Rows, flags: Rows) -> None:
        issued = rows[kind == Event.ISSUED]
        lives = self._cut(issued["until"]) - issued["at"]
        self.valid += int(lives.sum())
        self.orphaned += int(lives[issued["flags"] & Flag.ORPHAN > 0].sum())
        changed = rows[np.isin(kind, LIFE_CHANGES) & (flags & Flag.ATTACKERS == 0)]
        moved = self._cut(changed["until"]) - self._cut(changed["was"])
        self.valid += int(moved.sum())
        self.orphaned += int(moved[changed["flags"] & Flag.ORPHAN > 0].sum())
        self.own_renewals += int(np.count_nonzero(changed["kind"] == Event.RENEWED))
        orphaned = rows[kind == Event.ORPHANED]
        self.orphaned += int((self._cut(orphaned["until"]) - orphaned["at"]).sum())
        idle = rows[kind == Event.IDLE]
        self.needed += int((idle["until"] - idle["was"]).sum())

    def _cut(self, moments: Rows) -> Rows:
        return np.minimum(moments, self.horizon)

    def totals(self) -> dict[str, float]:
        """Columns of the replication's row that come from here."""
        latency = np.concatenate(self.latencies) if self.latencies else np.zeros(0, np.int64)
        p50, p95 = (_quantile(latency, p) for p in (0.50, 0.95))
        return {
            "standing_hours": (self.valid - self.needed) / HOUR,
            "orphan_hours": self.orphaned / HOUR,
            "late_uses": self.late,
            "uses": int(self.kinds[Event.USED]),
            "uses_attributable": self.attributable,
            "tasks_done": int(self.outcomes[Outcome.DONE]),
            "tasks_failed": int(self.outcomes.sum() - self.outcomes[Outcome.DONE]),
            "tasks_failed_credential": int(self.outcomes[Outcome.CREDENTIAL]),
            "tasks_ended": int(self.outcomes.sum()),
            "latency_seconds": int(latency.sum()) / SECOND,
            "latency_p50_seconds": p50,
            "latency_p95_seconds": p95,
            "issuances": int(self.kinds[Event.ISSUED]) + self.own_renewals,
            "issuer_wait_seconds": self.queued / SECOND,
            "issuer_requests": int(self.kinds[Event.SERVED]),
            "issuer_load": self.busy / (self.capacity * self.horizon),
            "outage_hours": self.outage / HOUR,
        }


def _quantile(ticks: npt.NDArray[np.int64], probability: float) -> float:
    """Inverse of the empirical distribution function, in seconds; nan without values."""
    if not len(ticks):
        return float("nan")
    return float(np.quantile(ticks, probability, method="inverted_cdf")) / SECOND
