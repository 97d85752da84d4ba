"""Scenarios as plain mappings, and the public path from YAML to summary."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from sim.outputs.sheets import Sheet
from sim.outputs.studio import Studio

NEVER = {"detection": {"chance": 0, "time": "1s"}}

MINIMAL: dict[str, Any] = {
    "format": 1,
    "title": "test",
    "horizon": "10d",
    "replications": 2,
    "estate": {
        "resources": {"box": {"sensitivity": 3}},
        "roles": {"worker": {"can": {"box": "read"}}},
        "tools": {"call": {"uses": "worker", "duration": "1m"}},
    },
    "tasks": {"job": {"needs": ["box"], "steps": ["call"], "thinking": "0s"}},
    "agents": {"bot": {"count": 1, "arrivals": {"every": {"interval": "1h"}}, "tasks": {"job": 1}}},
    "attacker": {"hop": "0s"},
    "strategies": {"only": {"issuance": "standing"}},
}


def merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`base` with `changes` laid over it deeply; None removes."""
    result = copy.deepcopy(base)
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = copy.deepcopy(value)
    return result


def scenario(**changes: Any) -> dict[str, Any]:
    """The minimal scenario with changes; underscores in top-level names stand for themselves."""
    return merged(MINIMAL, changes)


def write(folder: Path, content: dict[str, Any], name: str = "case") -> Path:
    """The content as a YAML file."""
    file = folder / f"{name}.yaml"
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return file


class Blank(Studio):
    """Draws in no time, for tests that are not about charts: drawing takes most of the time of a small comparison."""

    def draw(self, folder: Path, sheets: Sequence[Sheet]) -> None:
        for sheet in sheets:
            for stem in (sheet.figure.stem, f"{sheet.figure.stem}-dark"):
                (folder / f"{stem}.svg").write_text('<svg viewBox="0 0 1 1"></svg>', encoding="utf-8")


def compared(folder: Path, content: dict[str, Any], **request: Any) -> dict[str, Any]:
    """summary.json of a comparison of the scenario, made through the public path, without charts.

    On the reference engine, where tests plant faults; that both engines say the same is tested apart, so that large
    comparisons without a fault ask for `engine="auto"`.
    """
    out = request.pop("out", folder / "out")
    from sim import study

    told = {"workers": 1, "engine": "reference"} | request
    study.compare(study.Request(write(folder, content), out=out, **told), studio=Blank())
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return summary


def simulated(content: dict[str, Any], strategy: str | None = None, replication: int = 0, seed: int = 0):
    """(row, leaks, log) of one replication of one strategy, without files: for tests that look inside."""
    import numpy as np

    from sim.core.draws import Draws
    from sim.engine.reference.simulation import run
    from sim.inputs.schema import Scenario
    from sim.measure.metrics import Metrics
    from sim.model.credentials import plan
    from sim.model.reach import under
    from sim.model.world import build

    parsed = Scenario.model_validate(content)
    world = build(parsed)
    name = strategy or next(iter(parsed.strategies))
    chosen = plan(name, parsed.strategies[name], world)
    metrics = Metrics(world, chosen, under(world, chosen))
    chunks = []

    def sink(rows):
        chunks.append(rows)
        metrics.add(rows)

    run(world, chosen, Draws(seed, replication), sink)
    row, leaks = metrics.result(replication)
    return row, leaks, np.concatenate(chunks)
