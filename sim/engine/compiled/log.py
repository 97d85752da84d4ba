"""Writing rows of the event log."""

from __future__ import annotations

from typing import Any

from sim.engine.compiled.jit import hot
from sim.engine.compiled.pools import LOG_FULL


@hot
def emit(
    sim: Any,
    kind: int,
    credential: int = -1,
    other: int = -1,
    agent: int = -1,
    task: int = -1,
    step: int = -1,
    attempt: int = -1,
    was: int = 0,
    until: int = 0,
    flags: int = 0,
    intrusion: int = -1,
    edge: int = -1,
) -> None:
    """Write a row at the present time; see sim.core.events for what its fields mean."""
    now = sim.now[0]
    row = sim.log[now.rows]
    now.rows += 1
    if now.rows > now.rows_most:
        now.low |= LOG_FULL
    row.at, row.was, row.until = now.time, was, until
    row.kind, row.flags = kind, flags
    row.agent, row.task, row.step, row.attempt = agent, task, step, attempt
    row.credential, row.other, row.intrusion, row.edge = credential, other, intrusion, edge
