"""What approval by people costs: requests, waiting, tasks that fail for it, and how busy the approvers are."""

from __future__ import annotations

import math

import numpy as np

from sim.core.events import Event, Outcome
from sim.core.units import HOUR, SECOND
from sim.measure.chunks import Chunk
from sim.measure.metric import Metric, ratio, total
from sim.measure.waits import Waits
from sim.model.world import World

METRICS: tuple[Metric, ...] = (
    total(
        "approvals",
        "Approvals asked for",
        "",
        "friction",
        "requests that people approve a call, answered or not, per replication",
        counts=True,
    ),
    ratio(
        "approval_wait_seconds",
        "Waiting for approval per task, mean",
        "s",
        "friction",
        "approval_seconds",
        "tasks_ended",
        "time a task waits for people to approve its calls, nights included; not part of its added latency",
    ),
    Metric(
        "approval_wait_seconds_p95",
        "Waiting for approval per task, 95th percentile",
        "s",
        "value",
        "approval_p95_seconds",
        group="friction",
        says="95th percentile over a replication's tasks, then mean over replications",
    ),
    total(
        "tasks_failed_approval",
        "Tasks failed for approval",
        "",
        "friction",
        "tasks that failed because a call was not approved, or not in time, per replication",
        counts=True,
    ),
    ratio(
        "approver_load",
        "Approver load",
        "share of working time",
        "friction",
        "approver_busy_hours",
        "approver_hours",
        "share of the approvers' working time that they spend on requests",
    ),
)


class Approvals:
    """Totals of one replication, in whole ticks until they are asked for."""

    def __init__(self, world: World) -> None:
        self._horizon, self._approvers = world.horizon, world.approvers
        self.asked = self.failed = self.busy = 0
        self.waits = Waits()

    def add(self, chunk: Chunk) -> None:
        """Take in the next chunk of the log."""
        if len(ended := chunk.of(Event.TASK_ENDED)):
            self.waits.add(ended["was"])
            self.failed += int(np.count_nonzero(ended["other"] == Outcome.APPROVAL))
        if self._approvers and len(asked := chunk.of(Event.APPROVAL_ASKED)):
            self.asked += len(asked)
            begun, done = (
                self._approvers.hours.worked(np.minimum(asked[end], self._horizon)) for end in ("was", "until")
            )
            self.busy += int((done - begun).sum())

    def totals(self) -> dict[str, float]:
        """Columns of the replication's row that come from here."""
        p95 = self.waits.quantile(0.95)
        return {
            "approvals": self.asked,
            "approval_seconds": self.waits.total / SECOND,
            "approval_p95_seconds": math.nan if p95 is None else p95 / SECOND,
            "tasks_failed_approval": self.failed,
            "approver_busy_hours": self.busy / HOUR,
            "approver_hours": self._working() / HOUR,
        }

    def _working(self) -> int:
        """Working time of all approvers together, in ticks."""
        if self._approvers is None:
            return 0
        return self._approvers.count * int(self._approvers.hours.worked(np.array(self._horizon)))


__all__ = ["METRICS", "Approvals"]
