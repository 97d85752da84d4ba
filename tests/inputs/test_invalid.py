"""Every invalid file has its exact message, in `invalid/expected.txt`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from sim.core.errors import ScenarioError
from sim.inputs import references, size, yaml_tree
from sim.inputs.load import load

HERE = Path(__file__).parent / "invalid"
EXPECTED = (HERE / "expected.txt").read_text(encoding="utf-8").splitlines()
FILES = sorted(path.name for path in HERE.glob("*.yaml") if not path.name.startswith("_"))


def _name(line: str) -> str:
    return line.split(":", 1)[0]


def _message(line: str) -> str:
    """What is raised; a message about another file than the one loaded stands behind `file.yaml: `."""
    name, rest = line.split(":", 1)
    return rest[1:] if rest.startswith(" ") else f"{name}:{rest}"


def _problem(what: str | Path) -> str:
    with pytest.raises(ScenarioError) as raised:
        load(what)
    return str(raised.value)


def test_every_file_has_its_line() -> None:
    assert [_name(line) for line in EXPECTED] == FILES
    assert len(FILES) >= 45


@pytest.mark.parametrize("line", EXPECTED, ids=_name)
def test_message(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    assert _problem(Path(_name(line))) == _message(line)


def test_values_are_never_echoed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for at in ("title: [", "horizon: ", "seed: ", "estate: {x: ", "strategies: {own: {issuance: ", "baseline: '"):
        (tmp_path / "s.yaml").write_text(f"extends: quickstart\n{at}hunter2-secret\n", encoding="utf-8")
        assert "hunter2" not in _problem("s.yaml")


def test_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("here").mkdir()
    assert _problem("here") == "here:0:0: this is a folder; a scenario is a YAML file"


def test_missing_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert _problem("nowhere.yaml") == "nowhere.yaml:0:0: there is no such file"
    assert _problem("quikstart") == (
        "quikstart:0:0: there is no such file, nor a bundled scenario of that name; did you mean 'quickstart'?"
    )
    assert _problem("no\nsuch\0file.yaml") == "no?such?file.yaml:0:0: the file cannot be read"


def test_large_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Path("large.yaml").open("wb") as stream:
        stream.truncate(65 << 20)
    monkeypatch.setattr(Path, "open", lambda *_, **__: pytest.fail("a file beyond the limit was opened"))
    assert _problem("large.yaml") == "large.yaml:0:0: the file is too large: at most 64 MiB are allowed"


def test_pipe_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.yaml")
    assert _problem("pipe.yaml") == "pipe.yaml:0:0: this is not a regular file; a scenario is a YAML file"


def test_long_chain_of_bases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(12):
        Path(f"s{number}.yaml").write_text(f"extends: s{number + 1}.yaml\n", encoding="utf-8")
    assert _problem("s0.yaml") == "s9.yaml:1:10: extends: a chain holds at most 10 files"


def test_unknown_keys_come_before_what_they_leave_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text("format: 1\ntitel: x\nhorizon: 3d\n", encoding="utf-8")
    assert _problem("s.yaml") == "s.yaml:2:1: unknown key 'titel'; did you mean 'title'?"


DANGLING = [name for name in FILES if name.startswith("dangling-") or name in ("needs-out-of-reach.yaml",)]


@pytest.mark.parametrize("name", DANGLING)
def test_without_the_reference_check_they_load(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: these files are wrong for their references alone."""
    monkeypatch.setattr(references, "check", lambda *_: None)
    monkeypatch.setattr(size, "check", lambda *_: None)  # it looks references up
    assert load(HERE / name).scenario.format == 1


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith(("too-many", "endless"))])
def test_without_the_size_check_they_load(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "check", lambda *_: None)
    assert load(HERE / name).scenario.format == 1


@pytest.mark.parametrize("line", EXPECTED, ids=_name)
def test_without_the_c_library_the_same_files_are_refused(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML has no C library its own parser may place a syntax error elsewhere, and word it otherwise."""
    monkeypatch.chdir(HERE)
    monkeypatch.setattr(yaml_tree, "_LOADER", yaml.SafeLoader)
    told = _problem(Path(_name(line)))
    assert told == _message(line) or ": not valid YAML" in _message(line)
