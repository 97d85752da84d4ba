"""What may stand at each place of a scenario, read off the pydantic schema."""

from __future__ import annotations

import types
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from sim.inputs import names
from sim.inputs.budgets import Budget, metric
from sim.inputs.distributions import Distribution, Part
from sim.inputs.estate import Estate, Level, Population, Profile, Resource, Role, Secret, TaskKind, Tool
from sim.inputs.objectives import ObjectiveChange
from sim.inputs.policies.section import PolicySet
from sim.inputs.schema import Approvers, Attacker, Channel, Defender, Issuer, Scenario
from sim.inputs.strategy import Knobs, Strategy

SECTIONS: tuple[type[BaseModel], ...] = (
    Scenario,
    Estate,
    Resource,
    Secret,
    Role,
    Tool,
    Profile,
    TaskKind,
    Population,
    ObjectiveChange,
    Channel,
    Attacker,
    Defender,
    Issuer,
    Approvers,
    PolicySet,
    Strategy,
    Knobs,
    Budget,
)
"""Groups that have no source of their own; everything within them may have one."""

EXTRA_KEYS: dict[type[BaseModel], tuple[str, ...]] = {
    Scenario: ("extends",),
    Channel: ("preset",),
    Strategy: ("preset",),
    Knobs: ("preset",),
}
"""Keys that the loader deals with before the schema sees the data."""

Kind = Literal["group", "distribution", "named", "quantiles", "list", "leaf"]


@dataclass(frozen=True)
class Shape:
    """What may stand at a place.

    Attributes:
        kind: a group of fixed keys, a distribution, names → values, probabilities → values, a list, one value.
        model: of a group or distribution.
        inner: type of the values of a mapping or list.
        leaf: type of one value, with its validators.
    """

    kind: Kind
    model: type[BaseModel] | None = None
    inner: Any = None
    leaf: Any = None

    @property
    def section(self) -> bool:
        """Whether this is a group that cannot be written as {value, source}."""
        return self.model in SECTIONS

    @cached_property
    def within(self) -> Shape:
        """What may stand under each name of a mapping, or in a list."""
        return shape(self.inner)

    @cached_property
    def says_something(self) -> bool:
        """Whether one value is an input of the model, rather than a name, a text or an edge of the estate."""
        return says_something(self.leaf)

    @cached_property
    def free_text(self) -> bool:
        """Whether one value is text of a person's own, rather than a name, a word out of several or a quantity."""
        return _bare(self.leaf)[0] is str and not {names.name, metric} & {*_checks(self.leaf)}


def shape(annotation: Any) -> Shape:
    """The shape a type stands for; `| None` adds nothing to what may be written."""
    bare, full = _bare(annotation)
    origin = get_origin(bare)
    if origin is dict:
        key, value = get_args(bare)
        return Shape("quantiles" if key is float else "named", inner=value)
    if origin is list:
        return Shape("list", inner=get_args(bare)[0])
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return Shape("distribution" if issubclass(bare, Distribution) else "group", model=bare)
    return Shape("leaf", leaf=full)


def _bare(annotation: Any) -> tuple[Any, Any]:
    """The type without Annotated and None, and the type without None only."""
    if get_origin(annotation) in (Union, types.UnionType):
        options = [option for option in get_args(annotation) if option is not type(None)]
        return _bare(options[0])
    if get_origin(annotation) is Annotated:
        inner = get_args(annotation)[0]
        bare, full = _bare(inner)
        return bare, annotation if full is inner else full
    return annotation, annotation


@cache
def fields(model: type[BaseModel]) -> dict[str, Shape]:
    """Key as written → what may stand there, in reading order."""
    return {info.alias or name: shape(_annotation(model, name, info)) for name, info in model.model_fields.items()}


def _annotation(model: type[BaseModel], name: str, info: FieldInfo) -> Any:
    """A field's type with its validators and limits."""
    if issubclass(model, Part) and name == "of":  # the parts of a mixture are distributions of the same
        return Distribution[model.__pydantic_generic_metadata__["args"][0]]  # type: ignore[misc]
    annotation: Any = info.annotation
    for each in info.metadata:
        annotation = Annotated[annotation, each]
    return annotation


def about(model: type[BaseModel]) -> str:
    """What a group of keys is, in one paragraph; `ChanceOfDuration` is what `Chance` is."""
    origin = model.__pydantic_generic_metadata__["origin"] or model
    return " ".join((origin.__doc__ or "").split())


def allowed_keys(model: type[BaseModel]) -> tuple[str, ...]:
    """Every key that may be written in a group, in reading order."""
    return (*EXTRA_KEYS.get(model, ()), *fields(model))


def says_something(leaf: Any) -> bool:
    """Whether a value is an input of the model, rather than a name, a text or an edge of the estate."""
    checks = _checks(leaf)
    return names.name not in checks and names.text not in checks and leaf != Level


def _checks(leaf: Any) -> list[Any]:
    return [each.func for each in getattr(leaf, "__metadata__", ()) if isinstance(each, BeforeValidator)]
