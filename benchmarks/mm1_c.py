"""The C program mm1.c: built where there is a compiler, called in this process."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from benchmarks.subjects import Case, Hashing, Log
from sim.core.events import LOG

SOURCE = Path(__file__).with_name("mm1.c")
# What -O3 does with the plain text: no instructions of this very machine, no multiplications fused with additions,
# which would round otherwise than the engines.
FLAGS = ("-O3", "-std=c11", "-ffp-contract=off", "-shared", "-fPIC")
CHUNK = 16_384
SINK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)


class _Setup(ctypes.Structure):
    _fields_ = (
        ("seed", ctypes.c_uint32),
        ("replication", ctypes.c_uint32),
        ("horizon", ctypes.c_int64),
        ("gap", ctypes.c_double),
        ("service", ctypes.c_double),
    )


@dataclass(frozen=True)
class Done:
    """What a run of the program counted."""

    events: int
    rows: int
    tasks: int


def compiler() -> str | None:
    """A C compiler, if there is one."""
    named = os.environ.get("CC")
    return next((found for name in (named, "cc", "gcc", "clang") if name and (found := shutil.which(name))), None)


class Program:
    """The built program, set up for a case of mm1.yaml."""

    def __init__(self, case: Case, seed: int, *macros: str) -> None:
        self._function = _built(*macros).mm1
        (tool,), (population,) = case.scenario.estate.tools.values(), case.world.populations
        self._setup = _Setup(seed, 0, case.world.horizon, 1.0 / population.rate, float(tool.duration.exponential.mean))
        self._rows = np.zeros(CHUNK, LOG)
        self._counts = (ctypes.c_int64 * 3)()

    def run(self, sink: ctypes._FuncPointer | None = None) -> Done:
        """Simulate once; the rows of the log are written into one buffer, over and over."""
        rows = self._rows.ctypes.data_as(ctypes.c_void_p)
        self._function(ctypes.byref(self._setup), rows, sink or SINK(), self._counts)
        return Done(*self._counts)

    def log(self) -> Log:
        """The log of a run that is not timed."""
        hashing = Hashing()
        done = self.run(SINK(lambda _, count: hashing(self._rows[:count])))
        return Log(hashing.hash.hexdigest(), hashing.rows, done.events)


@cache
def _built(*macros: str) -> ctypes.CDLL:
    folder = Path(mkdtemp(prefix="afterleak-bench-"))
    library = folder / "mm1.so"
    try:
        command = [compiler() or "cc", *FLAGS, *(f"-D{macro}" for macro in macros), "-o", str(library), str(SOURCE)]
        subprocess.run([*command, "-lm"], check=True)
        return ctypes.CDLL(str(library))
    finally:
        shutil.rmtree(folder)
