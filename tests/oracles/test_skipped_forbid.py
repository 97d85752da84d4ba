"""`oracles/skipped-forbid`: what skipping a failed forbid lets through, against numbers worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.inputs.bundled import bundled_path
from sim.inputs.load import load
from sim.inputs.policies import table
from sim.inputs.policies.cedar import Answer
from sim.trials.runner import Job, Runner

TASKS = 24
READ, WHOLE, LIFE = 1, 6, 15
"""Minutes: until a task has read; of a whole task; of a token."""
READER = TASKS * (LIFE - READ) / 60
READER_LATER = TASKS * (LIFE - WHOLE) / 60
DEPLOYER = TASKS * (LIFE - (WHOLE - READ)) / 60
"""Hours in which tokens of all tasks stand unused: denied after a minute, or after a whole task."""

COMMON = {"decisions": 2 * TASKS, "tasks_ended": TASKS}
STOPPED = {
    "denials": TASKS, "tasks_failed_policy": TASKS, "tasks_done": 0, "issuances": TASKS, "leaks": 0, "compromises": 0,
    "reached_resources": 0, "resource_hours": 0, "standing_hours": READER,
}  # fmt: skip
# A token leaks as it is used, is tried a minute later, reaches production another minute later, dies after 15.
THROUGH = {
    "denials": 0, "tasks_failed_policy": 0, "tasks_done": TASKS, "issuances": 2 * TASKS, "leaks": TASKS,
    "compromises": TASKS, "reached_resources": TASKS, "resource_hours": TASKS * (LIFE - 2) / 60,
    "standing_hours": READER_LATER + DEPLOYER,
}  # fmt: skip
EXPECTED = {
    "sound": COMMON | STOPPED | {"denials_by_error": 0},
    "closed": COMMON | STOPPED | {"denials_by_error": TASKS},
    "skipped": COMMON | THROUGH | {"denials_by_error": 0},
    "none": COMMON | THROUGH | {"denials_by_error": 0, "decisions": 0},
}


def measured() -> dict[str, dict[str, float]]:
    scenario = load(bundled_path("oracles/skipped-forbid") or Path()).scenario
    finished = Runner(Job(scenario, tuple(scenario.strategies), 0)).replication(0)
    return {row["strategy"]: row for row in finished.rows}


def wrong() -> list[Any]:
    rows = measured()
    return [
        (name, key, rows[name][key], value)
        for name, expected in EXPECTED.items()
        for key, value in expected.items()
        if rows[name][key] != pytest.approx(value, rel=1e-12)
    ]


def test_all_numbers_are_those_worked_out_by_hand() -> None:
    assert wrong() == []


def test_denials_name_the_policy() -> None:
    scenario = load(bundled_path("oracles/skipped-forbid") or Path()).scenario
    denials = Runner(Job(scenario, tuple(scenario.strategies), 0)).replication(0).denials
    assert [(row["strategy"], row["policies"], row["by_error"], row["tool"], row["denials"]) for row in denials] == [
        ("sound", "no-unapproved-production", False, "deploy", TASKS),
        ("closed", "no-unapproved-production", True, "deploy", TASKS),
    ]


@pytest.mark.parametrize("how", ["always skips", "never skips"])
def test_a_fault_shows(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted faults: an engine that skips where it should fail closed, and the other way round."""
    before = table._verdict
    table.table.cache_clear()

    def verdict(answer: Answer, _: bool) -> Any:
        return before(answer, how == "always skips")

    monkeypatch.setattr(table, "_verdict", verdict)
    try:
        assert {name for name, *_ in wrong()} == {"closed" if how == "always skips" else "skipped"}
    finally:
        table.table.cache_clear()
