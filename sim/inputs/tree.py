"""A file as plain data that remembers where each key and value stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from sim.core.errors import ScenarioError

Plain = str | int | float | bool | None
Key = str | int | float


# Named tuples where an imported estate has millions: they are made three times as fast as frozen dataclasses.
class Place(NamedTuple):
    """Where something is written: 1-based line and column; 0 and 0 mean the file as a whole."""

    file: str
    line: int
    column: int

    def error(self, problem: str) -> ScenarioError:
        """An error at this place."""
        return ScenarioError(self.file, self.line, self.column, problem)


class Scalar(NamedTuple):
    """One value, and the text it was written as."""

    value: Plain
    place: Place
    written: str


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[Tree, ...]
    place: Place


class Entry(NamedTuple):
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

    def named(self, part: str | int) -> Entry | None:
        """The entry under a key, or under a number that is written like this text."""
        found = self.entries.get(part)
        return self._by_text.get(str(part)) if found is None and self._by_text else found

    @cached_property
    def _by_text(self) -> Mapping[str, Entry]:
        """Entries under numbers, by the number's text."""
        return {str(key): entry for key, entry in self.entries.items() if not isinstance(key, str)}

    def without(self, *keys: Key) -> Group:
        """The same group less some keys."""
        return replace(self, entries={key: entry for key, entry in self.entries.items() if key not in keys})


Tree = Scalar | Items | Group


Text = str | Callable[[], str]
"""What is wrong, or what finds the words for it: guessing at a name takes long where there are many."""


@dataclass
class Problems:
    """The first of the problems found so far, in file order, the scenario itself before what it extends."""

    files: tuple[str, ...] = ()
    _first: tuple[tuple[int, ...], Place, Text] | None = None

    def add(self, place: Place, text: Text, rank: int = 1) -> None:
        """Note one. Problems of a lower rank are told first, whatever their place."""
        file = self.files.index(place.file) if place.file in self.files else len(self.files)
        order = (rank, file, place.line, place.column)
        if self._first is None or order < self._first[0]:
            self._first = order, place, text

    @property
    def found(self) -> bool:
        """Whether anything was noted."""
        return self._first is not None

    def raise_first(self) -> None:
        """Raise the first.

        Raises:
            ScenarioError: if anything was found.
        """
        if self._first is not None:
            _, place, text = self._first
            raise place.error(text if isinstance(text, str) else text())


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
        return tree.named(part)
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
    for each in children(tree):
        yield from walk(each)


def children(tree: Tree) -> tuple[Tree, ...]:
    """What lies directly within."""
    if isinstance(tree, Group):
        return tuple(entry.tree for entry in tree.entries.values())
    return tree.items if isinstance(tree, Items) else ()


def moved(tree: Tree, place: Place) -> Tree:
    """The same data, as if all of it stood at one place: an evidence row used in a scenario."""
    if isinstance(tree, Scalar):
        return tree._replace(place=place)
    if isinstance(tree, Items):
        return Items(tuple(moved(each, place) for each in tree.items), place)
    return Group({k: Entry(place, moved(e.tree, place)) for k, e in tree.entries.items()}, place)
