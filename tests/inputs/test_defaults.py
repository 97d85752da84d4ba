"""What a scenario leaves to the defaults is told, with the value that is simulated."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sim.inputs import defaults
from sim.inputs.bundled import bundled
from sim.inputs.defaults import defaults_used, grouped
from sim.inputs.load import load
from sim.inputs.schema import Scenario
from tests.support import scenario as minimal

VALID = Path(__file__).parent / "valid.yaml"


def _shown(scenario: Scenario) -> dict[str, str]:
    found = defaults_used(scenario)
    assert len({each.path for each in found}) == len(found)
    return {each.path: each.shown for each in found}


def _minimal(folder: Path, **changes: object) -> Scenario:
    (folder / "s.yaml").write_text(yaml.safe_dump(minimal(**changes), sort_keys=False), encoding="utf-8")
    return load(folder / "s.yaml").scenario


def test_values_are_shown_with_their_units(tmp_path: Path) -> None:
    found = _shown(_minimal(tmp_path))
    wanted = {
        "estate.roles.worker.session": "1h", "issuer.service": "0s", "issuer.retries": "5", "issuer.capacity": "16",
        "issuer.back-off.most": "1m", "issuer.rate-limit": "none (no limit)", "estate.tools.call.retries": "3",
        "estate.tools.call.needs-credential-until-end": "false", "agents.bot.concurrency": "1",
        "agents.bot.arrivals.every.first": "0s", "strategies.only.binding": "bearer",
        "strategies.only.sharing": "agent", "strategies.only.redeployment": "none (at once)",
        "defender.staffed": "none (always)",
    }  # fmt: skip
    assert {path: found.get(path) for path in wanted} == wanted


def test_texts_runs_and_what_is_not_simulated_are_left_out(tmp_path: Path) -> None:
    found = _shown(_minimal(tmp_path))
    idle = ("title", "story", "labels", "loss", "seed", "replications", "baseline", "lifetime", "burst", "scope")
    assert not [path for path in found if path.split(".")[-1] in idle]
    assert "estate.tools.call.back-off.first" not in found, "a tool that never fails is never called again"


def test_what_is_written_is_no_default(tmp_path: Path) -> None:
    written = _minimal(tmp_path, issuer={"service": "0s", "back-off": {"first": "1s"}})
    found = _shown(written)
    assert "issuer.service" not in found and "issuer.back-off.first" not in found
    assert found["issuer.back-off.factor"] == "2"


@pytest.mark.parametrize("path", [VALID, *(each.path for each in bundled())], ids=lambda path: path.stem)
def test_no_default_is_also_an_input(path: Path) -> None:
    loaded = load(path)
    found = _shown(loaded.scenario)
    assert found and not found.keys() & {each.path for each in loaded.inputs}
    rows = grouped(defaults_used(loaded.scenario), loaded.scenario)
    assert len(set(rows)) == len(rows) <= len(found)


def test_a_default_that_all_share_is_one_row() -> None:
    scenario = load(VALID).scenario
    rows = dict(grouped(defaults_used(scenario), scenario))
    assert rows["estate.roles.{coder, deployer}.session"] == "1h"
    assert rows["agents.*.concurrency"] == "1"
    assert rows["estate.tools.deploy.retries"] == "3"
    assert rows["leaks.disk.discovery.chance"] == "1"
    assert rows["issuer.fails"] == "0"


def test_names_may_hold_dots(tmp_path: Path) -> None:
    tool = {"uses": "worker", "duration": "1m"}
    scenario = _minimal(tmp_path, estate={"tools": {"call.b": tool, "call.b.c": tool}})
    rows = dict(grouped(defaults_used(scenario), scenario))
    assert rows["estate.tools.*.retries"] == "3"


def test_what_is_idle_is_left_out_for_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: without the table of idle keys, knobs that a strategy refuses are told."""
    scenario = load("quickstart").scenario
    assert "strategies.jit-task.sharing" not in _shown(scenario)
    monkeypatch.setattr(defaults, "_IDLE", {})
    assert _shown(scenario)["strategies.jit-task.sharing"] == "agent"


def test_what_tools_touch_counts_for_action_scope_only(tmp_path: Path) -> None:
    for strategy, listed in (("jit-task", False), ("jit-action", True)):
        file = tmp_path / "case.yaml"
        file.write_text(f"extends: quickstart\nbaseline: null\nstrategies: {{{strategy}: {{}}}}\n", encoding="utf-8")
        paths = {one.path for one in defaults_used(load(file).scenario)}
        assert ("estate.tools.read-ticket.touches" in paths) is listed
        assert "estate.tools.read-ticket.accepts" in paths
