"""The finding: one sentence that says what the comparison shows, and no more than it shows. Plain text, not escaped."""

from __future__ import annotations

from sim.measure.statistics import Comparison, Difference, Estimate
from sim.outputs import words
from sim.outputs.readings import APPROVAL, EXPOSURE, LATENCY, best_of, rivals


def finding(comparison: Comparison) -> str:
    """`jit-task cuts the mean exposure window from 41.2 d to 6.1 min [5.0, 7.4] min and adds 0.02 s per task`.

    Names the strategy with the smallest mean exposure window among those whose paired difference from the baseline has
    an interval below 0; says so where there is none, where nothing leaked, or where one replication gives no intervals.
    """
    runs = words.counted(comparison.replications, "replication")
    dry = [name for name in comparison.strategies if not comparison.censored[name][1]]
    base, others = comparison.baseline, rivals(comparison)
    if len(dry) == len(comparison.strategies):
        return f"no credential leaked in {runs}, so there is no exposure to compare"
    if base in dry:
        return f"no credential leaked under {base} in {runs}, so there is nothing to compare the others with"
    if not others:
        return f"the mean exposure window of {base} is {_full(comparison, base)}; no other strategy to compare it with"
    if set(others) <= set(dry):
        mean = f"under {base} the mean exposure window is {_full(comparison, base)}"
        return f"no credential leaked under {words.listed(dry)} in {runs}; {mean}"
    also = f"; no credential leaked under {words.listed(dry)}" if dry else ""
    return _compared(comparison, [name for name in others if name not in dry]) + also


def _compared(comparison: Comparison, others: list[str]) -> str:
    """The sentence for strategies that have leaks."""
    base = comparison.baseline
    bounded = any(_of(comparison, name).high is not None for name in others)
    clear = [name for name in others if _below(_of(comparison, name), bounded)]
    chosen = best_of(comparison, EXPOSURE, clear)
    if chosen is None:
        verb = "clearly shorter" if bounded else "shorter"
        return f"no strategy has a {verb} exposure window than {base}, whose mean is {_full(comparison, base)}"
    before = words.parts(comparison.estimates[base][EXPOSURE], "h")[0]
    after, cost = _full(comparison, chosen), _cost(comparison, chosen) + _approval(comparison, chosen)
    text = f"{chosen} cuts the mean exposure window from {before} to {after}{cost}"
    return text if bounded else f"{text}, with too few replications for intervals"


def _of(comparison: Comparison, name: str, key: str = EXPOSURE) -> Difference:
    return comparison.differences[name][key]


def _below(difference: Difference, bounded: bool) -> bool:
    """Whether the interval lies below 0; without intervals, whether the difference does."""
    end = words.known(difference.high if bounded else difference.best)
    return end is not None and end < 0


def _full(comparison: Comparison, name: str) -> str:
    """`6.1 min [5.0, 7.4] min`."""
    found = comparison.estimates[name][EXPOSURE]
    number, interval = words.parts(found, "h")
    unit = number.split(" ", 1)[1] if " " in number else ""
    return f"{number} {interval} {unit}".rstrip() if interval else number


def _cost(comparison: Comparison, name: str) -> str:
    """What it adds to a task, or that this is not clear."""
    found = _of(comparison, name, LATENCY)
    low, best, high = (words.known(end) for end in (found.low, found.best, found.high))
    if best is None:
        return ""
    if low is not None and high is not None and low <= 0 <= high and (low, high) != (0, 0):
        change, interval = words.parts(interval_of(found), "s")
        return f" and adds no clear latency ({change} {interval} per task)"
    verb = "adds" if best >= 0 else "saves"
    return f" and {verb} {words.value(abs(best), 's')} per task" if best else " and adds no latency"


def _approval(comparison: Comparison, name: str) -> str:
    """How long its tasks wait for people, if they do."""
    found = comparison.estimates[name][APPROVAL]
    return f"; its tasks wait {words.estimate(found, 's')} each for approval" if words.known(found.best) else ""


def interval_of(difference: Difference) -> Estimate:
    """A difference's value and interval, for formatting."""
    return Estimate(difference.low, difference.best, difference.high)
