"""The worst leaks, told in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from sim.core.units import DAY, HOUR, MINUTE, spoken
from sim.outputs import words

HOW_MANY = 5
SAME = ("replication", "channel", "leaked_us", "role")
"""What the rows of one leak share under different strategies."""


@dataclass(frozen=True)
class Incident:
    """One leaked credential, each part a text that still has to be escaped."""

    strategy: str
    who: str
    times: str
    reached: str
    path: str


def worst(leaks: pa.Table, most: int = HOW_MANY) -> tuple[Incident, ...]:
    """The worst leaks in words, worst first."""
    return tuple(_told(row) for row in worst_rows(leaks, most))


def worst_rows(leaks: pa.Table, most: int = HOW_MANY) -> list[dict[str, Any]]:
    """The leaks that reached most by sensitivity, then were usable longest; equal ones in order of their numbers.

    All strategies meet the same leaks, so one leak can be among the worst under several: it is told once, where it was
    worst.
    """
    # By numpy: Arrow's own sort and take need pyarrow.compute, which takes long to import.
    names = ("strategy", "credential", "replication", "exposure_hours", "reached_weight")
    last_to_first = [leaks[name].to_numpy(zero_copy_only=False) for name in names]
    order = np.lexsort([*last_to_first[:3], -last_to_first[3], -last_to_first[4]])
    told: dict[tuple[object, ...], str] = {}
    found: list[dict[str, Any]] = []
    for at in order.tolist():
        row = leaks.slice(at, 1).to_pylist()[0]
        if told.setdefault(tuple(row[name] for name in SAME), row["strategy"]) == row["strategy"]:
            found.append(row)
        if len(found) == most:
            break
    return found


def moment(ticks: int) -> str:
    """`day 4, 02:00`: time since the start, whose day 0 is a Monday."""
    day, rest = divmod(ticks, DAY)
    return f"day {day}, {rest // HOUR:02d}:{rest % HOUR // MINUTE:02d}"


def _told(row: dict[str, Any]) -> Incident:
    return Incident(row["strategy"], who(row), _times(row), reached(row), row["path"] or "")


def who(row: Mapping[str, Any]) -> str:
    """Which credential it was, of which replication."""
    return f"replication {row['replication']}, credential {row['credential']}: role {row['role']}, of {row['holder']}"


def reached(row: Mapping[str, Any]) -> str:
    """How far it led."""
    count = words.counted(row["reached_resources"], "resource")
    return f"{count} of {row['potential_resources']} it could lead to, sensitivity {row['reached_weight']} in total"


def _times(row: dict[str, Any]) -> str:
    leaked = row["leaked_us"]
    age = spoken(leaked - row["issued_us"])
    parts = [f"leaked through {row['channel']} on {moment(leaked)}, {age} after it was issued"]
    tried, used = row["first_use_us"], row["compromised_us"]
    parts.append(
        f"used by an attacker {spoken(used - leaked)} later{through(row)}" if used is not None
        else f"tried {spoken(tried - leaked)} later, in vain" if tried is not None
        else "found by no attacker"
    )  # fmt: skip
    if row["detected_us"] is not None:
        parts.append(f"noticed after {spoken(row['detected_us'] - leaked)}")
    dead, until = row["dead_us"], row["usable_until_us"]
    if until is not None and (dead is None or until < dead):
        over = f"of use for {spoken(until - leaked)}, until the takeover was over"
        parts.append(over if until > leaked else "of no use to who copied it, as it is bound to its workload")
    else:
        parts.append("still usable at the end" if dead is None else f"dead {_after(dead - leaked)} ({row['death']})")
    return "; ".join(parts)


def through(row: Mapping[str, Any]) -> str:
    """The channel that the attacker had it from, where that is another one than it first leaked through."""
    return f", who had it from {row['used_channel']}" if row["used_channel"] != row["channel"] else ""


def _after(ticks: int) -> str:
    return f"after {spoken(ticks)}" if ticks > 0 else "before it leaked"
