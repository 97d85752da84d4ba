"""What more charts say in their titles: read off finished data, plain text."""

from __future__ import annotations

from collections.abc import Mapping

from sim.measure.growth import Growth
from sim.measure.losses import Exceedance
from sim.measure.spreads import Spread
from sim.measure.statistics import Comparison
from sim.outputs import readings, words
from sim.outputs.estate_map import EstateMap

VAR, CVAR = "loss_year_var95", "loss_year_cvar95"


def exposure_title(spreads: Mapping[str, Spread], baseline: str) -> str:
    """The middle nine tenths of the baseline's windows, and of the strategy's whose longest are shortest."""
    some = {name: one for name, one in spreads.items() if one.n}
    if baseline not in some:
        return "Exposure windows of leaked credentials"
    first = f"Nine in ten of {baseline}\u2019s exposure windows last {_range(some[baseline])}"
    best = min(some, key=lambda name: some[name].hours[-1])
    return first if best == baseline else f"{first}; of {best}\u2019s, {_range(some[best])}"


def _range(one: Spread) -> str:
    shortest, longest = (words.value(one.hours[n], "h") for n in (0, -1))
    return longest if shortest == longest else f"{shortest} to {longest}"


def reached_title(spreads: Mapping[str, Spread], baseline: str) -> str:
    """The share of leaked credentials with which something was reached."""
    some = {name: 1 - one.reached[0] for name, one in spreads.items() if one.n}
    if baseline not in some:
        return "Resources reached with leaked credentials"
    said = f"{words.value(some[baseline], 'share')} of {baseline}\u2019s leaked credentials"
    first, best = f"With {said}, something was reached", min(some, key=lambda name: some[name])
    second = f"; with {words.value(some[best], 'share')} of {best}\u2019s"
    return first if some[best] >= some[baseline] else first + second


def growth_title(growths: Mapping[str, Growth], baseline: str) -> str:
    """How fast the baseline's reach grows: half of it, and all."""
    found = growths.get(baseline)
    if found is None or not len(found.hours):
        return "Resources reached since the leak"
    end = float(found.reached[-1])
    half = float(found.hours[int((found.reached >= end / 2).argmax())])
    led = f"leads to {words.value(end, '')} resources in the end, half of them within {words.value(half, 'h')}"
    first = f"A leaked credential of {baseline} {led}"
    ends = {name: float(one.reached[-1]) if len(one.hours) else 0.0 for name, one in growths.items() if one.n}
    best = min(ends, key=lambda name: ends[name])
    return first if ends[best] >= end else f"{first}; one of {best}, to {words.value(ends[best], '')}"


def loss_title(comparison: Comparison, curves: Mapping[str, Exceedance]) -> str:
    """What one year in twenty loses more than."""
    if not curves:
        return "Losses in a year"
    base, chosen = comparison.baseline, readings.best_of(comparison, CVAR, readings.rivals(comparison))
    first = f"One year in twenty loses more than {_money(comparison, base, VAR)} under {base}"
    if chosen is None or (comparison.estimates[chosen][CVAR].best or 0) >= (comparison.estimates[base][CVAR].best or 0):
        return first
    least = comparison.estimates[chosen][VAR].best
    second = f"more than {_money(comparison, chosen, VAR)}" if least else "19 in 20 lose nothing"
    return f"{first}; under {chosen}, {second}"


def _money(comparison: Comparison, name: str, key: str) -> str:
    return words.value(comparison.estimates[name][key].best, "currency")


def map_title(estate: EstateMap) -> str:
    """Where intruders came, and how soon."""
    of = words.counted(estate.resources, "resource")
    hours = [spot.first_hours for spot in estate.spots if spot.kind == "resource" and spot.first_hours is not None]
    if not hours:
        return f"Under {estate.strategy}, no intruder came to any of {of}"
    soonest = words.value(min(hours), "h")
    came = f"intruders came to {estate.came_to} of {of}"
    return f"Under {estate.strategy}, {came}, at the earliest {soonest} after the leak"
