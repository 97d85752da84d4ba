"""A claim's experiment, effect and break in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sim.inputs.claims import Experiment
from sim.inputs.claims.schema import Measure, Step
from sim.measure.catalogue import BY_KEY
from sim.measure.claims import Outcome
from sim.measure.estimates import Estimate
from sim.measure.verdicts import NOT_SUPPORTED, SUPPORTED, UNDECIDED, Turn, Verdict
from sim.outputs import words

THROUGHOUT: Final[dict[Verdict, str]] = {
    SUPPORTED: "holds",
    NOT_SUPPORTED: "does not hold anywhere",
    UNDECIDED: "undecided",
}
_UNITS: Final[dict[Measure, str]] = {"duration": "h", "rate": "", "number": ""}


def amount(step: Step) -> str:
    """A value of a sweep as it reads: `27 d`, `0.1 a year`, `5`."""
    return _amount(step.amount, step.measure)


def _amount(value: float, measure: Measure) -> str:
    return words.value(value, _UNITS[measure], 3) + (" a year" if measure == "rate" else "")


def turns(found: Sequence[Turn], measure: Measure) -> str:
    """Every change of the verdict; what is undecided between two of the same is told as one."""
    said, left = [], list(found)
    while left:
        one = left.pop(0)
        if left and one.after == UNDECIDED and left[0].after == one.before:
            low, high = one.between[1] if one.at.low is None else one.at.low, left[0].between[0]
            high = high if left[0].at.high is None else left[0].at.high
            said.append(f"{_doubt(one.before)} between {_amount(low, measure)} and {_amount(high, measure)}")
            left.pop(0)
        else:
            said.append(turn(one, measure))
    return "; ".join(said)


def turn(found: Turn, measure: Measure) -> str:
    """`breaks above 6.3 h [5.1, 7.9]`."""
    if UNDECIDED in (found.before, found.after):
        return _doubtful(found, measure)
    where = "above" if found.before == SUPPORTED else "below"
    if found.at.best is None:
        ends = (_amount(each, measure) for each in found.between)
        return f"breaks between {' and '.join(ends)}"
    best, interval = words.parts(found.at, _UNITS[measure])
    return f"breaks {where} {best}{' a year' if measure == 'rate' else ''} {interval}".rstrip()


def _doubtful(found: Turn, measure: Measure) -> str:
    """A change to or from undecided, which has one end only."""
    before = found.before == UNDECIDED
    end, near = (found.at.high, found.between[0]) if before else (found.at.low, found.between[1])
    where = _amount(near if end is None else end, measure)
    decided = found.after if before else found.before
    return f"{_doubt(decided)} {'below' if before else 'above'} {where}"


def _doubt(otherwise: Verdict) -> str:
    """Undecided, and what it is where it is decided, if that is not that the claim holds."""
    return "undecided" if otherwise == SUPPORTED else "not supported, and undecided"


def experiment(made: Experiment, arm: str, against: str, elsewhere: tuple[str, str] | None) -> str:
    """`Exposure window, mean: jit-task below 0.01 × static`."""
    side = "below" if made.predicts == "lower" else "above"
    times = f"{made.times:g} × " if made.times != 1 else ""
    metric = words.heading(BY_KEY[made.metric])
    if elsewhere is None:
        return f"{metric}: {arm} {side} {times}{against}"
    return f"{metric}: {arm} − {against}, {side} {times}({elsewhere[0]} − {elsewhere[1]})"


def effect(made: Experiment, found: Outcome) -> str:
    """`49 min against 83.8 d: −83.7 d [−85.9, −81.5]`; where a share was predicted: `0.010 × [0.009, 0.011]`."""
    unit = BY_KEY[made.metric].unit
    sides = [each.best for each in found.sides]
    if len(sides) == 4:
        one, other = (_difference(*pair) for pair in (sides[:2], sides[2:]))
        both = f"{words.signed(words.value(one, unit, 3))} against {words.signed(words.value(other, unit, 3))}"
    else:
        both = " against ".join(words.value(each, unit, 3) for each in sides)
    if made.times != 1 and found.multiple.best is not None:
        best, interval = words.parts(found.multiple, "")
        return f"{both}: {best} × {interval}".rstrip()
    return f"{both}: {difference(found.effect, unit)}"


def difference(found: Estimate, unit: str) -> str:
    """`−83.7 d [−85.9, −81.5]`."""
    return words.signed(words.estimate(found, unit))


def _difference(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other
