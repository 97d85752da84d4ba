"""The report as Markdown: finding, tables, charts, the worst incidents, every input with its source, standards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import jinja2
import pyarrow as pa

from sim.inputs.resolve import Input
from sim.inputs.serving import Share
from sim.inputs.standards import Framework, standards
from sim.measure.budgets import Verdict
from sim.measure.catalogue import METRICS, Metric
from sim.measure.statistics import Comparison, Difference, Estimate
from sim.outputs import budgets, incidents, markdown, served, words
from sim.outputs.denials import denied
from sim.outputs.estate_map import EstateMap
from sim.outputs.figures import Figure
from sim.outputs.finding import interval_of
from sim.outputs.markdown import Markdown
from sim.outputs.standards import NO_CLAIM, Exercise, remainder

GROUPS = {
    "exposure": "Exposure: how long leaked credentials stay usable",
    "reach": "Reach: what they lead to",
    "overreach": "Overreach: where agents went that their tasks do not need",
    "audit": "Audit: what can be told afterwards",
    "friction": "Friction: what it costs the people who run the agents",
}


@dataclass(frozen=True)
class Source:
    """Where a row of the evidence catalogue comes from.

    Attributes:
        made_from: keys of the rows that a fit rests on.
    """

    title: str
    address: str
    grade: str = ""
    made_from: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportFacts:
    """All that the report says.

    Attributes:
        sources: evidence key → source.
        defaults: path and value of what the scenario leaves to the defaults.
        served: strategy with a fallback → what that serves.
        leaks: columns of LeakRow, `strategy` among them.
        denials: columns of DenialRow; None: no policy was asked.
        versions: program or library → version.
        command: makes the results again.
        charts: folder of the charts, relative to the report.
        figures: those that were drawn.
        standards: what the comparison exercises of published frameworks.
        estate: where intruders came under the baseline.
        losses: some resource has a loss.
        budgets: those of the scenario, judged.
    """

    comparison: Comparison
    finding: str
    name: str
    title: str
    scenario_hash: str
    horizon_hours: float
    seed: int
    leaks: pa.Table
    inputs: Sequence[Input]
    sources: Mapping[str, Source]
    versions: Mapping[str, str]
    command: str
    defaults: Sequence[tuple[str, str]] = ()
    served: Mapping[str, Share] = field(default_factory=dict)
    story: str = ""
    charts: str = "charts"
    figures: tuple[Figure, ...] = field(default=())
    denials: pa.Table | None = None
    standards: Exercise | None = None
    estate: EstateMap | None = None
    losses: bool = True
    budgets: tuple[Verdict, ...] = ()


def report_markdown(facts: ReportFacts) -> str:
    """The whole report; texts of the scenario are escaped, numbers are formatted in `words` only."""
    shown = [metric for metric in METRICS if told(facts.comparison, metric)]
    return _template().render(
        facts=facts,
        comparison=facts.comparison,
        groups=[(title, [m for m in shown if m.group == group]) for group, title in GROUPS.items()],
        shown=shown,
        moved=[metric for metric in shown if moved(facts.comparison, metric)],
        silent=[metric.title for metric in METRICS if metric not in shown],
        rivals=list(facts.comparison.differences),
        estimates=lambda metric: _estimates(facts.comparison, metric),
        differences=lambda metric: _differences(facts.comparison, metric),
        worst=incidents.worst(facts.leaks),
        budgets=budgets.rows(facts.budgets),
        budgeted=budgets.headline(facts.budgets),
        budget_heads=budgets.HEADS,
        story=[Markdown(markdown.escape(text, 4_000)) for text in facts.story.split("\n\n")],
        cut=list(_cut(facts.comparison)),
        denied=list(denied(facts.denials, facts.comparison.replications)),
        served=[(name, *map(Markdown, cells)) for name, *cells in served.rows(facts.comparison, facts.served)],
        **_assumptions(facts),
        **_standards(facts.standards),
        words=words,
        row=markdown.row,
        row_rule=lambda names: Markdown("---:|" * len(names)),
        image=lambda figure: markdown.image(figure.says, f"{facts.charts}/{figure.stem}.png"),
        code=markdown.code,
    )


@cache
def _template() -> jinja2.Template:
    folder = Path(__file__).parent / "templates"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), undefined=jinja2.StrictUndefined, finalize=markdown.escape,
        trim_blocks=True, lstrip_blocks=True, autoescape=False, keep_trailing_newline=True,
    )  # fmt: skip
    return environment.get_template("report.md.j2")


def told(comparison: Comparison, metric: Metric) -> bool:
    """Whether a metric is anything but 0 or undefined under some strategy."""
    found = (words.known(comparison.estimates[name][metric.key].best) for name in comparison.strategies)
    return any(value is not None and value != 0 for value in found)


def _estimates(comparison: Comparison, metric: Metric) -> list[Markdown]:
    found = (comparison.estimates[name][metric.key] for name in comparison.strategies)
    return [Markdown(words.estimate(one, metric.unit)) for one in found]


def _differences(comparison: Comparison, metric: Metric) -> list[Markdown]:
    """Difference with its interval, and below it the probability that the strategy's value is lower."""
    return [_difference(comparison, name, metric) for name in comparison.differences]


def _difference(comparison: Comparison, name: str, metric: Metric) -> Markdown:
    found = comparison.differences[name][metric.key]
    text = words.signed(words.estimate(interval_of(found), metric.unit))
    low, high = words.known(found.low), words.known(found.high)
    if (low is not None and low > 0) or (high is not None and high < 0):
        text = f"**{text}**"
    lower = words.estimate(Estimate(found.lower.low, found.lower.best, found.lower.high), "share")
    return Markdown(text if lower == words.UNDEFINED or same(found) else f"{text}<br>lower in {lower}")


def moved(comparison: Comparison, metric: Metric) -> bool:
    """Whether a metric differs from the baseline's under some strategy."""
    return not all(same(rows[metric.key]) for rows in comparison.differences.values())


def same(found: Difference) -> bool:
    """Whether nothing differs at all."""
    return found.low == found.best == found.high == 0


def _cut(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    """Strategy, leaked credentials, those alive at the horizon, their share."""
    for name in comparison.strategies:
        alive, leaks = comparison.censored[name]
        numbers = (words.number(leaks, 0), words.number(alive, 0), words.share(alive, leaks))
        yield name, *(Markdown(text) for text in numbers)


def _assumptions(facts: ReportFacts) -> dict[str, object]:
    """What the scenario says, where that comes from, and what it leaves to the defaults."""
    defaults = [(Markdown(markdown.escape(path, 4_000)), shown) for path, shown in facts.defaults]
    return {"inputs": list(_inputs(facts)), "origins": origins(facts), "defaults": defaults}


def _standards(found: Exercise | None) -> dict[str, object]:
    """Identifiers of frameworks with what evidences them here, and what nothing here says anything about."""
    if found is None:
        return {"exercised": []}
    shorts = {key: each.short for key, each in standards().frameworks.items()}
    return {
        "exercised": [(shorts[row.framework], row.identifier, row.title, "; ".join(row.by)) for row in found.rows],
        "remainder": [(heading, Markdown(markdown.escape(text, 4_000))) for heading, text in remainder(found)],
        "editions": Markdown("; ".join(_edition(each) for each in found.frameworks)),
        "no_claim": NO_CLAIM,
    }


def _edition(framework: Framework) -> Markdown:
    return markdown.link(f"{framework.title} ({framework.edition})", framework.address)


def _inputs(facts: ReportFacts) -> Iterator[tuple[str, str, object]]:
    for one in facts.inputs:
        yield one.path, one.shown, _source(facts, one)


def origins(facts: ReportFacts) -> str:
    """How many inputs come from where, most trustworthy first."""
    known = [facts.sources.get(one.source or "") if one.evidence else None for one in facts.inputs]
    fits = sum(found is not None and found.grade == "fit" for found in known)
    published = sum(one.evidence for one in facts.inputs) - fits
    assumed = sum(one.source is None for one in facts.inputs)
    told = len(facts.inputs) - published - fits - assumed
    return (
        f"{words.number(published, 0)} from published evidence, {words.number(fits, 0)} from our own fits to such "
        f"evidence, {words.number(told, 0)} with a source in words; {words.counted(assumed, 'is an', 'are')} "
        f"{'assumption' if assumed == 1 else 'assumptions'}"
    )


def _source(facts: ReportFacts, one: Input) -> object:
    if one.source is None:
        return "assumption"
    found = facts.sources.get(one.source) if one.evidence else None
    if found is None:
        return one.source
    grade = f", grade {found.grade}" if found.grade else ""
    grade += f", from {', '.join(found.made_from)}" if found.made_from else ""
    title = markdown.link(found.title, found.address)
    return Markdown(f"{markdown.escape(one.source)}: {title}{markdown.escape(grade)}")
