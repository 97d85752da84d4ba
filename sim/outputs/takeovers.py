"""How takeovers of workloads, and what brokers and bindings stop, are told: as lines of a story, and as events."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sim.core.events import Barrier, Event
from sim.core.units import FOREVER, spoken

if TYPE_CHECKING:
    from sim.outputs.story import Teller

Row = dict[str, int]
BARRIERS = {
    Barrier.DEAD: "it is dead",
    Barrier.BOUND: "it is bound to its workload",
    Barrier.KEPT: "its broker has it, and the takeover is over",
}


def _gained(teller: Teller, row: Row) -> dict[str, Any]:
    until = {"usable_until_us": row["until"]} if row["until"] < FOREVER else {}
    return {"channel": teller.world.channels[row["edge"]].name, "leaked_us": row["was"], **until}


TOLD: dict[Event, tuple[str, Callable[[Teller, Row], str]]] = {
    Event.TAKEN_OVER: (
        "attack",
        lambda t, r: (
            f"the workload of {t.agent(r['agent'])} is taken over for {spoken(r['until'] - r['at'])} "
            f"({t.world.channels[r['other']].name})"
        ),
    ),
    Event.CONFINED: (
        "leak",
        lambda t, r: (
            f"{t.credential(r['credential'])} is of use in the workload of {t.agent(r['agent'])} only, "
            f"for {spoken(r['until'] - r['at'])} at most"
        ),
    ),
    Event.BLOCKED: (
        "attack",
        lambda t, r: f"an attacker tries {t.credential(r['credential'])}: blocked, {BARRIERS[Barrier(r['other'])]}",
    ),
    Event.COMPROMISED: (
        "attack",
        lambda t, r: (
            f"an attacker uses {t.credential(r['credential'])}, found through "
            f"{t.world.channels[r['edge']].name}: intrusion {r['intrusion']} begins{_for(r)}"
        ),
    ),
    Event.REGAINED: (
        "attack",
        lambda t, r: (
            f"intrusion {r['intrusion']} has {t.credential(r['credential'])} for longer, found through "
            f"{t.world.channels[r['edge']].name}{_for(r)}"
        ),
    ),
}
NAMED: dict[Event, Callable[[Teller, Row], dict[str, Any]]] = {
    Event.TAKEN_OVER: lambda t, r: {"channel": t.world.channels[r["other"]].name, "until_us": r["until"]},
    Event.CONFINED: lambda _, r: {"usable_until_us": r["until"]},
    Event.BLOCKED: lambda t, r: {
        "reason": Barrier(r["other"]).name.lower(),
        "channel": t.world.channels[r["edge"]].name,
        "leaked_us": r["was"],
    },
    Event.COMPROMISED: _gained,
    Event.REGAINED: _gained,
}


def _for(row: Row) -> str:
    """How long a takeover still gives its use."""
    return "" if row["until"] >= FOREVER else f", with {spoken(row['until'] - row['at'])} left of the takeover"
