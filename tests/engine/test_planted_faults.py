"""The comparison of the engines catches faults: some are planted in the compiled engine's source, each is found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzzing.faults import FAULTS
from tests.fuzzing.interpreted import SWITCH

pytest.importorskip("numba", reason="the compiled engine needs numba, which is not installed")
PROJECT = Path(__file__).parents[2]


def compared(*arguments: str) -> tuple[int, str]:
    """Exit code and words of a comparison of the interpreted engine, in a process where numba does not compile."""
    command = [sys.executable, "-m", "tests.fuzzing.interpreted", *arguments]
    done = subprocess.run(
        command, cwd=PROJECT, env=os.environ | {SWITCH: "1"}, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


OFTEN = 6
"""One fault in so many is planted on every run of the tests; all of them by `python -m pytest -m faults`."""


def _planted() -> list[object]:
    seldom = pytest.mark.faults
    return [fault if n % OFTEN == 0 else pytest.param(fault, marks=seldom) for n, fault in enumerate(FAULTS)]


@pytest.mark.parametrize("fault", _planted())
def test_a_fault_is_caught(fault):
    code, said = compared(str(FAULTS[fault].caught_by), "--fault", fault)
    assert said.startswith(f"scenario {FAULTS[fault].caught_by}, strategy "), said
    assert code == 1


def test_without_a_fault_there_is_no_mismatch():
    """The compiled engine's source, run by Python, is right in the scenarios that catch the faults."""
    numbers = sorted({str(fault.caught_by) for fault in FAULTS.values()})
    assert compared(*numbers) == (0, "no mismatch\n")


def test_enough_faults_of_all_kinds_are_planted():
    assert len(FAULTS) > 40
    assert len({fault.caught_by for fault in FAULTS.values()}) > 10
