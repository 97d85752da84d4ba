"""Tasks that agents hand to agents, as the story and its events tell them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sim.core.events import FIRST_DELEGATED, Event, Flag

if TYPE_CHECKING:
    from sim.outputs.story import Row, Teller


def task(number: int) -> str:
    """`task 12`, `delegated task 3`: those have numbers of their own."""
    return f"task {number}" if number < FIRST_DELEGATED else f"delegated task {number - FIRST_DELEGATED}"


def where(teller: Teller, row: Row) -> str:
    """Where a credential leaks that was passed on; empty for others."""
    if not row["flags"] & Flag.PASSED:
        return ""
    return f" at {teller.agent(teller.delegates.get(row['task'], -1))}, which it was passed on to"


def _told(teller: Teller, row: Row) -> str:
    kind = teller.world.kind_names[teller.world.tools[row["other"]].task]
    return f"{teller.agent(row['agent'])} hands {task(row['edge'])} ({kind}) to {teller.agent(row['intrusion'])}"


def _named(teller: Teller, row: Row) -> dict[str, Any]:
    return {
        "tool": teller.world.tool_names[row["other"]],
        "delegate": teller.agent(row["intrusion"]),
        "delegated_task": row["edge"],
        "task_kind": teller.world.kind_names[teller.world.tools[row["other"]].task],
        "depth": row["until"],
    }


TOLD: dict[Event, tuple[str, Callable[[Teller, Row], str]]] = {Event.DELEGATED: ("work", _told)}
NAMED: dict[Event, Callable[[Teller, Row], dict[str, Any]]] = {Event.DELEGATED: _named}
