"""Which resources the tools of a task can touch, by their roles and those that these may assume.

One walk over the roles serves many tasks, so that an estate of many of both takes no product of the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sim.inputs.estate import Role, TaskKind
from sim.inputs.schema import Scenario

AT_ONCE = 2_048
"""Needed resources of one walk; each role has a bit for each of them."""


def untouchable(scenario: Scenario) -> Iterator[tuple[str, int, str]]:
    """Task, position and name of each needed resource that no tool of the task can touch, walk by walk."""
    tools = scenario.estate.tools
    roles = {kind: {tools[tool].uses for tool in tools_of(task)} for kind, task in scenario.tasks.items()}
    needed = tuple(dict.fromkeys(name for task in scenario.tasks.values() for name in task.needs))
    groups = tuple(components({name: role.assumes for name, role in scenario.estate.roles.items()}))
    for start in range(0, len(needed), AT_ONCE):
        bits = {name: 1 << at for at, name in enumerate(needed[start : start + AT_ONCE])}
        touched = _touched(scenario.estate.roles, groups, bits)
        for kind, task in scenario.tasks.items():
            own = 0
            for role in roles[kind]:
                own |= touched[role]
            yield from ((kind, at, name) for at, name in enumerate(task.needs) if bits.get(name, 0) & ~own)


def tools_of(task: TaskKind) -> set[str]:
    """Every tool that a task may call."""
    if task.markov is None:
        return set(task.steps or ())
    return {*task.markov.start, *(tool for row in task.markov.then.values() for tool in row)}


def _touched(roles: Mapping[str, Role], groups: Sequence[Sequence[str]], bits: Mapping[str, int]) -> Mapping[str, int]:
    """Role → bits of what it can touch; the groups in an order in which each follows all that it leads to."""
    touched: dict[str, int] = {}
    for group in groups:
        own = 0
        for name in group:
            for resource in roles[name].can.keys() & bits.keys():
                own |= bits[resource]
            for after in roles[name].assumes:
                own |= touched.get(after, 0)
        touched.update(dict.fromkeys(group, own))
    return touched


def components(after: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Names that lead to one another, together; each group after all that it leads to.

    Tarjan's algorithm (Depth-first search and linear graph algorithms, SIAM J. Comput. 1972) without recursion.
    """
    found: dict[str, int] = {}
    low: dict[str, int] = {}
    open_names: list[str] = []
    for root in after:
        path = [] if root in found else [(root, iter(after[root]))]
        while path:
            name, rest = path[-1]
            if name not in found:
                found[name] = low[name] = len(found)
                open_names.append(name)
            following = _unseen(name, rest, found, low)
            if following is not None:
                path.append((following, iter(after[following])))
                continue
            path.pop()
            if path:
                low[path[-1][0]] = min(low[path[-1][0]], low[name])
            if low[name] == found[name]:
                group = _closed(open_names, name)
                low.update(dict.fromkeys(group, len(after)))  # nothing is below these any more
                yield group


def _unseen(name: str, rest: Iterator[str], found: Mapping[str, int], low: dict[str, int]) -> str | None:
    """The next name not yet found; those found on the way count for what this one leads back to."""
    for other in rest:
        if other not in found:
            return other
        # A closed one is no way back: its low lies above all.
        low[name] = min(low[name], found[other] if low[other] <= found[other] else low[other])
    return None


def _closed(open_names: list[str], first: str) -> list[str]:
    """Take a finished group off the open names."""
    group = [open_names.pop()]
    while group[-1] != first:
        group.append(open_names.pop())
    return group
