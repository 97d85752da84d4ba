"""Waiting, and requests for approval, as the story and its events tell them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sim.core.events import ANSWERS, Event
from sim.core.units import spoken
from sim.outputs import objectives

if TYPE_CHECKING:
    from sim.outputs.story import Row, Teller


def waiting(row: Row) -> str:
    """What a task that has ended waited for: `, waited 31 s for credentials and 2 h for approval`."""
    waits = ((row["until"], "credentials"), (row["was"], "approval"))
    found = " and ".join(f"{spoken(ticks)} for {what}" for ticks, what in waits if ticks)
    return f", waited {found}" if found else ""


def waited(row: Row) -> dict[str, int]:
    """How long a task that has ended waited for approval, if it did."""
    return {"waited_for_approval_us": row["was"]} if row["was"] else {}


def _answer(row: Row) -> str:
    after = spoken(row["at"] - row["was"])
    return ("", f"is approved after {after}", f"is refused after {after}", f"gets no answer within {after}")[
        row["other"]
    ]


def _elevation(row: Row) -> dict[str, int]:
    return {"elevated_until_us": row["until"]} if row["until"] else {}


TOLD: dict[Event, tuple[str, Callable[[Teller, Row], str]]] = {
    Event.APPROVAL_ASKED: (
        "work",
        lambda t, r: f"{t.agent(r['agent'])} asks for approval to call {t.world.tool_names[r['other']]}",
    ),
    Event.APPROVAL_ANSWERED: (
        "work",
        lambda t, r: f"the request of {t.agent(r['agent'])} {_answer(r)}{objectives.aside(r)}",
    ),
}
NAMED: dict[Event, Callable[[Teller, Row], dict[str, Any]]] = {
    Event.APPROVAL_ASKED: lambda t, r: {
        "tool": t.world.tool_names[r["other"]],
        "begun_us": r["was"],
        "done_us": r["until"],
    },
    Event.APPROVAL_ANSWERED: lambda _, r: {"answer": ANSWERS[r["other"]], "asked_us": r["was"]} | _elevation(r),
}
