"""The worst leaks as episodes: what happened when, counted from the leak, and where on a bar that stands."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.core.units import HOUR, spoken
from sim.outputs import incidents, words


@dataclass(frozen=True)
class Moment:
    """Something that happened.

    Attributes:
        kind: leaked, used, tried, noticed, evicted, dead or end.
        offset: `+3 h 12 m` since the leak.
        at: percent of the bar, 0 to 100.
        says: what happened.
    """

    kind: str
    offset: str
    at: float
    says: str


@dataclass(frozen=True)
class Episode:
    """One leaked credential's story.

    Attributes:
        moments: in order of time.
        exposed, used: stretches of the bar in percent, from and to; `used` is None when no attacker got in.
        path: the way to the most sensitive resource reached.
        trace: the command that tells all of the replication.
    """

    strategy: str
    who: str
    moments: tuple[Moment, ...]
    exposed: tuple[float, float]
    used: tuple[float, float] | None
    reached: str
    path: str
    trace: str


def episodes(leaks: Any, horizon_hours: float, scenario: str, seed: int) -> tuple[Episode, ...]:
    """The worst leaks of a comparison, worst first."""
    end = round(horizon_hours * HOUR)
    return tuple(_episode(row, end, scenario, seed) for row in incidents.worst_rows(leaks))


def _episode(row: Mapping[str, Any], horizon: int, scenario: str, seed: int) -> Episode:
    leaked, dead = row["leaked_us"], row["dead_us"]
    last = max(at for _, at, _ in _told(row, horizon))
    span = max(last - leaked, 1)

    def place(at: int) -> float:
        return round(100.0 * float(min(max(at - leaked, 0) / span, 1.0)), 3)

    moments = sorted(_told(row, horizon), key=lambda one: one[1])
    gone = min(horizon if dead is None else dead, _usable_until(row, horizon))
    used = row["compromised_us"]
    over = gone if row["evicted_us"] is None else min(gone, row["evicted_us"])
    return Episode(
        strategy=row["strategy"],
        who=incidents.who(row),
        moments=tuple(Moment(kind, _since(at - leaked), place(at), says) for kind, at, says in moments),
        exposed=(0.0, place(max(gone, leaked))),
        used=None if used is None else (place(used), place(max(over, used))),
        reached=incidents.reached(row),
        path=row["path"] or "",
        trace=shlex.join(["afterleak", "trace", scenario, "-s", row["strategy"], "-k", str(row["replication"]),
                          "--seed", str(seed)]),
    )  # fmt: skip


def _usable_until(row: Mapping[str, Any], horizon: int) -> int:
    """When whoever captured it can use it no longer, though it live."""
    until: int | None = row["usable_until_us"]
    return horizon if until is None else min(until, horizon)


def _since(ticks: int) -> str:
    return f"+{spoken(ticks)}" if ticks > 0 else "0"


def _told(row: Mapping[str, Any], horizon: int) -> Iterator[tuple[str, int, str]]:
    """Kind, tick and words of everything that happened."""
    leaked, issued = row["leaked_us"], row["issued_us"]
    age = spoken(leaked - issued)
    yield "leaked", leaked, f"leaks through {row['channel']} on {incidents.moment(leaked)}, {age} after it was issued"
    tried, used = row["first_use_us"], row["compromised_us"]
    if used is not None:
        yield "used", used, f"an attacker uses it{incidents.through(row)}"
    elif tried is not None:
        yield "tried", tried, "an attacker tries it, in vain"
    if row["detected_us"] is not None:
        yield "noticed", row["detected_us"], "the leak is noticed"
    if row["evicted_us"] is not None:
        yield "evicted", row["evicted_us"], "the intruder is evicted, and all that was held is dead"
    until = _usable_until(row, horizon)
    if until <= leaked:
        yield "end", leaked, "is bound to its workload, and so of no use to who copied it"
    elif until < horizon and (row["dead_us"] is None or until < row["dead_us"]):
        yield "end", until, "the takeover is over, and with it the attacker's use of it"
    elif row["dead_us"] is None:
        yield "end", horizon, "still usable at the end of the time simulated"
    elif row["dead_us"] <= leaked:
        yield "dead", leaked, f"was dead already ({row['death']})"
    else:
        yield "dead", row["dead_us"], f"is dead ({words.tidy(row['death'])})"
