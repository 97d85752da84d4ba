"""What the tools of a task can touch, beside a plain search for each task."""

from __future__ import annotations

import random
from typing import Any

import pytest

from sim.inputs import touching
from sim.inputs.schema import Scenario
from tests.support import MINIMAL


@pytest.mark.parametrize("at_once", [1, 3, 2_048])
def test_what_tasks_can_touch_is_what_a_plain_search_finds(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(touching, "AT_ONCE", at_once)
    for seed in range(60):
        what = Scenario.model_validate(_wild(random.Random(seed)))
        wanted = [
            (kind, at, name)
            for kind, task in what.tasks.items()
            for at, name in enumerate(task.needs)
            if name not in _plain_search(what, _called(what, kind))
        ]
        assert sorted(touching.untouchable(what)) == sorted(wanted)
        order = list(touching.components({name: role.assumes for name, role in what.estate.roles.items()}))
        seen: set[str] = set()
        for group in order:  # what a group leads to stands before it or within it
            seen |= {*group}
            assert {after for name in group for after in what.estate.roles[name].assumes} <= seen
        assert sorted(name for group in order for name in group) == sorted(what.estate.roles)


def _wild(draw: random.Random) -> dict[str, Any]:
    roles, resources = [f"s{n}" for n in range(9)], [f"r{n}" for n in range(7)]
    return MINIMAL | {
        "estate": {
            "resources": {name: {} for name in resources},
            "roles": {
                name: {
                    "can": dict.fromkeys(draw.sample(resources, draw.choice((0, 0, 1))), "read"),
                    "assumes": draw.sample(roles, draw.choice((0, 1, 1, 2))),
                }
                for name in roles
            },
            "tools": {
                f"t{n}": {"uses": draw.choice(roles), "duration": "1s"}
                | ({"delegates": {"to": "a", "task": f"j{draw.randrange(4)}"}} if draw.random() < 0.2 else {})
                for n in range(5)
            },
        },
        "tasks": {
            f"j{n}": {"needs": draw.sample(resources, 3), "steps": [f"t{draw.randrange(5)}"], "thinking": "1s"}
            for n in range(4)
        },
        "agents": {"a": {"count": 1, "arrivals": {"every": {"interval": "1h"}}, "tasks": {"j0": 1}}},
    }


def _called(what: Scenario, kind: str) -> set[str]:
    """Tools of a task and of all that it hands over, one after the other."""
    kinds, tools = [kind], set()
    for each in kinds:
        own = touching.tools_of(what.tasks[each])
        tools |= own
        handed = [what.estate.tools[tool].delegates for tool in own]
        kinds += sorted({to.task for to in handed if to is not None} - {*kinds})
    return tools


def test_what_a_delegate_touches_counts_for_whoever_hands_the_task_over() -> None:
    """The planted fault: a search of a task's own tools alone gives other answers."""
    found = [Scenario.model_validate(_wild(random.Random(seed))) for seed in range(60)]
    assert any(_called(what, kind) != touching.tools_of(task) for what in found for kind, task in what.tasks.items())


def _plain_search(what: Scenario, tools: set[str]) -> set[str]:
    found: set[str] = set()
    queue = [what.estate.tools[tool].uses for tool in tools]
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += what.estate.roles[name].assumes
    return {resource for name in found for resource in what.estate.roles[name].can}
