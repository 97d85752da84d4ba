"""What an interval says, and where the verdict turns: against lines whose zeros are known."""

from __future__ import annotations

import math

import pytest

from sim.measure.estimates import Estimate
from sim.measure.verdicts import Point, Turn, turns, verdict


@pytest.mark.parametrize(
    ("effect", "lower"),
    [
        ((-3, -2, -1), "supported"),
        ((-3, -2, 0), "undecided"),
        ((-1, 0, 1), "undecided"),
        ((0, 1, 2), "not supported"),
        ((0, 0, 0), "not supported"),
        ((None, -2, -1), "supported"),
        ((-2, -1, None), "undecided"),
        ((None, None, None), "undecided"),
    ],
)
def test_verdict(effect, lower):
    assert verdict(Estimate(*effect), "lower") == lower
    mirrored = Estimate(*(None if end is None else -end for end in reversed(effect)))
    assert verdict(mirrored, "higher") == lower


def line(at, zero=5.0, slope=1.0, reach=1.0):
    best = slope * (at - zero)
    return Point(at, Estimate(best - reach, best, best + reach))


def test_a_line_breaks_at_its_zero_between_those_of_its_ends():
    found = turns([line(at) for at in (1, 3, 7, 9)], "lower")
    assert found == (Turn("supported", "not supported", Estimate(4.0, 5.0, 6.0)),)
    # The same with a value that is undecided, from below, or told the other way round.
    assert turns([line(at) for at in (1, 4.5, 5.5, 9)], "lower") == found
    (other,) = turns([line(at) for at in (1, 3, 7, 9)], "higher")
    assert (other.before, other.after, other.at) == ("not supported", "supported", found[0].at)
    (falling,) = turns([line(at, slope=-1.0) for at in (1, 3, 7, 9)], "lower")
    assert (falling.before, falling.after, falling.at) == ("not supported", "supported", found[0].at)


def test_over_decades_lines_are_drawn_over_the_logarithm():
    points = [Point(at, Estimate(math.log10(at) - 2.5, math.log10(at) - 2, math.log10(at) - 1.5)) for at in (1, 10**4)]
    (found,) = turns(points, "lower")
    assert (found.at.low, found.at.best, found.at.high) == pytest.approx((10**1.5, 100, 10**2.5))


def test_no_turn_without_a_change():
    assert turns([line(at) for at in (1, 2, 3)], "lower") == ()
    assert turns([line(at) for at in (7, 8, 9)], "lower") == ()


def test_what_the_range_does_not_hold_is_left_open():
    (found,) = turns([line(at) for at in (1, 3, 4.8)], "lower")
    assert (found.before, found.after, found.at) == ("supported", "undecided", Estimate(4.0, None, None))
    (found,) = turns([line(at) for at in (4.5, 5.5, 9)], "lower")
    assert (found.before, found.after, found.at) == ("undecided", "not supported", Estimate(None, 5.0, 6.0))


def test_every_change_is_told():
    there_and_back = [line(1), line(9), line(11, zero=15.0), line(12, zero=16)]
    found = turns(there_and_back, "lower")
    assert [(one.before, one.after) for one in found] == [
        ("supported", "not supported"),
        ("not supported", "supported"),
    ]
    doubtful = [line(1), line(5), line(6, zero=10)]
    assert [(one.before, one.after) for one in turns(doubtful, "lower")] == [
        ("supported", "undecided"),
        ("undecided", "supported"),
    ]


def test_intervals_without_ends_give_no_crossing():
    (found,) = turns([line(1), Point(3.0, Estimate(None, None, None)), line(9)], "lower")
    assert found == Turn("supported", "not supported", Estimate(None, None, None))
