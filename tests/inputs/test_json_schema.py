"""The JSON Schema agrees with the loader on what is right, and knows misspelt keys."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sim.inputs.bundled import bundled
from sim.inputs.files import read_source
from sim.inputs.json_schema import json_schema
from sim.inputs.new import new_scenario
from sim.inputs.tree import Items, Scalar, Tree
from sim.inputs.yaml_tree import parse

HERE = Path(__file__).parent
SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)


def _data(tree: Tree) -> Any:
    """What an editor sees: keys are text, null is kept."""
    if isinstance(tree, Scalar):
        return tree.value
    if isinstance(tree, Items):
        return [_data(each) for each in tree.items]
    return {str(key): _data(entry.tree) for key, entry in tree.entries.items()}


def _file(path: Path) -> Any:
    return _data(parse(read_source(path, path.name)))


VALID = _file(HERE / "valid.yaml")


def test_it_is_a_schema_with_readable_names() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert {"DistributionOfDuration", "LognormalOfMoney", "Tool", "ToolChanges"} <= SCHEMA["$defs"].keys()
    assert all(name.isalnum() for name in SCHEMA["$defs"])
    references = set(json.dumps(SCHEMA).split('"#/$defs/')[1:])
    assert {each.split('"')[0] for each in references} <= SCHEMA["$defs"].keys()


@pytest.mark.parametrize("path", [HERE / "valid.yaml", *(each.path for each in bundled())], ids=lambda path: path.stem)
def test_scenarios_are_valid(path: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(_file(path))] == []


def test_the_starter_is_valid(tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text(new_scenario("A title"), encoding="utf-8")
    assert VALIDATOR.is_valid(_file(tmp_path / "new.yaml"))


CHANGES: list[tuple[tuple[str, ...], object]] = [
    (("titel",), "x"),
    (("estate", "tools", "git", "durration"), "3s"),
    (("estate", "rolls"), {}),
    (("strategies", "static", "lifetme"), "3m"),
    (("strategies", "static", "preset"), "jit-tsk"),
    (("tasks", "fix", "thinking"), {"lognormal": {"median": "4s", "p59": "9s"}}),
    (("tasks", "fix", "thinking"), {"geometric": {"mean": 3}}),
    (("tasks", "fix", "thinking"), 3),
    (("tasks", "fix", "thinking"), {"evidence": "no.such.row"}),
    (("tasks", "fix", "thinking"), {"value": "3s", "sauce": "x"}),
    (("tasks", "fix", "needs"), "repo"),
    (("horizon",), 10),
    (("horizon",), "10 fortnights"),
    (("seed",), -1),
    (("replications",), 100_001),
    (("leaks", "log", "per-use"), 1.5),
    (("leaks", "log", "preset"), "static"),
    (("agents", "a b"), VALID["agents"]["bots"]),
    (("estate", "resources", "repo", "sensitivity"), 6),
    (("estate", "secrets", "KEY", "readable-with"), "wirte"),
]


@pytest.mark.parametrize(("path", "value"), CHANGES, ids=lambda each: ".".join(each) if isinstance(each, tuple) else "")
def test_what_is_wrong_is_refused(path: tuple[str, ...], value: object) -> None:
    data = copy.deepcopy(VALID)
    at = data
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    assert VALIDATOR.is_valid(VALID)
    assert not VALIDATOR.is_valid(data)


def test_keys_may_be_left_out_where_a_scenario_extends_another() -> None:
    changes = {"extends": "quickstart", "estate": {"tools": {"read-ticket": {"fails": 0.1}}}, "leaks": {"log": None}}
    assert VALIDATOR.is_valid(changes)
    assert not VALIDATOR.is_valid({key: value for key, value in changes.items() if key != "extends"})
    assert not VALIDATOR.is_valid({**changes, "titel": "x"})
    incomplete = copy.deepcopy(VALID)
    del incomplete["estate"]["tools"]["git"]["uses"]
    assert not VALIDATOR.is_valid(incomplete)


def test_channels_may_start_from_presets() -> None:
    assert VALIDATOR.is_valid({**VALID, "leaks": {"log": {}, "own": {"preset": "prompt", "detection": None}}})
    assert not VALIDATOR.is_valid({**VALID, "leaks": {"own": {"preset": "prompt", "dtection": None}}})


def test_any_value_may_have_a_source() -> None:
    data = copy.deepcopy(VALID)
    data["seed"] = {"value": 3, "source": "a die"}
    data["tasks"]["fix"]["needs"] = {"value": ["repo"], "source": "us"}
    data["issuer"]["back-off"] = {"value": {"first": "3s"}, "source": "vendor"}
    data["estate"]["roles"]["coder"]["can"] = {"value": {"repo": "read"}, "source": "audit"}
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []
