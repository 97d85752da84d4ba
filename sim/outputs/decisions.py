"""What policies said to calls, as the story and its events tell it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sim.core.events import Event, Flag
from sim.outputs import objectives

if TYPE_CHECKING:
    from sim.outputs.story import Row, Teller


def _told(how: str) -> Callable[[Teller, Row], str]:
    def told(t: Teller, r: Row) -> str:
        tool = t.world.tool_names[r["other"]]
        return f"{t.agent(r['agent'])} {how} call {tool} ({_why(t, r)}){objectives.aside(r)}"

    return told


def _why(teller: Teller, row: Row) -> str:
    """The policies behind a decision."""
    names = ", ".join(teller.policies(row["edge"])) or "no policy permits it"
    return f"{names} failed" if row["flags"] & Flag.ERROR else names


def _named(teller: Teller, row: Row) -> dict[str, Any]:
    return {"tool": teller.world.tool_names[row["other"]], "policies": list(teller.policies(row["edge"]))}


TOLD: dict[Event, tuple[str, Callable[[Teller, Row], str]]] = {
    Event.PERMITTED: ("work", _told("may")),
    Event.DENIED: ("defence", _told("may not")),
}
NAMED: dict[Event, Callable[[Teller, Row], dict[str, Any]]] = {Event.PERMITTED: _named, Event.DENIED: _named}
