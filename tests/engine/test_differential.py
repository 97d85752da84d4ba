"""The compiled engine writes the reference engine's log, byte for byte, over random scenarios."""

from __future__ import annotations

import pytest

from tests.fuzzing.compare import each, first_difference, logs
from tests.fuzzing.scenarios import random_scenario

BLOCKS, SIZE = 8, 15


def blocks() -> list[range]:
    """The same scenarios each time; `python -m tests.fuzzing` runs as many more as wanted."""
    return [range(block * SIZE, (block + 1) * SIZE) for block in range(BLOCKS)]


@pytest.mark.parametrize("numbers", blocks(), ids=lambda numbers: f"{numbers[0]}-{numbers[-1]}")
def test_both_engines_write_the_same_log_and_metrics(numbers):
    pytest.importorskip("numba", reason="the compiled engine needs numba, which is not installed")
    found = each(numbers)
    assert [mismatch for one in found for mismatch in one.mismatches] == []
    assert sum(one.rows for one in found) > 5_000  # they did run


def test_a_difference_is_told_in_words():
    """The comparison itself, on the log of one run, changed by hand."""
    log = logs(random_scenario(1), "x0", 0, 0, "reference")
    changed = log.copy()
    changed["other"][10] += 1
    assert first_difference(log, log.copy()) == ""
    told = first_difference(log, changed)
    assert told.startswith(f"row 10 of {len(log):,} (reference) and {len(log):,} (compiled), in other\n  before: ")
    assert told.count("\n") == 3
    assert first_difference(log, log[:-1]).endswith("\n  compiled: ends")
    assert "ends" in first_difference(log[:0], log)
