"""What one replication leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sim.measure.arrivals import ArrivalRow
from sim.measure.denials import DenialRow
from sim.measure.leaks import LeakRow

Row = dict[str, Any]
"""`strategy`, `replication` and the catalogue's columns; None: undefined."""


@dataclass(frozen=True)
class Finished:
    """A replication under every strategy of a job, in the job's order."""

    replication: int
    rows: list[Row]
    leaks: list[LeakRow]
    denials: list[DenialRow] = field(default_factory=list)
    arrivals: list[ArrivalRow] = field(default_factory=list)
