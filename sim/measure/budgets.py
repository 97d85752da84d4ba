"""Budgets judged by the intervals of a comparison: passed, failed, or undecided.

A budget is passed when the whole 95 % interval keeps its limit, failed when the whole interval is beyond it, and
undecided in between: more replications would decide it. An end that the data cannot give (None) decides nothing. Where
the truth lies exactly at the limit, a budget is wrongly passed, or wrongly failed, in about 2.5 % of studies each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sim.inputs.budgets import Budget
from sim.measure.estimates import UNDEFINED, Estimate

Outcome = Literal["failed", "undecided", "passed"]
ORDER: tuple[Outcome, ...] = ("failed", "undecided", "passed")
"""Worst first."""
Estimates = Mapping[str, Mapping[str, Estimate]]
"""Strategy → metric key → estimate."""


@dataclass(frozen=True)
class Verdict:
    """One budget under one strategy.

    Attributes:
        upper: whether the limit is an upper one.
        limit: in the metric's unit; it is kept by values that equal it.
        why: what it is for; for one that is undecided, why.
    """

    budget: str
    title: str
    metric: str
    strategy: str
    upper: bool
    limit: float
    estimate: Estimate
    outcome: Outcome
    why: str = ""


def judge(budgets: Mapping[str, Budget], estimates: Estimates, replications: int) -> tuple[Verdict, ...]:
    """A verdict for each budget and strategy, in the order of the budgets, then of the strategies.

    Args:
        replications: that the estimates are made from.
    """
    return tuple(_verdicts(budgets, estimates, replications))


def worst(verdicts: Sequence[Verdict]) -> Outcome:
    """Failed if any failed, else undecided if any is; passed if all are."""
    return min((each.outcome for each in verdicts), key=ORDER.index, default="passed")


def _verdicts(budgets: Mapping[str, Budget], estimates: Estimates, replications: int) -> Iterator[Verdict]:
    for name, budget in budgets.items():
        upper = budget.at_most is not None
        limit = budget.at_most if budget.at_most is not None else budget.at_least
        assert limit is not None
        for strategy in estimates if budget.strategies is None else budget.strategies:
            found = estimates.get(strategy, {}).get(budget.metric, UNDEFINED)
            outcome = decided(found, limit, upper=upper)
            why = ""
            if outcome == "undecided":
                why = _why(found, upper, replications) if strategy in estimates else "this strategy was not compared"
            yield Verdict(name, budget.title, budget.metric, strategy, upper, limit, found, outcome, why)


def decided(found: Estimate, limit: float, *, upper: bool) -> Outcome:
    """Where an interval lies with regard to a limit. Both the interval's ends and the limit belong to it."""
    keeps, breaks = (found.high, found.low) if upper else (found.low, found.high)
    if found.best is None:
        return "undecided"
    if keeps is not None and (keeps <= limit if upper else keeps >= limit):
        return "passed"
    if breaks is not None and (breaks > limit if upper else breaks < limit):
        return "failed"
    return "undecided"


def _why(found: Estimate, upper: bool, replications: int) -> str:
    if found.best is None:
        return "not measured: nothing happened that defines this metric"
    if found.low is None and found.high is None:
        few = replications < 2
        return "one replication gives no interval" if few else "too little was seen for an interval"
    if (found.high if upper else found.low) is None:
        return f"the data give the interval no {'upper' if upper else 'lower'} end"
    return "the limit lies within the interval; more replications make it narrower"


__all__ = ["ORDER", "Estimates", "Outcome", "Verdict", "decided", "judge", "worst"]
