"""From what is written to plain data: sources and evidence are taken off and noted, unknown keys refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pydantic_core import PydanticCustomError

from sim.inputs.evidence import catalogue
from sim.inputs.merge import below, is_wrapper
from sim.inputs.messages import guess, shown_key, unknown_key
from sim.inputs.names import text
from sim.inputs.observations import with_quantiles
from sim.inputs.shapes import Shape, allowed_keys, fields
from sim.inputs.shown import compact
from sim.inputs.tree import Entry, Group, Items, Problems, Scalar, Tree, moved, nothing, walk

_KEY_LIKE = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")
_SILENT = re.compile(r"format|seed|replications|budgets\..*")
"""Settings of a run and what is asked of its results: not inputs of the model."""


@dataclass(frozen=True)
class Input:
    """One value that a person chose.

    Attributes:
        path: where it stands, such as `estate.tools.git.fails`.
        shown: as it is written, in one line.
        source: evidence key or free text; None for an assumption.
        evidence: the source is a key of the catalogue.
        file: the file it is written in, as shown.
        line: 1-based.
        column: 1-based.
        text: free text of a person's own, which may hold anything.
    """

    path: str
    shown: str
    source: str | None
    evidence: bool
    file: str
    line: int
    column: int = 0
    text: bool = False


@dataclass(frozen=True)
class Origin:
    """Where a value comes from, for itself and all that is within it."""

    source: str | None = None
    evidence: bool = False


@dataclass
class Resolver:
    """Walks a scenario once; collects its inputs and what is wrong with it.

    Attributes:
        problems: where problems are put.
        folders: file as shown → the folder its own references start from.
        inputs: values that are inputs of the model.
        others: all else that is written: names, texts, edges of the estate, settings of a run, budgets.
    """

    problems: Problems
    folders: Mapping[str, Path]
    inputs: list[Input] = field(default_factory=list)
    others: list[Input] = field(default_factory=list)
    _noting: bool = True

    def resolve(self, tree: Tree, at: Shape, path: str = "", origin: Origin = Origin()) -> Tree:
        """The same data without sources, evidence and observation files."""
        if isinstance(tree, Group) and is_wrapper(tree, at):
            return self._wrapper(tree, at, path, origin)
        if at.kind == "distribution":
            return self._distribution(tree, at, path, origin)
        if isinstance(tree, Group) and at.kind != "leaf":
            return self._group(tree, at, path, origin)
        if isinstance(tree, Items) and at.kind == "list":
            return self._items(tree, at, path, origin)
        if at.kind == "leaf" and not nothing(tree):
            self._note(tree, at, path, origin)
        return tree

    def _group(self, group: Group, at: Shape, path: str, origin: Origin) -> Group:
        if at.kind == "named" and at.within.kind == "leaf" and not (origin.source or at.within.says_something):
            self._note(group, at.within, path, origin)  # edges of an imported estate, of which there are a million
            with self._quietly():
                return self._entries(group, at, path, origin)
        return self._entries(group, at, path, origin)

    def _entries(self, group: Group, at: Shape, path: str, origin: Origin) -> Group:
        entries = {}
        for key, entry in group.entries.items():
            inner = below(at, key)
            if inner is None:
                known = allowed_keys(at.model) if at.model else ()
                self.problems.add(entry.place, partial(unknown_key, key, known), rank=0)
                continue
            tree = self.resolve(entry.tree, inner, f"{path}.{key}" if path else str(key), origin)
            entries[key] = Entry(entry.place, tree)
        return Group(entries, group.place)

    def _items(self, items: Items, at: Shape, path: str, origin: Origin) -> Items:
        inner = at.within
        if inner.kind == "leaf" and not any(isinstance(each, Group) for each in items.items):
            self._note(items, inner, path, origin)
            return items
        resolved = (self.resolve(each, inner, f"{path}.{n}", origin) for n, each in enumerate(items.items))
        return Items(tuple(resolved), items.place)

    def _distribution(self, tree: Tree, at: Shape, path: str, origin: Origin) -> Tree:
        """One input as a whole, unless its parameters have sources of their own."""
        constant = fields(at.model)["constant"] if at.model else at
        if not isinstance(tree, Group):
            if not nothing(tree):
                self._note(tree, constant, path, origin)
            return tree
        if any(_mentions_source(each) for each in walk(tree)):
            return with_quantiles(self._group(tree, at, path, origin), constant, self.folders, self.problems)
        self._note(tree, constant, path, origin)
        with self._quietly():
            return with_quantiles(self._group(tree, at, path, origin), constant, self.folders, self.problems)

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        before, self._noting = self._noting, False
        yield
        self._noting = before

    def _note(self, tree: Tree, at: Shape, path: str, origin: Origin) -> None:
        if not self._noting:
            return
        place, shown = tree.place, compact(tree)
        told = bool(origin.source) or at.says_something
        one = Input(path, shown, origin.source, origin.evidence, place.file, place.line, place.column, at.free_text)
        (self.inputs if told and not _SILENT.fullmatch(path) else self.others).append(one)

    def _wrapper(self, group: Group, at: Shape, path: str, origin: Origin) -> Tree:
        allowed = ("evidence",) if "evidence" in group.entries else ("value", "source")
        for key, entry in group.entries.items():
            if key not in allowed:
                self.problems.add(entry.place, partial(unknown_key, key, allowed), rank=0)
        named = group.get("evidence")
        if named is not None:
            return self._evidence(named, at, path)
        value = group.get("value")
        if value is None:
            self.problems.add(group.place, "the key 'value' is missing beside source")
            return group
        source = group.get("source")
        return self.resolve(value, at, path, origin if source is None else self._origin(source))

    def _evidence(self, named: Tree, at: Shape, path: str) -> Tree:
        key = named.value if isinstance(named, Scalar) else None
        row = catalogue().get(key) if isinstance(key, str) else None
        if row is None:
            self.problems.add(named.place, partial(_no_evidence, key))
        elif row.use is None:
            self.problems.add(
                named.place, f"evidence {shown_key(key)} has no ready-made value (use); write {{value: …, source: KEY}}"
            )
        else:
            return self.resolve(moved(row.use, named.place), at, path, Origin(row.key, True))
        return Scalar(None, named.place, "")

    def _origin(self, tree: Tree) -> Origin:
        try:
            source = text(tree.value if isinstance(tree, Scalar) else None)
        except PydanticCustomError:
            source = ""
        if not source:
            self.problems.add(tree.place, "a source is an evidence key or text, and not empty")
        elif source in catalogue():
            return Origin(source, True)
        elif _KEY_LIKE.fullmatch(source):
            self.problems.add(tree.place, partial(_no_evidence, source))
        return Origin(source or None)


def _mentions_source(tree: Tree) -> bool:
    return isinstance(tree, Group) and bool({"value", "evidence", "source"} & set(tree.entries))


def _no_evidence(key: object) -> str:
    if not isinstance(key, str):
        return "the key of an evidence row is expected here"
    near = guess(key, list(catalogue()))
    return f"there is no evidence called {shown_key(key)}; {near or 'the command evidence lists all of it'}"
