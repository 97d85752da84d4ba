"""One point of the growth tables in a process of its own, so that its peak of memory is its own.

    python -m benchmarks.point '{"of": "agents", "number": 10, "horizon": "30d", "strategy": "static"}'

It prints what it measured as a line of JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy.typing as npt
import yaml

from benchmarks import estates
from benchmarks.subjects import Case, compiled_events, engines, reference_events
from sim.core.draws import Draws
from sim.engine import choice
from sim.inputs.load import load
from sim.inputs.schema import Scenario
from sim.measure.metrics import Metrics
from sim.model.reach import under

STATUS = Path("/proc/self/status")


def main(wanted: dict[str, Any]) -> dict[str, Any]:
    """Run the point: `of` agents or graph, with the arguments of that function of `estates`; `strategy`, `engine`."""
    engine = wanted.get("engine", engines()[-1])
    began = time.perf_counter()
    case = Case.of(_scenario(wanted), wanted["strategy"])
    strategy = case.plans[0]
    metrics = Metrics(case.world, strategy, under(case.world, strategy))
    first = _peak()
    before = _forget_peak()
    ready = time.perf_counter()
    events, rows = _run(case, engine, metrics)
    columns, leaks = metrics.result(0)
    done = time.perf_counter()
    return {
        "engine": engine,
        "events": events,
        "rows": rows,
        "tasks": columns["tasks_ended"],
        "leaks": len(leaks),
        "setup": ready - began,
        "seconds": done - ready,
        "peak": max(first, _peak()),
        "more": max(0, _peak() - before),
    }


def _peak() -> int:
    """The most memory that this process has had, in bytes."""
    if STATUS.exists():
        return _status("VmHWM")  # ru_maxrss would begin at what the parent had when it made this process
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _forget_peak() -> int:
    """The memory that this process has now, from which its peak rises anew where the system allows that.

    Loading compiled code takes more for a moment than a small run does, and would hide what the run takes.
    """
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return _peak()
    return _status("VmRSS")


def _status(name: str) -> int:
    lines = STATUS.read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def _scenario(wanted: dict[str, Any]) -> Scenario:
    if wanted["of"] == "graph":
        # Not through a file: reading a hundred thousand names with their places is not what is measured here.
        return Scenario.model_validate(estates.graph(wanted["number"]))
    content = estates.agents(wanted["number"], wanted["horizon"], wanted["strategy"], wanted.get("rate"))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "point.yaml"
        file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        return load(file).scenario


def _run(case: Case, engine: str, metrics: Metrics) -> tuple[int, int]:
    counted = 0

    def sink(rows: npt.NDArray[Any]) -> None:
        nonlocal counted
        counted += len(rows)
        metrics.add(rows)

    if engine == choice.REFERENCE:
        events = reference_events(case, case.plans[0], Draws(case.scenario.seed, 0), sink)
    else:
        events = compiled_events(choice.compiled(case.world, 1), case.plans[0], case.scenario.seed, sink)
    return events, counted


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
