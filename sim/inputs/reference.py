"""docs/scenario.md, written from the schema: `python -m sim.inputs.reference`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.core.units import DURATIONS
from sim.inputs import reference_text as words
from sim.inputs.budgets import Limit, Metric
from sim.inputs.channels import channels
from sim.inputs.distributions import Distribution
from sim.inputs.evidence import catalogue
from sim.inputs.names import Name, Text
from sim.inputs.presets import presets
from sim.inputs.quantities import NAMES, Number
from sim.inputs.schema import Scenario
from sim.inputs.shapes import Shape, about, fields, shape
from sim.inputs.shown import compact
from sim.inputs.tree import Group, Scalar, Tree

PAGE = Path(__file__).parents[2] / "docs" / "scenario.md"


def scenario_reference() -> str:
    """The reference of the scenario file, in Markdown."""
    parts = [words.TOP, *_sections(), words.UNITS, _distributions(), words.SOURCES, words.EXTENDS, words.STRATEGIES]
    parts += [_presets(), _channels(), words.POLICIES, words.BUDGETS, words.EDITOR]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def main() -> None:
    """Write docs/scenario.md."""
    PAGE.write_text(scenario_reference(), encoding="utf-8")


def _sections() -> Iterator[str]:
    """A table for each group of keys, each where it is first met."""
    for model, path in sections().items():
        yield _section(path, model)


@cache
def sections() -> dict[type[BaseModel], str]:
    """Group of keys → the path where it is first met, in reading order."""
    found: dict[type[BaseModel], str] = {}
    queue: list[tuple[str, type[BaseModel]]] = [("", Scenario)]
    while queue:
        path, model = queue.pop(0)
        if model not in found:
            found[model] = path
            below = ((f"{path}.{key}" if path else key, inner) for key, inner in fields(model).items())
            queue = [group for each in below for group in _groups(*each)] + queue
    return found


def _groups(path: str, at: Shape) -> Iterator[tuple[str, type[BaseModel]]]:
    if at.kind == "group" and at.model is not None:
        yield path, at.model
    elif at.kind == "named":
        yield from _groups(f"{path}.NAME", shape(at.inner))


def _section(path: str, model: type[BaseModel]) -> str:
    title = f"## `{path}`" if path else "## The file"
    shapes = fields(model)
    infos = {info.alias or name: info for name, info in model.model_fields.items()}
    rows = [
        f"| `{key}` | {infos[key].description} | {kind(at)} | {default(infos[key], at)} |" for key, at in shapes.items()
    ]
    return "\n".join([title, "", about(model), "", *_table("key", "what it is", "allowed", "default"), *rows])


def _table(*columns: str) -> list[str]:
    return [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]


def kind(at: Shape) -> str:
    """What may stand at a place, in words."""
    if at.kind == "distribution" and at.model is not None:
        plain = next(words.PLURALS[name] for known, name in NAMES if known == fields(at.model)["constant"].leaf)
        return f"[distribution](#distributions) of {plain}"
    if at.kind == "group" and at.model is not None:
        path = sections()[at.model]
        return f"keys as in [{path.removesuffix('.NAME').split('.')[-1]}](#{path.lower().replace('.', '')})"
    if at.kind == "list":
        return f"list of {kind(shape(at.inner))}"
    if at.kind == "named":
        return f"name → {kind(shape(at.inner))}"
    return _leaf(at.leaf) if at.kind == "leaf" else "probability → value"


def _leaf(leaf: Any) -> str:
    bare, limits = leaf, ""
    for each in getattr(leaf, "__metadata__", ()):
        limits += _limit(each)
    while hasattr(bare, "__metadata__"):
        bare = bare.__origin__
    kinds: list[tuple[Any, str]] = [(Metric, "name of a metric"), (Limit, "in the [metric's unit](#budgets)")]
    kinds += [(Name, "name"), (Text, "text")]
    kinds += [(quantity, words.KINDS[name]) for quantity, name in NAMES]
    for known, said in kinds:
        if known.__metadata__[0] in getattr(leaf, "__metadata__", ()):
            return said + limits
    if get_origin(bare) is Literal:
        return ", ".join(f"`{word}`" for word in get_args(bare))
    return {bool: "`true`, `false`", int: "whole number"}.get(bare, "text") + limits


def _limit(limit: object) -> str:
    for sign, word in (("ge", "from"), ("gt", "above"), ("le", "to"), ("lt", "below")):
        if isinstance(limit, annotated_types.BaseMetadata) and hasattr(limit, sign):
            return f", {word} {getattr(limit, sign)}"
    return ""


def default(info: FieldInfo, at: Shape) -> str:
    """A key's default, in Markdown."""
    if info.is_required():
        return "required"
    value = info.default
    if value is None or value in ("", {}):
        return "none"
    if isinstance(value, BaseModel) and not isinstance(value, Distribution):
        return "its defaults"
    return "none" if value == [] else f"`{written(value, at)}`"


def written(value: Any, at: Shape) -> str:
    """A default as it would be written: `0s`, `[standing, leased]`, `false`, `0.5`."""
    if isinstance(value, Distribution):
        return duration(value.constant or 0)
    if isinstance(value, list):
        return f"[{', '.join(value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    if "duration" in kind(at):
        return duration(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def duration(ticks: int) -> str:
    """Ticks in the largest unit that divides them: 3_600_000_000 → `1h`."""
    units = sorted(DURATIONS.items(), key=lambda item: -item[1])
    return next((f"{ticks // size}{unit}" for unit, size in units if ticks and ticks % size == 0), "0s")


def _distributions() -> str:
    families = [key for key in fields(Distribution[Number]) if key in words.EXAMPLES]
    rows = [f"| `{key}` | {words.FAMILIES[key]} | `{words.EXAMPLES[key]}` |" for key in families]
    return "\n".join([words.DISTRIBUTIONS.strip(), "", *_table("family", "says", "example"), *rows])


def _presets() -> str:
    knobs = {name: {path: shown for path, shown, _ in _knobs(tree, "")} for name, tree in presets().items()}
    rows = [
        f"| `{key}` | {' | '.join(each.get(key, '–') for each in knobs.values())} |"
        for key in _keys(knobs, "strategies")
    ]
    head = _table("knob", *(f"`{name}`" for name in knobs))
    return "\n".join([words.PRESETS.strip(), "", *_titles(knobs), "", *head, *rows])


def _channels() -> str:
    """The channels with the source below each value that has one."""
    cells = {name: {path: _sourced(*of) for path, *of in _knobs(tree, "")} for name, tree in channels().items()}
    keys = _keys(cells, "leaks")
    rows = [f"| `{name}` | {' | '.join(each.get(key, '–') for key in keys)} |" for name, each in cells.items()]
    head = _table("channel", *(f"`{key}`" for key in keys))
    return "\n".join([words.CHANNELS.strip(), "", *_titles(cells), "", *head, *rows])


def _sourced(shown: str, source: str) -> str:
    return f"{shown}<br>{source}" if source else shown


def _titles(written: Mapping[str, Mapping[str, str]]) -> list[str]:
    return [f"- `{name}`: {each.get('title', '')}" for name, each in written.items()]


def _keys(written: Mapping[str, Mapping[str, str]], section: str) -> list[str]:
    """Every key that one of them has but its title, in the order of the schema."""
    order = {path: number for number, path in enumerate(_paths(shape(Scenario), ""))}
    keys = dict.fromkeys(key for each in written.values() for key in each if key != "title")
    return sorted(keys, key=lambda key: order.get(f"{section}.NAME.{key}", len(order)))


def _paths(at: Shape, path: str) -> Iterator[str]:
    """Every path of the schema in reading order, down to the distributions."""
    yield path
    if at.kind == "group" and at.model is not None:
        for key, inner in fields(at.model).items():
            yield from _paths(inner, f"{path}.{key}" if path else key)
    elif at.kind == "named":
        yield from _paths(shape(at.inner), f"{path}.NAME")


def _knobs(tree: Tree, path: str, source: str = "") -> Iterator[tuple[str, str, str]]:
    """Each knob with its value and its source, empty if it has none."""
    named = tree.get("evidence") if isinstance(tree, Group) else None
    if isinstance(tree, Group) and isinstance(named, Scalar):
        source = str(named.value)
        tree = catalogue()[source].use or tree
    if isinstance(tree, Group) and "value" in tree.entries:
        cited = tree.get("source")
        source = str(cited.value) if isinstance(cited, Scalar) else source
        tree = tree.entries["value"].tree
    if isinstance(tree, Group) and not set(words.FAMILIES) & {str(key) for key in tree.entries}:
        for key, entry in tree.entries.items():
            yield from _knobs(entry.tree, f"{path}.{key}" if path else str(key), source)
    else:
        yield path, compact(tree), source


if __name__ == "__main__":
    main()
