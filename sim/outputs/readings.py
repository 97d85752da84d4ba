"""What charts say in their titles, and which strategies are dominated: read off finished data, plain text."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.core.units import HOUR
from sim.measure.statistics import Comparison, Estimate
from sim.measure.survival import SurvivalCurve
from sim.outputs import words
from sim.outputs.timeline import Timeline

EXPOSURE, LATENCY = "exposure_window_hours", "added_latency_seconds"
APPROVAL = "approval_wait_seconds"
POTENTIAL, REACHED = "blast_radius_potential", "blast_radius_reached"


def median_hours(curve: SurvivalCurve) -> float | None:
    """The first time at which at most half are still usable; None if that is not seen."""
    below = np.flatnonzero(np.asarray(curve.alive) <= 0.5)
    return float(curve.hours[below[0]]) if len(below) else None


def best_of(comparison: Comparison, key: str, among: list[str]) -> str | None:
    """The strategy with the smallest estimate; the earlier one of equals."""
    known = [name for name in among if words.known(comparison.estimates[name][key].best) is not None]
    return min(known, key=lambda name: comparison.estimates[name][key].best or 0.0) if known else None


def rivals(comparison: Comparison) -> list[str]:
    """All strategies but the baseline."""
    return [name for name in comparison.strategies if name != comparison.baseline]


def survival_title(curves: Mapping[str, SurvivalCurve], baseline: str) -> str:
    """Half-lives of the baseline's leaked credentials and of the shortest-lived strategy's."""
    seen = {name: median_hours(curve) for name, curve in curves.items() if curve.n}
    if baseline not in seen:
        return "How long leaked credentials stay usable"
    others = {name: hours for name, hours in seen.items() if name != baseline and hours is not None}
    whose, half = f"{baseline}\u2019s leaked credentials are", seen[baseline]
    first = (
        f"More than half of {whose} still usable after {words.value(float(curves[baseline].hours[-1]), 'h')}"
        if half is None
        else f"Half of {whose} still usable after {words.value(half, 'h')}"
    )
    shortest = min(others, key=lambda name: others[name], default=None)
    if shortest is None or (half is not None and others[shortest] >= half):
        return first
    return f"{first}; half of {shortest}\u2019s are {_gone(others[shortest])}"


def _gone(hours: float) -> str:
    return f"dead within {words.value(hours, 'h')}" if hours > 0 else "of no use from the moment they leak"


def reach_title(comparison: Comparison) -> str:
    """Reached of potential, for the baseline and the strategy that reaches least."""
    least = best_of(comparison, REACHED, rivals(comparison))
    first = _reach_of(comparison, comparison.baseline, "the ", " resources")
    if first is None:
        return "What leaked credentials reach, and what they could"
    title = f"A leaked credential of {comparison.baseline} reaches {first} that it could"
    second = _reach_of(comparison, least) if least else None
    return title if second is None else f"{title}; one of {least}, {second}"


def _reach_of(comparison: Comparison, name: str, before: str = "", after: str = "") -> str | None:
    row = comparison.estimates[name]
    reached, potential = words.known(row[REACHED].best), words.known(row[POTENTIAL].best)
    if reached is None or potential is None:
        return None
    return f"{words.value(reached, '')} of {before}{words.value(potential, '')}{after}"


def waiting(row: Mapping[str, Estimate]) -> Estimate:
    """What a task waits for credentials and for approval together, mean, in seconds.

    The ends of the interval are sums of both intervals' ends: whatever the two have to do with each other, their sum
    varies by no more than that, so it holds at least as often as it should.
    """
    parts = [(one.low, one.best, one.high) for one in (row[LATENCY], row[APPROVAL])]
    low, best, high = (None if a is None or b is None else a + b for a, b in zip(*parts, strict=True))
    return Estimate(low, best, high)


def frontier_title(comparison: Comparison) -> str:
    """What the strategy with the shortest exposure costs, beside the baseline."""
    chosen = best_of(comparison, EXPOSURE, rivals(comparison))
    if chosen is None:
        return "Exposure window against waiting"
    row, base = comparison.estimates[chosen], comparison.estimates[comparison.baseline]
    exposure, before = words.known(row[EXPOSURE].best), words.known(base[EXPOSURE].best)
    wait = words.known(waiting(row).best)
    if exposure is None or before is None or wait is None or exposure >= before:
        return "Exposure window against waiting"
    cost = f"At {words.value(wait, 's')} of waiting per task" if wait else "With no waiting"
    return (
        f"{cost}, {chosen} leaves a leaked credential usable for "
        f"{words.value(exposure, 'h')}; {comparison.baseline}, for {words.value(before, 'h')}"
    )


def timeline_title(timeline: Timeline) -> str:
    """How much of the shown credentials' validity a task needed, and what happened to them."""
    valid, needed = timeline.valid_us(), timeline.needed_us()
    leaked = sum(bool(lane.leaks) for lane in timeline.lanes)
    used = sum(lane.compromised_us is not None for lane in timeline.lanes)
    if not timeline.lanes:
        return f"{timeline.strategy}, replication {timeline.replication}: no credential to show"
    return (
        f"{timeline.strategy}: tasks needed {words.share(needed, valid)} of the {words.value(valid / HOUR, 'h')} that "
        f"these {words.counted(len(timeline.lanes), 'credential')} were valid; {leaked or 'none'} leaked, "
        f"{used or 'none'} used by an attacker"
    )


def reach_of_role_title(role: str, resources: int, of: int, hops: int) -> str:
    """Size of a role's potential blast radius."""
    if not resources:
        return f"A credential of {role} leads to no resource"
    steps = words.counted(hops, "hop")
    return f"A credential of {role} leads to {resources} of {words.counted(of, 'resource')}, in at most {steps}"


def dominated(comparison: Comparison) -> dict[str, str]:
    """Strategy → one that is no worse in exposure and in waiting, and clearly better in one of them."""
    found: dict[str, str] = {}
    for name in comparison.strategies:
        for other in comparison.strategies:
            if other != name and name not in found and _beats(comparison.estimates[other], comparison.estimates[name]):
                found[name] = other
    return found


def _beats(one: Mapping[str, Estimate], other: Mapping[str, Estimate]) -> bool:
    pairs = [(one[EXPOSURE], other[EXPOSURE]), (waiting(one), waiting(other))]
    if any(words.known(side.best) is None for pair in pairs for side in pair):
        return False
    no_worse = all((a.best or 0.0) <= (b.best or 0.0) for a, b in pairs)
    return no_worse and any(a.high is not None and b.low is not None and a.high < b.low for a, b in pairs)


INTERVALS = "intervals: 95%"
"""To follow the caption of a chart that has some."""


def caption(
    title: str, *, replications: int, seed: int, leaked: Mapping[str, tuple[int, int]], horizon_hours: float
) -> str:
    """What a chart was made from; `leaked` is Comparison.censored, or a part of it."""
    alive, total = (sum(pair[n] for pair in leaked.values()) for n in (0, 1))
    cut = f", {words.share(alive, total)} of them still usable at the end and counted up to there" if total else ""
    return (
        f"{words.tidy(title, 90)} \u00b7 {words.counted(replications, 'replication')} of "
        f"{words.value(horizon_hours, 'h', 3)}, seed {seed} \u00b7 {words.counted(total, 'leaked credential')} under "
        f"{words.counted(len(leaked), 'strategy', 'strategies')}{cut}"
    )
