"""A terminal says what it waits for while a large file is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim import cli, study
from sim.inputs import yaml_tree
from sim.outputs import progress as bar
from tests.support import Blank, scenario, write


def test_reading_is_told_when_it_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    with bar.Progress(hidden=True) as progress:
        (task,) = progress._bar.tasks
        progress.reading(10, 200)
        assert not task.visible
        monkeypatch.setattr(bar, "SOON", 0.0)
        progress.reading(50, 200)
        assert (task.visible, task.description, task.completed, task.total) == (True, bar.READING, 25, 100)
        progress.reading(200, 200)
        assert (task.visible, task.description, task.completed) == (True, bar.CHECKING, 100)
        progress.began(10, 2)
        assert (task.description, task.completed, task.total) == (bar.SIMULATING, 2, 10)


def test_check_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(yaml_tree, "TELL_EVERY", 10)
    monkeypatch.setattr(bar.Progress, "reading", lambda _, done, of: told.append(100 * done // of))
    done = CliRunner().invoke(cli.app, ["check", str(write(tmp_path, scenario()))])
    assert done.exit_code == 0, done.output
    assert told == sorted(told)
    assert told[-1] == 100
    assert len(told) > 1


def test_compare_tells_before_it_simulates(tmp_path: Path) -> None:
    told: list[str] = []

    class Watcher(study.Silent):
        def reading(self, done: int, of: int) -> None:
            told.append("reading" if done < of else "checking")

        def began(self, steps: int, done: int) -> None:
            told.append("began")

    file = write(tmp_path, scenario())
    study.compare(study.Request(file, out=tmp_path / "out", workers=1, engine="reference"), Watcher(), Blank())
    assert told[:2] == ["checking", "began"]
