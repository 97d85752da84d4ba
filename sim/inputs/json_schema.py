"""JSON Schema of scenario files, for completion and checks while typing; the loader has the last word.

It follows the pydantic schema, and adds what the loader takes off before pydantic sees the data: `{value, source}`,
`{evidence}`, `extends`, `preset`, and null for a key that is taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import annotated_types
from pydantic import BaseModel, TypeAdapter

from sim.inputs.channels import channels
from sim.inputs.distributions import COUNTS_ONLY, Distribution, kebab
from sim.inputs.evidence import catalogue
from sim.inputs.presets import presets
from sim.inputs.quantities import NAMES
from sim.inputs.schema import Channel, Scenario
from sim.inputs.shapes import Shape, about, fields, shape
from sim.inputs.strategy import Knobs, Strategy

Json = dict[str, Any]
_NAME = {"pattern": r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$"}
_PROBABILITY_KEY = r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"
_COUNTS = tuple(kebab(family) for family in COUNTS_ONLY)
_FROM_PRESETS: dict[type[BaseModel], Callable[[], Collection[str]]] = {
    Strategy: presets,
    Knobs: presets,
    Channel: channels,
}
"""Groups of keys that can start from a preset, and which presets there are for them."""
_LIMITS = (("ge", "minimum"), ("gt", "exclusiveMinimum"), ("le", "maximum"), ("lt", "exclusiveMaximum"))


def json_schema() -> Json:
    """The schema, in draft 7, which editors know best.

    A scenario that extends another need not have the keys that the other has; no other scenario may leave them out.
    """
    writer = _Writer()
    whole, changes = writer.group(Scenario, loose=False), writer.group(Scenario, loose=True)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Afterleak scenario",
        "type": "object",
        "if": {"required": ["extends"]},
        "then": changes,
        "else": whole,
        "$defs": dict(sorted(writer.defs.items())),
    }


class _Writer:
    """Collects definitions on the way down the schema."""

    def __init__(self) -> None:
        self.defs: Json = {
            "Source": {"type": "string", "minLength": 1, "description": "key of an evidence row, or free text"},
            "Evidence": {
                "type": "object",
                "properties": {"evidence": {"enum": [key for key, row in catalogue().items() if row.use is not None]}},
                "required": ["evidence"],
                "additionalProperties": False,
                "description": "the ready-made value of an evidence row",
            },
        }

    def group(self, model: type[BaseModel], loose: bool) -> Json:
        """A reference to the definition of a group of keys; loose: none is required, and each may be null."""
        name = model.__name__ + ("Changes" if loose else "")
        if name not in self.defs:
            self.defs[name] = {}  # a mixture refers to itself
            self.defs[name] = self._keys(model, loose)
        return {"$ref": f"#/$defs/{name}"}

    def _keys(self, model: type[BaseModel], loose: bool) -> Json:
        infos = {info.alias or name: info for name, info in model.model_fields.items()}
        properties: Json = {}
        for key, inner in fields(model).items():
            if issubclass(model, Distribution) and not model.counts() and key in _COUNTS:
                continue
            options = self.options(inner, loose or model in _FROM_PRESETS)
            if loose or not infos[key].is_required():
                options = [*options, {"type": "null"}]
            how = "anyOf" if len(options) > 1 else "allOf"  # beside $ref itself a description would not count
            properties[key] = {how: options, "description": infos[key].description or ""}
        properties |= _extra(model)
        required = [] if loose else [key for key, info in infos.items() if info.is_required()]
        group: Json = {"type": "object", "properties": properties, "additionalProperties": False}
        group["description"] = about(model)
        return group | ({"required": required} if required else {})

    def options(self, at: Shape, loose: bool) -> list[Json]:
        """What may stand at a place, with and without a source."""
        bare = self.bare(at, loose)
        if at.section or (at.kind == "named" and shape(at.inner).section):
            return bare
        wrapper: Json = {
            "type": "object",
            "properties": {"value": _either(bare), "source": {"$ref": "#/$defs/Source"}},
            "required": ["value", "source"] if at.kind == "named" else ["value"],
            "additionalProperties": False,
        }
        options = [*bare, wrapper] if at.kind == "named" else [*bare, wrapper, {"$ref": "#/$defs/Evidence"}]
        name = _quantity(at)
        if name is None:
            return options
        self.defs.setdefault(name, _either(options))
        return [{"$ref": f"#/$defs/{name}"}]

    def bare(self, at: Shape, loose: bool) -> list[Json]:
        """What may stand at a place."""
        if at.kind == "distribution" and at.model is not None:
            return [*self.options(fields(at.model)["constant"], loose), *self._distribution(at)]
        if at.model is not None:
            return [self.group(at.model, loose or at.model in _FROM_PRESETS)]
        if at.kind == "leaf":
            return [_leaf(at.leaf)]
        inner = _either(self.options(shape(at.inner), loose))
        if at.kind == "list":
            return [{"type": "array", "items": inner}]
        if at.kind == "quantiles":
            return [{"type": "object", "patternProperties": {_PROBABILITY_KEY: inner}, "additionalProperties": False}]
        taken = _either([inner, {"type": "null"}]) if loose else inner
        return [{"type": "object", "propertyNames": _NAME, "additionalProperties": taken}]

    def _distribution(self, at: Shape) -> list[Json]:
        """Distributions are replaced whole, so their parameters are required even in changes."""
        return [self.group(at.model, loose=False)] if at.model else []


def _extra(model: type[BaseModel]) -> Json:
    if model is Scenario:
        return {"extends": {"type": "string", "description": "a scenario to start from: a file, or a bundled name"}}
    if model in _FROM_PRESETS:
        return {"preset": {"enum": list(_FROM_PRESETS[model]()), "description": "what to start from"}}
    return {}


def _either(options: list[Json]) -> Json:
    return options[0] if len(options) == 1 else {"anyOf": options}


def _quantity(at: Shape) -> str | None:
    """A name for what stands in many places."""
    if at.kind == "distribution" and at.model is not None:
        return f"Any{at.model.__name__}"
    return next((name for known, name in NAMES if at.kind == "leaf" and known == at.leaf), None)


def _leaf(leaf: Any) -> Json:
    """One value; limits that stand beside a quantity are added to its own."""
    written: Json = TypeAdapter(leaf).json_schema()
    for limit in getattr(leaf, "__metadata__", ()):
        for attribute, keyword in _LIMITS:
            if isinstance(limit, annotated_types.BaseMetadata) and hasattr(limit, attribute):
                written[keyword] = getattr(limit, attribute)
    return written
