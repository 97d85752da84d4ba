"""Changes over a base: groups of keys are merged, every other value is replaced, null takes a key away.

A distribution and a `{value, source}` are one value: they are replaced whole, never mixed with what they replace.
"""

from __future__ import annotations

from sim.inputs.shapes import Shape, fields
from sim.inputs.tree import Entry, Group, Key, Tree, nothing

VALUES = ("distribution", "quantiles", "list", "leaf")
"""Kinds of places whose content is one value."""


def merge(base: Tree, change: Tree, at: Shape | None) -> Tree:
    """The base with the changes made.

    Args:
        base: what is changed.
        change: what is written over it; its places are kept.
        at: what may stand here; None where the schema knows nothing.
    """
    if not (isinstance(base, Group) and isinstance(change, Group)) or at is None:
        return change
    if at.kind in VALUES or is_wrapper(base, at) or is_wrapper(change, at):
        return change
    entries = dict(base.entries)
    for key, entry in change.entries.items():
        if key in entries and nothing(entry.tree):
            del entries[key]
        elif key in entries:
            entries[key] = Entry(entry.place, merge(entries[key].tree, entry.tree, below(at, key)))
        else:
            entries[key] = entry
    return Group(entries, change.place)


def below(at: Shape, key: Key) -> Shape | None:
    """What may stand under a key."""
    if at.model is not None:
        return fields(at.model).get(str(key))
    return at.within if at.inner is not None else None


def is_wrapper(group: Group, at: Shape) -> bool:
    """Whether this is `{value, source}` or `{evidence}`, rather than keys or names of the person's own."""
    if at.section:
        return False
    if at.kind == "named":
        return set(group.entries) == {"value", "source"} and not _named_sections(at)
    return bool({"value", "evidence", "source"} & set(group.entries))


def _named_sections(at: Shape) -> bool:
    return at.within.section
