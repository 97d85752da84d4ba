"""Which policies denied what: one row per strategy, replication, table entry's policies, tool and task kind."""

from __future__ import annotations

from collections import Counter
from typing import TypedDict

import numpy as np

from sim.core.events import Event
from sim.measure.chunks import Chunk
from sim.model.policy import PolicyTable

NOBODY = "no policy permits it"
"""Stands for the policies of a denial by default."""


class DenialRow(TypedDict):
    """Calls that were denied for the same reason. Columns of denials.parquet, in order."""

    strategy: str
    replication: int
    policies: str
    """Names (@id) of the policies that denied it, or that failed; `no policy permits it` where none did."""
    by_error: bool
    """They failed, and nothing else stood against the calls."""
    tool: str
    task_kind: str
    denials: int


class Denials:
    """Counts denials by entry of the table of decisions; without a policy set there are none."""

    def __init__(self, strategy: str, policy: PolicyTable | None) -> None:
        self._strategy, self._policy = strategy, policy
        self._counts = np.zeros(len(policy.verdicts) if policy else 0, np.int64)

    def add(self, chunk: Chunk) -> None:
        """Take in the next chunk of the log."""
        if len(denied := chunk.of(Event.DENIED)):
            self._counts += np.bincount(denied["edge"], minlength=len(self._counts))

    def rows(self, replication: int) -> list[DenialRow]:
        """What was denied, in order of the table."""
        found: Counter[tuple[str, bool, str, str]] = Counter()
        policy = self._policy
        if policy is None:
            return []
        for entry in np.flatnonzero(self._counts).tolist():
            call, why = policy.call(entry), ", ".join(policy.reasons[entry]) or NOBODY
            found[why, policy.by_error(entry), call.tool, call.kind] += int(self._counts[entry])
        return [
            DenialRow(
                strategy=self._strategy,
                replication=replication,
                policies=why,
                by_error=by_error,
                tool=tool,
                task_kind=kind,
                denials=count,
            )
            for (why, by_error, tool, kind), count in found.items()
        ]
