"""Sinks that keep only those rows of a log that a story needs, so that a log of any length fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.events import LIFE_CHANGES, LOG, Event
from sim.measure.leaks import LeakRow
from sim.outputs.lanes import some_others, worst_leaks

Rows = npt.NDArray[Any]

OF_CREDENTIALS = (Event.ISSUED, Event.IDLE, Event.ASKED, Event.CAPTURED, Event.BLOCKED, *LIFE_CHANGES)
"""Kinds of row that lanes of credentials are made from."""

MOST_NEEDS = 200_000
"""Spans of need that all lanes may have together; with more, those of a lane that no eye could tell apart are one."""
NEAR = 10_000
"""Spans nearer than this part of the horizon are one then: at most so many spans in each lane."""


class Few:
    """Keeps the rows of some kinds while they are few enough, and counts all.

    Args:
        kinds: of the rows to keep.
        most: rows; with more, none are kept.
    """

    def __init__(self, kinds: Sequence[Event], most: int | None = None) -> None:
        self._kinds, self._most = list(kinds), most
        self._chunks: list[Rows] = []
        self._rows = 0
        self._counts = np.zeros(max(Event) + 1, np.int64)
        self.too_many = False

    def add(self, rows: Rows) -> None:
        """Take in the next chunk of the log."""
        self._counts += np.bincount(rows["kind"], minlength=len(self._counts))
        if self.too_many:
            return
        kept = rows[np.isin(rows["kind"], self._kinds)]  # a copy, as it must be
        self._rows += len(kept)
        self._chunks.append(kept)
        if self._most is not None and self._rows > self._most:
            self.too_many = True
            self._chunks.clear()

    def counted(self, kind: Event) -> int:
        """Rows of this kind in the whole log."""
        return int(self._counts[kind])

    def log(self) -> Rows:
        """The kept rows, in order."""
        return _joined(self._chunks)


@dataclass(frozen=True)
class Chosen:
    """The credentials that have a lane.

    Attributes:
        leaked: all that leaked, whether they have a lane or not.
        worst: numbers of those leaked ones that have a lane.
        others: which of those that never leaked, counted from 0 in order of issuance.
    """

    leaked: frozenset[int]
    worst: frozenset[int]
    others: range


def chosen_for_lanes(leaks: Sequence[LeakRow], others: int) -> Chosen:
    """The choice that sim.outputs.lanes makes when it has every row.

    Args:
        others: how many credentials were issued and never leaked.
    """
    return Chosen(
        frozenset(leak["credential"] for leak in leaks),
        frozenset(leak["credential"] for leak in worst_leaks(leaks)),
        some_others(others),
    )


@dataclass
class Lanes:
    """Keeps the rows about chosen credentials.

    Args:
        chosen: which.
        horizon: ticks.
    """

    chosen: Chosen
    horizon: int
    _others: list[int] = field(default_factory=list)
    _seen: int = 0
    _spans: int = 0
    _chunks: list[Rows] = field(default_factory=list)
    _waiting: int = 0

    def add(self, rows: Rows) -> None:
        """Take in the next chunk of the log."""
        own = rows[np.isin(rows["kind"], OF_CREDENTIALS)]
        self._choose_others(own["credential"][own["kind"] == Event.ISSUED])
        kept = own[np.isin(own["credential"], [*self.chosen.worst, *self._others])]
        needs = int(np.count_nonzero(kept["kind"] == Event.IDLE))
        self._chunks.append(kept)
        self._spans, self._waiting = self._spans + needs, self._waiting + needs
        if self._waiting > MOST_NEEDS:
            self._thin_out()

    def _choose_others(self, issued: Rows) -> None:
        """Find those of the others that were issued in this chunk."""
        spare = issued[~np.isin(issued, list(self.chosen.leaked))]
        self._others += [int(spare[n - self._seen]) for n in self.chosen.others if 0 <= n - self._seen < len(spare)]
        self._seen += len(spare)

    def log(self) -> Rows:
        """The kept rows, in order."""
        if self._spans > MOST_NEEDS:
            self._thin_out()
        return _joined(self._chunks)

    def _thin_out(self) -> None:
        """Make near spans one. How often this is done changes nothing, so chunks of any size give the same rows."""
        rows = _joined(self._chunks)
        kept = np.ones(len(rows), bool)
        for credential in np.unique(rows["credential"]):
            places = np.flatnonzero((rows["credential"] == credential) & (rows["kind"] == Event.IDLE))
            if len(places):
                spans = rows[places]
                begins = np.append(True, spans["was"][1:] - spans["until"][:-1] >= self.horizon / NEAR)
                ends = np.append(np.flatnonzero(begins)[1:] - 1, len(places) - 1)
                # The last row of a run stands for all of it: rows stay in order of time.
                rows["was"][places[ends]] = spans["was"][begins]
                kept[places] = False
                kept[places[ends]] = True
        self._chunks, self._waiting = [rows[kept]], 0


def _joined(chunks: list[Rows]) -> Rows:
    return np.concatenate(chunks) if chunks else np.zeros(0, LOG)
