"""Changes of objective that cannot be: to calls that agents cannot make, by injections that they never read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from sim.inputs.chaining import called_by
from sim.inputs.delegation import running
from sim.inputs.messages import shown_key
from sim.inputs.objectives import ObjectiveChange
from sim.inputs.schema import Scenario
from sim.inputs.touching import acted_on, tools_of
from sim.inputs.tree import Problems, Tree, find

MOST_NAMES = 20


def connected(scenario: Scenario) -> Mapping[str, set[str]]:
    """Population → every tool that it can call: those of tasks that run there, those it is connected to beside.

    What these call in turn is among them.
    """
    tools = scenario.estate.tools
    own = {kind: tools_of(task) for kind, task in scenario.tasks.items()}
    return {
        name: called_by(tools, {*scenario.agents[name].also_calls, *(tool for kind in kinds for tool in own[kind])})
        for name, kinds in running(scenario).items()
    }


def changed_in(scenario: Scenario, change: ObjectiveChange) -> tuple[str, ...]:
    """The populations in whose tasks an objective can change."""
    return tuple(scenario.agents if change.agents is None else dict.fromkeys(change.agents))


def check(scenario: Scenario, tree: Tree, problems: Problems) -> None:
    """Note tools that affected agents cannot call, and injections in content that they never read."""
    if not scenario.objective_changes:
        return
    can, tools = connected(scenario), scenario.estate.tools
    resources = [*scenario.estate.resources.values()]
    untrusted = {
        tool for tool, touched in acted_on(scenario).items() if any(resources[n].untrusted_content for n in touched)
    }
    for name, change in scenario.objective_changes.items():
        affected = changed_in(scenario, change)
        for tool in change.calls:
            cannot = [each for each in affected if tool not in can[each]]
            if cannot:
                place = find(tree, "objective-changes", name, "calls", tool).place
                problems.add(place, partial(_beyond, tool, cannot[0], can[cannot[0]], scenario))
            elif any(tools[each].delegates for each in called_by(tools, [tool])):
                text = f"tool {shown_key(tool)} hands tasks over; agents with another objective do so no more"
                problems.add(find(tree, "objective-changes", name, "calls", tool).place, text)
        if change.injection is not None and not any(can[each] & untrusted for each in affected):
            place = find(tree, "objective-changes", name, "injection").place
            problems.add(place, "no tool that these agents call touches a resource with untrusted-content: true")


def _beyond(tool: str, population: str, can: set[str], scenario: Scenario) -> str:
    listed = ", ".join([name for name in scenario.estate.tools if name in can][:MOST_NAMES])
    return (
        f"agents of population {shown_key(population)} cannot call tool {shown_key(tool)}: none of their tasks does, "
        f"nor does also-calls name it; they can call: {listed}"
    )
