"""Two results against each other, as they are told: in a terminal, as Markdown, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sim.measure.moved import Move
from sim.measure.statistics import Estimate
from sim.outputs import markdown, words
from sim.outputs.changes import HIDDEN, Change
from sim.outputs.folders import Saved
from sim.outputs.markdown import Markdown

FORMS = ("text", "md", "json")
SECTIONS = {
    "agents": "agents", "tasks": "kinds of task", "tools": "tools", "roles": "roles", "leaks": "leak channels",
    "resources": "resources", "secrets": "secrets",
}  # fmt: skip


@dataclass(frozen=True)
class Diff:
    """What changed from one results folder to another.

    Attributes:
        changes: of the inputs.
        moves: every metric of every strategy that both have.
        unpaired: why replications are no pairs; empty: they are.
        left_out: titles of metrics that one of the two does not have.
    """

    before: Saved
    after: Saved
    changes: tuple[Change, ...]
    moves: tuple[Move, ...]
    unpaired: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    @cached_property
    def clear(self) -> tuple[Move, ...]:
        """Moves whose interval leaves out 0."""
        return tuple(move for move in self.moves if move.clear)

    @property
    def headline(self) -> str:
        """How much changed, and how much of that shows."""
        inputs = f"{words.counted(len(self.changes), 'input')} changed" if self.changes else "no input changed"
        same, clear = sum(move.same for move in self.moves), words.counted(len(self.clear), "number")
        if not self.moves:
            return f"{inputs}; they have no strategy in common"
        if same == len(self.moves):
            return f"{inputs}; every number is the same"
        others = len(self.moves) - same - len(self.clear)
        rest = ", the others stayed the same" if same else ""
        return f"{inputs}; {clear} clearly moved, {others} not clearly{rest}"

    def __repr__(self) -> str:
        return f"<{self.before.shown} \u2192 {self.after.shown}: {self.headline}>"

    def _repr_markdown_(self) -> str:
        return as_markdown(self)

    def text(self, form: str) -> str:
        """All of it in one of FORMS but the first, which a terminal lays out itself."""
        return as_markdown(self) if form == "md" else json.dumps(as_json(self), indent=2, ensure_ascii=False) + "\n"


def basis(diff: Diff) -> list[str]:
    """On what the intervals rest, and what makes them doubtful; sentences."""
    old, new = diff.before.manifest, diff.after.manifest
    if diff.unpaired:
        found = [
            f"Not paired: {' and '.join(diff.unpaired)}. Each difference is taken as that of two separate studies."
        ]
    else:
        runs = words.counted(diff.after.replications, "replication")
        found = [f"Paired: {runs} of seed {new['seed']} in both, each against its like."]
        other = [said for key, said in SECTIONS.items() if old["addresses"].get(key) != new["addresses"].get(key)]
        if other:
            found.append(
                f"The scenarios list other {words.listed(other)}, so not all draws are the same in both: "
                "differences are right, but less certain than they could be."
            )
    if (old["scenario_hash"] != new["scenario_hash"]) > bool(diff.changes):
        found.append("The scenarios differ in what no value shows, such as a file of observations or of policies.")
    if old["code"] != new["code"]:
        found.append("They were made by different code, so the program may have moved numbers too.")
    if diff.left_out:
        found.append(f"Left out, because one of them lacks it: {', '.join(diff.left_out).lower()}.")
    return found


def settings(diff: Diff) -> Iterator[tuple[str, str, str]]:
    """What differs in the runs themselves: what it is, before, after. See `rows` for all that changed."""
    old, new = diff.before, diff.after
    yield from _differing("seed", old.manifest["seed"], new.manifest["seed"])
    yield from _differing("replications", old.replications, new.replications)
    yield from _differing("baseline", old.manifest["baseline"], new.manifest["baseline"])
    yield from _differing("strategies", ", ".join(old.strategies), ", ".join(new.strategies))
    versions = [one.manifest["versions"] for one in (old, new)]
    for name in dict.fromkeys((*versions[0], *versions[1])):
        yield from _differing(f"version of {name}", versions[0].get(name, "none"), versions[1].get(name, "none"))


def _differing(what: str, before: object, after: object) -> Iterator[tuple[str, str, str]]:
    if before != after:
        yield what, str(before), str(after)


def told(change: Change) -> tuple[str, str, str]:
    """Path, what happened there, and where it stands with what source."""
    return change.path, _happened(change), _where(change)


def _happened(change: Change) -> str:
    """`0.03 \u2192 0.02`, `added, 16 values`, `removed: 0.03`; free text is not repeated."""
    before, after = change.before, change.after
    if before is None or after is None:
        (only,) = (each for each in (before, after) if each is not None)
        return f"{change.kind}, {change.values} values" if change.values > 1 else f"{change.kind}: {only.shown}"
    if HIDDEN in (before.shown, after.shown):
        return "text changed"
    return f"{before.shown} \u2192 {after.shown}" if before.shown != after.shown else f"{after.shown}, source changed"


def _where(change: Change) -> str:
    """`mine.yaml:4:12; fit.dwell \u2192 no source`."""
    sides = [each for each in (change.before, change.after) if each is not None]
    parts = [" \u2192 ".join(dict.fromkeys(each.place or "default" for each in sides))]
    sources = dict.fromkeys(each.source for each in sides if each.source)
    if sources and change.values == 1:
        parts.append(" \u2192 ".join(sources))
    return "; ".join(parts)


def verdicts(diff: Diff) -> Iterator[tuple[str, str]]:
    """Budgets that both have and that came out otherwise: which, and how."""
    old = {(one.budget, one.strategy): one.outcome for one in diff.before.verdicts}
    for one in diff.after.verdicts:
        was = old.get((one.budget, one.strategy), one.outcome)
        if was != one.outcome:
            yield f"budget {one.budget}, {one.strategy}", f"{was} \u2192 {one.outcome}"


def rows(diff: Diff) -> list[tuple[str, str, str]]:
    """All that changed but the numbers: inputs, settings of the run, verdicts on budgets."""
    run = [(what, f"{before} \u2192 {after}", "") for what, before, after in settings(diff)]
    return [*map(told, diff.changes), *run, *((*each, "") for each in verdicts(diff))]


def cells(move: Move) -> tuple[tuple[str, str], tuple[str, str], tuple[str, str]]:
    """Before, after, difference: each a number and its interval."""
    unit = move.metric.unit
    number, interval = words.parts(move.difference, unit)
    return words.parts(move.before, unit), words.parts(move.after, unit), (words.signed(number), interval)


def tone(move: Move) -> str:
    """`good` or `bad` for a defender; empty where it is neither, or not clear."""
    direction = {"up": "higher", "down": "lower"}.get(move.clear, "")
    if not direction or move.metric.better == "neither":
        return ""
    return "good" if move.metric.better == direction else "bad"


def only(diff: Diff) -> Iterator[str]:
    """Strategies that one of the two lacks; sentences."""
    old, new = diff.before.strategies, diff.after.strategies
    for names, others, which in ((old, new, "before"), (new, old, "after")):
        alone = [name for name in names if name not in others]
        if alone:
            yield f"Only {which}: {words.listed(alone)}."


def as_markdown(diff: Diff) -> str:
    """For a pull request's comment."""
    parts = [f"### {markdown.escape(diff.headline[:1].upper() + diff.headline[1:])}", _sides(diff)]
    parts.append("\n".join(f"- {markdown.escape(line, 2_000)}" for line in (*basis(diff), *only(diff))))
    if changed := rows(diff):
        parts.append(_table(("Changed", "How", "Where"), "|---|---|---|", changed))
    if diff.clear:
        lines = [
            (
                move.strategy,
                words.heading(move.metric),
                *(Markdown(" ".join(filter(None, each))) for each in cells(move)),
            )
            for move in diff.clear
        ]
        heads = ("Strategy", "Metric", "Before", "After", "Difference")
        parts.append(_table(heads, "|---|---|---:|---:|---:|", lines))
        parts.append("Estimates with 95% intervals; all differences shown have an interval that leaves out 0.")
    return "\n\n".join(parts) + "\n"


def _sides(diff: Diff) -> str:
    old, new = diff.before, diff.after
    return f"{markdown.escape(old.shown)} \u2192 {markdown.escape(new.shown)}: {markdown.escape(new.title or new.name)}"


def _table(heads: Sequence[str], rule: str, rows: Sequence[Sequence[object]]) -> str:
    return "\n".join([markdown.row(*heads), rule, *(markdown.row(*row) for row in rows)])


def as_json(diff: Diff) -> dict[str, Any]:
    """All of it as plain data without NaN."""
    return {
        "format": 1,
        "before": _about(diff.before),
        "after": _about(diff.after),
        "paired": not diff.unpaired,
        "notes": [*basis(diff), *only(diff)],
        "budgets": [{"what": what, "verdict": how} for what, how in verdicts(diff)],
        "settings": [{"what": what, "before": old, "after": new} for what, old, new in settings(diff)],
        "inputs": [_change(each) for each in diff.changes],
        "moves": [_move(each) for each in diff.moves],
    }


def _about(saved: Saved) -> dict[str, Any]:
    keys = ("scenario", "scenario_hash", "seed", "code")
    return {"folder": saved.shown, "replications": saved.replications} | {key: saved.manifest[key] for key in keys}


def _change(change: Change) -> dict[str, Any]:
    sides = {"before": change.before, "after": change.after}
    found: dict[str, Any] = {"path": change.path, "kind": change.kind, "values": change.values}
    return found | {
        key: each and {"value": each.shown, "place": each.place or None, "source": each.source or None}
        for key, each in sides.items()
    }


def _move(move: Move) -> dict[str, Any]:
    return {
        "strategy": move.strategy,
        "metric": move.metric.key,
        "unit": move.metric.unit,
        "before": _interval(move.before),
        "after": _interval(move.after),
        "difference": _interval(move.difference),
        "clear": move.clear or None,
    }


def _interval(found: Estimate) -> dict[str, float | None]:
    return {"estimate": words.known(found.best), "low": words.known(found.low), "high": words.known(found.high)}
