"""Suite `engines`: compiled against reference on every bundled scenario and every strategy, metrics streaming."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.subjects import REPLICATION, Case, Effort, Log, bare, checked_logs, engines
from benchmarks.tables import Column, Row, Table, count, seconds, short, spread, times
from benchmarks.timing import Measured
from sim.core.units import DAY
from sim.engine.choice import COMPILED, REFERENCE
from sim.inputs.bundled import bundled_names
from sim.inputs.load import load
from sim.inputs.schema import Scenario
from sim.trials.runner import Job, Runner, rare_collections
from sim.trials.work import expected_events

PRESETS = "coding-agents"
"""The scenario whose strategies, all presets, are also measured one by one."""
BARE = ", no reader"
FEW, MANY = 20_000, 1_000_000
"""Scheduler events of all strategies, in a quick run and in one that is not slow."""


def suite(effort: Effort) -> list[Table]:
    """Both tables."""
    scenarios = {name: _cut(load(name).scenario, effort) for name in bundled_names()}
    rows = [_measured(name, scenario, effort) for name, scenario in scenarios.items()]
    presets = scenarios[PRESETS]
    one_by_one = [_measured(name, presets, effort, name) for name in presets.strategies]
    return [
        Table("engines", "One replication under all strategies of a scenario", _columns("scenario"), rows),
        Table("strategies", f"One replication of {PRESETS}, strategy by strategy", _columns("strategy"), one_by_one),
    ]


def _cut(scenario: Scenario, effort: Effort) -> Scenario:
    """As much of the horizon as the reference simulates in some seconds, unless the run may be slow.

    A shorter one is no advantage for the compiled engine: what it does before its first event counts for more.
    """
    if effort.slow:
        return scenario
    share = (FEW if effort.quick else MANY) / expected_events(scenario, scenario.strategies)
    return scenario.model_copy(update={"horizon": int(scenario.horizon * min(share, 1.0))})


def _measured(name: str, scenario: Scenario, effort: Effort, *strategies: str) -> Row:
    chosen = Case.of(scenario, *strategies)
    logs = checked_logs(chosen, scenario.seed)
    names = tuple(plan.name for plan in chosen.plans)
    subjects: dict[str, Callable[[], object]] = {}
    for engine in engines():
        subjects[engine] = with_metrics(Job(scenario, names, scenario.seed), engine)
        subjects[engine + BARE] = bare(chosen, engine, scenario.seed)
    return {"name": name, "days": scenario.horizon / DAY} | _row(list(logs.values()), effort.measure(subjects))


def with_metrics(job: Job, engine: str) -> Callable[[], object]:
    """A replication as `compare` runs it: every row of the log goes through the metrics and is forgotten."""
    runner = Runner(job, engine)

    def run() -> None:
        with rare_collections():
            runner.replication(REPLICATION)

    return run


def _row(logs: list[Log], measured: Measured) -> Row:
    events = sum(log.events for log in logs)
    row: Row = {
        "events": events,
        "rows": sum(log.rows for log in logs),
        "sha256": [log.sha256 for log in logs],
        "reference": measured.seconds(REFERENCE),
        "reference_rate": events / measured.seconds(REFERENCE).middle,
    }
    if COMPILED in engines():
        row |= {
            "compiled": measured.seconds(COMPILED),
            "compiled_rate": events / measured.seconds(COMPILED).middle,
            "ratio": measured.ratio(REFERENCE, COMPILED),
            "bare_ratio": measured.ratio(REFERENCE + BARE, COMPILED + BARE),
            "bare": measured.seconds(COMPILED + BARE),
        }
    return row


def _columns(first: str) -> tuple[Column, ...]:
    return (
        Column("name", first),
        Column("days", "days", "{:.3g}".format),
        Column("events", "scheduler events", count),
        Column("rows", "log rows", count),
        Column("reference", "reference", spread(seconds)),
        Column("compiled", "compiled", spread(seconds)),
        Column("compiled_rate", "events per second, compiled", short),
        Column("ratio", "reference / compiled", spread(times)),
        Column("bare_ratio", "the same, nobody reading the log", spread(times)),
    )
