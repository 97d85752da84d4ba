"""Planted faults one after the other, each where it is said to be caught; what is compared is simulated once.

A process of its own is needed (see `interpreted`): `python -m tests.fuzzing.catching SCENARIOS…` plants all faults that
these scenarios catch, each alone, and tells those that they do not. Without a fault the same simulations must agree.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from tests.fuzzing.compare import Case, Maker, Outcome, mismatch
from tests.fuzzing.faults import FAULTS, planted
from tests.fuzzing.interpreted import interpreted
from tests.fuzzing.rare import RARE
from tests.fuzzing.scenarios import random_scenario


class Scene:
    """A scenario that catches faults."""

    def __init__(self, name: str, make: Maker) -> None:
        self._name, self._make = name, make
        self._number = 1 if name in RARE else int(name)
        self._reference = self._case()
        self._expected: dict[str, Outcome] = {}
        self.caught: dict[str, None] = {}
        """The strategies under which a fault was caught."""

    def _case(self) -> Case:
        return RARE[self._name]() if self._name in RARE else Case(random_scenario(self._number))

    def catches(self, fault: str) -> bool:
        """Whether the fault makes a difference under a strategy, which is kept."""
        with planted(FAULTS[fault]):
            case = self._case()  # anew, as a fault may be in how an engine is made ready
            found = next((strategy for strategy in case.plans if self._differs(strategy, case)), None)
        if found is not None:
            self.caught[found] = None
        return found is not None

    def differing(self) -> Iterator[str]:
        """The strategies among those kept under which the engines differ now."""
        case = self._case()
        return (strategy for strategy in self.caught if self._differs(strategy, case))

    def _differs(self, strategy: str, case: Case) -> bool:
        run = strategy, self._number, self._number % 3
        if strategy not in self._expected:
            self._expected[strategy] = self._reference.outcome(*run, "reference")
        return bool(mismatch(self._expected[strategy], case, *run, self._make))


def problems(name: str, make: Maker) -> Iterator[str]:
    """Faults that are not caught where they are said to be, and what is found though no fault is planted."""
    scene = Scene(name, make)
    for fault, planned in FAULTS.items():
        if str(planned.caught_by) == name and not scene.catches(fault):
            yield f"scenario {name} does not catch: {fault}"
    for strategy in scene.differing():
        yield f"scenario {name}, strategy {strategy}: the engines differ without a fault"


def main() -> int:
    """Tell what is wrong; 1 if anything is."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing.catching", description=__doc__)
    parser.add_argument("scenarios", nargs="+", help="numbers of random ones, names of rare ones")
    asked, make = parser.parse_args(), interpreted()
    found = [problem for name in asked.scenarios for problem in problems(name, make)]
    print("\n".join(found) or "all are caught")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
