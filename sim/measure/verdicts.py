"""What an interval says about a prediction, and where along a parameter it stops saying so.

An effect is what was predicted to lie below 0 (`lower`) or above it (`higher`). The prediction is supported if the
whole interval lies on its side, not supported if none of it does, and undecided otherwise: more replications may tell.

Along a parameter the effect and both ends of its interval are joined by straight lines between the values that were
simulated, over the logarithm of the parameter where its values span a decade or more. The verdict changes where these
lines meet 0: the effect's own line says where the break is, those of the ends of the interval how far off it may be.
That is the set of values at which the effect could be 0, read off a calibration curve.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Final, Literal

from sim.measure.estimates import Estimate

Verdict = Literal["supported", "not supported", "undecided"]
Predicted = Literal["lower", "higher"]
SUPPORTED: Final = "supported"
NOT_SUPPORTED: Final = "not supported"
UNDECIDED: Final = "undecided"
DECADE = 10.0
"""Values that span as much are far apart in proportion rather than in amount."""

End = Callable[[Estimate], float | None]


@dataclass(frozen=True)
class Point:
    """The effect where the parameter has this value."""

    at: float
    effect: Estimate


@dataclass(frozen=True)
class Turn:
    """Where, along a rising parameter, one verdict gives way to another.

    Attributes:
        at: the value at which the effect is 0, with its interval; ends and value None where the simulated range does
            not hold them.
        between: the values nearest to it that were simulated.
    """

    before: Verdict
    after: Verdict
    at: Estimate
    between: tuple[float, float] = field(default=(math.nan, math.nan), compare=False)


def verdict(effect: Estimate, predicted: Predicted) -> Verdict:
    """What the interval of an effect says about the prediction that it lies below or above 0."""
    high, low = _against(effect, predicted), _for(effect, predicted)
    if high is not None and high < 0:
        return SUPPORTED
    return NOT_SUPPORTED if low is not None and low >= 0 else UNDECIDED


def turns(points: Sequence[Point], predicted: Predicted) -> tuple[Turn, ...]:
    """Every change of the verdict along rising points; undecided values between two verdicts belong to their change."""
    runs = [list(run) for _, run in groupby(points, lambda point: verdict(point.effect, predicted))]
    scale = _Scale(points)
    return tuple(_turn(*change, predicted, scale) for change in _changes(runs, predicted))


_Run = list[Point]


def _changes(runs: list[_Run], predicted: Predicted) -> Iterator[tuple[_Run, _Run, _Run]]:
    """Neighbouring runs of one verdict each, and the undecided run between two that decide differently."""
    verdicts = [verdict(run[0].effect, predicted) for run in runs]
    skip = -1
    for number, (before, after) in enumerate(pairwise(runs)):
        if number == skip:
            continue
        decided = number + 2 < len(runs) and verdicts[number + 1] == UNDECIDED
        if decided and verdicts[number] != verdicts[number + 2]:
            skip = number + 1
            yield before, after, runs[number + 2]
        else:
            yield before, [], after


def _turn(before: _Run, between: _Run, after: _Run, predicted: Predicted, scale: _Scale) -> Turn:
    one, two = verdict(before[0].effect, predicted), verdict(after[0].effect, predicted)
    stretch = [*(before if one == UNDECIDED else before[-1:]), *between, *(after if two == UNDECIDED else after[:1])]
    ends = [_crossing(stretch, end, scale) for end in (_high, _low)]
    known = sorted(end for end in ends if end is not None)
    best = _crossing(stretch, _best, scale)
    low = known[0] if known and one != UNDECIDED else None
    high = known[-1] if known and two != UNDECIDED else None
    return Turn(one, two, Estimate(low, best, high), (before[-1].at, after[0].at))


def _crossing(points: Sequence[Point], end: End, scale: _Scale) -> float | None:
    """Where the line through one end of the effects meets 0 for the first time."""
    for one, two in pairwise(points):
        left, right = end(one.effect), end(two.effect)
        if left is None or right is None or left == right or (left < 0) == (right < 0):
            continue
        return scale.between(one.at, two.at, left / (left - right))
    return None


class _Scale:
    """How far between two values a share of the way is."""

    def __init__(self, points: Sequence[Point]) -> None:
        values = [point.at for point in points]
        self._wide = min(values) > 0 and max(values) >= DECADE * min(values)

    def between(self, one: float, two: float, share: float) -> float:
        if not self._wide:
            return one + share * (two - one)
        return one * math.exp(share * math.log(two / one))


def _low(effect: Estimate) -> float | None:
    return effect.low


def _best(effect: Estimate) -> float | None:
    return effect.best


def _high(effect: Estimate) -> float | None:
    return effect.high


def _against(effect: Estimate, predicted: Predicted) -> float | None:
    """The end of the interval that speaks most against the prediction, below 0 if even that is for it."""
    return effect.high if predicted == "lower" else _negative(effect.low)


def _for(effect: Estimate, predicted: Predicted) -> float | None:
    """The end that speaks most for it, 0 or above if even that is against it."""
    return effect.low if predicted == "lower" else _negative(effect.high)


def _negative(value: float | None) -> float | None:
    return None if value is None else -value
