"""Tools that call tools: what follows a call, and all that a task comes to call so.

A call that has ended well is followed by those of its tool's `calls`, in their order; each of them is followed by those
of its own before the next one's turn comes. As a failed call ends its task, what follows a call is always the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from sim.inputs.components import components
from sim.inputs.estate import MOST_STEPS, Tool
from sim.inputs.messages import shown_key
from sim.inputs.schema import Scenario
from sim.inputs.tree import Problems, Tree, find


def called_by(tools: Mapping[str, Tool], own: Collection[str]) -> set[str]:
    """Tools that are called where these are: they, what they call, and so on."""
    found, queue = set(own), list(own)
    while queue:
        fresh = {*tools[queue.pop()].calls} - found
        found |= fresh
        queue += fresh
    return found


def following(tools: Mapping[str, Tool]) -> Mapping[str, tuple[str, ...]]:
    """Tool → the calls that follow one of it, in order; `check` has found no circle and nothing without end."""
    found: dict[str, tuple[str, ...]] = {}
    for (name,) in components({name: tool.calls for name, tool in tools.items()}):
        found[name] = tuple(call for after in tools[name].calls for call in (after, *found[after]))
    return found


def followed(tools: Mapping[str, Tool]) -> Mapping[str, int]:
    """Tool → how many calls follow one of it; of tools in a circle no more than is certain."""
    found: dict[str, int] = {}
    for group in components({name: tool.calls for name, tool in tools.items()}):
        for name in group:
            found[name] = sum(1 + found.get(after, 0) for after in tools[name].calls)
    return found


def check(scenario: Scenario, tree: Tree, problems: Problems) -> None:
    """Note tools that come to call themselves, and calls that are followed by too many."""
    tools = scenario.estate.tools
    for group in components({name: tool.calls for name, tool in tools.items()}):
        inside = {*group}
        for name in group:
            for number, after in enumerate(tools[name].calls):
                if after in inside:
                    place = find(tree, "estate", "tools", name, "calls", number).tree.place
                    problems.add(place, partial(_circle, name, after))
    counts = followed(tools)
    for name, count in counts.items():
        if count >= MOST_STEPS:
            place = find(tree, "estate", "tools", name, "calls").tree.place
            problems.add(place, f"one call leads to {count + 1} in all; a task makes at most {MOST_STEPS}")
    for kind, task in scenario.tasks.items():
        made = sum(1 + counts[tool] for tool in task.steps or ())
        if made > MOST_STEPS:
            place = find(tree, "tasks", kind, "steps").tree.place
            problems.add(
                place, f"with what its tools call in turn these are {made} calls; a task makes at most {MOST_STEPS}"
            )


def _circle(name: str, after: str) -> str:
    if name == after:
        return f"tool {shown_key(name)} calls itself, and so would never end; allowed are tools that do not lead back"
    return (
        f"tool {shown_key(after)} leads back to {shown_key(name)}, so that calls would never end; "
        "allowed are tools that do not"
    )
