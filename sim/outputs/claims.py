"""Claims that were tried: their rows, the folder that they are saved in, and all of it as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.inputs.claims import Arm, LoadedClaim, Sweep
from sim.inputs.load import Loaded
from sim.measure.catalogue import BY_KEY
from sim.measure.claims import Outcome
from sim.measure.estimates import Estimate
from sim.measure.verdicts import Point, Turn, turns
from sim.outputs import claims_text, store, words
from sim.outputs.claim_rows import ClaimRow

JSON, MARKDOWN, SWEEPS = store.OF_CLAIMS[:3]
ENDS = ("estimate", "low", "high")
SWEEP_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("claim", "parameter", "value", "measure")),
        ("at", pa.float64()),
        *(
            (f"{what}_{end}" if end != "estimate" else what, pa.float64())
            for what in ("arm", "against", "effect", "multiple")
            for end in ENDS
        ),
        ("verdict", pa.string()),
    ]
)


@dataclass(frozen=True)
class Tried:
    """A claim and what came of its experiment.

    Attributes:
        scenario: of the experiment's arm, as it is.
        as_is: the outcome.
        off: the outcome with the mechanism switched off.
        curve: the outcome at each value of the sweep, if there is one.
    """

    loaded: LoadedClaim
    scenario: Loaded
    seed: int
    replications: int
    as_is: Outcome
    off: Outcome
    curve: tuple[Outcome, ...]

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Where along the sweep the verdict changes."""
        points = [Point(step.amount, one.effect) for step, one in self.steps]
        return turns(points, self.loaded.claim.experiment.predicts) if points else ()

    @property
    def steps(self) -> list[tuple[Any, Outcome]]:
        """Each value of the sweep with its outcome."""
        sweep = self.loaded.claim.sweep
        return list(zip(sweep.values, self.curve, strict=True)) if sweep else []


def row(tried: Tried) -> ClaimRow:
    """What tables and the forest plot show of a claim."""
    claim = tried.loaded.claim
    return ClaimRow(
        key=tried.loaded.name,
        title=claim.title,
        claim=claim.claim,
        metric=claim.experiment.metric,
        arm=named(claim.experiment.arm),
        against=named(claim.experiment.against),
        predicts=claim.experiment.predicts,
        times=claim.experiment.times,
        effect=tried.as_is.effect,
        multiple=tried.as_is.multiple,
        verdict=tried.as_is.verdict,
        without=tried.off.verdict,
        breaks=breaks(claim.sweep, tried.curve, tried.turns),
    )


def named(arm: Arm) -> str:
    """`jit-task`, or `static, many tools` in the variant of that name."""
    return arm.strategy if arm.variant is None else f"{arm.strategy}, {arm.variant}"


def breaks(sweep: Sweep | None, curve: Sequence[Outcome], found: Sequence[Turn]) -> str:
    """Where along its parameter a claim stops being true, in words."""
    if sweep is None:
        return "not looked for"
    if found:
        said = claims_text.turns(found, sweep.values[0].measure)
    else:
        ends = (claims_text.amount(sweep.values[end]) for end in (0, -1))
        said = f"{claims_text.THROUGHOUT[curve[0].verdict]} from {' to '.join(ends)}"
    return f"{sweep.title}: {said}"


def write(folder: Path, tried: Sequence[Tried], command: str) -> None:
    """Fill a new folder: claims.json, claims.md, the sweeps, a forest plot, and the manifest that makes it ours."""
    from sim.outputs.claims_page import results_page
    from sim.outputs.results import versions

    store.write_json(folder / JSON, as_json(tried, versions()["afterleak"]))
    (folder / MARKDOWN).write_text(results_page(tried), encoding="utf-8")
    pq.write_table(pa.Table.from_pylist(list(_sweep_rows(tried)), schema=SWEEP_SCHEMA), folder / SWEEPS)
    draw(folder, tried)
    manifest = {"format": 1, "tool": "afterleak", "command": command, "versions": versions()}
    files = {name: text for one in tried for name, text in one.scenario.texts}
    shown = [{"name": name, "text": text} for name, text in files.items()]
    store.write_json(folder / store.MANIFEST, manifest | {"claims": [one.loaded.name for one in tried], "files": shown})


MOST_NAMED = 4
"""Scenarios that a caption names; of more it says how many."""


def draw(folder: Path, tried: Sequence[Tried]) -> None:
    """Draw the forest plot: claims.svg, claims.png and claims-dark.svg."""
    from sim.outputs.charts.gallery import draw_claims  # slow to load

    fewest, most = (of(one.replications for one in tried) for of in (min, max))
    runs = words.counted(most, "replication") if fewest == most else f"{fewest} to {words.counted(most, 'replication')}"
    names = sorted({one.scenario.name for one in tried})
    scenarios = ", ".join(names) if len(names) <= MOST_NAMED else words.counted(len(names), "scenario")
    caption = f"{scenarios} \u00b7 {runs} each \u00b7 intervals: 95%"
    draw_claims(folder, [row(one) for one in tried], caption)


def as_json(tried: Sequence[Tried], version: str) -> dict[str, Any]:
    """All of it as plain data; None for what is undefined or has no end."""
    return {"format": 1, "tool": "afterleak", "version": version, "claims": [_claim(one) for one in tried]}


def _claim(tried: Tried) -> dict[str, Any]:
    claim, shown = tried.loaded.claim, row(tried)
    return {
        "key": shown.key,
        "title": claim.title,
        "claim": claim.claim,
        "quotes": claim.quotes,
        "source": claim.source,
        "remarks": claim.remarks,
        "metric": shown.metric,
        "unit": BY_KEY[shown.metric].unit,
        "arm": shown.arm,
        "against": shown.against,
        "predicts": shown.predicts,
        "times": shown.times,
        "scenario_hash": tried.scenario.hash,
        "seed": tried.seed,
        "replications": tried.replications,
        **_outcome(tried.as_is),
        "breaks": shown.breaks,
        "turns": [{"before": one.before, "after": one.after, **_ends(one.at)} for one in tried.turns],
        "off": {"title": claim.off.title, **_outcome(tried.off)},
        "sweep": _sweep(tried),
    }


def _sweep(tried: Tried) -> dict[str, Any] | None:
    sweep = tried.loaded.claim.sweep
    if sweep is None:
        return None
    points = [{"value": step.written, "at": step.amount, **_outcome(one)} for step, one in tried.steps]
    return {"title": sweep.title, "measure": sweep.values[0].measure, "points": points}


def _outcome(found: Outcome) -> dict[str, Any]:
    return {
        "sides": [_ends(each) for each in found.sides],
        "effect": _ends(found.effect),
        "multiple": _ends(found.multiple),
        "verdict": found.verdict,
    }


def _ends(found: Estimate) -> dict[str, float | None]:
    return dict(zip(ENDS, map(words.known, (found.best, found.low, found.high)), strict=True))


def _sweep_rows(tried: Sequence[Tried]) -> Iterator[dict[str, Any]]:
    for one in tried:
        for step, found in one.steps:
            numbers = {"arm": found.sides[0], "against": found.sides[1]}
            numbers |= {"effect": found.effect, "multiple": found.multiple}
            yield {
                "claim": one.loaded.name,
                "parameter": one.loaded.claim.sweep.title if one.loaded.claim.sweep else "",
                "value": step.written,
                "measure": step.measure,
                "at": step.amount,
                "verdict": found.verdict,
                **{
                    what if end == "estimate" else f"{what}_{end}": value
                    for what, found_one in numbers.items()
                    for end, value in _ends(found_one).items()
                },
            }
