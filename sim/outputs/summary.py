"""summary.json: every metric of every strategy and its paired difference, as plain data without NaN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sim.measure.budgets import Verdict
from sim.measure.catalogue import METRICS
from sim.measure.statistics import Comparison
from sim.outputs import budgets, words

FORMAT = 1


class _Interval(Protocol):
    @property
    def low(self) -> float | None: ...
    @property
    def best(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...


def summary(
    comparison: Comparison,
    *,
    scenario: str,
    title: str,
    scenario_hash: str,
    seed: int,
    version: str,
    finding: str,
    confidence: float = 0.95,
    verdicts: Sequence[Verdict] = (),
) -> dict[str, Any]:
    """The content of summary.json; numbers as they are, None for what is undefined or has no end."""
    about = {"scenario": scenario, "title": title, "scenario_hash": scenario_hash, "seed": seed}
    return {
        "format": FORMAT,
        "tool": "afterleak",
        "version": version,
        **about,
        "replications": comparison.replications,
        "confidence": confidence,
        "baseline": comparison.baseline,
        "finding": finding,
        **_numbers(comparison),
        "budgets": budgets.as_json(verdicts),
    }


def _numbers(comparison: Comparison) -> dict[str, Any]:
    return {
        "strategies": {
            name: {metric.key: _interval(comparison.estimates[name][metric.key]) for metric in METRICS}
            for name in comparison.strategies
        },
        "differences": {name: _differences(comparison, name) for name in comparison.differences},
        "censored": {
            name: {"alive_at_horizon": alive, "leaks": leaks} for name, (alive, leaks) in comparison.censored.items()
        },
        "metrics": {
            metric.key: {"title": metric.title, "unit": metric.unit, "better": metric.better, "says": metric.says}
            for metric in METRICS
        },
    }


def _interval(found: _Interval) -> dict[str, float | None]:
    return {"estimate": words.known(found.best), "low": words.known(found.low), "high": words.known(found.high)}


def _differences(comparison: Comparison, name: str) -> dict[str, Any]:
    rows = comparison.differences[name]
    return {
        metric.key: _interval(rows[metric.key])
        | {"probability_lower": _interval(rows[metric.key].lower), "compared": rows[metric.key].compared}
        for metric in METRICS
    }
