"""The state of a run: all arrays under one name, made, made anew for a run, and made larger."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.events import LOG
from sim.engine.compiled import pools
from sim.engine.compiled.tables import Tables

Array = npt.NDArray[Any]
CHUNK = 16_384
"""Rows of the log that are handed on at a time, where an event writes fewer."""
MEMORY = 1 << 16
"""Steps whose draws are remembered for the next strategy."""


class State(NamedTuple):
    """Everything that compiled code reads and writes: the tables, and what changes."""

    tables: Tables
    now: Array
    heap: Array
    urgent: Array
    soon: Array
    log: Array
    pools: Array
    sources: Array
    agents: Array
    holdings: Array
    tasks: Array
    held: Array
    """Task × place → its credential for the role, -1: none. Of no task: this and the next two as of a new one."""
    asked: Array
    """Task × place → how often it asked for one."""
    elevated: Array
    """Task × place → end of the elevation that the last approval of a call with the role gave."""
    passed: Array
    """Task × place → does it work with a delegating task's credential? Of delegated tasks only."""
    order: Array
    """Task × 0, 1… → places in the order in which it got what it holds."""
    credentials: Array
    slots: Array
    members: Array
    requests: Array
    revocations: Array
    captures: Array
    exposures: Array
    threats: Array
    takeovers: Array
    intrusions: Array
    walks: Array
    nodes: Array
    known: Array
    notes: Array
    memo: Array
    approvers: Array
    """A heap: when each approver is done with all requests so far."""

    def arrays(self) -> dict[str, Array]:
        """All arrays by the names that compiled code knows them by."""
        return self.tables._asdict() | {name: getattr(self, name) for name in self._fields[1:]}


POOLED = ("tasks", "credentials", "requests", "revocations", "captures", "walks", "nodes", "takeovers")
"""Arrays that are pools, in the order of their numbers (pools.TASKS…)."""


def chained(old: Array, size: int) -> Array:
    """A larger copy of a pool, whose new rows are chained by `link`; the last new one ends the chain."""
    new = np.zeros(size, old.dtype)
    new[: len(old)] = old
    new["link"][len(old) :] = np.arange(len(old) + 1, size + 1)
    new["link"][-1] = -1
    return new


def larger(old: Array, size: int) -> Array:
    """A larger copy, filled up with zeros."""
    new = np.zeros((size, *old.shape[1:]), old.dtype)
    new[: len(old)] = old
    return new


def fresh_notes(size: int) -> Array:
    """An empty hash table; size: a power of two."""
    notes = np.zeros(size, pools.ENTRY)
    notes["key"] = -1
    return notes


def buffers(width: int) -> dict[str, Array]:
    """The arrays that change, small yet; width: most roles of an agent."""
    found: dict[str, Array] = {name: np.zeros(0, dtype) for name, dtype in _DTYPES.items()}
    memo = np.zeros(MEMORY, pools.MEMO)
    memo["owner"] = -1
    found |= {
        "now": np.zeros(1, pools.NOW),
        "urgent": np.zeros(1, np.int64),
        "soon": np.zeros(1, np.int64),
        "pools": np.zeros(len(POOLED), pools.POOL),
        "notes": fresh_notes(16),
        "memo": memo,
    }
    return found | {name: np.zeros((0, width), np.int64) for name in ("held", "asked", "elevated", "passed", "order")}


_DTYPES = {
    "heap": pools.EVENT,
    "log": LOG,
    "tasks": pools.TASK,
    "credentials": pools.CREDENTIAL,
    "requests": pools.REQUEST,
    "revocations": pools.REVOCATION,
    "captures": pools.CAPTURE,
    "intrusions": pools.INTRUSION,
    "walks": pools.WALK,
    "nodes": pools.NODE,
    "takeovers": pools.TAKEOVER,
}
