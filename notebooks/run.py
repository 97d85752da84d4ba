"""Execute the notebooks: `python notebooks/run.py [NAME…]` writes what they show now, `--check` compares with it.

A notebook is kept as it was executed, without anything that changes by itself: no time stamps, no random names of
cells, no paths of a machine. It runs in a folder of its own, which goes away afterwards. Pictures are made anew but not
compared, because other versions of matplotlib and of fonts draw other pixels; numbers and texts are.
"""

from __future__ import annotations

import difflib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).parent
NOTEBOOKS = tuple(sorted(path.stem for path in HERE.glob("*.ipynb")))
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
PICTURES = ("image/png", "image/jpeg")
SECONDS = 300
"""That one cell may take."""


def executed(notebook: Any) -> Any:
    """The notebook with what its cells show now.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell raised an error.
    """
    import nbformat
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    with TemporaryDirectory() as scratch:
        work = Path(scratch) / "work"
        work.mkdir()
        own = {"IPYTHONDIR": scratch, "JUPYTER_RUNTIME_DIR": scratch, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        before = dict(os.environ)
        os.environ.update(own)
        try:
            settings: dict[str, Any] = {"resources": {"metadata": {"path": str(work)}}, "record_timing": False}
            if sys.platform != "win32":  # no port of the machine is opened, not even for itself
                settings["km"] = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=f"{scratch}/k")
            NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", **settings).execute()
        finally:
            os.environ.clear()
            os.environ.update(before)
    return nbformat.from_dict(plain(notebook))


def plain(notebook: Any) -> dict[str, Any]:
    """Without what changes by itself."""
    cells = [_cell(number, cell) for number, cell in enumerate(notebook["cells"], 1)]
    return {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}


def _cell(number: int, cell: Any) -> dict[str, Any]:
    kept = {"cell_type": cell["cell_type"], "id": f"cell-{number}", "metadata": {}, "source": cell["source"]}
    if cell["cell_type"] != "code":
        return kept
    return kept | {"execution_count": cell["execution_count"], "outputs": list(_outputs(cell["outputs"]))}


def _outputs(outputs: list[Any]) -> Iterator[dict[str, Any]]:
    """What is printed comes in pieces that end where a clock says so; here in one."""
    waiting: dict[str, Any] | None = None
    for each in map(_output, outputs):
        if waiting and each["output_type"] == "stream" and each["name"] == waiting["name"]:
            waiting["text"] += each["text"]
            continue
        if waiting:
            yield waiting
        waiting = each if each["output_type"] == "stream" else None
        if waiting is None:
            yield each
    if waiting:
        yield waiting


def _output(output: Any) -> dict[str, Any]:
    kept = dict(output)
    if "metadata" in kept:
        kept["metadata"] = {}
    return kept


def text_of(notebook: Any) -> str:
    """The whole file."""
    import nbformat

    return nbformat.writes(notebook) + "\n"


def shown(notebook: Any) -> Iterator[str]:
    """Lines of what the notebook shows, pictures apart."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            said = {key: value for key, value in output.items() if key != "data"}
            data = {key: value for key, value in output.get("data", {}).items() if key not in PICTURES}
            yield from (
                json.dumps(said | {"data": data}, indent=1, ensure_ascii=False, sort_keys=True)
                .replace("\\n", "\n")
                .splitlines()
            )


def differences(name: str) -> list[str]:
    """How what a notebook shows now differs from what it keeps; also if it is not kept as this program writes it."""
    import nbformat

    file = HERE / f"{name}.ipynb"
    text = file.read_text(encoding="utf-8")
    kept = nbformat.reads(text, as_version=4)
    found = list(
        difflib.unified_diff(list(shown(kept)), list(shown(executed(_blank(text)))), "kept", "now", lineterm="")
    )
    if text != text_of(nbformat.from_dict(plain(kept))):
        found.append(f"{file.name} was not written by this program")
    return found


def _blank(text: str) -> Any:
    """The notebook without outputs."""
    import nbformat

    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return notebook


def main(arguments: list[str]) -> int:
    """Exit code 1 if a notebook shows something else than it keeps."""
    check = "--check" in arguments
    names = [each for each in arguments if each != "--check"] or list(NOTEBOOKS)
    wrong = 0
    for name in names:
        file = HERE / f"{name}.ipynb"
        if check:
            found = differences(name)
            wrong += bool(found)
            print("\n".join(found) or f"{name}: as it is kept")
        else:
            file.write_text(text_of(executed(_blank(file.read_text(encoding="utf-8")))), encoding="utf-8")
            print(f"{name}: written")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
