"""Suite `throughput`: replications per second in one process and in two, and whole commands from shell to report."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time

from benchmarks.subjects import Effort, engines
from benchmarks.tables import Column, Row, Table, count, seconds, spread
from benchmarks.timing import Spread
from sim.engine.choice import COMPILED, REFERENCE
from sim.inputs.load import load
from sim.trials.executors import executor
from sim.trials.runner import Job

COMMAND = (sys.executable, "-m", "sim.cli")
NUMBER = {REFERENCE: 200, COMPILED: 2_000}
"""Replications of each measurement."""


def suite(effort: Effort) -> list[Table]:
    """Both tables."""
    return [replications(effort), commands(effort)]


def replications(effort: Effort) -> Table:
    """Replications of quickstart, all strategies, rows ready to be summarised; engines and workers take turns."""
    scenario = load("quickstart").scenario
    job = Job(scenario, tuple(scenario.strategies), scenario.seed)
    pairs = [(engine, workers) for engine in engines() for workers in (1, 2)]
    found: dict[tuple[str, int], list[float]] = {pair: [] for pair in pairs}
    for _ in range(effort.repeats):
        for engine, workers in pairs:
            number = 10 if effort.quick else NUMBER[engine]
            found[engine, workers].append(_rate(job, engine, workers, number))
    rows: list[Row] = [
        {"engine": engine, "workers": workers, "rate": Spread.of(rates)} for (engine, workers), rates in found.items()
    ]
    columns = (
        Column("engine", "engine"),
        Column("workers", "workers"),
        Column("rate", "replications per second", spread(count)),
    )
    return Table("replications", "Replications of quickstart", columns, rows)


def _rate(job: Job, engine: str, workers: int, number: int) -> float:
    """From the first result to the last, so that starting the workers does not count."""
    moments = [time.perf_counter() for _ in executor(engine, workers).run(job, range(number), lambda _: None)]
    return (number - 1) / (moments[-1] - moments[0])


def commands(effort: Effort) -> Table:
    """`afterleak compare`, warm: it has been run before on this machine."""
    asked = [("quickstart", ""), *(("quickstart", engine) for engine in engines())]
    asked += [("coding-agents", ""), ("coding-agents", COMPILED)] if COMPILED in engines() else []
    rows = [_command(scenario, engine, effort) for scenario, engine in asked]
    columns = (Column("subject", "command"), Column("seconds", "time", spread(seconds)))
    return Table("commands", "Whole commands, warm", columns, rows)


def _command(scenario: str, engine: str, effort: Effort) -> Row:
    extra = ("--engine", engine) if engine else ()
    extra += ("--replications", "1") if effort.quick else ()
    rounds = [_once(scenario, extra) for _ in range((1 if effort.quick else effort.repeats) + 1)]
    return {"subject": f"`{' '.join(('afterleak compare', scenario, *extra))}`", "seconds": Spread.of(rounds[1:])}


def _once(scenario: str, extra: tuple[str, ...]) -> float:
    # A folder of its own each time: in the same one, a run would take over what the run before has simulated.
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        subprocess.run(
            [*COMMAND, "compare", scenario, "--out", f"{folder}/out", *extra], check=True, stdout=subprocess.DEVNULL
        )
        return time.perf_counter() - began
