"""What a report says besides numbers, saved beside them: with it a report can be made again from its folder alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any, get_type_hints

from sim.outputs.report import ReportFacts

FORMAT = 1
TABLES = ("comparison", "finding", "leaks", "denials", "budgets")
"""Parts of a report that lie in files of their own."""


def plain(facts: ReportFacts) -> dict[str, Any]:
    """The content of facts.json."""
    found = {name: _plain(getattr(facts, name)) for name in _names()}
    return {"format": FORMAT, "tool": "afterleak", **found}


def parsed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of ReportFacts from the content of facts.json.

    Raises:
        ValueError, KeyError: it is not what `plain` gives.
    """
    from pydantic import TypeAdapter  # by then whatever is slow to load is there

    hints = get_type_hints(ReportFacts)
    return {name: TypeAdapter(hints[name]).validate_python(content[name]) for name in _names()}


def _names() -> tuple[str, ...]:
    return tuple(each.name for each in fields(ReportFacts) if each.name not in TABLES)


def _plain(value: Any) -> Any:
    """Dataclasses as objects, tuples as lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
