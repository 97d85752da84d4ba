"""Whatever stands in a file: it loads, or one line says what is wrong and where."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.core.errors import ScenarioError
from sim.inputs import resolve
from sim.inputs.files import read_source
from sim.inputs.load import load
from sim.inputs.tree import plain
from sim.inputs.yaml_tree import parse

VALID = Path(__file__).parent / "valid.yaml"
TEXT = VALID.read_bytes()
DATA: Any = plain(parse(read_source(VALID, "valid.yaml")))
ONE_LINE = re.compile(r".+:\d+:\d+: .+")
STEADY = settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))

ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1,
    2,
    0.5,
    1e308,
    10**18,
    "",
    " ",
    "a",
    "3s",
    "0s",
    "-3s",
    "3",
    "1/s",
    "1e9/s",
    "5%",
    "../x",
    "<b>",
    "a..b",
    "\n",
    "\x00",
    "\u2028",
    "x" * 5000,
    "git",
    "repo",
    "static",
    "jit-task",
    [],
    [[]],
    [None],
    ["git"],
    ["git", 3],
    {},
    {"": 1},
    {"a": {}},
    {"value": 3},
    {"value": {"value": "3s"}, "source": "x"},
    {"source": "a.b"},
    {"evidence": "fit.dwell"},
    {"evidence": 3},
    {"evidence": None},
    {"value": None, "source": None},
    {"constant": "3s"},
    {"geometric": {"mean": 2}},
    {"mixture": [{"weight": 1, "of": {"mixture": []}}]},
    {"empirical": {"file": "valid.yaml"}},
    {"empirical": {"file": "\x00"}},
    {"empirical": {"file": "/dev/zero"}},
    {"empirical": {"quantiles": {"0": "1s", "1": "2s"}}},
    {"empirical": {"quantiles": {0: "1s", 1: "2s"}}},
    {"lognormal": {"median": "1s", "sigma": 1e200}},
    {"weibull": {"shape": 1e-300, "scale": "1s"}},
    {"uniform": {"low": "1000y", "high": "1000y"}},
    {"poisson": {"rate": "1e300/s"}},
)
ODD_KEYS = (
    "",
    "a",
    "value",
    "source",
    "evidence",
    "extends",
    "preset",
    "<b>",
    "../x",
    "title",
    "git",
    "issuance",
    "\n",
    "x" * 99,
    1,
    0.5,
    True,
    None,
)
ODD_BYTES = (
    b"\n",
    b"\t",
    b" ",
    b":",
    b": ",
    b"-",
    b"- ",
    b"[",
    b"]",
    b"{",
    b"}",
    b",",
    b"#",
    b"&a ",
    b"*a",
    b"!!str ",
    b"!x ",
    b"|\n",
    b">\n",
    b"'",
    b'"',
    b"\\",
    b"%",
    b"@",
    b"`",
    b"? ",
    b"<<: ",
    b"---\n",
    b"...\n",
    b"\x00",
    b"\xff",
    b"\xc3",
    b"\xe2\x80\xa8",
    b"\xef\xbb\xbf",
    b"~",
    b".nan",
    b".inf",
    b"1e999",
    b"null",
    b"\r",
    b"\r\n",
    b"[" * 40,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "valid.yaml").write_bytes(TEXT)
    return folder


def _outcome(folder: Path, content: bytes) -> str:
    """`loaded`, or the message; any other exception is a failure of the test."""
    file = folder / "fuzzed.yaml"
    file.write_bytes(content)
    try:
        load(file)
    except ScenarioError as error:
        message = str(error)
        assert ONE_LINE.fullmatch(message), ascii(message)
        assert "pydantic" not in message
        return message
    return "loaded"


def _written(data: Any) -> bytes:
    return bytes(yaml.dump(data, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), encoding="utf-8"))


def _places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    below = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in below:
        yield (*path, key)
        yield from _places(value, (*path, key))


PLACES = tuple(_places(DATA))


def _delete(at: Any, key: Any, _: Any) -> None:
    del at[key]


def _replace(at: Any, key: Any, value: Any) -> None:
    at[key] = value


def _wrap(at: Any, key: Any, value: Any) -> None:
    at[key] = {"value": at[key], "source": value if isinstance(value, dict) else "our own log"}


def _rename(at: Any, key: Any, value: Any) -> None:
    new = ODD_KEYS[len(str(value)) % len(ODD_KEYS)]
    if isinstance(at, dict):
        at[new] = at.pop(key)
    else:
        at.append({new: at[key]})


OPERATIONS: tuple[Callable[[Any, Any, Any], None], ...] = (_delete, _replace, _wrap, _rename)
CHANGES = st.lists(
    st.tuples(st.sampled_from(OPERATIONS), st.sampled_from(PLACES), st.sampled_from(ODD_VALUES)), min_size=1, max_size=3
)


def _changed(changes: list[tuple[Callable[[Any, Any, Any], None], tuple[Any, ...], Any]]) -> Any:
    data = copy.deepcopy(DATA)
    for operation, path, value in changes:
        at = data
        try:
            for key in path[:-1]:
                at = at[key]
            operation(at, path[-1], copy.deepcopy(value))
        except (KeyError, IndexError, TypeError, AttributeError):
            continue  # an earlier change took the place away
    return data


@settings(STEADY, max_examples=500)
@given(changes=CHANGES, extending=st.booleans())
def test_changed_trees(folder: Path, changes: list[Any], extending: bool) -> None:
    data = _changed(changes)
    if extending:
        data["extends"] = "valid.yaml"
    _outcome(folder, _written(data))


@settings(STEADY, max_examples=500)
@given(
    edits=st.lists(
        st.tuples(st.integers(0, len(TEXT)), st.integers(0, 12), st.sampled_from(ODD_BYTES)), min_size=1, max_size=4
    )
)
def test_changed_bytes(folder: Path, edits: list[tuple[int, int, bytes]]) -> None:
    content = TEXT
    for start, length, inserted in edits:
        content = content[:start] + inserted + content[start + length :]
    _outcome(folder, content)


@settings(STEADY, max_examples=150)
@given(lines=st.lists(st.integers(0, TEXT.count(b"\n")), min_size=1, max_size=4), twice=st.booleans())
def test_lines_left_out_or_twice(folder: Path, lines: list[int], twice: bool) -> None:
    kept = [
        line * (2 if twice else 0) if number in lines else line
        for number, line in enumerate(TEXT.splitlines(keepends=True))
    ]
    _outcome(folder, b"".join(kept))


@settings(STEADY, max_examples=150)
@given(content=st.binary(max_size=200))
def test_any_bytes(folder: Path, content: bytes) -> None:
    assert _outcome(folder, content) != "loaded"


@pytest.mark.parametrize("value", ODD_VALUES, ids=lambda value: ascii(value)[:20])
def test_each_odd_value_at_each_place(folder: Path, value: Any) -> None:
    """Every kind of value once at a place of each kind."""
    for path in PLACES[::23]:
        _outcome(folder, _written(_changed([(_replace, path, value)])))


def test_an_error_of_another_kind_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: a walk that trusts what it reads."""
    monkeypatch.setattr(resolve, "compact", lambda tree: tree.written)
    with pytest.raises(AttributeError):
        _outcome(folder, TEXT)
