"""From one replication's event log to the lanes of its credential timeline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from sim.core.events import LOG, Event
from sim.measure.leaks import LeakRow
from sim.model.world import World
from sim.outputs.timeline import Lane, Timeline

LEAKED, OTHERS = 14, 6
Spans = dict[int, list[tuple[int, int]]]


def timeline(
    world: World,
    strategy: str,
    replication: int,
    log: npt.NDArray[Any],
    leaks: list[LeakRow],
    *,
    others: int | None = None,
) -> Timeline:
    """The leaked credentials with the longest exposure, and some of the others, in order of issuance.

    Args:
        log: rows of core.events.LOG of this replication under this strategy.
        leaks: its leaked credentials.
        others: how many never leaked, where the log holds few of them; None: as many as it holds.
    """
    needs = _needs(log)
    issued = {row["credential"]: row for row in _rows(log, Event.ISSUED)}
    worst = worst_leaks(leaks)
    chosen = [_leaked_lane(world, leak, needs, log) for leak in worst]
    leaked = {leak["credential"] for leak in leaks}
    spare = [row for number, row in issued.items() if number not in leaked]
    ends = _ends(log)
    chosen += [_other_lane(world, spare[n], needs, ends) for n in some_others(len(spare))]
    lanes = tuple(sorted(chosen, key=lambda lane: lane.issued_us))
    text = (
        f"{len(worst)} of {len(leaks)} leaked credentials, compromised and longest exposed first, "
        f"and {len(lanes) - len(worst)} of the {len(spare) if others is None else others} others"
    )
    return Timeline(strategy, replication, 0, world.horizon, lanes, text)


def worst_leaks(leaks: Sequence[LeakRow]) -> list[LeakRow]:
    """Those of the leaked credentials that get a lane: compromised and longest exposed first."""
    return sorted(leaks, key=lambda leak: (-(leak["outcome"] == "compromised"), -leak["exposure_hours"]))[:LEAKED]


def some_others(many: int) -> range:
    """Which of so many others get a lane: evenly spread over the replication, so that they stand for the rest."""
    return range(0, many, max(1, many // OTHERS))[:OTHERS]


def _rows(log: npt.NDArray[Any], *kinds: Event) -> list[dict[str, int]]:
    names = LOG.names or ()
    return [dict(zip(names, values, strict=True)) for kind in kinds for values in log[log["kind"] == kind].tolist()]


def _needs(log: npt.NDArray[Any]) -> Spans:
    spans: Spans = defaultdict(list)
    for row in _rows(log, Event.IDLE):
        spans[row["credential"]].append((row["was"], row["until"]))
    return spans


def _ends(log: npt.NDArray[Any]) -> dict[int, tuple[int, str]]:
    """Credential → when it is dead, and why, as the last row about it says."""
    found: dict[int, tuple[int, str]] = {}
    changed = log[(log["kind"] == Event.RENEWED) | (log["kind"] == Event.SHORTENED) | (log["kind"] == Event.DIED)]
    why = {Event.RENEWED: "expired", Event.SHORTENED: "rotated", Event.DIED: "revoked"}
    for kind, credential, until in zip(
        changed["kind"].tolist(), changed["credential"].tolist(), changed["until"].tolist(), strict=True
    ):
        found[credential] = (until, why[Event(kind)])
    return found


def _label(world: World, role: int, agent: int, holder: str = "") -> str:
    who = holder or (world.agents[agent].name if agent >= 0 else "shared")
    return f"{world.roles[role]} of {who}"


def _leaked_lane(world: World, leak: LeakRow, needs: Spans, log: npt.NDArray[Any]) -> Lane:
    number = leak["credential"]
    own = log[log["credential"] == number]
    asked = own["at"][own["kind"] == Event.ASKED]
    return Lane(
        label=f"{leak['role']} of {leak['holder']}",
        role=leak["role"],
        issued_us=leak["issued_us"],
        dead_us=leak["dead_us"],
        needs=tuple(needs.get(number, ())),
        leaks=tuple((row["at"], world.channels[row["other"]].name) for row in _rows(own, Event.CAPTURED)),
        blocked_us=tuple(row["at"] for row in _rows(own, Event.BLOCKED)),
        compromised_us=leak["compromised_us"],
        detected_us=leak["detected_us"],
        asked_us=int(asked[0]) if len(asked) else None,
        takeovers=tuple((row["at"], row["until"]) for row in _rows(own, Event.CONFINED)),
        death=leak["death"] if leak["death"] != "alive" else "",
    )


def _other_lane(world: World, row: dict[str, int], needs: Spans, ends: dict[int, tuple[int, str]]) -> Lane:
    dead, why = ends.get(row["credential"], (row["until"], "expired"))
    alive = dead > world.horizon
    return Lane(
        label=_label(world, row["other"], row["agent"]),
        role=world.roles[row["other"]],
        issued_us=row["at"],
        dead_us=None if alive else dead,
        needs=tuple(needs.get(row["credential"], ())),
        death="" if alive else why,
    )
