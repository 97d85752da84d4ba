"""What the page says, as plain values: formatting is done in `words`, escaping by the template."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from sim.inputs.resolve import Input
from sim.inputs.standards import standards
from sim.measure.catalogue import METRICS, Metric
from sim.measure.statistics import Difference, Estimate
from sim.outputs import budgets, served, words
from sim.outputs.denials import denied
from sim.outputs.finding import interval_of
from sim.outputs.page.episodes import episodes
from sim.outputs.page.pictures import Palette, pictures
from sim.outputs.report import GROUPS, ReportFacts, moved, origins, same, told
from sim.outputs.standards import NO_CLAIM, remainder

TEMPLATES = Path(__file__).parents[1] / "templates"
SHORT = {"exposure": "Exposure", "reach": "Reach", "overreach": "Overreach", "audit": "Audit", "friction": "Friction"}
_WEB = re.compile(r"https?://[!-~]+")


@dataclass(frozen=True)
class Cell:
    """An estimate, or a difference, with its interval; the numbers are those of summary.json.

    Attributes:
        tone: good or bad for a defender where it clearly differs from the baseline; else empty.
        arrow: its direction then.
        said: the same in words.
        more: a line below.
    """

    best: float | None
    low: float | None
    high: float | None
    text: str
    interval: str
    arrow: str = ""
    tone: str = ""
    said: str = ""
    more: str = ""


@dataclass(frozen=True)
class Line:
    """One metric: its cells, one for each strategy of the table.

    Attributes:
        differs: some strategy clearly differs from the baseline.
    """

    key: str
    title: str
    says: str
    cells: tuple[Cell, ...]
    differs: bool


@dataclass(frozen=True)
class Given:
    """An input with where it comes from."""

    path: str
    shown: str
    source: str
    title: str
    address: str
    kind: str


def report_html(facts: ReportFacts, charts: Path) -> str:
    """The whole report.

    Args:
        charts: folder of the drawn charts that `facts.figures` names.

    Raises:
        OSError: a chart cannot be read.
    """
    palette = Palette()
    drawn = pictures(charts, facts.figures, palette)
    script = _text("report.js")
    return _template().render(
        facts=facts,
        comparison=facts.comparison,
        groups=list(_groups(facts)),
        differences=list(_differences(facts)),
        silent=[metric.title for metric in METRICS if not told(facts.comparison, metric)],
        pictures=drawn,
        light=palette.rules(dark=False),
        dark=palette.rules(dark=True),
        style=Markup(_text("report.css")),
        script=Markup(script),
        policy=_policy(script),
        episodes=episodes(facts.leaks, facts.horizon_hours, facts.name, facts.seed),
        budgets=budgets.rows(facts.budgets),
        budgeted=budgets.headline(facts.budgets),
        budget_heads=budgets.HEADS,
        story=facts.story.split("\n\n") if facts.story else [],
        denied=list(denied(facts.denials, facts.comparison.replications)),
        served=list(served.rows(facts.comparison, facts.served)),
        cut=list(_cut(facts)),
        inputs=[_given(facts, one) for one in facts.inputs],
        origins=origins(facts),
        exercised=list(_exercised(facts)),
        remainder=remainder(facts.standards) if facts.standards else (),
        no_claim=NO_CLAIM,
        words=words,
    )


@cache
def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), undefined=jinja2.StrictUndefined, autoescape=True,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["tidy"] = words.tidy
    return environment.get_template("report.html.j2")


def _policy(script: str) -> str:
    """Content security policy: nothing is fetched, and no script runs but the page's own."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'"


def _groups(facts: ReportFacts) -> Iterator[tuple[str, str, list[Line]]]:
    """Key, title and lines of the comparison's parts."""
    for group, title in GROUPS.items():
        lines = [_line(facts, metric) for metric in METRICS if metric.group == group and told(facts.comparison, metric)]
        if lines:
            yield group, title, lines


def _line(facts: ReportFacts, metric: Metric) -> Line:
    cells = tuple(_cell(facts, name, metric) for name in facts.comparison.strategies)
    return Line(metric.key, words.heading(metric), metric.says, cells, any(cell.arrow for cell in cells))


def _cell(facts: ReportFacts, name: str, metric: Metric) -> Cell:
    found = facts.comparison.estimates[name][metric.key]
    text, interval = words.parts(found, metric.unit)
    difference = facts.comparison.differences.get(name, {}).get(metric.key)
    return Cell(*_known(found), text, interval, *_verdict(facts, metric, difference))


def _known(found: Estimate | Difference) -> tuple[float | None, float | None, float | None]:
    return words.known(found.best), words.known(found.low), words.known(found.high)


def _verdict(facts: ReportFacts, metric: Metric, found: Difference | None) -> tuple[str, str, str]:
    """Arrow, tone and words, where the interval of the difference leaves out 0."""
    _, low, high = _known(found) if found else (None, None, None)
    side = "lower" if high is not None and high < 0 else "higher" if low is not None and low > 0 else ""
    if not side:
        return "", "", ""
    tone = {side: "good", "neither": ""}.get(metric.better, "bad")
    arrow = "\u2193" if side == "lower" else "\u2191"
    return arrow, tone, f"clearly {side} than {words.tidy(facts.comparison.baseline, 64)}"


def _differences(facts: ReportFacts) -> Iterator[Line]:
    """Paired differences of the metrics that differ at all."""
    comparison = facts.comparison
    for metric in METRICS:
        if comparison.differences and told(comparison, metric) and moved(comparison, metric):
            cells = tuple(_difference(facts, name, metric) for name in comparison.differences)
            yield Line(metric.key, words.heading(metric), metric.says, cells, any(cell.arrow for cell in cells))


def _difference(facts: ReportFacts, name: str, metric: Metric) -> Cell:
    found = facts.comparison.differences[name][metric.key]
    text, interval = words.parts(interval_of(found), metric.unit)
    lower = Estimate(found.lower.low, found.lower.best, found.lower.high)
    chance = words.estimate(lower, "share")
    more = "" if chance == words.UNDEFINED or same(found) else f"lower in {chance}"
    return Cell(*_known(found), words.signed(text), interval, *_verdict(facts, metric, found), more)


def _cut(facts: ReportFacts) -> Iterator[tuple[str, int, int, float]]:
    """Strategy, leaked credentials, those usable at the horizon, and their share."""
    for name in facts.comparison.strategies:
        alive, leaks = facts.comparison.censored[name]
        yield name, leaks, alive, alive / leaks if leaks else float("nan")


def _given(facts: ReportFacts, one: Input) -> Given:
    if one.source is None:
        return Given(one.path, one.shown, "assumption", "", "", "assumption")
    found = facts.sources.get(one.source) if one.evidence else None
    if found is None:
        return Given(one.path, one.shown, one.source, "", "", "told")
    grade = ", ".join(filter(None, (f"grade {found.grade}" if found.grade else "", _origin(found.made_from))))
    title = f"{found.title} ({grade})" if grade else found.title
    address = found.address if _WEB.fullmatch(found.address) else ""
    return Given(one.path, one.shown, one.source, title, address, "fit" if found.grade == "fit" else "evidence")


def _origin(made_from: Sequence[str]) -> str:
    return f"from {', '.join(made_from)}" if made_from else ""


def _exercised(facts: ReportFacts) -> Iterator[tuple[str, str, str, str]]:
    """Framework, identifier, its title, and what evidences it here."""
    shorts = {key: each.short for key, each in standards().frameworks.items()}
    for row in facts.standards.rows if facts.standards else ():
        yield shorts[row.framework], row.identifier, row.title, "; ".join(row.by)
