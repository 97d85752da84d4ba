"""A finished comparison as a folder: summary, report, charts and manifest beside the tables."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sim.core.units import HOUR
from sim.inputs.defaults import defaults_used, grouped
from sim.inputs.evidence import catalogue
from sim.inputs.load import Loaded
from sim.inputs.policies import cedar
from sim.inputs.resolve import Input
from sim.inputs.schema import Scenario
from sim.inputs.serving import shares
from sim.measure.budgets import Verdict, judge
from sim.measure.leaks import LeakRow
from sim.measure.statistics import Comparison
from sim.model.world import World
from sim.outputs import lane_table, lanes, readings, store
from sim.outputs.estate_map import estate_map
from sim.outputs.facts import plain
from sim.outputs.finding import finding
from sim.outputs.flat import report_csv, report_json
from sim.outputs.page import report_html
from sim.outputs.pictured import first_arrivals, pictured
from sim.outputs.report import ReportFacts, Source, report_markdown
from sim.outputs.sheets import Sheet, comparison_sheets
from sim.outputs.standards import exercise
from sim.outputs.studio import Studio
from sim.outputs.summary import summary
from sim.outputs.timeline import Timeline

WRITTEN = ("md", "html")
"""Reports that every comparison writes."""
LIBRARIES = ("simpy", "networkx", "numpy", "scipy", "pydantic", "pyarrow", "matplotlib")


@dataclass(frozen=True)
class Story:
    """One replication under one strategy, for the credential timeline.

    Attributes:
        log: all of it, or the rows that the shown credentials need.
        others: how many credentials never leaked; None: those of the log.
    """

    world: World
    strategy: str
    replication: int
    log: npt.NDArray[Any]
    leaks: list[LeakRow]
    others: int | None = None


@dataclass(frozen=True)
class About:
    """What a results folder is made from, besides the tables that lie in it already.

    Attributes:
        asked: replications that were asked for.
        replications: numbers of those that were finished.
        code: hash of the package's sources.
    """

    loaded: Loaded
    comparison: Comparison
    seed: int
    command: str
    asked: int
    replications: tuple[int, ...]
    story: Story
    code: str

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The scenario's budgets, judged."""
        compared = self.comparison
        return judge(self.loaded.scenario.budgets, compared.estimates, compared.replications)


@cache
def versions() -> dict[str, str]:
    """Afterleak, Python and the libraries that results can depend on."""
    libraries = (*LIBRARIES, *((cedar.PACKAGE,) if cedar.installed() else ()))
    return {"afterleak": version("afterleak"), "python": platform.python_version()} | {
        name: version(name) for name in libraries
    }


def write(folder: Path, about: About, studio: Studio) -> str:
    """Write everything but the tables to the folder, which holds those; returns the finding.

    Args:
        studio: draws the charts.
    """
    scenario, found = about.loaded.scenario, finding(about.comparison)
    store.write_json(
        folder / store.SUMMARY,
        summary(
            about.comparison,
            scenario=about.loaded.name,
            title=scenario.title,
            scenario_hash=about.loaded.hash,
            seed=about.seed,
            version=versions()["afterleak"],
            finding=found,
            verdicts=about.verdicts,
        ),
    )
    store.write_json(folder / store.MANIFEST, _manifest(about))
    store.write_inputs(folder, about.loaded)
    told = about.story
    story = lanes.timeline(told.world, told.strategy, told.replication, told.log, told.leaks, others=told.others)
    lane_table.write_lanes(folder / store.LANES, story)
    blank = _facts(folder, about, found)
    sheets = sheets_of(blank, story, store.read_arrivals(folder), about.replications)
    (folder / store.CHARTS).mkdir()
    studio.draw(folder / store.CHARTS, sheets)
    facts = replace(blank, figures=tuple(sheet.figure for sheet in sheets))
    store.write_json(folder / store.FACTS, plain(facts))
    for kind in WRITTEN:
        (folder / store.REPORTS[kind]).write_text(render(facts, kind, folder), encoding="utf-8")
    return found


def render(facts: ReportFacts, kind: str, folder: Path) -> str:
    """A report of this kind: html, md, json or csv; the folder is where its charts lie.

    Raises:
        OSError: a chart cannot be read.
    """
    if kind == "html":
        return report_html(facts, folder / facts.charts)
    return {"md": report_markdown, "json": report_json, "csv": report_csv}[kind](facts)


def _manifest(about: About) -> dict[str, Any]:
    return {
        "format": store.FORMAT,
        "tool": "afterleak",
        "command": about.command,
        "scenario": about.loaded.name,
        "scenario_hash": about.loaded.hash,
        "files": [{"name": name, "text": text} for name, text in about.loaded.texts],
        "horizon_hours": about.loaded.scenario.horizon / HOUR,
        "seed": about.seed,
        "strategies": list(about.comparison.strategies),
        "baseline": about.comparison.baseline,
        "replications_asked": about.asked,
        "replications": list(about.replications),
        "versions": versions(),
        "code": about.code,
        "addresses": addresses(about.loaded.scenario),
    }


def addresses(scenario: Scenario) -> dict[str, str]:
    """Section → hash of its names in order, by which draws are addressed: where they agree, so do the draws."""
    estate = scenario.estate
    named: dict[str, list[Any]] = {
        "agents": [(name, population.count) for name, population in scenario.agents.items()],
        "tasks": [*scenario.tasks],
        "tools": [*estate.tools],
        "roles": [*estate.roles],
        "leaks": [*scenario.leaks],
        "resources": [*estate.resources],
        "secrets": [*estate.secrets],
    }
    return {key: hashlib.sha256(json.dumps(names).encode()).hexdigest()[:16] for key, names in named.items()}


def _story(scenario: Scenario) -> str:
    """What the scenario is about, and at its end what it is good for."""
    decision = scenario.decision.strip().rstrip(".")
    return "\n\n".join(each for each in (scenario.story.strip(), decision and f"What it informs: {decision}.") if each)


def _facts(folder: Path, about: About, found: str) -> ReportFacts:
    """All but the charts."""
    scenario, base = about.loaded.scenario, about.comparison.baseline
    return ReportFacts(
        comparison=about.comparison,
        finding=found,
        name=about.loaded.name,
        title=scenario.title,
        story=_story(scenario),
        scenario_hash=about.loaded.hash,
        horizon_hours=scenario.horizon / HOUR,
        seed=about.seed,
        leaks=store.read_leaks(folder),
        denials=store.read_denials(folder),
        inputs=about.loaded.inputs,
        sources=_sources(about.loaded.inputs),
        defaults=grouped(defaults_used(scenario), scenario),
        served=shares(scenario),
        versions=versions(),
        command=about.command,
        budgets=about.verdicts,
        standards=exercise(scenario, about.comparison.strategies),
        estate=estate_map(scenario, base, first_arrivals(store.read_arrivals(folder), base)),
        losses=any(resource.loss for resource in scenario.estate.resources.values()),
    )


def sheets_of(
    facts: ReportFacts, story: Timeline, arrivals: pa.Table, replications: Sequence[int]
) -> tuple[Sheet, ...]:
    """The charts of a comparison, to be drawn."""
    comparison, horizon = facts.comparison, facts.horizon_hours
    numbers, end = np.array(replications), round(horizon * HOUR)
    years = store.annual_losses(facts.leaks, numbers, comparison.strategies, end) if facts.losses else {}
    caption = readings.caption(
        facts.title,
        replications=comparison.replications,
        seed=facts.seed,
        leaked=comparison.censored,
        horizon_hours=horizon,
    )
    shown = pictured(facts.leaks, arrivals, years, comparison.strategies, horizon, facts.estate)
    return comparison_sheets(comparison, shown, story, horizon_hours=horizon, caption=caption)


def _sources(inputs: Iterable[Input]) -> dict[str, Source]:
    """Those that the inputs cite."""
    cited = {one.source for one in inputs if one.evidence}
    return {
        key: Source(one.row.source, one.row.address, one.row.grade, tuple(one.row.made_from))
        for key, one in catalogue().items()
        if key in cited
    }
