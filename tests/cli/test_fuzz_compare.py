"""Mutated scenarios through the whole line: one kind line or a whole results folder; never anything between."""

import copy
import re
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import study
from sim.core.errors import AfterleakError
from sim.outputs import results
from tests.support import merged, scenario, write

BASE = scenario(
    horizon="2d",
    replications=1,
    profiles={"office": {}},
    estate={
        "resources": {"box": {"stores": ["KEY"], "loss": "1k"}, "far": {"sensitivity": 5}},
        "secrets": {"KEY": {"opens": "far-reader", "rotated-every": "1d"}},
        "roles": {"far-reader": {"can": {"far": "read"}, "assumes": ["worker"], "mints": ["far-reader"]}},
    },
    agents={"bot": {"count": 2, "tenure": {"exponential": {"mean": "2d"}}}},
    leaks={
        "log": {"per-use": 0.3, "discovery": {"time": "1h"}, "detection": {"time": {"exponential": {"mean": "3h"}}}},
        "file": {"at-rest": "1/d", "discovery": {"chance": 0.5, "time": "2h"}},
    },
    attacker={"hop": {"lognormal": {"median": "10m", "sigma": 1}}},
    defender={"intrusion": {"detection": {"time": "6h"}, "eviction": "1h"}, "staffed": "office"},
    issuer={"service": "1s", "fails": 0.1, "outages": {"between": "8h", "lasting": "1h"}},
    strategies={
        "only": {"revocation": {"detection": {"by": "manual", "delay": "1h"}}, "redeployment": "2h"},
        "rotated": {"issuance": "standing", "sharing": "fleet", "rotation": {"every": "6h", "overlap": "1h"}},
        "leased": {"issuance": "leased", "lifetime": "2h", "renewal": {"at": 0.5, "max-life": "6h"}},
        "jit": {
            "issuance": "per-task",
            "lifetime": "15m",
            "scope": "task",
            "revocation": {"task-end": {"delay": "2s"}},
        },
    },
)
ODD = [
    None, True, 0, 1, -1, 0.5, 1.5, "", "0s", "1us", "3s", "30m", "9d", "-3s", "1/d", "0/d", "worker", "far", "KEY",
    "bot",
    "<b>", "../x", [], ["far"], ["KEY"], {}, {"time": "0s"}, {"constant": "1s"}, {"delay": "0s"}, {"count": 1},
    {"lognormal": {"median": "1s", "sigma": 9}}, {"weibull": {"shape": 0.01, "scale": "1h"}}, {"jit": {}}, "standing",
    "leased", "per-task", "task", "role", "fleet", "kind", "sender-constrained", "admin", "aligned", float("nan"),
]  # fmt: skip
ONE_LINE = re.compile(r"[^\n]+")


def places(tree, path=()):
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield (*path, key)
        yield from places(value, (*path, key))


def mutate(tree, path, value):
    """Set the place to the value; None deletes it; a place that an earlier mutation took away stays away."""
    at = tree
    for key in path[:-1]:
        try:
            at = at[key]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(at, dict) and value is None:
        at.pop(path[-1], None)
    elif isinstance(at, dict) or (isinstance(at, list) and path[-1] < len(at)):
        at[path[-1]] = value


@pytest.fixture
def without_charts(monkeypatch):
    """Charts have tests of their own, and would take most of the time here."""
    monkeypatch.setattr("sim.outputs.results.comparison_sheets", lambda *_, **__: ())


def outcome(folder, content):
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    try:
        done = study.compare(study.Request(write(folder, content), out=out, workers=1))
    except AfterleakError as error:
        assert ONE_LINE.fullmatch(str(error))
        assert not out.exists()
    else:
        assert done.folder == out
        assert {"summary.json", "report.md", "manifest.json"} <= {p.name for p in out.iterdir()}
    assert {p.name for p in folder.iterdir()} <= {"case.yaml", "out"}
    return out.exists()


CHANGES = st.lists(st.tuples(st.sampled_from(list(places(BASE))), st.sampled_from(ODD)), min_size=1, max_size=3)
STEADY = settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@STEADY
@given(changes=CHANGES)
def test_a_mutated_scenario_is_refused_or_compared_whole(changes, tmp_path, without_charts):
    content = copy.deepcopy(BASE)
    for path, value in changes:
        mutate(content, path, copy.deepcopy(value))
    outcome(tmp_path, content)


def test_the_base_is_compared(tmp_path, without_charts):
    assert outcome(tmp_path, BASE)


def test_a_failure_while_saving_leaves_what_was_there(tmp_path, monkeypatch, without_charts):
    """Planted fault: the report cannot be written; the results from before stay, and so do finished replications."""
    assert outcome(tmp_path, BASE)
    before = (tmp_path / "out" / "summary.json").read_bytes()

    def broken(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(results, "report_markdown", broken)
    changed = merged(BASE, {"seed": 5})
    with pytest.raises(AfterleakError, match="No space left"):
        study.compare(study.Request(write(tmp_path, changed), out=tmp_path / "out", workers=1))
    assert (tmp_path / "out" / "summary.json").read_bytes() == before
    assert not (tmp_path / "out.new").exists()
    assert (tmp_path / "out.partial" / "finished.jsonl").read_bytes().count(b"\n") == 1
