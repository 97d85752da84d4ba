"""Claims that were tried, as Markdown: a table of all, and a section for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.core.units import HOUR
from sim.inputs.load import Input
from sim.measure.catalogue import BY_KEY
from sim.outputs import claims_text, words
from sim.outputs.claims import Tried, row
from sim.outputs.claims_screen import effect, experiment
from sim.outputs.markdown import Markdown, escape
from sim.outputs.markdown import row as cells

MOST_INPUTS = 40
"""Of a claim's own values that are listed; more are counted."""


def results_page(tried: Sequence[Tried]) -> str:
    """The table and the sections, as a page of their own."""
    return "\n\n".join(["# Claims, tried", table(tried), *(section(one) for one in tried)]) + "\n"


def table(tried: Sequence[Tried]) -> str:
    """All claims with their verdicts."""
    return "\n".join([*_head("claim", "experiment", "effect", "verdict", "where it breaks"), *map(table_row, tried)])


def table_row(tried: Tried) -> str:
    """A claim's row in the table of all."""
    shown = row(tried)
    name = Markdown(f"[{escape(shown.title)}](#{anchor(shown.title)})")
    return cells(name, experiment(tried), Markdown(_text(effect(tried))), _verdict(tried), shown.breaks)


def short_table(tried: Sequence[Tried], page: str) -> str:
    """Claims and verdicts, for a page elsewhere that links to this one."""
    return "\n".join([*_head("claim", "verdict", "where it breaks"), *(short_row(one, page) for one in tried)])


def short_row(tried: Tried, page: str) -> str:
    """A claim's row in the short table."""
    shown = row(tried)
    claim = Markdown(f"[{escape(shown.claim.rstrip('.'))}]({page}#{anchor(shown.title)})")
    return cells(claim, _verdict(tried), shown.breaks)


def section(tried: Tried) -> str:
    """One claim in full."""
    claim, shown = tried.loaded.claim, row(tried)
    scenario = tried.scenario.scenario
    parts = [f"### {escape(claim.title)}", f"**{_text(claim.claim)}** (`{tried.loaded.name}`)"]
    parts += [f"> {_text(quote)}" for quote in claim.quotes]
    parts += [f"From: {_text(claim.source)}"] if claim.source else []
    made = f"{words.counted(tried.replications, 'replication')} of {words.value(scenario.horizon / HOUR, 'h', 3)}"
    lines = [
        f"- **Experiment.** {escape(experiment(tried))}; {made}, seed {tried.seed}.",
        f"- **Result: {shown.verdict}.** {_text(effect(tried))}.",
        f"- **Switched off: {tried.off.verdict}.** {_text(claim.off.title)}: "
        f"{_text(claims_text.effect(claim.experiment, tried.off))}.",
        f"- **Where it breaks.** {_text(shown.breaks)}.",
    ]
    parts.append("\n".join(lines))
    parts += [curve(tried)] if tried.curve else []
    parts += [f"**What it does not say.** {_text(claim.remarks)}"] if claim.remarks else []
    return "\n\n".join([*parts, inputs(tried)])


def curve(tried: Tried) -> str:
    """The experiment at each value of the sweep."""
    claim = tried.loaded.claim
    unit = BY_KEY[claim.experiment.metric].unit
    sweep = claim.sweep
    heads = _head(sweep.title if sweep else "", "sides", "effect", "verdict")
    rows = []
    for step, found in tried.steps:
        sides = " against ".join(words.value(each.best, unit, 3) for each in found.sides[:2])
        shown = claims_text.difference(found.effect, unit)
        rows.append(cells(claims_text.amount(step), sides, Markdown(escape(shown).lstrip("'")), found.verdict))
    return "\n".join([*heads, *rows])


def inputs(tried: Tried) -> str:
    """What the claim's own values rest on, and how many others there are."""
    every = tried.scenario.inputs
    own = [each for each in every if each.file == tried.loaded.file]
    others = [each for each in every if each.file != tried.loaded.file]
    assumed = sum(each.source is None for each in others)
    lines = [f"- `{each.path}`: {escape(each.shown)} ({_source(each)})" for each in own[:MOST_INPUTS]]
    lines += [f"- and {len(own) - MOST_INPUTS} more"] if len(own) > MOST_INPUTS else []
    rest = f"{words.counted(len(others), 'value')} from what it extends and its presets, {assumed} of them assumptions"
    head = f"**What it rests on.** {rest}" + ("; and its own:" if lines else ".")
    return "\n\n".join([head, "\n".join(lines)] if lines else [head])


def anchor(title: str) -> str:
    """What GitHub makes of a heading."""
    kept = "".join(mark for mark in title.lower() if mark.isalnum() or mark in "_- ")
    return kept.replace(" ", "-")


def _source(one: Input) -> str:
    if one.source is None:
        return "assumption"
    return f"`{one.source}`" if one.evidence else _text(one.source)


def _verdict(tried: Tried) -> Markdown:
    return Markdown(f"**{tried.as_is.verdict}**")


def _text(text: str) -> str:
    """Escaped, without the apostrophe that keeps spreadsheets from calculating, which no sentence needs."""
    return escape(text, 4_000).lstrip("'")


def _head(*columns: str) -> Iterator[str]:
    yield cells(*columns)
    yield "|" + "---|" * len(columns)
