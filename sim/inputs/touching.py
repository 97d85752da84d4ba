"""Which resources the tools of a task can touch, by their roles and those that these may assume.

One walk over the roles serves many tasks, so that an estate of many of both takes no product of the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sim.inputs.chaining import called_by
from sim.inputs.components import components
from sim.inputs.estate import Role, TaskKind
from sim.inputs.schema import Scenario

AT_ONCE = 2_048
"""Needed resources of one walk; each role has a bit for each of them."""


def untouchable(scenario: Scenario) -> Iterator[tuple[str, int, str]]:
    """Task, position and name of each needed resource that no tool of the task can touch, walk by walk."""
    tools = scenario.estate.tools
    roles = {kind: {tools[tool].uses for tool in own} for kind, own in _called(scenario).items()}
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


def _called(scenario: Scenario) -> Mapping[str, set[str]]:
    """Task kind → tools that are called for it, in tasks that it hands over too: what these touch is its objective."""
    tools = scenario.estate.tools
    own = {kind: called_by(tools, tools_of(task)) for kind, task in scenario.tasks.items()}
    handed = {
        kind: [to.task for tool in called if (to := tools[tool].delegates) is not None and to.task in own]
        for kind, called in own.items()
    }
    if not any(handed.values()):
        return own
    found: dict[str, set[str]] = {}
    for group in components(handed):
        called = set().union(*(own[kind] for kind in group))
        called |= set().union(*(found.get(to, set()) for kind in group for to in handed[kind]))
        found.update(dict.fromkeys(group, called))
    return found


def tools_of(task: TaskKind) -> set[str]:
    """Every tool of a task's own chain; what these call in turn is told by `chaining.called_by`."""
    if task.markov is None:
        return set(task.steps or ())
    return {*task.markov.start, *(tool for row in task.markov.then.values() for tool in row)}


def acted_on(scenario: Scenario) -> Mapping[str, tuple[int, ...]]:
    """Tool → places of the resources that a call acts on, rising: what it touches, or else all that its role can.

    A role that can touch none itself acts on those of the roles it may assume.
    """
    places = {name: place for place, name in enumerate(scenario.estate.resources)}
    by_role = _by_role(scenario, places)
    return {
        name: by_role[tool.uses] if tool.touches is None else tuple(sorted({places[to] for to in tool.touches}))
        for name, tool in scenario.estate.tools.items()
    }


def _by_role(scenario: Scenario, places: Mapping[str, int]) -> Mapping[str, tuple[int, ...]]:
    roles = scenario.estate.roles
    found: dict[str, set[int]] = {}
    for group in components({name: role.assumes for name, role in roles.items()}):
        others = {place for name in group for after in roles[name].assumes for place in found.get(after, ())}
        others |= {places[resource] for name in group for resource in roles[name].can}
        found |= {name: {places[resource] for resource in roles[name].can} or others for name in group}
    return {name: tuple(sorted(own)) for name, own in found.items()}


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
