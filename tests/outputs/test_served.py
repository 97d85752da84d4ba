"""What a fallback serves, as it is told: by the check of a scenario, after a comparison, and in the report."""

import pytest

from sim.inputs.load import load
from sim.outputs import screen, served
from tests.support import Blank, compared, scenario, write

ESCROW = {"issuance": "leased", "escrow": True, "lifetime": "1h"}


@pytest.fixture
def content():
    """Of a task's four calls one is of a tool that takes static keys only."""
    return scenario(
        estate={
            "roles": {"account": {"can": {"box": "read"}}},
            "tools": {"sell": {"uses": "account", "duration": "1m", "accepts": ["static-key"]}},
        },
        tasks={"job": {"steps": ["call", "sell", "call", "call"]}},
        strategies={
            "only": None,
            "own": {"issuance": "per-task", "lifetime": "1h", "fallback": ESCROW},
            "idle": {"issuance": "standing", "fallback": {"issuance": "leased", "lifetime": "1h"}},
        },
    )


def test_a_check_tells_shares_of_tools_and_roles(tmp_path, content, capsys):
    screen.show_checked("case.yaml", load(write(tmp_path, content)))
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:] == [
        "  own: its fallback (static-key) serves 1 of 2 tools (50%) and 1 of 2 roles (50%)",
        "  idle: its fallback (token) serves 0 of 2 tools (0%) and 0 of 2 roles (0%)",
    ]


def test_the_report_tells_the_share_of_uses_too(tmp_path, content):
    found = compared(tmp_path, content)["strategies"]
    assert found["own"]["served_by_fallback"]["estimate"] == 0.25
    assert found["idle"]["served_by_fallback"]["estimate"] == 0
    report = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    rows = report.split("### Served by fallback")[1].split("\n\n")[1].splitlines()[2:]
    assert len(rows) == 1
    assert rows[0].startswith("| own | 1 of 2 (50%) | 1 of 2 (50%) | 25% [")


def test_without_a_fallback_nothing_is_told(tmp_path, content):
    content["estate"]["tools"]["sell"]["accepts"] = ["static-key", "token"]
    assert compared(tmp_path, content)["strategies"]["own"]["served_by_fallback"]["estimate"] == 0
    assert "### Served by fallback" not in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")


def test_after_a_comparison_only_those_that_served_are_told(tmp_path, content):
    from sim import study

    request = study.Request(write(tmp_path, content), out=tmp_path / "out", workers=1, engine="reference")
    lines = list(served.of_uses(study.compare(request, studio=Blank()).comparison))
    assert len(lines) == 1
    assert lines[0].startswith("own: its fallback served 25% ")
