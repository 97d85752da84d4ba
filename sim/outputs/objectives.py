"""Changes of objective, and what follows from them, as the story and its events tell it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sim.core.events import Event, Flag

if TYPE_CHECKING:
    from sim.outputs.story import Row, Teller

FOLLOWED = (Event.USED, Event.APPROVAL_ANSWERED)
"""Routine, unless it is for another objective."""


def followed(row: Row) -> bool:
    """Whether a row is the first of its kind about a call for another objective; retries are routine again."""
    return row["kind"] in FOLLOWED and bool(row["flags"] & Flag.CHANGED) and row["attempt"] <= 0


def aside(row: Row) -> str:
    """What a line says beside of a call for another objective: `, for another objective, outside its task`."""
    changed = ", for another objective" if row["flags"] & Flag.CHANGED else ""
    return changed + (", outside its task" if row["flags"] & Flag.OUTSIDE else "")


def _how(teller: Teller, row: Row) -> str:
    return "injection" if teller.world.changes[row["other"]].injected else "drift"


def _changes(teller: Teller, row: Row) -> str:
    name, calls = teller.world.changes[row["other"]].name, row["until"]
    many = f"{calls} call" if calls == 1 else f"{calls} calls"
    who = teller.agent(row["agent"])
    return f"{who} follows another objective in task {row['task']} ({name}, by {_how(teller, row)}), for {many}"


TOLD: dict[Event, tuple[str, Callable[[Teller, Row], str]]] = {
    Event.OBJECTIVE_CHANGED: ("attack", _changes),
    Event.OUT_OF_SCOPE: (
        "defence",
        lambda t, r: (
            f"{t.agent(r['agent'])} is refused at {t.world.tool_names[r['other']]}: outside the scope of "
            f"{t.credential(r['credential'])}{aside(r)}"
        ),
    ),
}
NAMED: dict[Event, Callable[[Teller, Row], dict[str, Any]]] = {
    Event.OBJECTIVE_CHANGED: lambda t, r: {
        "change": t.world.changes[r["other"]].name,
        "by": _how(t, r),
        "calls": r["until"],
    },
    Event.OUT_OF_SCOPE: lambda t, r: {"tool": t.world.tool_names[r["other"]]},
}
