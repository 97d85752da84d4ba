"""Suite `growth`: time and memory with more agents, a longer horizon, a larger estate; metrics streaming."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.estates import RATE
from benchmarks.subjects import Effort
from benchmarks.tables import Column, Row, Table, count, megabytes, seconds, short

AGENTS = ((1, "1095d"), (10, "1095d"), (100, "365d"), (1_000, "60d"), (10_000, "7d"))
HORIZONS = ("30d", "90d", "365d", "1095d")
NODES = (10, 100, 1_000, 10_000, 100_000)
STRATEGY = "jit-task"
"""The strategy with the most events."""
YEAR = ("static", "rotated", "jit-task-manual-revocation")
"""Strategies of the run of ten thousand agents for a year: the presets that renew are refused, as too much."""
QUICK = ((1, "5d"), (10, "5d"))


def suite(effort: Effort) -> list[Table]:
    """The tables of growth, and the long run if it is wanted."""
    sizes, horizons, nodes = (QUICK, HORIZONS[:1], NODES[:2]) if effort.quick else (AGENTS, HORIZONS, NODES)
    rows = [_agents(number, horizon) for number, horizon in sizes]
    rows += [_agents(8, horizon) for horizon in horizons]
    walked = [_point(f"{count(number)} nodes", of="graph", number=number, strategy="standing") for number in nodes]
    tables = [
        Table("growth", f"Growth with agents and horizon, {STRATEGY}", _columns("agents, horizon"), rows),
        Table("graph", "Growth with the estate that a leaked credential leads through", _columns("estate"), walked),
    ]
    return [*tables, year()] if effort.slow else tables


def year() -> Table:
    """Ten thousand agents for a year."""
    rows = [_agents(10_000, "365d", strategy=name, rate=RATE) for name in YEAR]
    named = [row | {"point": name} for name, row in zip(YEAR, rows, strict=True)]
    return Table("year", f"10,000 agents for 365 days, {RATE} tasks each", _columns("strategy"), named)


def _agents(number: int, horizon: str, strategy: str = STRATEGY, **more: Any) -> Row:
    days = count(int(horizon.removesuffix("d")))
    name = f"{count(number)} {'agent' if number == 1 else 'agents'}, {days} d"
    return _point(name, of="agents", number=number, horizon=horizon, strategy=strategy, **more)


def _point(point: str, **wanted: Any) -> Row:
    command = [sys.executable, "-m", "benchmarks.point", json.dumps(wanted)]
    root = str(Path(__file__).parents[1])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((root, os.environ.get("PYTHONPATH", "")))}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=root, env=environment)
    row: Row = json.loads(done.stdout)
    per_event = row["seconds"] / row["events"] if row["events"] else None
    return {"point": point, "per_event": per_event} | row


def _columns(first: str) -> tuple[Column, ...]:
    return (
        Column("point", first),
        Column("engine", "engine"),
        Column("tasks", "tasks", count),
        Column("leaks", "leaks", count),
        Column("events", "scheduler events", short),
        Column("rows", "log rows", short),
        Column("setup", "set-up", seconds),
        Column("seconds", "run", seconds),
        Column("per_event", "per event", seconds),
        Column("peak", "peak memory", megabytes),
        Column("more", "in the run", megabytes),
    )
