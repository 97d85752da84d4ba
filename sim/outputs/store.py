"""The results folder: written whole under another name, then put in its place in one step."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypedDict, get_type_hints

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.core.errors import ResultsError
from sim.inputs.defaults import defaults_used
from sim.inputs.files import shown_name
from sim.inputs.load import Loaded
from sim.inputs.resolve import Input
from sim.measure.arrivals import ArrivalRow
from sim.measure.catalogue import COLUMNS
from sim.measure.denials import DenialRow
from sim.measure.leaks import LeakRow
from sim.measure.losses import years
from sim.measure.quantiles import Clustered
from sim.measure.records import Finished
from sim.measure.statistics import LeakSample

REPLICATIONS, LEAKS, MANIFEST, SUMMARY = "replications.parquet", "leaks.parquet", "manifest.json", "summary.json"
DENIALS, INPUTS, ARRIVALS = "denials.parquet", "inputs.parquet", "arrivals.parquet"
LANES, FACTS, CHARTS = "lanes.parquet", "facts.json", "charts"
REPORTS = {kind: f"report.{kind}" for kind in ("html", "md", "json", "csv")}
OF_CLAIMS = ("claims.json", "claims.md", "sweeps.parquet", "claims.svg", "claims-dark.svg", "claims.png")
OURS = (
    MANIFEST, SUMMARY, FACTS, REPLICATIONS, LEAKS, DENIALS, INPUTS, ARRIVALS, LANES, CHARTS, *REPORTS.values(),
    *OF_CLAIMS,
)  # fmt: skip


class InputRow(TypedDict):
    """One thing that a scenario says.

    Attributes:
        value: as it is written, in one line.
        source: evidence key or free text; None for an assumption and for what is no input.
        evidence: the source is a key of the catalogue.
        file, line, column: where it is written; empty and 0 for a default.
        text: free text of a person's own, which may hold anything.
        kind: `input` of the model; `other`, which is a name, a text, an edge of the estate, a setting or a budget;
            `default`, which no file says.
    """

    path: str
    value: str
    source: str | None
    evidence: bool
    file: str
    line: int
    column: int
    text: bool
    kind: str


TYPES = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    int | None: pa.int64(),
    str | None: pa.string(),
}
REPLICATION_SCHEMA = pa.schema(
    [("strategy", pa.string()), ("replication", pa.int64()), *((column, pa.float64()) for column in COLUMNS)]
)
LEAK_SCHEMA = pa.schema([(name, TYPES[kind]) for name, kind in get_type_hints(LeakRow).items()])
DENIAL_SCHEMA = pa.schema([(name, TYPES[kind]) for name, kind in get_type_hints(DenialRow).items()])
INPUT_SCHEMA = pa.schema([(name, TYPES[kind]) for name, kind in get_type_hints(InputRow).items()])
ARRIVAL_SCHEMA = pa.schema([(name, TYPES[kind]) for name, kind in get_type_hints(ArrivalRow).items()])
BATCH = 50_000
FORMAT = 2
"""Of the folder as a whole: which files there are, and what is in them."""


def check_target(folder: Path) -> None:
    """Refuse to replace anything that is not a results folder of ours.

    Raises:
        ResultsError: the path is a file, or a folder that holds something else.
    """
    try:
        if folder.exists() and not folder.is_dir():
            raise ResultsError(f"{shown_name(folder)}: is a file; name a folder for the results")
        foreign = _foreign(folder) if folder.is_dir() else None
    except OSError as error:
        raise ResultsError(f"{shown_name(folder)}: cannot be read ({error.strerror})") from error
    if foreign is not None:
        raise ResultsError(
            f"{shown_name(folder)}: holds files that are not afterleak results, such as {shown_name(foreign)}; "
            "name another folder with --out"
        )


def _foreign(folder: Path) -> str | None:
    """The name of something in a folder that no comparison wrote; without a manifest of ours that is anything."""
    names = sorted(each.name for each in folder.iterdir())
    others = [name for name in names if name not in OURS]
    if others or not names:
        return others[0] if others else None
    return None if _manifest(folder).get("tool") == "afterleak" else names[0]


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def saved_replications(folder: Path) -> int:
    """How many replications the results in a folder are made from; 0: there are none."""
    numbers = _manifest(folder).get("replications")
    return len(numbers) if isinstance(numbers, list) else 0


def write_tables(folder: Path, finished: Iterable[Finished]) -> None:
    """Write the tables in the given order of replications, a batch in memory at a time; denials if there are any."""
    with (
        pq.ParquetWriter(folder / REPLICATIONS, REPLICATION_SCHEMA) as rows,
        pq.ParquetWriter(folder / LEAKS, LEAK_SCHEMA) as leaks,
        pq.ParquetWriter(folder / ARRIVALS, ARRIVAL_SCHEMA) as arrivals,
        ExitStack() as more,
    ):
        denied: pq.ParquetWriter | None = None
        kept_rows: list[dict[str, Any]] = []
        kept_leaks: list[LeakRow] = []
        kept_arrivals: list[ArrivalRow] = []
        for one in finished:
            kept_rows += one.rows
            kept_leaks += one.leaks
            if len(kept_leaks) + len(kept_rows) >= BATCH:
                _flush(rows, REPLICATION_SCHEMA, kept_rows)
                _flush(leaks, LEAK_SCHEMA, kept_leaks)
            kept_arrivals += one.arrivals
            if len(kept_arrivals) >= BATCH:
                _flush_arrivals(arrivals, kept_arrivals)
            if one.denials:
                denied = denied or more.enter_context(pq.ParquetWriter(folder / DENIALS, DENIAL_SCHEMA))
                _flush(denied, DENIAL_SCHEMA, [*one.denials])
        _flush(rows, REPLICATION_SCHEMA, kept_rows)
        _flush(leaks, LEAK_SCHEMA, kept_leaks)
        _flush_arrivals(arrivals, kept_arrivals)


def _flush_arrivals(writer: pq.ParquetWriter, rows: list[ArrivalRow]) -> None:
    """Rows without names of their columns, for there can be many."""
    if rows:
        columns = zip(*rows, strict=True)
        arrays = [pa.array(column, each.type) for column, each in zip(columns, ARRIVAL_SCHEMA, strict=True)]
        writer.write_table(pa.Table.from_arrays(arrays, schema=ARRIVAL_SCHEMA))
        rows.clear()


def _flush(writer: pq.ParquetWriter, schema: pa.Schema, rows: list[Any]) -> None:
    if rows:
        writer.write_table(pa.Table.from_pylist(rows, schema=schema))
        rows.clear()


def write_inputs(folder: Path, loaded: Loaded) -> None:
    """Write all that the scenario says, and the defaults that it rests on."""
    kinds = {"input": loaded.inputs, "other": loaded.others, "default": defaults_used(loaded.scenario)}
    rows = [_input(one, kind) for kind, inputs in kinds.items() for one in inputs]
    pq.write_table(pa.Table.from_pylist(rows, schema=INPUT_SCHEMA), folder / INPUTS)


def _input(one: Input, kind: str) -> InputRow:
    return {
        "path": one.path, "value": one.shown, "source": one.source, "evidence": one.evidence, "file": one.file,
        "line": one.line, "column": one.column, "text": one.text, "kind": kind,
    }  # fmt: skip


def read_inputs(folder: Path) -> dict[str, InputRow]:
    """What the scenario says, by path."""
    rows: list[InputRow] = _read(folder / INPUTS).to_pylist()
    return {row["path"]: row for row in rows}


def read_denials(folder: Path) -> pa.Table:
    """The whole table of denials; without rows where nothing was denied."""
    return _read(folder / DENIALS) if (folder / DENIALS).exists() else DENIAL_SCHEMA.empty_table()


def read_replications(folder: Path) -> pa.Table:
    """The whole table of replications."""
    return _read(folder / REPLICATIONS)


def read_rows(folder: Path) -> dict[str, dict[str, np.ndarray[Any, Any]]]:
    """Strategy → column → values over replications (nan: undefined)."""
    table = read_replications(folder)
    names = table["strategy"].to_numpy(zero_copy_only=False)
    columns = {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names if name != "strategy"}
    return {name: {key: values[names == name] for key, values in columns.items()} for name in dict.fromkeys(names)}


def read_leak_samples(folder: Path, strategies: Iterable[str]) -> dict[str, LeakSample]:
    """The columns of the leaks table that statistics need, by strategy."""
    table = _read(folder / LEAKS, ["strategy", "replication", "exposure_hours", "censored"])
    names = table["strategy"].to_numpy(zero_copy_only=False)
    columns = {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names if name != "strategy"}
    return {
        name: LeakSample(
            columns["replication"][names == name],
            columns["exposure_hours"][names == name],
            columns["censored"][names == name].astype(bool),
        )
        for name in strategies
    }


def annual_losses(
    leaks: pa.Table, numbers: np.ndarray[Any, Any], strategies: Iterable[str], horizon_us: int
) -> dict[str, Clustered]:
    """Strategy → losses of whole years.

    Args:
        leaks: the leaks table.
        numbers: of the replications, ascending.
    """
    names, replication, began, loss = (
        leaks[name].to_numpy(zero_copy_only=False) for name in ("strategy", "replication", "compromised_us", "loss")
    )
    place = np.searchsorted(numbers, replication)
    began = began.astype(np.float64)
    return {
        name: years(
            place[names == name],
            began[names == name],
            loss[names == name],
            replications=len(numbers),
            horizon_us=horizon_us,
        )
        for name in strategies
    }


def read_arrivals(folder: Path) -> pa.Table:
    """The whole table of arrivals."""
    return _read(folder / ARRIVALS)


def read_leaks(folder: Path) -> pa.Table:
    """The whole leaks table."""
    return _read(folder / LEAKS)


def _read(file: Path, columns: list[str] | None = None) -> pa.Table:
    """One file; `pq.read_table`, which reads whole folders, takes long to import what it needs for them."""
    with pq.ParquetFile(file) as opened:
        return opened.read(columns)


def write_json(file: Path, content: Mapping[str, Any]) -> None:
    """Indented, with a final newline, refusing nan."""
    text = json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")


def replace(folder: Path, write: Callable[[Path], None]) -> None:
    """Have a folder written under another name, then put it in the place of `folder` in one step.

    Raises:
        ResultsError: something that is not ours came into the folder meanwhile.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    hidden = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    fresh, old = hidden / "new", hidden / "old"
    try:
        fresh.mkdir()  # unlike the hidden folder itself, with the permissions that the user's other folders have
        write(fresh)
        check_target(folder)
        _swap(folder, fresh, old)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def _swap(folder: Path, fresh: Path, old: Path) -> None:
    try:
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
    except BaseException:  # an interrupt, too, must not leave the old results where they are about to be cleaned up
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise
