"""All policy sets of a scenario, checked when the rest of it is known to be sound."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from sim.inputs.files import Source
from sim.inputs.messages import shown_key
from sim.inputs.policies import cedar
from sim.inputs.policies.soundness import Soundness
from sim.inputs.policies.space import space
from sim.inputs.policies.writing import Writing
from sim.inputs.schema import Scenario
from sim.inputs.tree import Key, Problems, Tree, find


def check(scenario: Scenario, tree: Tree, files: Mapping[Key, Source], problems: Problems) -> None:
    """Note what is wrong with the policies.

    Args:
        files: that were read, by name of the policy set.
    """
    if not scenario.policies:
        return
    if not cedar.installed():
        problems.add(
            find(tree, "policies").place,
            f"policies need the package {cedar.PACKAGE}, which is not installed: pip install {cedar.PACKAGE}",
        )
        return
    _check_calls(scenario, tree, problems)
    for name, policies in scenario.policies.items():
        if not problems.found:
            file = files.get(name)
            beside = find(tree, "policies", name, "text").tree.place
            writing = Writing(policies.text or "", file.shown if file else "", beside)
            Soundness(writing, space(scenario, policies), problems, policies.on_error == "skip").check()


def _check_calls(scenario: Scenario, tree: Tree, problems: Problems) -> None:
    """A request names the resource it is for."""
    calls = chain.from_iterable(space(scenario, each).calls for each in scenario.policies.values())
    for call in calls:
        if not call.touches:
            text = f"no policy can decide calls of tool {shown_key(call.tool)}: its role touches no resource"
            problems.add(find(tree, "estate", "tools", call.tool, "uses").tree.place, text)
