"""The log as the reference engine writes it: rows of Python numbers, handed on in chunks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from sim.core.events import LOG, Event

Sink = Callable[[npt.NDArray[Any]], None]
CHUNK = 16_384


class Log:
    """Collects rows and hands every full chunk to the sink."""

    def __init__(self, env: simpy.Environment, sink: Sink) -> None:
        self._env, self._sink = env, sink
        self._rows: list[tuple[float, ...]] = []

    def __call__(
        self,
        kind: Event,
        *,
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
        """Write a row at the present time."""
        self._rows.append(
            (self._env.now, was, until, kind, flags, agent, task, step, attempt, credential, other, intrusion, edge)
        )
        if len(self._rows) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        """Hand on what has been collected."""
        if self._rows:
            self._sink(np.array(self._rows, LOG))
            self._rows = []
