# ruff: noqa: E501 - messages are one line each, as they are told
"""Claim files that cannot be meant: each with its exact message, at its place, and no value repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.core.errors import ScenarioError
from sim.inputs.bundled import bundled, bundled_claims
from sim.inputs.claims import AS_IS, OFF, load_claim
from sim.inputs.load import load
from sim.measure.catalogue import BY_KEY

SOUND = """\
format: 1
title: a title
claim: a claim
scenario:
  extends: quickstart
  title: of the claim
variants:
  more: {replications: 3}
experiment:
  metric: leaks
  arm: {strategy: jit-task}
  against: {strategy: static, variant: more}
  predicts: lower
sweep:
  title: seeds
  values: [1, 2]
  change: {seed: VALUE}
off: {title: off, change: {replications: 1}}
"""

WRONG = [
    ("claim: a claim\n", "", "1:1: the key 'claim' is missing here"),
    ("claim: a", "claims: a", "3:1: unknown key 'claims'; did you mean 'claim'?"),
    ("title: a title", "title: [", "2:8: not valid YAML: the list that [ opens here is not closed with ], or a comma is missing in it"),
    ("format: 1", "format: 2", "1:9: only 1 is allowed here"),
    ("predicts: lower", "predicts: lwer", "13:13: one of these is expected here: lower, higher; did you mean 'lower'?"),
    ("metric: leaks", "metric: leeks", "10:11: there is no metric called 'leeks'; did you mean 'leaks'?"),
    ("strategy: jit-task", "strategy: jit", "11:19: there is no strategy called 'jit'; strategies: static, rotated, jit-task"),
    ("variant: more", "variant: mere", "12:40: there is no variant called 'mere'; did you mean 'more'?"),
    ("{strategy: static, variant: more}", "{strategy: jit-task}", "12:12: this is the very side that it is to be compared with"),
    ("  extends: quickstart\n", "", "5:3: the key 'format' is missing here"),
    ("extends: quickstart", "extends: quikstart", "5:12: extends: there is no such file beside this one, nor a bundled scenario of that name; did you mean 'quickstart'?"),
    ("  title: of", "  titel: of", "6:3: unknown key 'titel'; did you mean 'title'?"),
    ("more: {replications: 3}", "more: {replications: many}", "8:24: a whole number is expected here"),
    ("[1, 2]", "[1]", "16:11: at least one entry is needed here"),
    ("[1, 2]", "[2, 1]", "15:3: the values of a sweep must rise"),
    ("[1, 2]", "[1, 2d]", "15:3: the values of a sweep are of one kind: all durations, all rates or all numbers"),
    ("[1, 2]", "[1, soon]", "16:15: a value here is a duration, a rate or a number; a duration is a number and a unit, such as 90s, 15m, 8h or 27d (units: us, ms, s, m, h, d, w, y)"),
    ("[1, 2]", "[0.5, 1]", "16:12: a whole number is expected here"),
    ("seed: VALUE", "seed: 1", "17:11: the word VALUE stands nowhere in it; write it where each of the values is to stand"),
    ("{replications: 1}", "{}", "18:27: at least one entry is needed here"),
    ("{replications: 1}", "{replications: 0}", "18:42: the whole number must be 1 or more"),
    ("{replications: 1}", "{strategies: {jit-task: {lifetime: 5}}}", "18:62: a unit is missing: a duration is a number and a unit, such as 90s, 15m, 8h or 27d (units: us, ms, s, m, h, d, w, y)"),
]  # fmt: skip


def claim(folder: Path, text: str = SOUND):
    (folder / "c.yaml").write_text(text, encoding="utf-8")
    return load_claim("c.yaml", BY_KEY)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("what", "instead", "problem"), WRONG, ids=lambda each: each[:30])
def test_message(what, instead, problem, tmp_path):
    assert what in SOUND
    with pytest.raises(ScenarioError) as raised:
        loaded = claim(tmp_path, SOUND.replace(what, instead))
        for condition in loaded.conditions:
            loaded.scenario(condition, None)
    assert str(raised.value) == f"c.yaml:{problem}"


def test_every_condition_has_its_scenario(tmp_path):
    loaded = claim(tmp_path)
    assert loaded.conditions == (AS_IS, OFF, 0, 1)
    shown = {
        (condition, variant): loaded.scenario(condition, variant).scenario
        for condition in loaded.conditions
        for variant in (None, "more")
    }
    assert {key: (each.replications, each.seed) for key, each in shown.items()} == {
        (AS_IS, None): (20, 0), (OFF, None): (1, 0), (0, None): (20, 1), (1, None): (20, 2),
        (AS_IS, "more"): (3, 0), (OFF, "more"): (3, 0), (0, "more"): (3, 1), (1, "more"): (3, 2),
    }  # fmt: skip
    assert {each.title for each in shown.values()} == {"of the claim"}


def test_a_change_in_a_variant_is_made_over_its_own_and_nowhere_else(tmp_path):
    loaded = claim(tmp_path, SOUND.replace("off: {title: off,", "off: {title: off, variant: more,"))
    found = [loaded.scenario(OFF, variant).scenario.replications for variant in (None, "more")]
    assert found == [20, 1]


def test_its_scenario_is_that_of_a_file_of_its_own(tmp_path):
    (tmp_path / "s.yaml").write_text("extends: quickstart\ntitle: of the claim\n", encoding="utf-8")
    assert claim(tmp_path).scenario(AS_IS, None).hash == load("s.yaml").hash


def test_values_stand_where_the_sweep_says_in_every_place(tmp_path):
    values = SOUND.replace("values: [1, 2]", "values: [90s, 2h]").replace(
        "{seed: VALUE}", "{leaks: {log: {discovery: {time: {exponential: {mean: VALUE}}}}}, attacker: {hop: VALUE}}"
    )
    loaded = claim(tmp_path, values)
    found = [loaded.scenario(condition, None).scenario for condition in (0, 1)]
    assert [each.attacker.hop.constant for each in found] == [90_000_000, 7_200_000_000]
    assert [each.leaks["log"].discovery.time.exponential.mean for each in found] == [90_000_000, 7_200_000_000]
    assert [each.amount for each in loaded.claim.sweep.values] == [0.025, 2]


def test_names_of_claims(tmp_path):
    with pytest.raises(ScenarioError) as raised:
        load_claim("orfans", BY_KEY)
    assert str(raised.value) == (
        "orfans:0:0: there is no such file, nor a bundled claim of that name; did you mean 'orphans'?"
    )
    assert load_claim("orphans", BY_KEY).file == "scenarios/claims/orphans.yaml"
    assert not [each for each in bundled() if "claims" in str(each[0])]
    assert not [name for name in bundled_claims() if name.startswith("_")]


def test_values_are_never_echoed(tmp_path):
    for what in ("format: 1", "metric: leaks", "[1, 2]", "seed: VALUE", "{replications: 1}"):
        with pytest.raises(ScenarioError) as raised:
            loaded = claim(tmp_path, SOUND.replace(what, f"{what.partition(':')[0]}: hunter2 secret"))
            for condition in loaded.conditions:
                loaded.scenario(condition, None)
        assert "hunter2" not in str(raised.value)
