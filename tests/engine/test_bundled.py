"""The bundled scenarios: each is sound, says what it is for, and gives one log in both engines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.core.errors import ScenarioError
from sim.core.units import DAY
from sim.inputs.bundled import bundled, folder
from sim.inputs.estate import TaskKind
from sim.inputs.load import load
from sim.inputs.objectives import ObjectiveChange
from sim.inputs.schema import Scenario
from tests.fuzzing.compare import Case

ESTATES = ("batch-pipeline", "coding-agents", "research-swarm", "support-desk")
"""Those that stand for an organisation."""
SHORT = 2 * DAY
"""Long enough for nights, leases and renewals; the whole horizon takes the reference engine minutes."""
HURRIED = 80
"""Leaks are made so many times likelier, so that two days hold some."""


def hurried(scenario: Scenario) -> Scenario:
    """The scenario's first days, with more leaks in them."""
    leaks = {
        name: channel.model_copy(
            update={
                "per_use": None if channel.per_use is None else min(1.0, HURRIED * channel.per_use),
                "at_rest": None if channel.at_rest is None else HURRIED * channel.at_rest,
                "takeover": None if channel.takeover is None else HURRIED * channel.takeover,
                "sent_out": None if channel.sent_out is None else 1.0,
            }
        )
        for name, channel in scenario.leaks.items()
    }
    return scenario.model_copy(
        update={"horizon": SHORT, "leaks": leaks, "objective_changes": _hurried(scenario.objective_changes)}
    )


def _hurried(changes: dict[str, ObjectiveChange]) -> dict[str, ObjectiveChange]:
    """Ways in which every tenth reading, or every hundredth call, changes the objective."""
    found = {}
    for name, each in changes.items():
        injection = each.injection and each.injection.model_copy(update={"carried": 0.1})
        found[name] = each.model_copy(update={"injection": injection, "drift": each.drift and 0.01})
    return found


def test_the_estates_are_those_at_the_top() -> None:
    assert {each.name for each in bundled() if "/" not in each.name} == {*ESTATES, "quickstart"}


@pytest.mark.parametrize("name", ESTATES)
def test_both_engines_write_one_log(name: str) -> None:
    pytest.importorskip("numba", reason="the compiled engine needs numba, which is not installed")
    scenario = hurried(load(name).scenario)
    case = Case(scenario)
    for strategy in scenario.strategies:
        log = case.log(strategy, 7, 0, "reference")
        assert len(log) > 1000, strategy
        assert log.tobytes() == case.log(strategy, 7, 0, "compiled").tobytes(), strategy
    assert log.tobytes() != case.log(strategy, 7, 1, "compiled").tobytes()  # another replication is no equal


@pytest.mark.parametrize("name", ESTATES)
def test_an_architect_finds_what_there_would_be(name: str) -> None:
    loaded = load(name)
    scenario, estate = loaded.scenario, loaded.scenario.estate
    assert 10 <= len(estate.resources) <= 25
    assert len(estate.roles) >= 8 and len(scenario.strategies) >= 5
    assert sum(each.loss is not None for each in estate.resources.values()) >= 1
    assert {each.environment for each in estate.resources.values()} > {"test"}
    assert sum(bool(each.stores) for each in estate.resources.values()) >= 3
    assert len(scenario.story.split("\n\n")) >= 3
    assert 20 <= len(scenario.decision) <= 130


@pytest.mark.parametrize("name", ESTATES)
def test_nothing_in_it_is_idle(name: str) -> None:
    """Every tool is called in some task, every task is done by somebody, every secret lies somewhere."""
    scenario = load(name).scenario
    kinds = {kind for each in scenario.agents.values() for kind in each.tasks}
    assert kinds == set(scenario.tasks)
    called = {tool for each in scenario.tasks.values() for tool in _tools(each)}
    assert called == set(scenario.estate.tools)
    stored = {secret for each in scenario.estate.resources.values() for secret in each.stores}
    assert stored == set(scenario.estate.secrets)


def _tools(task: TaskKind) -> set[str]:
    if task.markov is None:
        return {*(task.steps or ())}
    return {*task.markov.start, *task.markov.then, *(to for row in task.markov.then.values() for to in row)}


@pytest.mark.parametrize("name", ["support-desk", "research-swarm", "coding-agents"])
def test_its_policies_have_names_and_a_slip_of_the_pen_in_them_is_told_with_its_place(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (folder() / "policies" / f"{name}.cedar").read_text(encoding="utf-8")
    assert text.count("@id(") == len(re.findall(r"^(permit|forbid)\(", text, re.MULTILINE)) >= 4
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "context.sensitivity" in each)
    identity = re.findall(r'@id\("(.*?)"\)', "\n".join(text.splitlines()[:line]))[-1]
    Path("slip.cedar").write_text(text.replace("context.sensitivity", "context.sensitivty", 1), encoding="utf-8")
    steps = "{calls: [20, 80], credential-age: [1h]}"
    guard = f"policies: {{guard: {{file: slip.cedar, steps: {steps}}}}}\nstrategies: {{jit-task: {{policy: guard}}}}\n"
    Path("own.yaml").write_text(f"extends: {name}\n{guard}", encoding="utf-8")
    with pytest.raises(
        ScenarioError, match=rf"^slip\.cedar:{line}:\d+: policy '{identity}': .*did you mean 'sensitivity'"
    ):
        load("own.yaml")
