"""The compiled engine's very source, run by Python: without numba's compiler, over arrays that check their bounds.

A process of its own is needed, as NUMBA_DISABLE_JIT counts when numba is imported: `python -m tests.fuzzing.interpreted
SCENARIOS…` compares it with the reference on random scenarios (numbers) and on those of `rare` (names), `--fault NAME`
after a fault was planted (see `faults`).
"""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import nullcontext
from functools import cache
from typing import Any

import numpy as np

from sim.model.world import World
from tests.fuzzing.compare import Maker, Runs, Verdict, first_mismatch, judged, verdict
from tests.fuzzing.rare import RARE

SWITCH = "NUMBA_DISABLE_JIT"


class Row:
    """A row of a structured array; it is looked up only when a field is, as compiled code does."""

    __slots__ = ("_at", "_columns")

    def __init__(self, columns: dict[str, Any], at: int) -> None:
        self._columns, self._at = columns, at


def _field(name: str) -> property:
    def get(row: Any) -> Any:
        return row._columns[name][row._at]

    def put(row: Any, value: Any) -> None:
        # A comparison with a draw is numpy's bool, which is no index.
        row._columns[name][row._at] = int(value) if isinstance(value, np.bool_) else value

    return property(get, put)


@cache
def _row_type(names: tuple[str, ...]) -> type[Row]:
    return type("Fields", (Row,), {"__slots__": (), **{name: _field(name) for name in names}})


class Rows:
    """A structured array whose rows have their fields as attributes."""

    def __init__(self, array: Any) -> None:
        self._columns = {name: _opened(array[name]) for name in array.dtype.names}
        self._length = len(array)
        self._row = _row_type(array.dtype.names)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, at: int) -> Row:
        return self._row(self._columns, at)

    def __getattr__(self, name: str) -> Any:
        return self._columns[name]


def _opened(array: Any) -> Any:
    """As compiled code sees it, with Python's numbers instead of numpy's, where that is possible: they are faster."""
    if array.dtype.names:
        return Rows(array)
    return memoryview(array) if array.ndim == 1 else array


class Opened:
    """All arrays of a state as attributes, as compiled code sees them."""

    def __init__(self, state: Any, _: Any = None) -> None:
        for name, array in state.arrays().items():
            setattr(self, name, _opened(array))


def interpreted() -> Maker:
    """Makes engines that run the compiled one's source; numba must have been told so before it was imported."""
    if os.environ.get(SWITCH) != "1":
        raise RuntimeError(f"{SWITCH} is not 1, so numba would compile")
    from sim.engine.compiled import simulation

    simulation.Handle = Opened  # type: ignore[assignment,misc]
    simulation.warm_up = lambda: None
    np.seterr(over="ignore")  # the generator multiplies in 64 bits, and so does the hash table

    def make(world: World) -> Runs:
        engine: Runs = simulation.Engine(world)
        return engine

    return make


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing.interpreted", description=__doc__)
    parser.add_argument("scenarios", nargs="+", help="numbers of random ones, names of rare ones")
    parser.add_argument("--fault", default=None, help="plant this one first")
    return parser.parse_args()


def judge(scenario: str, make: Maker) -> Verdict:
    """Compare the interpreted engine with the reference on the scenario of a number or a name."""
    return judged(RARE[scenario](), 1, make, scenario) if scenario in RARE else verdict(int(scenario), make)


def main() -> int:
    """Compare and tell the first mismatch; 1 if there is one."""
    asked, make = arguments(), interpreted()
    from tests.fuzzing.faults import FAULTS, planted

    with planted(FAULTS[asked.fault]) if asked.fault else nullcontext():
        mismatch = first_mismatch(judge(scenario, make) for scenario in asked.scenarios)
    print(mismatch or "no mismatch")
    return 1 if mismatch else 0


if __name__ == "__main__":
    sys.exit(main())
