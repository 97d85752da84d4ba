"""Notebooks show what they are kept with, and nothing of a machine or a day stands in them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "notebooks").glob("*.ipynb"))
LARGEST = 200_000
"""Bytes of a notebook: readers of the repository pay for it."""


@pytest.fixture(scope="module")
def room() -> ModuleType:
    """notebooks/run.py, which is no part of the package."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("run_notebooks", ROOT / "notebooks/run.py")
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_kept_is_what_runs_now(file: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "notebooks/run.py", "--check", file.stem], cwd=tmp_path, capture_output=True, text=True,
        encoding="utf-8", timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr + "\nrefresh with: python notebooks/run.py"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nothing_of_a_machine_stands_in_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text) < LARGEST
    assert not re.search(r"/(home|root|tmp|work|Users)/|0x[0-9a-f]{6,}|20\d\d-\d\d-\d\dT", text)
    notebook = json.loads(text)
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert not [each for cell in code for each in cell["outputs"] if each.get("name") == "stderr"]
    assert all(len(line) <= 130 for cell in notebook["cells"] for line in "".join(cell["source"]).split("\n"))


def test_every_notebook_is_listed() -> None:
    listed = set(re.findall(r"\]\(([^)]+\.ipynb)\)", (ROOT / "notebooks/README.md").read_text(encoding="utf-8")))
    assert listed == {file.name for file in FILES}


def test_links_between_notebooks_lead_somewhere() -> None:
    for file in FILES:
        for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
            for link in re.findall(
                r"\]\((?!https?:)([^)#]+)", "".join(cell["source"]) if cell["cell_type"] == "markdown" else ""
            ):
                assert (file.parent / link).exists(), f"{file.name}: {link}"


def made(source: str) -> dict[str, Any]:
    cell = {"cell_type": "code", "id": "cell-1", "metadata": {}, "source": source, "execution_count": 1, "outputs": []}
    metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                "language_info": {"name": "python"}}  # fmt: skip
    return {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def test_what_is_left_of_a_cell_never_changes_by_itself(room: ModuleType) -> None:
    notebook = made("print(1)")
    cell = notebook["cells"][0]
    again = cell | {"id": "8f3a2b1c", "metadata": {"execution": {"iopub.busy": "2026-01-01T00:00:00"}}}
    again |= {"outputs": [{"output_type": "display_data", "metadata": {"a": 1}, "data": {"image/png": "x"}}]}
    found = room.plain({"cells": [again], "metadata": {"language_info": {"version": "3.11.7"}}})
    assert found["cells"][0]["id"] == "cell-1"
    assert found["cells"][0]["metadata"] == {}
    assert found["cells"][0]["outputs"] == [{"output_type": "display_data", "metadata": {}, "data": {"image/png": "x"}}]
    assert "3.11" not in json.dumps(found)
    assert "image/png" not in "".join(room.shown(found))


def test_what_is_printed_in_pieces_is_kept_in_one(room: ModuleType) -> None:
    stream = [
        {"output_type": "stream", "name": name, "text": text} for name, text in (("a", "1"), ("a", "2"), ("b", "3"))
    ]
    picture = {"output_type": "display_data", "metadata": {}, "data": {}}
    outputs = [*stream, picture, stream[0], stream[1]]
    notebook = made("x")
    notebook["cells"][0]["outputs"] = outputs
    found = [each.get("text", "picture") for each in room.plain(notebook)["cells"][0]["outputs"]]
    assert found == ["12", "3", "picture", "12"]


def test_planted_faults_are_found(room: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another output and another layout are told; `executed` is taken as done here, the real one runs above."""
    import nbformat

    notebook = made("print(2)")
    notebook["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "2\n"}]
    text = room.text_of(nbformat.from_dict(notebook))
    monkeypatch.setattr(room, "HERE", tmp_path)
    monkeypatch.setattr(room, "executed", lambda _: nbformat.from_dict(notebook))
    (tmp_path / "n.ipynb").write_text(text, encoding="utf-8")
    assert room.differences("n") == []
    (tmp_path / "n.ipynb").write_text(text.replace('"2\\n"', '"3\\n"'), encoding="utf-8")
    assert any(line.startswith("-") and "3" in line for line in room.differences("n"))
    (tmp_path / "n.ipynb").write_text(text.replace("cell-1", "8f3a2b1c"), encoding="utf-8")
    assert room.differences("n") == ["n.ipynb was not written by this program"]
