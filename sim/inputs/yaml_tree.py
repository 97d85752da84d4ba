"""YAML text → a tree with places. A safe part of YAML: no tags, no merge keys, no dates, `no` and `on` are text.

The parser's events are read one by one, so that depth and size are limited before anything is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from sim.core.errors import ScenarioError
from sim.inputs.files import Source
from sim.inputs.messages import opened_earlier, shown_key, yaml_problem
from sim.inputs.tree import Entry, Group, Items, Key, Place, Plain, Scalar, Tree

DEEPEST = 30
MOST_REPEATED = 20_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_CONSTANTS: dict[str, Plain] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def parse(source: Source) -> Group:
    """The one mapping a file consists of.

    Raises:
        ScenarioError: not YAML, empty, several documents, or YAML beyond what a scenario needs.
    """
    reader = _Reader(source)
    try:
        tree = reader.document()
    except yaml.YAMLError as error:
        raise reader.syntax_error(error) from None
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
    height: int = 0
    size: int = 0


@dataclass
class _Reader:
    source: Source
    anchors: dict[str, _Anchor] = field(default_factory=dict)
    repeated: int = 0

    def document(self) -> Tree:
        events = self._events()
        tree: Tree | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if tree is not None:
                    raise self.place(event).error("a second document starts here; a file holds one scenario")
                tree, _, _ = self._tree(next(events), events, 1)
        if tree is None or (isinstance(tree, Scalar) and tree.written == "" and tree.value is None):
            raise Place(self.source.shown, 1, 1).error("the file is empty, or holds nothing but comments")
        return tree

    def _events(self) -> Iterator[Any]:
        return iter(yaml.parse(self.source.text, Loader=_LOADER))

    def place(self, event: Any) -> Place:
        return Place(self.source.shown, event.start_mark.line + 1, event.start_mark.column + 1)

    def syntax_error(self, error: yaml.YAMLError) -> ScenarioError:
        first = "context_mark" if opened_earlier(str(getattr(error, "problem", ""))) else "problem_mark"
        mark = next((getattr(error, name) for name in (first, "problem_mark") if getattr(error, name, None)), None)
        last = self.source.text.count("\n") + 1
        place = Place(self.source.shown, min(mark.line + 1, last), mark.column + 1) if mark else None
        return (place or Place(self.source.shown, 1, 1)).error(
            yaml_problem(str(getattr(error, "context", "")), str(getattr(error, "problem", "")))
        )

    def _tree(self, event: Any, events: Iterator[Any], depth: int) -> tuple[Tree, int, int]:
        """A node, its height and the number of its nodes."""
        place = self.place(event)
        if depth > DEEPEST:
            raise place.error(f"nested too deeply: at most {DEEPEST} levels are allowed")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor), place, depth)
        if event.tag is not None:
            raise place.error("tags (!…) are not allowed; write the plain value")
        anchor = _Anchor()
        if event.anchor:
            self.anchors[event.anchor] = anchor
        tree: Tree
        if isinstance(event, yaml.ScalarEvent):
            tree, height, size = self._scalar(event, place), 0, 1
        elif isinstance(event, yaml.SequenceStartEvent):
            tree, height, size = self._items(events, place, depth)
        else:
            tree, height, size = self._group(events, place, depth)
        anchor.tree, anchor.height, anchor.size = tree, height, size
        return tree, height, size

    def _alias(self, name: str, place: Place, depth: int) -> tuple[Tree, int, int]:
        anchor = self.anchors.get(name)
        if anchor is None:
            raise place.error("this alias (*) refers to no anchor (&) before it")
        if anchor.tree is None:
            raise place.error("this alias (*) lies within what it refers to")
        if depth + anchor.height > DEEPEST:
            raise place.error(f"nested too deeply: at most {DEEPEST} levels are allowed")
        self.repeated += anchor.size
        if self.repeated > MOST_REPEATED:
            raise place.error(f"aliases (*) repeat more than {MOST_REPEATED} values")
        return anchor.tree, anchor.height, anchor.size

    def _scalar(self, event: Any, place: Place) -> Scalar:
        text = str(event.value)
        if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
            raise place.error("half of a surrogate pair is not a character")
        return Scalar(scalar(text) if event.implicit[0] and not event.style else text, place, text)

    def _items(self, events: Iterator[Any], place: Place, depth: int) -> tuple[Items, int, int]:
        items, height, size = [], 0, 1
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            tree, tall, many = self._tree(event, events, depth + 1)
            items.append(tree)
            height, size = max(height, tall + 1), size + many
        return Items(tuple(items), place), height, size

    def _group(self, events: Iterator[Any], place: Place, depth: int) -> tuple[Group, int, int]:
        entries: dict[Key, Entry] = {}
        height, size = 0, 1
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            at, key = self.place(event), self._key(event)
            if key in entries:
                first = entries[key].place.line
                raise at.error(f"the key {shown_key(key)} stands here twice; first in line {first}")
            tree, tall, many = self._tree(next(events), events, depth + 1)
            entries[key] = Entry(at, tree)
            height, size = max(height, tall + 1), size + many + 1
        return Group(entries, place), height, size

    def _key(self, event: Any) -> Key:
        place = self.place(event)
        if not isinstance(event, yaml.ScalarEvent):
            raise place.error("a key must be plain text, not a list, a mapping or an alias")
        if event.tag is not None:
            raise place.error("tags (!…) are not allowed; write the plain value")
        written = self._scalar(event, place)
        if written.value == "<<" and not event.style:
            raise place.error("merge keys (<<) are not allowed; use extends, or write the keys out")
        if isinstance(written.value, bool) or written.value is None:
            raise place.error("a key must be text; put quotes around true, false and null")
        return written.value
