"""A comparison as a notebook shows it: one table of HTML that follows the notebook's own colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2

from sim.measure.budgets import Verdict
from sim.measure.catalogue import BY_KEY, METRICS, Metric
from sim.measure.statistics import Comparison, Difference
from sim.outputs import budgets, words
from sim.outputs.finding import interval_of
from sim.outputs.report import told
from sim.outputs.story import Line, clock
from sim.outputs.tables import ROWS

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Cell:
    """An estimate with its interval, and how it differs from the baseline.

    Attributes:
        difference: signed, with its interval; empty for the baseline.
        tone: good or bad for a defender where the interval of the difference leaves out 0; `clear` where the metric is
            neither; else empty.
    """

    best: str
    interval: str
    difference: str = ""
    tone: str = ""


def comparison_html(comparison: Comparison, finding: str, verdicts: Sequence[Verdict] = ()) -> str:
    """The finding, the ten metrics that a terminal shows, and the others folded away; all texts are escaped."""
    first = [BY_KEY[key] for key in ROWS]
    others = [metric for metric in METRICS if metric not in first and told(comparison, metric)]
    return _template("notebook.html.j2").render(
        comparison=comparison,
        finding=finding,
        blocks=[list(_lines(comparison, metrics)) for metrics in (first, others)],
        budgets=budgets.rows(verdicts),
        budgeted=budgets.headline(verdicts),
        heads=budgets.HEADS,
        words=words,
    )


def story_html(heading: str, lines: Sequence[Line]) -> str:
    """A timeline; all texts are escaped."""
    return _template("story.html.j2").render(heading=heading, lines=lines, clock=clock)


@cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), undefined=jinja2.StrictUndefined, autoescape=True,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["tidy"] = words.tidy
    return environment.get_template(name)


def _lines(comparison: Comparison, metrics: Sequence[Metric]) -> Iterator[tuple[str, str, list[Cell]]]:
    for metric in metrics:
        yield words.heading(metric), metric.says, [_cell(comparison, name, metric) for name in comparison.strategies]


def _cell(comparison: Comparison, name: str, metric: Metric) -> Cell:
    best, interval = words.parts(comparison.estimates[name][metric.key], metric.unit)
    if name == comparison.baseline:
        return Cell(best, interval)
    found = comparison.differences[name][metric.key]
    shown = words.signed(words.estimate(interval_of(found), metric.unit))
    return Cell(best, interval, "" if shown == words.UNDEFINED else shown, _tone(found, metric))


def _tone(found: Difference, metric: Metric) -> str:
    low, high = words.known(found.low), words.known(found.high)
    side = "lower" if high is not None and high < 0 else "higher" if low is not None and low > 0 else ""
    if not side:
        return ""
    return {side: "good", "neither": "clear"}.get(metric.better, "bad")
