"""Which identifiers of published frameworks the mechanisms and metrics of the simulator say something about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from sim.core.errors import ScenarioError
from sim.inputs.distributions import Model
from sim.inputs.evidence import DATA
from sim.inputs.files import Source, read_source
from sim.inputs.messages import instead, schema_problem, shown_key
from sim.inputs.names import Name, Text
from sim.inputs.quantities import wrong
from sim.inputs.shapes import allowed_keys
from sim.inputs.tree import Group, Items, Place, find, plain
from sim.inputs.yaml_tree import parse

SHOWN = "sim/data/standards.yaml"


class Framework(Model):
    """A published framework and those of its identifiers that are looked at."""

    title: Text = Field(min_length=1)
    short: Text = Field(min_length=1, description="as tables call it")
    edition: Text = Field(min_length=1)
    address: str = Field(pattern=r"^https://\S+$", description="where it can be read")
    read: Text = Field(min_length=1, description="what was read for its identifiers")
    titles: Literal["published", "ours"] = Field(default="published", description="whose words the titles are")
    identifiers: dict[str, Text] = Field(min_length=1, description="identifier → title")


class Evidencing(Model):
    """What says something about identifiers."""

    ids: list[str] = Field(min_length=1, description="identifiers that it evidences")
    why: Text = Field(min_length=1, description="one sentence")


class Mechanism(Evidencing):
    """Something a scenario can switch on."""

    title: Text = Field(min_length=1)
    keys: list[str] = Field(default=[], description="where a scenario file says it")
    planned: bool = Field(default=False, description="not modelled yet")

    @model_validator(mode="after")
    def _written_somewhere(self) -> Self:
        if self.planned == bool(self.keys):
            raise wrong("a mechanism has keys in a scenario, or is planned")
        return self


class Measure(Evidencing):
    """A metric of the catalogue, and others that tell the same."""

    also: list[str] = Field(default=[], description="further keys of the catalogue")
    measures: list[str] = Field(default=[], description="mechanisms of which one must be exercised; none: no matter")


class Standards(Model):
    """The whole file."""

    frameworks: dict[Name, Framework] = Field(min_length=1)
    mechanisms: dict[Name, Mechanism] = Field(min_length=1)
    metrics: dict[str, Measure] = Field(default={})
    no_identifier: list[str] = Field(default=[], description="metrics that evidence no identifier listed here")
    outside: dict[str, Text] = Field(default={}, description="identifier → why nothing is said about it")

    @cached_property
    def framework_of(self) -> Mapping[str, Framework]:
        """Identifier → its framework, in reading order."""
        return {each: framework for framework in self.frameworks.values() for each in framework.identifiers}

    @cached_property
    def modelled(self) -> Mapping[str, Mechanism]:
        """The mechanisms that a scenario can switch on today."""
        return {key: each for key, each in self.mechanisms.items() if not each.planned}

    @property
    def entries(self) -> Iterator[tuple[str, str, Evidencing]]:
        """Group, key and entry of all that evidences something."""
        yield from (("mechanisms", key, each) for key, each in self.mechanisms.items())
        yield from (("metrics", key, each) for key, each in self.metrics.items())

    def title(self, identifier: str) -> str:
        """What a framework calls an identifier."""
        return self.framework_of[identifier].identifiers[identifier]


@cache
def standards() -> Standards:
    """What `sim/data/standards.yaml` says.

    Raises:
        ScenarioError: if the file is broken.
    """
    return read_standards(read_source(DATA / "standards.yaml", SHOWN))


def read_standards(source: Source) -> Standards:
    """The standards of a text.

    Raises:
        ScenarioError: at the first thing that is not as it should be.
    """
    tree = parse(source)
    try:
        found = Standards.model_validate(plain(tree))
    except ValidationError as error:
        raise _broken(error, tree) from None
    for problem in _problems(found, tree):
        raise problem
    return found


_GROUPS: Mapping[object, type[Model]] = {"frameworks": Framework, "mechanisms": Mechanism, "metrics": Measure}


def _broken(error: ValidationError, tree: Group) -> ScenarioError:
    first = error.errors()[0]
    path = [part for part in first["loc"] if part != "[key]"]
    model = _GROUPS.get(path[0], Standards) if len(path) > 1 else Standards
    return find(tree, *path).tree.place.error(schema_problem(first, allowed_keys(model), None))


def _problems(found: Standards, tree: Group) -> Iterator[ScenarioError]:
    """What refers to nothing, stands twice, or is mapped by nothing."""
    yield from _of_frameworks(found, tree)
    known = found.framework_of
    for group, key, entry in found.entries:
        yield from _of_list(entry.ids, known, "identifier", tree, group, key, "ids")
    for key, measure in found.metrics.items():
        yield from _of_list(measure.measures, found.modelled, "mechanism", tree, "metrics", key, "measures")
    yield from _of_metrics(found, tree)
    for identifier in found.outside:
        if identifier not in known:
            yield find(tree, "outside", identifier).place.error(_unknown("identifier", identifier, [*known]))
    yield from _of_mapping(found, tree)


def _of_frameworks(found: Standards, tree: Group) -> Iterator[ScenarioError]:
    seen: dict[str, str] = {}
    for name, framework in found.frameworks.items():
        for identifier in framework.identifiers:
            if seen.setdefault(identifier, name) != name:
                place = find(tree, "frameworks", name, "identifiers", identifier).place
                yield place.error(f"{shown_key(identifier)} is an identifier of {seen[identifier]} as well")


def _of_list(
    names: Sequence[str], known: Mapping[str, object], what: str, tree: Group, *path: str
) -> Iterator[ScenarioError]:
    for number, name in enumerate(names):
        place = _item(tree, number, *path)
        if name not in known:
            yield place.error(_unknown(what, name, [*known]))
        if name in names[:number]:
            yield place.error(f"{shown_key(name)} stands here twice")


def _of_metrics(found: Standards, tree: Group) -> Iterator[ScenarioError]:
    """Metrics that stand at two places."""
    seen = set(found.metrics)
    lists = [(measure.also, ("metrics", key, "also")) for key, measure in found.metrics.items()]
    for names, path in (*lists, (found.no_identifier, ("no-identifier",))):
        for number, name in enumerate(names):
            if name in seen:
                yield _item(tree, number, *path).error(f"the metric {shown_key(name)} has another entry as well")
            seen.add(name)


def _of_mapping(found: Standards, tree: Group) -> Iterator[ScenarioError]:
    mapped = {each for _, _, entry in found.entries for each in entry.ids}
    for name, framework in found.frameworks.items():
        for identifier in framework.identifiers:
            if (identifier in mapped) == (identifier in found.outside):
                both = "evidenced by something, and outside as well"
                problem = both if identifier in mapped else "evidenced by nothing; map it, or say in outside why not"
                place = find(tree, "frameworks", name, "identifiers", identifier).place
                yield place.error(f"{shown_key(identifier)} is {problem}")


def _item(tree: Group, number: int, *path: str) -> Place:
    found = find(tree, *path).tree
    return found.items[number].place if isinstance(found, Items) else found.place


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    return f"there is no {what} {shown_key(name)}; {instead(name, known, what + 's')}"


__all__ = ["Framework", "Measure", "Mechanism", "Standards", "read_standards", "standards"]
