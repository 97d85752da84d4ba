"""Values as they are written, in one short line: `lognormal(median 45s, sigma 1.325)`."""

from __future__ import annotations

from sim.inputs.distributions import FAMILIES, kebab
from sim.inputs.tree import Group, Items, Tree

_FAMILIES = tuple(kebab(family) for family in FAMILIES)


def compact(tree: Tree) -> str:
    """A value, list, distribution or group of keys in one line."""
    if isinstance(tree, Group):
        return _group(tree)
    if isinstance(tree, Items):
        return ", ".join(compact(each) for each in tree.items)
    return " ".join(tree.written.split())


def _group(group: Group) -> str:
    family = next((key for key in group.entries if key in _FAMILIES), None)
    if family is None:
        return _pairs(group)
    parameters = group.entries[family].tree
    within = _mixture(parameters) if family == "mixture" and isinstance(parameters, Items) else compact(parameters)
    limits = _pairs(group.without(family))
    return f"{family}({within})" + (f", {limits}" if limits else "")


def _pairs(group: Group) -> str:
    return ", ".join(f"{key} {compact(entry.tree)}" for key, entry in group.entries.items())


def _mixture(parts: Items) -> str:
    return " + ".join(_part(part) for part in parts.items)


def _part(part: Tree) -> str:
    weight, of = (part.get("weight"), part.get("of")) if isinstance(part, Group) else (None, None)
    return f"{compact(weight)} × {compact(of)}" if weight and of else compact(part)
