"""The worst leaks, told in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from sim.core.units import DAY, HOUR, MINUTE, spoken
from sim.outputs import words

HOW_MANY = 5


@dataclass(frozen=True)
class Incident:
    """One leaked credential, each part a text that still has to be escaped."""

    strategy: str
    who: str
    times: str
    reached: str
    path: str


def worst(leaks: pa.Table, most: int = HOW_MANY) -> tuple[Incident, ...]:
    """The leaks that reached most by sensitivity, then were usable longest; equal ones in order of their numbers."""
    # By numpy: Arrow's own sort and take need pyarrow.compute, which takes long to import.
    names = ("strategy", "credential", "replication", "exposure_hours", "reached_weight")
    last_to_first = [leaks[name].to_numpy(zero_copy_only=False) for name in names]
    order = np.lexsort([*last_to_first[:3], -last_to_first[3], -last_to_first[4]])
    return tuple(_told(row) for at in order[:most].tolist() for row in leaks.slice(at, 1).to_pylist())


def moment(ticks: int) -> str:
    """`day 4, 02:00`: time since the start, whose day 0 is a Monday."""
    day, rest = divmod(ticks, DAY)
    return f"day {day}, {rest // HOUR:02d}:{rest % HOUR // MINUTE:02d}"


def _told(row: dict[str, Any]) -> Incident:
    count = words.counted(row["reached_resources"], "resource")
    reached = f"{count} of {row['potential_resources']} it could lead to, sensitivity {row['reached_weight']} in total"
    return Incident(
        strategy=row["strategy"],
        who=f"replication {row['replication']}, credential {row['credential']}: role {row['role']}, of {row['holder']}",
        times=_times(row),
        reached=reached,
        path=row["path"] or "",
    )


def _times(row: dict[str, Any]) -> str:
    leaked = row["leaked_us"]
    age = spoken(leaked - row["issued_us"])
    parts = [f"leaked through {row['channel']} on {moment(leaked)}, {age} after it was issued"]
    tried, used = row["first_use_us"], row["compromised_us"]
    parts.append(
        f"used by an attacker {spoken(used - leaked)} later{_through(row)}" if used is not None
        else f"tried {spoken(tried - leaked)} later, in vain" if tried is not None
        else "found by no attacker"
    )  # fmt: skip
    if row["detected_us"] is not None:
        parts.append(f"noticed after {spoken(row['detected_us'] - leaked)}")
    dead = row["dead_us"]
    parts.append("still usable at the end" if dead is None else f"dead {_after(dead - leaked)} ({row['death']})")
    return "; ".join(parts)


def _through(row: dict[str, Any]) -> str:
    """The channel that the attacker had it from, where that is another one than it first leaked through."""
    return f", who had it from {row['used_channel']}" if row["used_channel"] != row["channel"] else ""


def _after(ticks: int) -> str:
    return f"after {spoken(ticks)}" if ticks > 0 else "before it leaked"
