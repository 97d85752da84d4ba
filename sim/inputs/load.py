"""A scenario file → a checked `Scenario`, with where each of its values comes from.

Every problem is one line, `file:line:column: what is wrong and what is allowed`; the first is raised.
"""

from __future__ import annotations

import gc
import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sim.inputs import channels, presets, references, size
from sim.inputs.bundled import bundled_names, bundled_path, shown
from sim.inputs.evidence import DATA
from sim.inputs.files import LARGEST, Source, read_source, shown_name
from sim.inputs.merge import below, merge
from sim.inputs.messages import instead, schema_problem
from sim.inputs.policies import check as policies
from sim.inputs.policies.files import with_bundled, with_texts
from sim.inputs.resolve import Input, Resolver
from sim.inputs.schema import Scenario
from sim.inputs.shapes import Shape, allowed_keys, shape
from sim.inputs.tree import Group, Place, Problems, Scalar, Tree, find, nothing, plain
from sim.inputs.yaml_tree import MOST_VALUES, Room, Watch, parse, unwatched

M = TypeVar("M", bound=BaseModel)
LONGEST_CHAIN = 10
MOST_PROBLEMS = 100_000
"""Problems that are told apart to find the first; where there are more, it is looked for in a part of the data."""
MOST_KEYS = 100
"""More than a group of fixed keys has."""


@dataclass(frozen=True)
class Loaded:
    """A scenario that was read and checked.

    Attributes:
        name: file name without its ending, or the name of a bundled scenario.
        scenario: what the file says.
        inputs: every value written in the file, in what it extends and in the presets it uses.
        texts: (file as shown, text), the scenario first, then what it extends, then files of policies.
        others: all else that is written: names, texts, edges of the estate, settings of a run, budgets.
    """

    name: str
    scenario: Scenario
    inputs: tuple[Input, ...]
    texts: tuple[tuple[str, str], ...]
    others: tuple[Input, ...] = ()

    @property
    def hash(self) -> str:
        """SHA-256 of what the scenario says, defaults and presets included, whatever its formatting.

        The order of names counts (the first strategy is the baseline), the order of fixed keys does not. Budgets are no
        part of it: nothing is simulated from them.
        """
        data = self.scenario.model_dump(mode="python", by_alias=True, exclude={"budgets"})
        return hashlib.sha256(json.dumps(data, allow_nan=False, separators=(",", ":")).encode()).hexdigest()


def load(what: str | Path, watch: Watch = unwatched) -> Loaded:
    """Read a scenario file, or a bundled scenario by its name.

    Args:
        what: a path, or a name such as `quickstart` or `oracles/ephemeral-100-agents`.
        watch: is told how many characters are read, of how many; all of them when only the checks are left.

    Raises:
        ScenarioError: at the first problem.
    """
    with _no_collections():
        return _loaded(what, watch)


@contextmanager
def _no_collections() -> Iterator[None]:
    """Look for no cyclic garbage: a tree of millions makes none, and looking took half of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _loaded(what: str | Path, watch: Watch) -> Loaded:
    name, source = opened(what, SCENARIOS)
    reading = Reading(watch)
    return checked(name, reading.with_bases(source), reading)


def checked(name: str, tree: Group, reading: Reading) -> Loaded:
    """A scenario as a tree, with all that it extends laid under it, once everything about it is checked.

    Args:
        reading: what the tree was read with.

    Raises:
        ScenarioError: at the first problem.
    """
    problems = Problems(tuple(each.shown for each in reading.sources))
    tree = channels.with_channels(presets.with_presets(tree, problems), problems)
    folders = {each.shown: each.path.parent for each in reading.sources}
    folders |= dict.fromkeys((presets.SHOWN, channels.SHOWN), DATA)
    resolver = Resolver(problems, folders)
    resolved = resolver.resolve(tree, shape(Scenario))
    problems.raise_first()
    resolved, cedar = with_texts(with_bundled(resolved), folders, problems)
    problems.raise_first()
    scenario = validated(Scenario, resolved, problems, MOST_VALUES - reading.room.values)
    references.check(scenario, resolved, problems)
    problems.raise_first()
    size.check(scenario, resolved, problems)
    problems.raise_first()
    policies.check(scenario, resolved, cedar, problems)
    problems.raise_first()
    texts = dict.fromkeys((each.shown, each.text) for each in (*reading.sources, *cedar.values()))
    return Loaded(name, scenario, tuple(resolver.inputs), tuple(texts), tuple(resolver.others))


@dataclass(frozen=True)
class Kind:
    """What a file can be of: its name in messages, and those that come with the project.

    Attributes:
        path: of a bundled one, by its name.
        shown: how the file of a bundled one is called in messages.
    """

    one: str
    names: Callable[[], Collection[str]]
    path: Callable[[str], Path | None]
    shown: Callable[[str], str]


SCENARIOS = Kind("scenario", bundled_names, bundled_path, shown)


def opened(what: str | Path, kind: Kind) -> tuple[str, Source]:
    """The name of a file, or of a bundled one, and its text.

    Raises:
        ScenarioError: there is none, or it cannot be read.
    """
    path, text = Path(what), str(what)
    inside = kind.path(text) if isinstance(what, str) and not _exists(path) else None
    if inside is not None:
        return text.removesuffix(".yaml"), read_source(inside, kind.shown(text))
    named = shown_name(path)
    if "/" not in text and "." not in text and not _exists(path) and not _is_folder(path):
        guess = instead(text, kind.names(), f"bundled {kind.one}s")
        raise Place(named, 0, 0).error(f"there is no such file, nor a bundled {kind.one} of that name; {guess}")
    stem = re.sub(r"[^A-Za-z0-9_.-]+", "-", path.stem).strip("-.") or kind.one
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
class Reading:
    """The files read so far, the scenario itself first."""

    watch: Watch
    sources: list[Source] = field(default_factory=list)
    room: Room = field(default_factory=Room)

    def with_bases(self, source: Source) -> Group:
        """A file's tree over the trees of all that it extends."""
        self.sources.append(source)
        return self.over_bases(source, parse(source, self.watch, self.room))

    def over_bases(self, source: Source, tree: Group) -> Group:
        """A tree that stands in a file, over the trees of all that it extends."""
        extends = tree.get("extends")
        own = tree.without("extends")
        if extends is None or nothing(extends):
            return own
        base = self._base(source, extends)
        self._refuse_circles(base, extends.place)
        if sum(len(each.text) for each in (*self.sources, base)) > LARGEST:
            raise extends.place.error(f"extends: the files of a chain hold at most {LARGEST >> 20} MiB together")
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


def validated(model: type[M], tree: Tree, problems: Problems, values: int) -> M:
    """What a tree says, once it has the form that a model asks for.

    Args:
        values: how many there are in the tree, at most.

    Raises:
        ScenarioError: at the first problem.
    """
    data = plain(tree)
    try:
        if values > MOST_PROBLEMS:  # each value may be wrong, and each problem takes a kilobyte
            model.model_validate(_beginning(data, MOST_KEYS))
        return model.model_validate(data)
    except ValidationError as error:
        for each in _few(model, error, data).errors(include_url=False, include_input=False):
            _add_schema_problem(model, dict(each), tree, problems)
        problems.raise_first()
        raise


def _few(model: type[BaseModel], error: ValidationError, data: object) -> ValidationError:
    """The same error, or, where there are so many that telling them apart takes gigabytes, that of a first part."""
    most = MOST_KEYS
    while error.error_count() > MOST_PROBLEMS and most < MOST_VALUES:
        try:
            model.model_validate(_beginning(data, most))
            most *= 10
        except ValidationError as first:
            return first
    return error


def _beginning(data: object, most: int) -> object:
    """Data with so many entries of each mapping and list; groups of fixed keys have fewer."""
    if isinstance(data, dict):
        return {key: _beginning(value, most) for key, value in islice(data.items(), most)}
    return [_beginning(each, most) for each in data[:most]] if isinstance(data, list) else data


def _add_schema_problem(model: type[BaseModel], error: dict[str, Any], tree: Tree, problems: Problems) -> None:
    path: Sequence[str | int] = error["loc"]
    if path and path[-1] == "[key]":
        problems.add(find(tree, *path[:-1]).place, partial(schema_problem, error, (), None))
        return
    if error["type"] == "extra_forbidden":  # told before what a misspelt key leaves missing
        place = find(tree, *path).place
        problems.add(place, lambda: schema_problem(error, _keys_at(model, path[:-1]), None), rank=0)
        return
    found = find(tree, *path).tree
    given = found.value if isinstance(found, Scalar) else None
    if error["type"] == "missing" and nothing(found):
        problems.add(found.place, f"the key '{path[-1]}' has no value")
        return
    problems.add(found.place, lambda: schema_problem(error, _keys_at(model, path), given))


def _keys_at(model: type[BaseModel], path: Sequence[str | int]) -> tuple[str, ...]:
    """The keys allowed in the group at a path."""
    at: Shape | None = shape(model)
    for part in path:
        at = below(at, part) if at else None
    return allowed_keys(at.model) if at and at.model else ()


__all__ = ["Input", "Loaded", "load"]
