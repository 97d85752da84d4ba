"""A report or a chart made again from a results folder."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from sim.core.errors import ResultsError, UsageError
from sim.inputs.files import shown_name
from sim.outputs import results, saved, store
from sim.outputs.figures import KINDS, picture
from sim.outputs.saved import Told
from sim.outputs.sheets import Sheet
from sim.study.settings import near, one_of

STDOUT = Path("-")


def report(folder: Path, kind: str, out: Path | None = None) -> Path:
    """Make the report of a results folder again; returns where it was written.

    Args:
        kind: html, md, json or csv.
        out: a file; `-`: standard output; None: the folder itself.

    Raises:
        ResultsError: the folder holds no results of this version, or a file cannot be written.
        UsageError: there is no such kind of report.
    """
    one_of("format", tuple(store.REPORTS), kind)
    read = saved.read(folder)
    target = folder / store.REPORTS[kind] if out is None else out
    try:
        text = results.render(read.facts, kind, folder)
    except OSError as error:
        raise ResultsError(f"{shown_name(folder)}: a chart cannot be read; run compare again") from error
    _write(target, text.encode("utf-8"))
    return target


def chart(folder: Path, name: str, out: Path | None = None, kind: str | None = None, dark: bool = False) -> Path:
    """Draw one chart of a results folder; returns where it was written.

    Args:
        out: a file; None: `NAME.svg`, `NAME-dark.png` and so on in the working directory.
        kind: svg or png; None: what the name of the file says, else svg.

    Raises:
        ResultsError: the folder holds no results of this version, or the file cannot be written.
        UsageError: there is no such chart or format.
    """
    ending = out.suffix.lower().removeprefix(".") if out else ""
    kind = kind or (ending if ending in KINDS else "svg")
    one_of("format", KINDS, kind)
    sheet = _sheet(saved.read(folder), name)
    target = out or Path(f"{picture(sheet.figure.stem, dark)}.{kind}")
    from sim.outputs.charts.gallery import draw_file

    try:
        draw_file(target, sheet, "dark" if dark else "light", kind)
    except OSError as error:
        raise ResultsError(f"{shown_name(target)}: cannot be written ({error.strerror})") from error
    return target


def _sheet(read: Told, name: str) -> Sheet:
    sheets = results.sheets_of(read.facts, read.story, read.arrivals, read.folder.manifest["replications"])
    found = next((sheet for sheet in sheets if sheet.figure.stem == name), None)
    if found is None and name == "losses":
        why = "no resource of the scenario has a loss, or less than a year was simulated"
        raise UsageError(f"these results have no chart of losses: {why}")
    if found is None:
        raise UsageError(_no_such(name, [sheet.figure.stem for sheet in sheets]))
    return found


def _no_such(name: str, names: Sequence[str]) -> str:
    return f"these results have no such chart; {near(name, names)}they have: {', '.join(names)}"


def _write(target: Path, content: bytes) -> None:
    if target == STDOUT:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        target.write_bytes(content)
    except OSError as error:
        hint = "; name another file with --out" if target.name in store.OURS else ""
        raise ResultsError(f"{shown_name(target)}: cannot be written ({error.strerror}){hint}") from error
