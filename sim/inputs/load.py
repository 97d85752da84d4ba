"""A scenario file → a checked `Scenario`, with where each of its values comes from.

Every problem is one line, `file:line:column: what is wrong and what is allowed`; the first is raised.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.inputs import references, size
from sim.inputs.bundled import bundled_names, bundled_path, shown
from sim.inputs.evidence import DATA
from sim.inputs.files import Source, read_source, shown_name
from sim.inputs.merge import below, merge
from sim.inputs.messages import instead, schema_problem
from sim.inputs.presets import SHOWN, with_presets
from sim.inputs.resolve import Input, Resolver
from sim.inputs.schema import Scenario
from sim.inputs.shapes import Shape, allowed_keys, shape
from sim.inputs.tree import Group, Place, Problems, Scalar, Tree, find, nothing, plain
from sim.inputs.yaml_tree import parse

LONGEST_CHAIN = 10


@dataclass(frozen=True)
class Loaded:
    """A scenario that was read and checked.

    Attributes:
        name: file name without its ending, or the name of a bundled scenario.
        scenario: what the file says.
        inputs: every value written in the file, in what it extends and in the presets it uses.
        texts: (file as shown, text), the scenario first, then what it extends.
    """

    name: str
    scenario: Scenario
    inputs: tuple[Input, ...]
    texts: tuple[tuple[str, str], ...]

    @property
    def hash(self) -> str:
        """SHA-256 of what the scenario says, defaults and presets included, whatever its formatting.

        The order of names counts (the first strategy is the baseline), the order of fixed keys does not.
        """
        data = self.scenario.model_dump(mode="python", by_alias=True)
        return hashlib.sha256(json.dumps(data, allow_nan=False, separators=(",", ":")).encode()).hexdigest()


def load(what: str | Path) -> Loaded:
    """Read a scenario file, or a bundled scenario by its name.

    Args:
        what: a path, or a name such as `quickstart` or `oracles/ephemeral-100-agents`.

    Raises:
        ScenarioError: at the first problem.
    """
    name, source = _opened(what)
    reading = _Reading()
    tree = reading.with_bases(source)
    problems = Problems(tuple(each.shown for each in reading.sources))
    tree = with_presets(tree, problems)
    folders = {each.shown: each.path.parent for each in reading.sources} | {SHOWN: DATA}
    resolver = Resolver(problems, folders)
    resolved = resolver.resolve(tree, shape(Scenario))
    problems.raise_first()
    scenario = _validated(resolved, problems)
    references.check(scenario, resolved, problems)
    problems.raise_first()
    size.check(scenario, resolved, problems)
    problems.raise_first()
    texts = tuple((each.shown, each.text) for each in reading.sources)
    return Loaded(name, scenario, tuple(resolver.inputs), texts)


def _opened(what: str | Path) -> tuple[str, Source]:
    path, text = Path(what), str(what)
    inside = bundled_path(text) if isinstance(what, str) and not _exists(path) else None
    if inside is not None:
        return text.removesuffix(".yaml"), read_source(inside, shown(text))
    named = shown_name(path)
    if "/" not in text and "." not in text and not _exists(path) and not _is_folder(path):
        names = bundled_names()
        raise Place(named, 0, 0).error(
            f"there is no such file, nor a bundled scenario of that name; {instead(text, names, 'bundled scenarios')}"
        )
    stem = re.sub(r"[^A-Za-z0-9_.-]+", "-", path.stem).strip("-.") or "scenario"
    return stem, read_source(path, named)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # an over-long name is no folder
        return False


def _exists(path: Path) -> bool:
    try:
        return path.exists() and not path.is_dir()
    except (OSError, ValueError):
        return False


@dataclass
class _Reading:
    """The files read so far, the scenario itself first."""

    sources: list[Source] = field(default_factory=list)

    def with_bases(self, source: Source) -> Group:
        """A file's tree over the trees of all that it extends."""
        self.sources.append(source)
        tree = parse(source)
        extends = tree.get("extends")
        own = tree.without("extends")
        if extends is None or nothing(extends):
            return own
        base = self._base(source, extends)
        self._refuse_circles(base, extends.place)
        merged = merge(self.with_bases(base), own, shape(Scenario))
        return merged if isinstance(merged, Group) else own

    def _base(self, source: Source, extends: Tree) -> Source:
        name = extends.value if isinstance(extends, Scalar) else None
        if not isinstance(name, str):
            raise extends.place.error("extends takes a file, relative to this one, or the name of a bundled scenario")
        path = source.path.parent / name
        if _exists(path):
            return read_source(path, shown_name(Path(source.shown).parent / name))
        inside = bundled_path(name)
        if inside is None:
            raise extends.place.error(
                "extends: there is no such file beside this one, nor a bundled scenario of that name; "
                + instead(name, bundled_names(), "bundled scenarios")
            )
        return read_source(inside, shown(name))

    def _refuse_circles(self, base: Source, place: Place) -> None:
        for number, each in enumerate(self.sources):
            if each.path.resolve() == base.path.resolve():
                chain = " → ".join(source.shown for source in (*self.sources[number:], base))
                raise place.error(f"extends goes round in a circle: {chain}")
        if len(self.sources) >= LONGEST_CHAIN:
            raise place.error(f"extends: a chain holds at most {LONGEST_CHAIN} files")


def _validated(tree: Tree, problems: Problems) -> Scenario:
    try:
        return Scenario.model_validate(plain(tree))
    except ValidationError as error:
        for each in error.errors(include_url=False):
            _add_schema_problem(dict(each), tree, problems)
        problems.raise_first()
        raise


def _add_schema_problem(error: dict[str, Any], tree: Tree, problems: Problems) -> None:
    path: Sequence[str | int] = error["loc"]
    if path and path[-1] == "[key]":
        problems.add(find(tree, *path[:-1]).place, schema_problem(error, (), None))
        return
    found = find(tree, *path).tree
    given = found.value if isinstance(found, Scalar) else None
    if error["type"] == "missing" and nothing(found):
        problems.add(found.place, f"the key '{path[-1]}' has no value")
        return
    problems.add(found.place, schema_problem(error, _keys_at(path), given))


def _keys_at(path: Sequence[str | int]) -> tuple[str, ...]:
    """The keys allowed in the group at a path."""
    at: Shape | None = shape(Scenario)
    for part in path:
        at = below(at, part) if at else None
    return allowed_keys(at.model) if at and at.model else ()


__all__ = ["Input", "Loaded", "load"]
