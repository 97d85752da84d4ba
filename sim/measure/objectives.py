"""Overreach: objectives that changed, calls that left their task, what stopped them, and credentials sent out."""

from __future__ import annotations

from collections import Counter

import numpy as np

from sim.core.events import Answer, Event, Flag
from sim.measure.chunks import Chunk, Rows
from sim.measure.metric import Metric, ratio, total
from sim.model.world import World

_BY = (
    ("scope", "the credential was narrowed to its task, and refused elsewhere"),
    ("policy", "a policy denied them"),
    ("approval", "a person refused them, or did not answer in time"),
)
METRICS: tuple[Metric, ...] = (
    total(
        "objective_changes",
        "Objective changes",
        "",
        "overreach",
        "tasks that came to follow another objective than their own, per replication",
        "neither",
        True,
    ),
    total(
        "objective_changes_injected",
        "Objective changes by injection",
        "",
        "overreach",
        "those in which an agent followed an injection in untrusted content, per replication",
        "neither",
        True,
    ),
    total(
        "objective_changes_drift",
        "Objective changes by drift",
        "",
        "overreach",
        "those without an injection, per replication",
        "neither",
        True,
    ),
    total(
        "out_of_task_allowed",
        "Out-of-task calls allowed",
        "",
        "overreach",
        "calls for another objective, on something that the task does not need, that were let in, per replication",
        counts=True,
    ),
    total(
        "out_of_task_blocked",
        "Out-of-task calls blocked",
        "",
        "overreach",
        "such calls that scope, policy or approval stopped, per replication; each ends its task",
        "neither",
        True,
    ),
    ratio(
        "out_of_task_blocked_share",
        "Out-of-task calls blocked, share",
        "share of out-of-task calls",
        "overreach",
        "out_of_task_blocked",
        "out_of_task_calls",
        "such calls that were stopped, of those that were let in or stopped",
        "higher",
    ),
    *(
        total(
            f"out_of_task_blocked_{by}",
            f"Out-of-task calls blocked by {by}",
            "",
            "overreach",
            f"those that {by} stopped: {how}; per replication",
            "neither",
            True,
        )
        for by, how in _BY
    ),
    total(
        "credentials_sent_out",
        "Credentials sent out",
        "",
        "overreach",
        "times that a call for another objective sent its credential out, per replication",
        counts=True,
    ),
)


class Overreach:
    """Totals of one replication; nothing is looked for where no objective changes."""

    def __init__(self, world: World) -> None:
        self._injected = np.array([row.injected for row in world.changes], np.bool_)
        self._sends = [number for number, row in enumerate(world.channels) if row.sent_out]
        self._counts: Counter[str] = Counter()

    def add(self, chunk: Chunk) -> None:
        """Take in the next chunk of the log."""
        if not len(self._injected):
            return
        counts, answered = self._counts, _outside(chunk.of(Event.APPROVAL_ANSWERED))
        changed = self._injected[chunk.of(Event.OBJECTIVE_CHANGED)["other"]]
        counts["injected"] += int(np.count_nonzero(changed))
        counts["drift"] += int(np.count_nonzero(~changed))
        # The first attempt that is let in has no number but 0; retries are of a call that was allowed.
        counts["allowed"] += int(np.count_nonzero(_outside(chunk.of(Event.USED))["attempt"] == 0))
        counts["scope"] += len(chunk.of(Event.OUT_OF_SCOPE))
        counts["policy"] += len(_outside(chunk.of(Event.DENIED)))
        counts["approval"] += int(np.count_nonzero(answered["other"] != Answer.APPROVED))
        if self._sends:
            counts["sent"] += int(np.count_nonzero(np.isin(chunk.of(Event.CAPTURED)["other"], self._sends)))

    def totals(self) -> dict[str, float]:
        """Columns of the replication's row that come from here."""
        counts = self._counts
        blocked = sum(counts[by] for by, _ in _BY)
        return {
            "objective_changes": counts["injected"] + counts["drift"],
            "objective_changes_injected": counts["injected"],
            "objective_changes_drift": counts["drift"],
            "out_of_task_allowed": counts["allowed"],
            "out_of_task_blocked": blocked,
            "out_of_task_calls": counts["allowed"] + blocked,
            **{f"out_of_task_blocked_{by}": counts[by] for by, _ in _BY},
            "credentials_sent_out": counts["sent"],
        }


def _outside(rows: Rows) -> Rows:
    return rows[rows["flags"] & Flag.OUTSIDE > 0]


__all__ = ["METRICS", "Overreach"]
