"""The credential timeline as a file of the results folder, so that it can be drawn again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.outputs.timeline import Lane, Timeline

_MOMENTS = pa.list_(pa.int64())
SCHEMA = pa.schema(
    [
        ("label", pa.string()), ("role", pa.string()), ("issued_us", pa.int64()), ("dead_us", pa.int64()),
        ("death", pa.string()), ("needed_from_us", _MOMENTS), ("needed_to_us", _MOMENTS), ("leaks_us", _MOMENTS),
        ("leak_channels", pa.list_(pa.string())), ("blocked_us", _MOMENTS), ("compromised_us", pa.int64()),
        ("detected_us", pa.int64()), ("asked_us", pa.int64()),
    ]
)  # fmt: skip
ABOUT = b"afterleak"
_STORY = ("strategy", "replication", "start_us", "end_us", "chosen")
_PLAIN = ("label", "role", "issued_us", "dead_us", "death", "compromised_us", "detected_us", "asked_us")


def write_lanes(file: Path, story: Timeline) -> None:
    """Write a timeline; moments are deltas in the file, for there can be many thousands of needs."""
    about = json.dumps({name: getattr(story, name) for name in _STORY}, ensure_ascii=False).encode()
    table = pa.Table.from_pylist([_row(lane) for lane in story.lanes], schema=SCHEMA.with_metadata({ABOUT: about}))
    spans = {f"{name}.list.element": "DELTA_BINARY_PACKED" for name in ("needed_from_us", "needed_to_us")}
    pq.write_table(table, file, use_dictionary=False, column_encoding=spans)


def read_lanes(file: Path) -> Timeline:
    """The timeline that was written.

    Raises:
        OSError, ValueError, KeyError, TypeError: the file is not one of these.
    """
    with pq.ParquetFile(file) as opened:
        table = opened.read()
    about = json.loads((table.schema.metadata or {})[ABOUT])
    return Timeline(**{name: about[name] for name in _STORY}, lanes=tuple(_lane(row) for row in table.to_pylist()))


def _row(lane: Lane) -> dict[str, Any]:
    return {name: getattr(lane, name) for name in _PLAIN} | {
        "needed_from_us": [since for since, _ in lane.needs],
        "needed_to_us": [until for _, until in lane.needs],
        "leaks_us": [at for at, _ in lane.leaks],
        "leak_channels": [channel for _, channel in lane.leaks],
        "blocked_us": list(lane.blocked_us),
    }


def _lane(row: dict[str, Any]) -> Lane:
    return Lane(
        **{name: row[name] for name in _PLAIN},
        needs=_pairs(row["needed_from_us"], row["needed_to_us"]),
        leaks=_pairs(row["leaks_us"], row["leak_channels"]),
        blocked_us=tuple(row["blocked_us"]),
    )


def _pairs(one: Sequence[Any], other: Sequence[Any]) -> tuple[tuple[Any, Any], ...]:
    return tuple(zip(one, other, strict=True))
