"""What two scenarios say differently: values with their places and sources. Free text is never repeated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from sim.outputs.store import InputRow

RUN = ("format", "seed", "replications", "baseline")
"""Settings of a run; a command can say otherwise, so they are told as the run had them."""
HIDDEN = "text"
"""Stands for free text, which may hold what should not stand in a log or a pull request."""
WORDS = "a source in words"
NO_SOURCE = "no source"

Kind = Literal["changed", "added", "removed"]


@dataclass(frozen=True)
class Value:
    """A value as one side has it.

    Attributes:
        shown: as it is written; `text` for free text.
        place: `file:line:column`; empty for a default.
        source: evidence key, or that it is in words, or that there is none; empty for what is no input.
    """

    shown: str
    place: str
    source: str


@dataclass(frozen=True)
class Change:
    """One value that differs, or a group of keys that only one side has.

    Attributes:
        path: of the value or group.
        values: how many values a group has.
    """

    path: str
    kind: Kind
    before: Value | None
    after: Value | None
    values: int = 1


def changes(before: Mapping[str, InputRow], after: Mapping[str, InputRow]) -> tuple[Change, ...]:
    """In the order of the paths of `after`, then what only `before` has."""
    return (*_within(before, after), *_gone(before, after))


def _within(before: Mapping[str, InputRow], after: Mapping[str, InputRow]) -> Iterator[Change]:
    fresh = dict(_grouped(after, before))
    for path, row in after.items():
        if path in fresh and path not in RUN:
            top, many = fresh[path]
            yield Change(top, "added", None, _value(row), many)
        elif path in before and path not in RUN and _differs(before[path], row):
            yield Change(path, "changed", _value(before[path]), _value(row))


def _gone(before: Mapping[str, InputRow], after: Mapping[str, InputRow]) -> Iterator[Change]:
    for path, (top, many) in _grouped(before, after).items():
        if path not in RUN:
            yield Change(top, "removed", _value(before[path]), None, many)


def _differs(one: InputRow, other: InputRow) -> bool:
    """A default that is written out is none; a source where neither side has an input is none either."""
    sourced = one["kind"] == other["kind"] == "input" and one["source"] != other["source"]
    return one["value"] != other["value"] or sourced


def _grouped(ours: Mapping[str, InputRow], theirs: Mapping[str, InputRow]) -> dict[str, tuple[str, int]]:
    """First path of each group of keys that they lack → what to call the group, and how many values it has."""
    known = {prefix for path in theirs for prefix in _prefixes(path)}
    groups: dict[str, list[str]] = {}
    for path in ours:
        if path not in theirs:
            top = next((prefix for prefix in _prefixes(path) if prefix not in known), path)
            groups.setdefault(top, []).append(path)
    return {paths[0]: (top if len(paths) > 1 else paths[0], len(paths)) for top, paths in groups.items()}


def _prefixes(path: str) -> Iterator[str]:
    """`a`, `a.b`, `a.b.c` of `a.b.c`."""
    parts = path.split(".")
    return (".".join(parts[: length + 1]) for length in range(len(parts)))


def _value(row: InputRow) -> Value:
    place = f"{row['file']}:{row['line']}:{row['column']}" if row["line"] else ""
    source = ""
    if row["kind"] == "input":
        source = NO_SOURCE if row["source"] is None else row["source"] if row["evidence"] else WORDS
    return Value(HIDDEN if row["text"] else row["value"], place, source)


__all__ = ["Change", "Value", "changes"]
