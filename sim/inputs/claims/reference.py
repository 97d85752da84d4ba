"""The keys of a claim file, as tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from sim.inputs.claims.schema import Arm, Claim, Elsewhere, Experiment, Off, Step, Sweep
from sim.inputs.reference import default, kind
from sim.inputs.shapes import Shape, about, fields, shape

SECTIONS: dict[type[BaseModel], str] = {
    Claim: "the claim",
    Experiment: "experiment",
    Arm: "arm",
    Elsewhere: "elsewhere",
    Sweep: "sweep",
    Off: "off",
}
"""Groups of keys in reading order, with their headings."""


def keys() -> str:
    """A table for each group of keys."""
    return "\n\n".join("\n".join(_section(model, title)) for model, title in SECTIONS.items())


def _section(model: type[BaseModel], title: str) -> Iterator[str]:
    heading = title if model is Claim else f"`{title}`"
    yield from (
        f"### Keys of {heading}",
        "",
        about(model),
        "",
        "| key | what it is | allowed | default |",
        "|---|---|---|---|",
    )
    infos = {info.alias or name: info for name, info in model.model_fields.items()}
    for key, at in fields(model).items():
        yield f"| `{key}` | {infos[key].description} | {_kind(at)} | {default(infos[key], at)} |"


def _kind(at: Shape) -> str:
    if at.model in SECTIONS:
        title = SECTIONS[at.model]
        return f"keys as in [{title}](#keys-of-{title})"
    if at.kind == "named":
        return _changes(at) or f"name → {_changes(shape(at.inner))}"
    if at.kind == "list" and _bare(at.inner) is Step:
        return "list of durations, rates or numbers"
    return kind(at)


def _changes(at: Shape) -> str:
    return "keys of a [scenario](scenario.md)" if at.inner is Any else ""


def _bare(leaf: Any) -> Any:
    return leaf.__origin__ if hasattr(leaf, "__metadata__") else leaf
