"""What is read, what is merged, and what is known about each value."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.core.errors import ScenarioError
from sim.core.units import DAY, HOUR, MINUTE
from sim.inputs import bundled as bundled_room
from sim.inputs import merge as merge_room
from sim.inputs.bundled import bundled, bundled_path
from sim.inputs.load import Input, Loaded, load
from sim.inputs.new import new_scenario
from sim.inputs.presets import presets
from sim.inputs.yaml_tree import scalar

VALID = Path(__file__).parent / "valid.yaml"
TEXT = VALID.read_text(encoding="utf-8")


def _load(folder: Path, text: str, name: str = "own.yaml") -> Loaded:
    (folder / "valid.yaml").write_text(TEXT, encoding="utf-8")
    (folder / name).write_text(text, encoding="utf-8")
    return load(folder / name)


def _input(loaded: Loaded, path: str) -> Input:
    return next(each for each in loaded.inputs if each.path == path)


def test_valid_scenario() -> None:
    loaded = load(VALID)
    scenario = loaded.scenario
    assert (loaded.name, scenario.horizon, scenario.seed, scenario.baseline) == ("valid", 10 * DAY, 7, "static")
    assert scenario.estate.roles["admin"].session == HOUR
    assert scenario.estate.tools["git"].fails == 0.05
    assert scenario.tasks["ship"].markov is not None
    assert scenario.tasks["ship"].markov.length.family == "negative_binomial"
    assert loaded.texts == ((str(VALID), TEXT),)


def test_numbers_as_yaml_1_2_has_them() -> None:
    assert [scalar(each) for each in ("yes", "no", "on", "0o17", "0x1F", "1:30", "2026-01-01", "1_000")] == [
        "yes",
        "no",
        "on",
        "0o17",
        "0x1F",
        "1:30",
        "2026-01-01",
        "1_000",
    ]
    assert [scalar(each) for each in ("12", "-3", "1e3", ".5", "2.", "true", "~", "null")] == [
        12,
        -3,
        1000.0,
        0.5,
        2.0,
        True,
        None,
        None,
    ]
    assert str(scalar(".nan")) == "nan"
    assert scalar("-.inf") == float("-inf")
    assert scalar("9" * 5000) == float("inf")


def test_presets_are_changed_deeply() -> None:
    strategies = load(VALID).scenario.strategies
    quick, preset = strategies["quick"], load("quickstart").scenario.strategies["jit-task"]
    assert quick.lifetime == 5 * MINUTE
    assert quick.renewal is None
    assert preset.renewal is not None
    assert quick.revocation == preset.revocation
    assert (quick.title, bool(preset.title)) == ("", True)


def test_every_preset_is_a_strategy(tmp_path: Path) -> None:
    names = ("static", "static-shared", "rotated", "vault-lease", "jit-task", "jit-action",
             "jit-action-policy", "jit-task-manual-revocation", "workload-identity", "brokered", "human-approved",
             "saas-escrow")  # fmt: skip
    assert tuple(presets()) == names
    written = ", ".join(f"{name}: {{}}" for name in names)
    people = "approvers: {response: 5m}"
    loaded = _load(tmp_path, f"extends: valid.yaml\n{people}\nstrategies: {{{written}}}\n")
    assert {*names} <= {*loaded.scenario.strategies}
    assert all(loaded.scenario.strategies[name].title for name in names)


def test_inputs_know_their_place_and_source() -> None:
    loaded = load(VALID)
    shown = str(VALID)
    assert _input(loaded, "estate.tools.git.fails") == Input(
        "estate.tools.git.fails", "0.05", "our own log, 2025", False, shown, 24, 82
    )
    assert _input(loaded, "estate.tools.git.duration") == Input(
        "estate.tools.git.duration", "lognormal(median 2.55s, sigma 0.763)", "fit.agent.tool-time", True, shown, 24, 45
    )
    assert _input(loaded, "tasks.fix.thinking") == Input(
        "tasks.fix.thinking", "lognormal(median 45s, sigma 1.325)", "fit.agent.turn-time", True, shown, 34, 23
    )
    assert _input(loaded, "attacker.hop").shown == "mixture(1 × 5m + 2 × beta(a 2, b 3, low 1m, high 1h))"
    lifetime = _input(loaded, "strategies.quick.lifetime")
    assert (lifetime.shown, lifetime.file) == ("5m", shown)
    assert _input(loaded, "strategies.static.issuance").file == "sim/data/strategies.yaml"


def test_parameters_with_their_own_source_are_inputs_of_their_own() -> None:
    loaded = load(VALID)
    path = "tasks.ship.markov.length"
    found = {each.path.removeprefix(path): each.source for each in loaded.inputs if each.path.startswith(path)}
    assert found == {
        ".negative-binomial.mean": None,
        ".negative-binomial.k": "fit.agent.first-tries-per-task",
        ".at-most": None,
    }


def test_names_and_texts_are_no_inputs() -> None:
    paths = {each.path for each in load(VALID).inputs}
    assert "estate.resources.repo.sensitivity" in paths
    assert not paths & {"title", "story", "seed", "estate.tools.git.uses", "estate.roles.coder.can.repo", "baseline"}


def test_source_of_a_group_holds_for_all_within(tmp_path: Path) -> None:
    changes = "extends: valid.yaml\nissuer: {back-off: {value: {first: 3s, most: 9s}, source: vendor manual}}\n"
    loaded = _load(tmp_path, changes)
    assert _input(loaded, "issuer.back-off.most").source == "vendor manual"
    then = "tasks: {ship: {markov: {then: {value: {git: {git: 1, deploy: 3}, deploy: {git: 1}}, source: our log}}}}\n"
    loaded = _load(tmp_path, f"extends: valid.yaml\n{then}")
    assert _input(loaded, "tasks.ship.markov.then.git.deploy").source == "our log"


CHANGES = """\
extends: valid.yaml
title: changed
agents: {bots: {count: 9}}
leaks: {disk: null}
tasks:
  fix: {thinking: {exponential: {mean: 30s}}, needs: [repo], deadline: null}
"""


def test_extends_merges_groups_and_replaces_values(tmp_path: Path) -> None:
    base = load(VALID).scenario
    loaded = _load(tmp_path, CHANGES)
    scenario = loaded.scenario
    assert (scenario.title, scenario.agents["bots"].count) == ("changed", 9)
    assert scenario.agents["bots"].arrivals == base.agents["bots"].arrivals
    assert list(scenario.leaks) == ["log"]
    assert scenario.tasks["fix"].thinking.family == "exponential"
    assert scenario.tasks["fix"].needs == ["repo"]
    assert (base.tasks["fix"].deadline, scenario.tasks["fix"].deadline) == (DAY, None)
    assert [Path(name).name for name, _ in loaded.texts] == ["own.yaml", "valid.yaml"]
    assert Path(_input(loaded, "agents.bots.count").file).name == "own.yaml"
    assert Path(_input(loaded, "agents.bots.tenure").file).name == "valid.yaml"


def test_distributions_mixed_by_a_merge_that_knows_no_shapes_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: merging a distribution key by key leaves two families."""
    monkeypatch.setattr(merge_room, "VALUES", ())
    with pytest.raises(ScenarioError, match="exactly one of"):
        _load(tmp_path, "extends: valid.yaml\nagents: {bots: {tenure: {exponential: {mean: 3d}}}}\n")


def test_extends_a_bundled_scenario(tmp_path: Path) -> None:
    loaded = _load(tmp_path, "extends: quickstart\nseed: 5\n")
    assert loaded.scenario.seed == 5
    assert loaded.texts[1][0] == "scenarios/quickstart.yaml"


def test_hash_is_of_the_meaning(tmp_path: Path) -> None:
    one = load(VALID).hash
    assert len(one) == 64
    assert _load(tmp_path, "# a comment\n" + TEXT.replace("horizon: 10d", "horizon:   240h")).hash == one
    assert _load(tmp_path, "extends: valid.yaml\n").hash == one
    assert _load(tmp_path, TEXT.replace("sensitivity: 2", "sensitivity: 3")).hash != one
    assert _load(tmp_path, TEXT.replace("lifetime: 5m", "lifetime: 6m")).hash != one


def test_observations_become_quantiles(tmp_path: Path) -> None:
    (tmp_path / "hops.csv").write_text("hop\n4m\n2m\n\n3m\n", encoding="utf-8")
    loaded = _load(tmp_path, "extends: valid.yaml\nattacker: {hop: {empirical: {file: hops.csv}}}\n")
    law = loaded.scenario.attacker.hop.empirical
    assert law is not None
    assert (law.file, law.quantiles) == (None, {0.0: 2 * MINUTE, 0.5: 3 * MINUTE, 1.0: 4 * MINUTE})
    assert _input(loaded, "attacker.hop").shown == "empirical(file hops.csv)"


def test_many_observations_are_thinned_and_too_many_refused(tmp_path: Path) -> None:
    length = "extends: valid.yaml\ntasks: {ship: {markov: {length: {empirical: {file: n.csv}}}}}\n"
    (tmp_path / "n.csv").write_text("\n".join(str(n) for n in range(5001)), encoding="utf-8")
    markov = _load(tmp_path, length).scenario.tasks["ship"].markov
    assert markov is not None
    assert markov.length.empirical is not None
    quantiles = markov.length.empirical.quantiles or {}
    assert (len(quantiles), quantiles[0.5], quantiles[1.0]) == (1001, 2500.0, 5000.0)
    (tmp_path / "n.csv").write_text("1\n" * 100_001, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"n\.csv:100001:1: at most 100000 observations are allowed"):
        _load(tmp_path, length)
    (tmp_path / "n.csv").write_text("1,2\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"n\.csv:1:1: one column"):
        _load(tmp_path, length)
    (tmp_path / "n.csv").write_text("n\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"n\.csv:1:1: the file holds no observations"):
        _load(tmp_path, length)


def test_byte_order_mark_and_dos_line_ends(tmp_path: Path) -> None:
    (tmp_path / "dos.yaml").write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert load(tmp_path / "dos.yaml").hash == load(VALID).hash


def test_bundled_scenarios_load() -> None:
    found = bundled()
    assert {"coding-agents", "quickstart", "oracles/ephemeral-100-agents"} <= {each.name for each in found}
    for name, title, decision, path in found:
        loaded = load(name)
        assert (loaded.name, loaded.scenario.title, loaded.scenario.decision) == (name, title, decision)
        assert loaded.texts[0] == (f"scenarios/{name}.yaml", path.read_text(encoding="utf-8"))


def test_bundled_scenarios_of_an_installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "sim" / "bundled" / "scenarios"
    (inside / "oracles").mkdir(parents=True)
    for name in ("small.yaml", "_hidden.yaml", "oracles/first.yaml"):
        (inside / name).write_text("title: a title\n", encoding="utf-8")
    monkeypatch.setattr(bundled_room, "_PACKAGE", tmp_path / "sim")
    assert [(each.name, each.title) for each in bundled()] == [("small", "a title"), ("oracles/first", "a title")]
    assert bundled_path("../secret") is None


def test_a_file_goes_before_a_bundled_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "quickstart").write_text(TEXT, encoding="utf-8")
    assert load("quickstart").scenario.title == load(VALID).scenario.title


def test_odd_file_names_become_plain_names(tmp_path: Path) -> None:
    assert _load(tmp_path, TEXT, "<b> my..file.yaml").name == "b-my..file"


@pytest.mark.parametrize("title", ["Ours", 'With "quotes": and #', "Ünïcode", "yes", "1"])
def test_new_scenario_is_valid(title: str, tmp_path: Path) -> None:
    loaded = _load(tmp_path, new_scenario(title))
    assert loaded.scenario.title == title
    assert list(loaded.scenario.strategies) == ["static", "jit-task", "jit-5m"]


@pytest.mark.parametrize(
    ("written", "limits"),
    [
        ("3", (None, 1e4)),
        ("{constant: 20000, at-least: 15000}", (1e4, 1e4)),
        ("{constant: 3, at-most: 40}", (None, 40)),
    ],
)
def test_a_task_makes_at_most_ten_thousand_calls(
    tmp_path: Path, written: str, limits: tuple[float | None, float]
) -> None:
    loaded = _load(tmp_path, f"extends: valid.yaml\ntasks: {{ship: {{markov: {{length: {written}}}}}}}\n")
    chain = loaded.scenario.tasks["ship"].markov
    assert chain is not None and (chain.length.at_least, chain.length.at_most) == limits
