"""The M/M/1 scenario by hand once more, on the compiled engine's own scheduler, draws and log: what these cost alone.

It is mm1.c in Python, with `later`, `starts`, `next_event`, `nth`, `uniform` and `emit` of sim.engine.compiled. Between
it and C lies what numba and the scheduler cost; between it and the engine, what simulating any scenario costs.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from benchmarks.subjects import Case, Hashing, Log, Sink, ignore
from sim.core.events import LOG, Event
from sim.core.laws import LATEST
from sim.core.units import FOREVER, HOUR, WEEK
from sim.engine.compiled import pools, rows
from sim.engine.compiled.draws import nth, uniform
from sim.engine.compiled.jit import hot
from sim.engine.compiled.log import emit
from sim.engine.compiled.schedule import (
    CALLED,
    NOTHING,
    PLACE_GRANTED,
    PLACE_RELEASED,
    SOURCE,
    SOURCE_STARTS,
    TASK_COMES,
    THOUGHT,
    later,
    next_event,
    starts,
)
from sim.engine.compiled.words import (
    ARRIVAL,
    ATTRIBUTABLE,
    DURATION,
    IDLE,
    NEEDED,
    TASK_ENDED,
    TASK_STARTED,
    USED,
)

ROOM = 64
CHUNK, MOST = 16_384, 8
"""Rows of the log that are handed on at a time, and that one event writes at most."""
KIND = (1 << 6) - 1
QUEUE = np.dtype([("worked", "f8"), ("gap", "f8"), ("service", "f8"), ("since", "i8"), ("arrived", "i8"),
                  ("head", "i8"), ("waiting", "i8"), ("busy", "i8"), ("needed", "i8")])  # fmt: skip


class Kernel(NamedTuple):
    """What scheduler, draws and log read and write, and the queue; named as in sim.engine.compiled.state."""

    rules: npt.NDArray[Any]
    now: npt.NDArray[Any]
    heap: npt.NDArray[Any]
    urgent: npt.NDArray[Any]
    soon: npt.NDArray[Any]
    log: npt.NDArray[Any]
    queue: npt.NDArray[Any]
    line: npt.NDArray[Any]


@hot
def _moment(worked: float) -> int:
    weeks = int(worked) // WEEK * WEEK
    hours = (worked - weeks) / HOUR
    return weeks + int(hours * HOUR + 0.5)


@hot
def _exponential(mean: float, u: float) -> float:
    return min(max(-mean * math.log1p(-u), 0.0), LATEST)


@hot
def _next_arrival(sim: Any) -> None:
    q = sim.queue[0]
    q.worked += _exponential(q.gap, nth(sim, ARRIVAL, 0, q.arrived))
    at = _moment(q.worked)
    if at < sim.rules[0].horizon:
        later(sim, at - sim.now[0].time, SOURCE, q.arrived)


@hot
def _line_up(sim: Any, task: int) -> None:
    q = sim.queue[0]
    sim.line[(q.head + q.waiting) & (len(sim.line) - 1)] = task
    q.waiting += 1
    if q.waiting == len(sim.line):
        sim.now[0].low = 1


@hot
def _let_in(sim: Any) -> None:
    q = sim.queue[0]
    if q.busy == 0 and q.waiting > 0:
        q.busy = 1
        later(sim, 0, PLACE_GRANTED, sim.line[q.head])
        q.head = (q.head + 1) & (len(sim.line) - 1)
        q.waiting -= 1


@hot
def _call(sim: Any, task: int) -> None:
    q = sim.queue[0]
    emit(sim, NEEDED, credential=0)
    q.needed, q.since = 1, sim.now[0].time
    emit(sim, USED, agent=0, task=task, step=0, attempt=0, credential=0, other=0, flags=ATTRIBUTABLE)
    took = _exponential(q.service, uniform(sim, DURATION, 0, task, 0, 0))
    later(sim, int(took + 0.5), CALLED, task)


@hot
def _end(sim: Any, task: int) -> None:
    q = sim.queue[0]
    q.needed, q.busy = 0, 0
    emit(sim, IDLE, credential=0, was=q.since, until=sim.now[0].time)
    emit(sim, TASK_ENDED, agent=0, task=task, other=0)
    later(sim, 0, PLACE_RELEASED, task)


@hot
def _happen(sim: Any, kind: int, task: int) -> None:
    if kind == THOUGHT:
        _call(sim, task)
    elif kind == CALLED:
        _end(sim, task)
    elif kind == SOURCE:
        starts(sim, TASK_COMES, task)
        sim.queue[0].arrived += 1
        _next_arrival(sim)
    elif kind == TASK_COMES:
        _line_up(sim, task)
        _let_in(sim)
    elif kind == PLACE_GRANTED:
        emit(sim, TASK_STARTED, agent=0, task=task, other=0)
        later(sim, 0, THOUGHT, task)
    elif kind == PLACE_RELEASED:
        _let_in(sim)
    else:
        _next_arrival(sim)


@numba.njit(_nrt=False, error_model="numpy", nogil=True)  # type: ignore[untyped-decorator]  # as in jit.entry
def _loop(sim: Any) -> bool:
    """Up to the horizon (True), or until the log is full."""
    now = sim.now[0]
    while now.low == 0:
        what = next_event(sim)
        if what == NOTHING:
            return True
        now.events += 1
        _happen(sim, what & KIND, what >> 6)
    return False


class Program:
    """The loop, set up for a case of mm1.yaml."""

    def __init__(self, case: Case, seed: int) -> None:
        (tool,), (population,) = case.scenario.estate.tools.values(), case.world.populations
        self._horizon, self._seed = case.world.horizon, seed
        self._means = 1.0 / population.rate, float(tool.duration.exponential.mean)
        self._log = np.zeros(CHUNK, LOG)

    def run(self, sink: Sink = ignore) -> int:
        """Simulate once; the events processed."""
        sim = self._fresh()
        sim.log[0] = self._issued()
        sim.now["rows"] = 1
        sim.urgent[0] = SOURCE_STARTS
        sim.now["urgent_tail"] = 1
        while not _loop(sim):
            self._hand_on(sim, sink)
        self._finish(sim)
        self._hand_on(sim, sink)
        return int(sim.now["events"][0])

    def log(self) -> Log:
        """The log of a run that is not timed."""
        hashing = Hashing()
        events = self.run(hashing)
        return Log(hashing.hash.hexdigest(), hashing.rows, events)

    def _fresh(self) -> Kernel:
        rules, now, queue = np.zeros(1, rows.RULES), np.zeros(1, pools.NOW), np.zeros(1, QUEUE)
        rules["seed"], rules["horizon"] = self._seed, self._horizon
        queue["gap"], queue["service"] = self._means
        now["rows_most"] = CHUNK - MOST
        for name in ("urgent", "soon"):
            now[f"{name}_mask"] = ROOM - 1
        for name in ("heap_most", "urgent_most", "soon_most"):
            now[name] = ROOM - 2
        urgent, soon = np.zeros((2, ROOM), np.int64)
        line = np.zeros(1 << 16, np.int64)
        return Kernel(rules, now, np.zeros(ROOM, pools.EVENT), urgent, soon, self._log, queue, line)

    def _hand_on(self, sim: Kernel, sink: Sink) -> None:
        if sim.queue["waiting"][0] == len(sim.line):
            raise OverflowError("the line of waiting tasks is full")
        sink(sim.log[: sim.now["rows"][0]])
        sim.now["rows"] = sim.now["low"] = 0

    def _issued(self) -> npt.NDArray[Any]:
        row = self._row(Event.ISSUED)
        row["other"], row["agent"], row["until"] = 0, 0, FOREVER
        return row

    def _finish(self, sim: Kernel) -> None:
        if sim.queue["needed"][0]:
            row = self._row(Event.IDLE)
            row["at"], row["was"], row["until"] = self._horizon, sim.queue["since"][0], self._horizon
            sim.log[sim.now["rows"][0]] = row
            sim.now["rows"] += 1

    @staticmethod
    def _row(kind: Event) -> npt.NDArray[Any]:
        row = np.zeros((), LOG)
        for name in ("agent", "task", "step", "attempt", "other", "intrusion", "edge"):
            row[name] = -1
        row["kind"], row["credential"] = kind, 0
        return row
