"""The report as data: JSON for programs, and its numbers as CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from sim.measure.catalogue import METRICS
from sim.measure.statistics import Difference, Estimate
from sim.outputs import incidents, words
from sim.outputs.facts import plain
from sim.outputs.page.episodes import episodes
from sim.outputs.report import ReportFacts
from sim.outputs.summary import summary

HEADS = (
    "strategy", "metric", "title", "unit", "estimate", "low", "high", "difference", "difference_low",
    "difference_high", "probability_lower", "probability_lower_low", "probability_lower_high",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a cell begins with that a spreadsheet takes for a formula; the last four are those of Japanese keyboards."""


def report_json(facts: ReportFacts) -> str:
    """All of the report as one object: what summary.json has, and everything else that the pages say."""
    numbers = summary(
        facts.comparison,
        scenario=facts.name,
        title=facts.title,
        scenario_hash=facts.scenario_hash,
        seed=facts.seed,
        version=facts.versions.get("afterleak", ""),
        finding=facts.finding,
        verdicts=facts.budgets,
    )
    told = {key: each for key, each in plain(facts).items() if key not in (*numbers, "name")}
    worst = [_episode(row) for row in _episodes(facts)]
    return json.dumps({**numbers, **told, "incidents": worst}, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def _episodes(facts: ReportFacts) -> Iterator[tuple[Any, dict[str, Any]]]:
    told = episodes(facts.leaks, facts.horizon_hours, facts.name, facts.seed)
    yield from zip(told, incidents.worst_rows(facts.leaks), strict=True)


def _episode(found: tuple[Any, dict[str, Any]]) -> dict[str, Any]:
    """The row of leaks.parquet, and what happened in words."""
    told, row = found
    moments = [{"kind": each.kind, "since_leak": each.offset, "says": each.says} for each in told.moments]
    return {**row, "moments": moments, "trace": told.trace}


def report_csv(facts: ReportFacts) -> str:
    """A row for each strategy and metric: estimate and paired difference with their intervals; empty: undefined."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEADS)
    writer.writerows(_rows(facts))
    return file.getvalue()


def _rows(facts: ReportFacts) -> Iterator[list[str]]:
    for name in facts.comparison.strategies:
        for metric in METRICS:
            found = facts.comparison.differences.get(name, {}).get(metric.key)
            yield [
                *map(cell, (name, metric.key, metric.title, metric.unit)),
                *_interval(facts.comparison.estimates[name][metric.key]),
                *_interval(found),
                *_interval(found.lower if found else None),
            ]


def _interval(found: Estimate | Difference | None) -> tuple[str, str, str]:
    """Best, low, high as they stand in summary.json."""
    if found is None:
        return "", "", ""
    best, low, high = (words.known(end) for end in (found.best, found.low, found.high))
    return _number(best), _number(low), _number(high)


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe stands before what looks like one."""
    shown = words.tidy(text, 400)
    return f"'{shown}" if shown.startswith(_FORMULA) or text.startswith(_FORMULA) else shown
