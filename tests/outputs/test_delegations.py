"""Delegations in the story: who hands what to whom, and where a credential that was passed on leaks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim import study
from tests.engine.test_delegation import handing
from tests.support import write

LEAKS = {"log": {"per-use": 1, "agents": ["sub"], "discovery": {"chance": 0, "time": "1s"}}}


def teller(folder: Path, whole: bool, **changes: Any) -> Any:
    file = write(folder, handing("passthrough", leaks=LEAKS, **changes))
    return study.trace(file, "it", 0, None, "reference", whole=whole).teller


def test_who_hands_what_to_whom(tmp_path: Path) -> None:
    said = [line.text for line in teller(tmp_path, whole=True).lines(everything=True)]
    assert "bot-1 hands delegated task 0 (job) to sub-1" in said
    assert "sub-1 starts delegated task 0 (job)" in said
    assert "sub-1 ends delegated task 0: done" in said
    assert "sub-1 calls look with credential 0 (role worker, bot-1), passed on" in said


@pytest.mark.parametrize("whole", [True, False])
def test_where_it_leaks(tmp_path: Path, whole: bool) -> None:
    said = [line.text for line in teller(tmp_path, whole).lines()]
    assert "credential 0 (role worker, bot-1) leaks through log at sub-1, which it was passed on to" in said
    assert not any("hands" in text for text in said)


def test_as_events(tmp_path: Path) -> None:
    events = [event for event in teller(tmp_path, whole=True).events() if event["event"] == "delegated"]
    assert [(each["agent"], each["delegate"], each["task_kind"], each["depth"]) for each in events] == [
        ("bot-1", "sub-1", "job", 1)
    ]
