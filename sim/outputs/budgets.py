"""Budgets as they are told: in a terminal, in a report, in a pull request's comment, to a CI server."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from sim.measure.budgets import ORDER, Verdict, worst
from sim.measure.catalogue import BY_KEY
from sim.measure.estimates import Estimate
from sim.outputs import markdown, words
from sim.outputs.markdown import Markdown

MARKS = {"passed": "\u2713", "failed": "\u2717", "undecided": "?"}
FORMS = ("text", "md", "json", "junit")
HEADS = ("Budget", "Strategy", "Metric", "Limit", "Value", "Verdict")


@dataclass(frozen=True)
class Judged:
    """Budgets and what they were judged on.

    Attributes:
        title: of the scenario.
        command: what made the results.
        replications: that the estimates are made from.
        asked: replications that were asked for; fewer are left of a run that was stopped.
    """

    verdicts: tuple[Verdict, ...]
    name: str
    title: str
    command: str
    replications: int
    asked: int

    @property
    def exit_code(self) -> int:
        """0: all passed; 1: some failed; 3: some are undecided and none failed."""
        return {"passed": 0, "failed": 1, "undecided": 3}[worst(self.verdicts)]

    def text(self, form: str) -> str:
        """All of it in one of FORMS but the first, which a terminal colours itself."""
        if form == "json":
            return json.dumps({"verdict": worst(self.verdicts), "budgets": as_json(self.verdicts)}, indent=2) + "\n"
        return as_markdown(self) if form == "md" else as_junit(self)


def headline(verdicts: Sequence[Verdict]) -> str:
    """`Budgets: 1 failed, 2 passed`."""
    counts = {each: sum(one.outcome == each for one in verdicts) for each in ORDER}
    return "Budgets: " + ", ".join(f"{many} {each}" for each, many in counts.items() if many)


def lines(verdicts: Sequence[Verdict]) -> Iterator[tuple[str, str]]:
    """Outcome and sentence of each."""
    for one in verdicts:
        why = f"; {one.why}" if one.why else ""
        yield (
            one.outcome,
            f"{MARKS[one.outcome]} {one.outcome}: {one.budget}, {one.strategy}: {_measured(one)}, {limit(one)}{why}",
        )


def rows(verdicts: Sequence[Verdict]) -> list[tuple[str, str, str, str, str, str]]:
    """Cells below HEADS; texts are not escaped."""
    return [_row(one) for one in verdicts]


def _row(one: Verdict) -> tuple[str, str, str, str, str, str]:
    metric = BY_KEY[one.metric]
    name = f"{one.budget}: {one.title}" if one.title else one.budget
    verdict = f"{MARKS[one.outcome]} {one.outcome}" + (f": {one.why}" if one.why else "")
    value = Markdown(words.estimate(one.estimate, metric.unit))
    return name, one.strategy, words.heading(metric), limit(one), value, verdict


def limit(one: Verdict) -> str:
    """`at most 1 h`."""
    return f"at {'most' if one.upper else 'least'} {words.exact(one.limit, BY_KEY[one.metric].unit)}"


def _measured(one: Verdict) -> str:
    metric = BY_KEY[one.metric]
    return f"{_lowered(words.heading(metric))} {words.estimate(one.estimate, metric.unit)}"


def _lowered(title: str) -> str:
    return title[:1].lower() + title[1:]


def as_json(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Plain data for summary.json; `read` is its inverse."""
    return [
        {
            "budget": one.budget,
            "title": one.title,
            "metric": one.metric,
            "unit": BY_KEY[one.metric].unit,
            "strategy": one.strategy,
            "at_most" if one.upper else "at_least": one.limit,
            "estimate": words.known(one.estimate.best),
            "low": words.known(one.estimate.low),
            "high": words.known(one.estimate.high),
            "verdict": one.outcome,
            "why": one.why,
        }
        for one in verdicts
    ]


def read(saved: Sequence[Mapping[str, Any]]) -> tuple[Verdict, ...]:
    """Verdicts out of summary.json.

    Raises:
        KeyError: something is missing, or a metric is not known.
    """
    return tuple(
        Verdict(
            one["budget"], one["title"], BY_KEY[one["metric"]].key, one["strategy"], "at_most" in one,
            one["at_most"] if "at_most" in one else one["at_least"],
            Estimate(one["low"], one["estimate"], one["high"]), one["verdict"], one["why"],
        )
        for one in saved
    )  # fmt: skip


def as_markdown(judged: Judged) -> str:
    """For a pull request's comment: the verdict first, a table, how to make it again."""
    head = f"### {MARKS[worst(judged.verdicts)]} {headline(judged.verdicts)}"
    table = [markdown.row(*HEADS), Markdown("|---|---|---|---:|---:|---|")]
    table += [markdown.row(*cells) for cells in rows(judged.verdicts)]
    parts = [head, f"{markdown.escape(judged.title or judged.name)}, {basis(judged)}.", "\n".join(table)]
    if judged.command:
        parts.append(markdown.code(judged.command))
    return "\n\n".join(parts) + "\n"


def basis(judged: Judged) -> str:
    """What the intervals rest on."""
    runs = words.counted(judged.replications, "replication")
    short = f" of {words.number(judged.asked, 0)} that were asked for" if judged.replications < judged.asked else ""
    return f"95% intervals over {runs}{short}"


def as_junit(judged: Judged) -> str:
    """JUnit XML: a test case for each verdict; one that is undecided is an error, for it says neither yes nor no."""
    verdicts, name = judged.verdicts, words.tidy(judged.name)
    failed, undecided = (sum(one.outcome == each for one in verdicts) for each in ("failed", "undecided"))
    counts = {"tests": str(len(verdicts)), "failures": str(failed), "errors": str(undecided), "skipped": "0"}
    root = ElementTree.Element("testsuites", {"name": "afterleak", **counts})
    suite = ElementTree.SubElement(root, "testsuite", {"name": f"budgets of {name}", **counts})
    for one in verdicts:
        known_as = {"classname": f"{name}.budgets", "name": words.tidy(f"{one.budget} under {one.strategy}")}
        case = ElementTree.SubElement(suite, "testcase", known_as)
        said = words.tidy(f"{_measured(one)}, {limit(one)}" + (f"; {one.why}" if one.why else ""), 400)
        if one.outcome == "failed":
            ElementTree.SubElement(case, "failure", {"type": "failed", "message": said})
        elif one.outcome == "undecided":
            ElementTree.SubElement(case, "error", {"type": "undecided", "message": said})
        else:
            ElementTree.SubElement(case, "system-out").text = said
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written.decode() + "\n"
