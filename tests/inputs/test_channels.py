"""Leak channels as presets: what a scenario takes from them, and what it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.core.units import DAY
from sim.inputs import channels as room
from sim.inputs.channels import channels
from sim.inputs.load import load

NAMES = ("public-repository", "repository", "ticket", "prompt", "log", "trace", "notebook", "tool-output",
         "tool-argument", "ci-cd-variable", "workstation", "runtime-takeover", "sent-out")  # fmt: skip


def test_every_preset_is_a_channel(tmp_path: Path) -> None:
    assert tuple(channels()) == NAMES
    found = load(_written(tmp_path, dict.fromkeys(NAMES, "{}"))).scenario.leaks
    assert tuple(found) == NAMES
    assert all(each.title and each.detection and each.remediation for each in found.values())
    assert {name for name, each in found.items() if each.takeover is not None} == {"runtime-takeover"}
    assert {name for name, each in found.items() if each.sent_out is not None} == {"sent-out"}


def _written(folder: Path, leaks: dict[str, str], name: str = "written.yaml") -> Path:
    """Quickstart with other channels than its own."""
    text = load("quickstart").texts[0][1]
    before, _, rest = text.partition("leaks:\n")
    written = ", ".join(f"{key}: {value}" for key, value in leaks.items())
    path = folder / name
    path.write_text(f"{before}leaks: {{{written}}}\nissuer:{rest.partition('issuer:')[2]}", encoding="utf-8")
    return path


def test_values_are_inputs_with_their_sources_and_the_others_assumptions(tmp_path: Path) -> None:
    inputs = {each.path: each for each in load(_written(tmp_path, {"prompt": "{}", "ticket": "{}"})).inputs}
    rate, chance = inputs["leaks.ticket.per-use"], inputs["leaks.prompt.per-use"]
    assert rate.source == "fit.leak.agent-commit / 10 x fit.leak.collaboration-per-code"
    assert (chance.source, chance.shown, chance.file) == (None, "0.0003", "sim/data/channels.yaml")
    assert inputs["leaks.prompt.detection.time"].source == "remed.self_detect"
    assert inputs["leaks.prompt.remediation"].evidence


def test_a_preset_is_changed_deeply(tmp_path: Path) -> None:
    leaks = load(
        _written(tmp_path, {"prompt": "{}", "chat": "{preset: prompt, discovery: {chance: 0.5}}"})
    ).scenario.leaks
    assert leaks["chat"].discovery.chance == 0.5
    assert leaks["chat"].discovery.time == leaks["prompt"].discovery.time
    assert leaks["chat"].detection == leaks["prompt"].detection
    assert (leaks["chat"].title, bool(leaks["prompt"].title)) == ("", True)
    taken = load(_written(tmp_path, {"prompt": "{per-use: null, at-rest: 1/y, detection: null}"})).scenario.leaks[
        "prompt"
    ]
    assert (taken.per_use, taken.at_rest is not None, taken.detection) == (None, True, None)
    assert taken.remediation == leaks["prompt"].remediation


def test_a_channel_of_ones_own_takes_nothing_from_the_preset_of_its_name(tmp_path: Path) -> None:
    own = load(_written(tmp_path, {"log": "{per-use: 0.5, discovery: {time: 1d}}"})).scenario.leaks["log"]
    assert (own.title, own.detection, own.remediation) == ("", None, None)
    asked = load(_written(tmp_path, {"log": "{preset: log, per-use: 0.5, discovery: {time: 1d}}"})).scenario.leaks[
        "log"
    ]
    assert asked.detection is not None
    assert (asked.per_use, asked.discovery.chance, asked.discovery.time.constant) == (0.5, 0.05, DAY)


def test_a_name_that_always_stood_for_the_preset_would_change_channels_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: without a look at what the channel says by itself, it is given a detection."""
    monkeypatch.setattr(room, "_complete", lambda written: False)
    own = load(_written(tmp_path, {"log": "{per-use: 0.5, discovery: {time: 1d}}"})).scenario.leaks["log"]
    assert own.detection is not None


def test_an_extending_scenario_changes_presets_of_its_base(tmp_path: Path) -> None:
    base = _written(tmp_path, {"log": "{}", "ticket": "{}"}, "base.yaml")
    changes = "log: {per-use: 0.1}, ticket: null, more: {preset: ticket, agents: [support]}"
    (tmp_path / "own.yaml").write_text(f"extends: {base.name}\nleaks: {{{changes}}}\n", encoding="utf-8")
    before, after = load(base).scenario.leaks, load(tmp_path / "own.yaml").scenario.leaks
    assert list(after) == ["log", "more"]
    assert after["log"] == before["log"].model_copy(update={"per_use": 0.1})
    assert after["more"] == before["ticket"].model_copy(update={"title": "", "agents": ["support"]})
