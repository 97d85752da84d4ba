"""A file as plain data that remembers where each key and value stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from sim.core.errors import ScenarioError

Plain = str | int | float | bool | None
Key = str | int | float


@dataclass(frozen=True)
class Place:
    """Where something is written: 1-based line and column; 0 and 0 mean the file as a whole."""

    file: str
    line: int
    column: int

    def error(self, problem: str) -> ScenarioError:
        """An error at this place."""
        return ScenarioError(self.file, self.line, self.column, problem)


@dataclass(frozen=True)
class Scalar:
    """One value, and the text it was written as."""

    value: Plain
    place: Place
    written: str


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[Tree, ...]
    place: Place


@dataclass(frozen=True)
class Entry:
    """A value under a key, with the key's place."""

    place: Place
    tree: Tree


@dataclass(frozen=True)
class Group:
    """Keys and values, in the order in which they are written."""

    entries: Mapping[Key, Entry]
    place: Place

    def get(self, key: Key) -> Tree | None:
        """The value under a key, if any."""
        entry = self.entries.get(key)
        return entry.tree if entry else None

    def without(self, *keys: Key) -> Group:
        """The same group less some keys."""
        return replace(self, entries={key: entry for key, entry in self.entries.items() if key not in keys})


Tree = Scalar | Items | Group


@dataclass(frozen=True)
class Problem:
    """Something wrong at a place. Problems of a lower rank are told first, whatever their place."""

    place: Place
    text: str
    rank: int = 1


@dataclass
class Problems:
    """What was found so far."""

    files: tuple[str, ...] = ()
    found: list[Problem] = field(default_factory=list)

    def add(self, place: Place, text: str, rank: int = 1) -> None:
        """Note one."""
        self.found.append(Problem(place, text, rank))

    def raise_first(self) -> None:
        """Raise the first in file order, the scenario itself before what it extends.

        Raises:
            ScenarioError: if anything was found.
        """
        if self.found:
            order = {name: position for position, name in enumerate(self.files)}
            first = min(
                self.found,
                key=lambda p: (p.rank, order.get(p.place.file, len(order)), p.place.line, p.place.column),
            )
            raise first.place.error(first.text)


def plain(tree: Tree) -> object:
    """The bare data; keys without a value (null) are left out."""
    if isinstance(tree, Scalar):
        return tree.value
    if isinstance(tree, Items):
        return [plain(each) for each in tree.items]
    return {key: plain(entry.tree) for key, entry in tree.entries.items() if not nothing(entry.tree)}


def nothing(tree: Tree | None) -> bool:
    """Whether this is null, which is how a key is taken away."""
    return isinstance(tree, Scalar) and tree.value is None


def step(tree: Tree, part: str | int) -> Entry | None:
    """One step down, by key or by position in a list; pydantic shows number keys as text."""
    if isinstance(tree, Items):
        inside = isinstance(part, int) and 0 <= part < len(tree.items)
        return Entry(tree.items[int(part)].place, tree.items[int(part)]) if inside else None
    if isinstance(tree, Group):
        for key, entry in tree.entries.items():
            if key == part or (not isinstance(key, str) and str(key) == str(part)):
                return entry
    return None


def find(tree: Tree, *path: str | int) -> Entry:
    """The deepest thing on the path that is written: where to point when the rest is missing."""
    at = Entry(tree.place, tree)
    for part in path:
        below = step(at.tree, part)
        if below is None:
            break
        at = below
    return at


def walk(tree: Tree) -> Iterator[Tree]:
    """Every node, parents first."""
    yield tree
    below = tree.items if isinstance(tree, Items) else ()
    if isinstance(tree, Group):
        below = tuple(entry.tree for entry in tree.entries.values())
    for each in below:
        yield from walk(each)


def moved(tree: Tree, place: Place) -> Tree:
    """The same data, as if all of it stood at one place: an evidence row used in a scenario."""
    if isinstance(tree, Scalar):
        return replace(tree, place=place)
    if isinstance(tree, Items):
        return Items(tuple(moved(each, place) for each in tree.items), place)
    return Group({k: Entry(place, moved(e.tree, place)) for k, e in tree.entries.items()}, place)
