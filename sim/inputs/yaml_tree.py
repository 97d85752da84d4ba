"""YAML text → a tree with places. A safe part of YAML: no tags, no merge keys, no dates, `no` and `on` are text.

The parser's events are read one by one, so that depth and size are limited before anything is built.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml

from sim.core.errors import ScenarioError
from sim.inputs.files import Source
from sim.inputs.messages import opened_earlier, shown_key, yaml_problem
from sim.inputs.tree import Entry, Group, Items, Key, Place, Plain, Scalar, Tree, children

DEEPEST = 30
MOST_REPEATED = 20_000
MOST_VALUES = 3_000_000
"""Values of a scenario; each takes up to a kilobyte until the scenario is checked."""
LONGEST_VALUE = 10_000
"""Characters; together with MOST_REPEATED this limits what aliases can make of a file."""
TELL_EVERY = 10_000
_TOO_DEEP = f"nested too deeply: at most {DEEPEST} levels are allowed"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_CONSTANTS: dict[str, Plain] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_HALVES = re.compile("[\ud800-\udfff]")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

Watch = Callable[[int, int], object]
"""Is told now and then how many characters are read, of how many."""


def unwatched(_done: int, _of: int) -> None:
    """Tells nobody."""


@dataclass
class Room:
    """How many values a scenario and what it extends may still hold."""

    values: int = MOST_VALUES


def parse(source: Source, watch: Watch = unwatched, room: Room | None = None) -> Group:
    """The one mapping a file consists of.

    Args:
        watch: is told how far reading is.
        room: what is left of that of a scenario; None: all of it.

    Raises:
        ScenarioError: not YAML, empty, several documents, or YAML beyond what a scenario needs.
    """
    reader = _Reader(source, watch, room or Room())
    try:
        tree = reader.document()
    except yaml.YAMLError as error:
        raise reader.syntax_error(error) from None
    watch(len(source.text), len(source.text))
    if not isinstance(tree, Group):
        raise tree.place.error("a scenario is a mapping: lines of the form key: value")
    return tree


def scalar(text: str) -> Plain:
    """What an unquoted scalar means; integers beyond 18 digits are read as floats."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text) and len(text) <= 18:
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", "").lower())
    return text


@dataclass
class _Anchor:
    """A value that may be repeated; open until its end was seen."""

    tree: Tree | None = None

    @cached_property
    def extent(self) -> tuple[int, int]:
        """Height and number of nodes, those of its own aliases included."""
        return _extent(self.tree) if self.tree else (0, 0)


def _extent(tree: Tree) -> tuple[int, int]:
    if isinstance(tree, Scalar):
        return 0, 1
    keys = len(tree.entries) if isinstance(tree, Group) else 0
    below = [_extent(each) for each in children(tree)]
    return 1 + max((height for height, _ in below), default=-1), 1 + keys + sum(size for _, size in below)


@dataclass
class _Reader:
    source: Source
    watch: Watch
    room: Room
    anchors: dict[str, _Anchor] = field(default_factory=dict)
    repeated: int = 0
    known: dict[str, tuple[Plain, str]] = field(default_factory=dict)
    """Unquoted text → what it means, and the one copy of it that is kept."""

    def document(self) -> Tree:
        self._next: Callable[[], Any] = iter(yaml.parse(self.source.text, Loader=_LOADER)).__next__
        tree: Tree | None = None
        while type(event := self._next()) is not yaml.StreamEndEvent:
            if type(event) is yaml.DocumentStartEvent:
                if tree is not None:
                    raise self.place(event).error("a second document starts here; a file holds one scenario")
                tree = self._tree(self._next(), 1)
        if tree is None or (isinstance(tree, Scalar) and tree.written == "" and tree.value is None):
            raise Place(self.source.shown, 1, 1).error("the file is empty, or holds nothing but comments")
        return tree

    def place(self, event: Any) -> Place:
        mark = event.start_mark
        return Place(self.source.shown, mark.line + 1, mark.column + 1)

    def syntax_error(self, error: yaml.YAMLError) -> ScenarioError:
        first = "context_mark" if opened_earlier(str(getattr(error, "problem", ""))) else "problem_mark"
        mark = next((getattr(error, name) for name in (first, "problem_mark") if getattr(error, name, None)), None)
        last = self.source.text.count("\n") + 1
        place = Place(self.source.shown, min(mark.line + 1, last), mark.column + 1) if mark else None
        context, problem = (str(getattr(error, name, "")) for name in ("context", "problem"))
        text = _TOO_DEEP if "nesting depth" in problem else yaml_problem(context, problem)  # libyaml reads ahead
        return (place or Place(self.source.shown, 1, 1)).error(text)

    def _tree(self, event: Any, depth: int) -> Tree:
        place = self.place(event)
        if depth > DEEPEST:
            raise place.error(_TOO_DEEP)
        self._count(event, place)
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self._alias(str(event.anchor), place, depth)
        if event.tag is not None:
            raise place.error("tags (!…) are not allowed; write the plain value")
        anchor = _Anchor()
        if event.anchor:
            self.anchors[event.anchor] = anchor
        if kind is yaml.ScalarEvent:
            anchor.tree = self._scalar(event, place)
        else:
            anchor.tree = (self._items if kind is yaml.SequenceStartEvent else self._group)(place, depth)
        return anchor.tree

    def _count(self, event: Any, place: Place) -> None:
        self.room.values -= 1
        if not self.room.values % TELL_EVERY:
            self.watch(event.start_mark.index, len(self.source.text))
        if self.room.values < 0:
            raise place.error(f"too many values: a scenario holds at most {MOST_VALUES}")

    def _alias(self, name: str, place: Place, depth: int) -> Tree:
        anchor = self.anchors.get(name)
        if anchor is None:
            raise place.error("this alias (*) refers to no anchor (&) before it")
        if anchor.tree is None:
            raise place.error("this alias (*) lies within what it refers to")
        height, size = anchor.extent
        if depth + height > DEEPEST:
            raise place.error(_TOO_DEEP)
        self.repeated += size
        if self.repeated > MOST_REPEATED:
            raise place.error(f"aliases (*) repeat more than {MOST_REPEATED} values")
        return anchor.tree

    def _scalar(self, event: Any, place: Place) -> Scalar:
        text: str = event.value
        if len(text) > LONGEST_VALUE:
            raise place.error(f"a single value holds at most {LONGEST_VALUE} characters")
        if not text.isascii() and _HALVES.search(text):
            raise place.error("half of a surrogate pair is not a character")
        if event.style or not event.implicit[0]:
            return Scalar(text, place, text)
        known = self.known.get(text)
        if known is None:
            known = self.known[text] = (scalar(text), text)
        return Scalar(known[0], place, known[1])

    def _items(self, place: Place, depth: int) -> Items:
        items = []
        while type(event := self._next()) is not yaml.SequenceEndEvent:
            items.append(self._tree(event, depth + 1))
        return Items(tuple(items), place)

    def _group(self, place: Place, depth: int) -> Group:
        entries: dict[Key, Entry] = {}
        while type(event := self._next()) is not yaml.MappingEndEvent:
            at = self.place(event)
            key = self._key(event, at)
            if key in entries:
                first = entries[key].place.line
                raise at.error(f"the key {shown_key(key)} stands here twice; first in line {first}")
            entries[key] = Entry(at, self._tree(self._next(), depth + 1))
        return Group(entries, place)

    def _key(self, event: Any, place: Place) -> Key:
        if type(event) is not yaml.ScalarEvent:
            raise place.error("a key must be plain text, not a list, a mapping or an alias")
        if event.tag is not None:
            raise place.error("tags (!…) are not allowed; write the plain value")
        value = self._scalar(event, place).value
        if value == "<<" and not event.style:
            raise place.error("merge keys (<<) are not allowed; use extends, or write the keys out")
        if isinstance(value, bool) or value is None:
            raise place.error("a key must be text; put quotes around true, false and null")
        return value
