"""The comparison of the engines catches faults: many are planted in the compiled engine's source, each is found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzzing import catching
from tests.fuzzing.catching import problems
from tests.fuzzing.compare import Reference
from tests.fuzzing.faults import FAULTS
from tests.fuzzing.interpreted import SWITCH
from tests.fuzzing.planting import rule

pytest.importorskip("numba", reason="the compiled engine needs numba, which is not installed")
PROJECT = Path(__file__).parents[2]
SCENARIOS = sorted({str(fault.caught_by) for fault in FAULTS.values()})
PARTS = 8


def interpreted(module: str, *arguments: str) -> tuple[int, str]:
    """Exit code and words of a program of the fuzzing in a process where numba does not compile."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.fuzzing.{module}", *arguments],
        cwd=PROJECT, env=os.environ | {SWITCH: "1"}, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.mark.parametrize("part", range(PARTS))
def test_every_fault_is_caught_and_nothing_without_a_fault(part):
    assert interpreted("catching", *SCENARIOS[part::PARTS]) == (0, "all are caught\n")


def test_a_fault_can_be_planted_by_hand():
    name = "equal times in any order"
    code, said = interpreted("interpreted", str(FAULTS[name].caught_by), "--fault", name)
    assert said.startswith(f"scenario {FAULTS[name].caught_by}, strategy ")
    assert code == 1


def test_enough_faults_of_all_kinds_are_planted():
    assert len(FAULTS) > 160
    assert len(SCENARIOS) > 30


# --- the catcher itself ---
HARMLESS = {"harmless": rule(29, "alive", lambda dies, now: now <= dies)}


def test_fault_one_that_changes_nothing_is_not_caught(monkeypatch):
    """The reference stands in for the compiled engine, and sees no other rules."""
    monkeypatch.setattr(catching, "FAULTS", HARMLESS)
    assert list(problems("29", Reference)) == ["scenario 29 does not catch: harmless"]
    assert list(problems("30", Reference)) == []


def test_fault_the_engines_differ_anyway(monkeypatch):
    class Shifted(Reference):
        def run(self, plan, seed, replication, sink):
            super().run(plan, seed + 1, replication, sink)

    monkeypatch.setattr(catching, "FAULTS", HARMLESS)
    (said,) = problems("29", Shifted)
    assert said.endswith("the engines differ without a fault")
