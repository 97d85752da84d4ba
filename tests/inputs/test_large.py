"""Large files: what is limited, and that work grows with the file and not faster. Work is counted, not timed."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from sim import cli
from sim.core.errors import ScenarioError
from sim.inputs import load as load_room
from sim.inputs import messages, references, resolve, size, touching, yaml_tree
from sim.inputs.files import Source
from sim.inputs.load import load
from sim.inputs.schema import Scenario
from sim.inputs.tree import Group
from sim.inputs.yaml_tree import Room, parse
from tests.support import scenario, write


def estate(many: int, **resource: Any) -> dict[str, Any]:
    """A chain of roles, each of which can touch a resource of its own."""
    return scenario(
        estate={
            "resources": {f"r{n}": {"sensitivity": 2} | resource for n in range(many)},
            "roles": {f"s{n}": {"can": {f"r{n}": "read"}, "assumes": [f"s{n + 1}"]} for n in range(many)}
            | {f"s{many}": {}},
            "tools": {f"t{n}": {"uses": f"s{n}", "duration": "1s"} for n in range(many)},
        },
        tasks={f"j{n}": {"needs": [f"r{many - 1}"], "steps": [f"t{n}"], "thinking": "1s"} for n in range(many)},
        agents={
            f"a{n}": {"count": 1, "arrivals": {"closed-loop": {"pause": "1s"}}, "tasks": {f"j{n}": 1}}
            for n in range(many)
        },
    )


def dangling(many: int) -> dict[str, Any]:
    what = estate(many)
    for n in range(many):
        what["estate"]["roles"][f"s{n}"]["can"] = {f"q{n}": "read"}
    return what


LINEAR = 4.5
"""What work for a file four times as long may grow by."""

CASES: dict[str, Callable[[int], dict[str, Any]]] = {
    "sound": estate,
    "dangling": dangling,
    "unknown keys": lambda many: estate(many, sensitvity=3),
    "wrong values": lambda many: estate(many, sensitivity="high"),
    "wrong entries": lambda many: estate(many, labels=[1] * 3),
    "number keys": lambda many: scenario(estate={"resources": {n: {"sensitivity": 9} for n in range(many)}}),
}


def problem(what: str | Path) -> str:
    with pytest.raises(ScenarioError) as raised:
        load(what)
    return raised.value.problem


def calls(file: Path) -> int:
    """Calls that loading takes, of Python's functions and of C's."""
    counted = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal counted
        counted += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        load(file)
    except ScenarioError:
        pass
    finally:
        sys.setprofile(None)
    return counted


def growth(folder: Path, case: str, many: int = 100) -> float:
    """How many times the work is done for a file four times as long."""
    small, large = (write(folder, CASES[case](many), f"s{many}") for many in (many, 4 * many))
    load("quickstart")  # what is worked out once is not counted
    return calls(large) / calls(small)


@pytest.mark.parametrize("case", CASES)
def test_work_grows_with_the_file(tmp_path: Path, case: str) -> None:
    assert growth(tmp_path, case) < LINEAR


def test_words_for_every_problem_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: guesses at what was meant, for all problems though one is told."""
    monkeypatch.setattr(references, "partial", lambda function, *arguments: function(*arguments))
    assert growth(tmp_path, "dangling") > LINEAR


def test_a_search_among_all_entries_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: the place of each problem is looked for entry by entry."""

    def named(group: Group, part: str | int) -> Any:
        return next((entry for key, entry in group.entries.items() if same(key, part)), None)

    def same(key: object, part: object) -> bool:
        return str(key) == str(part)

    monkeypatch.setattr(Group, "named", named)
    assert growth(tmp_path, "wrong values", 400) > LINEAR


def test_one_problem_of_many_is_worded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worded: list[str] = []

    def unknown(key: object, allowed: Any) -> str:
        worded.append(str(key))
        return messages.unknown_key(key, allowed)

    monkeypatch.setattr(resolve, "unknown_key", unknown)
    file = write(tmp_path, CASES["unknown keys"](50))
    assert problem(file) == "unknown key 'sensitvity'; did you mean 'sensitivity'?"
    assert len(worded) == 1


def test_a_misspelt_name_among_many_is_compared_with_few(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"role-{n:06}" for n in range(30_000)]
    lengths: list[int] = []
    near = messages.difflib.get_close_matches

    def spied(given: str, among: list[str], **more: Any) -> list[str]:
        lengths.append(len(among))
        return list(near(given, among, **more))

    monkeypatch.setattr(messages.difflib, "get_close_matches", spied)
    assert messages.guess("role-012345x", names) == "did you mean 'role-012345'?"
    assert lengths == [messages.MOST_COMPARED]


def test_a_flood_of_problems_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    add = load_room._add_schema_problem
    monkeypatch.setattr(load_room, "_add_schema_problem", lambda *a: (told.append(a), add(*a)))
    monkeypatch.setattr(load_room, "MOST_PROBLEMS", 300)
    early, late = estate(600, sensitivity="high"), estate(600, sensitivity="high")
    for n in range(150):  # beyond the part that is looked at first
        late["estate"]["resources"][f"r{n}"]["sensitivity"] = 3
    for what, most in ((early, load_room.MOST_KEYS - 1), (late, 450)):
        told.clear()
        file = write(tmp_path, what)
        with pytest.raises(ScenarioError, match="a whole number is expected here") as raised:
            load(file)
        assert raised.value.line == file.read_text().splitlines().index("      sensitivity: high") + 1
        assert len(told) == most


def test_a_need_is_looked_for_once_however_many_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    what = Scenario.model_validate(estate(300))
    asked: list[str] = []

    class Counting(dict[str, list[str]]):
        def __getitem__(self, name: str) -> list[str]:
            asked.append(name)
            return super().__getitem__(name)

    roles = {name: role.assumes for name, role in what.estate.roles.items()}
    assert len(list(touching.components(Counting(roles)))) == len(asked) == len(roles)
    assert list(touching.untouchable(what)) == []


def test_the_work_of_a_task_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    mean = size.mean
    monkeypatch.setattr(size, "mean", lambda law: (asked.append(law), mean(law))[1])
    agents = {
        f"a{n}": {"count": 1, "arrivals": {"closed-loop": {"pause": "1s"}}, "tasks": {"job": 1}} for n in range(40)
    }
    what = scenario(
        tasks={"job": {"needs": ["box"], "steps": ["call"] * 500, "thinking": "1s"}}, agents={"bot": None} | agents
    )
    assert {one.expected for one in size.amounts(Scenario.model_validate(what)) if one.what == "tasks are"}
    assert len(asked) <= 40 + 3


BOMB = "a: &a [" + "x," * 9 + "]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(20)
)  # fmt: skip
HOSTILE = {
    "open lists": ("[" * 900, "1:31: nested too deeply: at most 30 levels are allowed", 40),
    "open mappings": ("{a: " * 100_000, "1:121: nested too deeply: at most 30 levels are allowed", 100),
    "dashes": ("- " * 300_000, "1:61: nested too deeply: at most 30 levels are allowed", 40),
    "alias bomb": (BOMB, "5:11: aliases (*) repeat more than 20000 values", 80),
    "text": ("a: " + "x" * 10_001, "1:4: a single value holds at most 10000 characters", 5),
    "digits": ("seed: " + "9" * 3_000_000, "1:7: a single value holds at most 10000 characters", 5),
    "key": ('"' + "x" * 900_000 + '": 1', "1:1: a single value holds at most 10000 characters", 5),
    "folded": ("a: >\n" + "  x y\n" * 9_000, "1:4: a single value holds at most 10000 characters", 5),
}


def test_lists_are_refused_however_deep_the_parser_looks_ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """libyaml has a limit of its own since PyYAML 6.0.4, and meets it before the first list is handed over."""
    monkeypatch.chdir(tmp_path)
    Path("h.yaml").write_text("[" * 300_000, encoding="utf-8")
    done = CliRunner().invoke(cli.app, ["check", "h.yaml"])
    places = {f"h.yaml:1:{column}: nested too deeply: at most 30 levels are allowed" for column in (31, 1001)}
    assert done.exit_code == 2
    assert done.output.strip() in places


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_after_few_steps(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, says, most = HOSTILE[name]
    events = 0
    parser = yaml.parse

    def counted(*arguments: Any, **more: Any) -> Iterator[Any]:
        nonlocal events
        for event in parser(*arguments, **more):
            events += 1
            yield event

    monkeypatch.chdir(tmp_path)
    Path("h.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(yaml_tree.yaml, "parse", counted)
    done = CliRunner().invoke(cli.app, ["check", "h.yaml"])
    assert (done.exit_code, done.output.strip()) == (2, f"h.yaml:{says}")
    assert events <= most


def test_aliases_of_the_longest_value_stay_within_the_limit() -> None:
    assert yaml_tree.LONGEST_VALUE * yaml_tree.MOST_REPEATED <= 200_000_000


def test_values_are_counted_over_a_whole_chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ScenarioError, match=r"s:3:3: too many values: a scenario holds at most 3000000"):
        parse(Source("s", tmp_path, "- 1\n- 2\n- 3\n"), room=Room(3))
    values = Room().values
    room = Room()
    own = write(tmp_path, scenario(), "base")
    load(own)
    parse(Source("s", tmp_path, own.read_text()), room=room)
    monkeypatch.setattr(Room.__init__, "__defaults__", (values - room.values + 1,))  # the mapping, extends
    (tmp_path / "own.yaml").write_text("extends: base.yaml\n")
    assert "too many values" in problem(tmp_path / "own.yaml")
    monkeypatch.setattr(Room.__init__, "__defaults__", (values - room.values + 2,))
    assert load(tmp_path / "own.yaml").name == "own"


def test_a_chain_is_as_large_as_a_file_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, scenario(), "base")
    (tmp_path / "own.yaml").write_text("extends: base.yaml\n")
    monkeypatch.setattr(load_room, "LARGEST", 300)
    with pytest.raises(
        ScenarioError, match=r"own\.yaml:1:10: extends: the files of a chain hold at most 0 MiB together"
    ):
        load(tmp_path / "own.yaml")


@pytest.mark.parametrize("on", [True, False])
def test_garbage_is_looked_for_afterwards_as_before(tmp_path: Path, on: bool) -> None:
    (tmp_path / "wrong.yaml").write_text("format: 1\n")
    seen: list[bool] = []
    (gc.enable if on else gc.disable)()
    try:
        load(write(tmp_path, scenario()), lambda *_: seen.append(gc.isenabled()))
        problem(tmp_path / "wrong.yaml")
        assert gc.isenabled() == on
        assert seen == [False]
    finally:
        gc.enable()


def test_whoever_waits_is_told_how_far_reading_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_tree, "TELL_EVERY", 100)
    file, told = write(tmp_path, estate(100)), list[tuple[int, int]]()
    load(file, lambda done, of: told.append((done, of)))
    length, values = len(file.read_text()), Room()
    parse(Source("s", file, file.read_text()), room=values)
    assert told == sorted(told)
    assert {of for _, of in told} == {length}
    assert told[-1] == (length, length)
    assert len(told) == (Room().values - values.values) // 100 + 1
