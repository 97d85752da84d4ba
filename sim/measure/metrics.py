"""Event log → one row per replication and strategy, one row per leaked credential. Written once, for any engine."""

from __future__ import annotations

import math
from typing import Any

import numpy.typing as npt

from sim.core.units import YEAR
from sim.measure.approvals import Approvals
from sim.measure.arrivals import ArrivalRow
from sim.measure.catalogue import COLUMNS
from sim.measure.chunks import Chunk
from sim.measure.denials import DenialRow, Denials
from sim.measure.incidents import Incidents
from sim.measure.leaks import LeakRow
from sim.measure.objectives import Overreach
from sim.measure.tally import Tally
from sim.model.credentials import Plan
from sim.model.reach import Reach
from sim.model.world import World

SUMMED = (
    "exposure_hours",
    "exploitable_hours",
    "potential_resources",
    "potential_share",
    "potential_weight",
    "reached_resources",
    "reached_share",
    "reached_weight",
    "loss",
)
"""Columns that are sums over leaked credentials."""


class Metrics:
    """The measurements of one replication under one strategy; `add` is the engine's sink."""

    def __init__(self, world: World, plan: Plan, reach: Reach) -> None:
        self._tally = Tally(world.horizon, world.issuer.capacity)
        self._approvals = Approvals(world)
        self._overreach = Overreach(world)
        self._incidents = Incidents(world, plan, reach)
        self._denials = Denials(plan.name, plan.policy)

    def add(self, rows: npt.NDArray[Any]) -> None:
        """Take in the next chunk of the log (rows of core.events.LOG)."""
        chunk = Chunk(rows)
        self._tally.add(chunk)
        self._approvals.add(chunk)
        self._overreach.add(chunk)
        self._incidents.add(chunk)
        self._denials.add(chunk)

    def denials(self, replication: int) -> list[DenialRow]:
        """What policies denied, and how often."""
        return self._denials.rows(replication)

    def arrivals(self, replication: int) -> list[ArrivalRow]:
        """Where intruders came to, and when."""
        return self._incidents.arrivals(replication)

    def result(self, replication: int) -> tuple[dict[str, float], list[LeakRow]]:
        """The replication's totals by column of the catalogue (nan: undefined), and its leaked credentials."""
        incidents = self._incidents
        leaks = incidents.rows(replication)
        columns = self._tally.totals() | self._approvals.totals() | self._overreach.totals()
        for name in SUMMED:
            columns[name] = math.fsum(leak[name] for leak in leaks)  # type: ignore[literal-required]
        columns["captures"] = incidents.captures
        columns["leaks"] = len(leaks)
        columns["compromises"] = sum(leak["outcome"] == "compromised" for leak in leaks)
        columns["review_records"] = sum(leak["review_records"] for leak in leaks if leak["outcome"] == "compromised")
        columns["resource_hours"] = incidents.resource_hours()
        columns["years"] = incidents.world.horizon / YEAR
        return {name: columns[name] for name in COLUMNS}, leaks
