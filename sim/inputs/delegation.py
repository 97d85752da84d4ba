"""Agents that hand tasks to agents: which tasks run where, how deep, and that nobody comes to wait for itself.

A population hands tasks to another, never to one that is on the way to itself. So there is an order of populations in
which each comes before those that it hands tasks to; tasks of the last ones wait for no other task, those of the ones
before only for tasks of later ones. Therefore every task gets its turn and its end, however few places agents have.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from functools import partial

from sim.inputs.chaining import called_by
from sim.inputs.components import components
from sim.inputs.estate import TaskKind
from sim.inputs.messages import shown_key
from sim.inputs.schema import Scenario
from sim.inputs.touching import tools_of
from sim.inputs.tree import Problems, Tree, find

Depths = Mapping[tuple[str, str], frozenset[int]]
"""(population, task kind) → how deep tasks of that kind are delegated there; 0: they come by themselves."""


def delegating(scenario: Scenario) -> bool:
    """Whether any call hands a task over."""
    return any(tool.delegates for tool in scenario.estate.tools.values())


def handed_on(scenario: Scenario, task: TaskKind) -> dict[tuple[str, str], str]:
    """(population, task kind) that a task hands on to → the first tool, in order of the file, whose calls do so."""
    tools = scenario.estate.tools
    called = called_by(tools, tools_of(task))
    found: dict[tuple[str, str], str] = {}
    for name, tool in tools.items():
        if tool.delegates and name in called:
            found.setdefault((tool.delegates.to, tool.delegates.task), name)
    return found


def running(scenario: Scenario) -> Mapping[str, tuple[str, ...]]:
    """Population → the kinds of task that run there, its own first, then what is handed to it, in order of the file."""
    if not delegating(scenario):
        return {name: tuple(population.tasks) for name, population in scenario.agents.items()}
    found = _pairs(scenario)
    order = {kind: number for number, kind in enumerate(scenario.tasks)}
    given: dict[str, set[str]] = {name: set() for name in scenario.agents}
    for population, kind in found:
        given[population].add(kind)
    return {
        name: (*population.tasks, *sorted(given[name] - population.tasks.keys(), key=order.__getitem__))
        for name, population in scenario.agents.items()
    }


def _pairs(scenario: Scenario) -> dict[tuple[str, str], dict[tuple[str, str], str]]:
    """(population, task kind) that runs → what it hands on, as in `handed_on`."""
    lead: dict[str, dict[tuple[str, str], str]] = {}
    found: dict[tuple[str, str], dict[tuple[str, str], str]] = {}
    queue = deque((name, kind) for name, population in scenario.agents.items() for kind in population.tasks)
    while queue:
        pair = queue.popleft()
        if pair not in found:
            kind = pair[1]
            if kind not in lead:
                lead[kind] = handed_on(scenario, scenario.tasks[kind])
            found[pair] = lead[kind]
            queue.extend(lead[kind])
    return found


def depths(scenario: Scenario) -> Depths:
    """How deep tasks are delegated; `check` has found no circle."""
    level = {(name, kind) for name, population in scenario.agents.items() for kind in population.tasks}
    if not delegating(scenario):
        return dict.fromkeys(level, frozenset({0}))
    lead = _pairs(scenario)
    found: dict[tuple[str, str], set[int]] = {}
    depth = 0
    while level:
        for pair in level:
            found.setdefault(pair, set()).add(depth)
        level = {after for pair in level for after in lead[pair]}
        depth += 1
    return {pair: frozenset(at) for pair, at in found.items()}


def circles(scenario: Scenario) -> Iterator[tuple[str, str, str]]:
    """(population, population that it hands tasks to and that leads back to it, tool whose calls do so)."""
    lead = _pairs(scenario) if delegating(scenario) else {}
    after: dict[str, dict[str, str]] = {name: {} for name in scenario.agents}
    for (population, _), handed in lead.items():
        for (to, _), tool in handed.items():
            after[population].setdefault(to, tool)
    for group in components({name: [*others] for name, others in after.items()}):
        inside = {*group}
        for name in group:
            for to, tool in after[name].items():
                if to in inside:
                    yield name, to, tool


def check(scenario: Scenario, tree: Tree, problems: Problems) -> None:
    """Note tools that would let a population wait for itself."""
    for name, to, tool in circles(scenario):
        problems.add(find(tree, "estate", "tools", tool, "delegates").tree.place, partial(_circle, name, to))


def _circle(name: str, to: str) -> str:
    if name == to:
        return (
            f"agents of population {shown_key(name)} come to call this, and would wait for each other's places, "
            "perhaps for ever; hand the task to another population"
        )
    return (
        f"agents of population {shown_key(name)} come to call this, and {shown_key(to)} hands tasks back to them, so "
        "that they could wait for each other for ever; hand the task to a population that does not"
    )
