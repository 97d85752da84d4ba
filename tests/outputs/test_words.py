from __future__ import annotations

import pytest

from sim.measure.statistics import Estimate
from sim.outputs import words


@pytest.mark.parametrize(
    ("low", "best", "high", "unit", "shown"),
    [
        (5.0 / 60, 6.1 / 60, 7.4 / 60, "h", "6.1 min [5.0, 7.4]"),
        (38.11 * 24, 41.23 * 24, 44.5 * 24, "h", "41.2 d [38.1, 44.5]"),
        (0.0198, 0.02, 0.0202, "s", "0.02000 s [0.01980, 0.02020]"),
        (0.0, 0.004, 0.009, "s", "4.0 ms [0, 9.0]"),
        (0.0, 0.0, 3.2, "", "0 [0, 3.2]"),
        (0.0, 0.0, 0.0, "h", "0 s [0, 0]"),
        (0.0, 0.0, None, "h", "0 s [0, \u2014]"),
        (0.0, 0.0, None, "share of resources", "0% [0, \u2014]"),
        (0.912, 1.0, 1.0, "share of uses", "100% [91, 100]"),
        (0.00012, 0.00034, 0.00056, "share of uses", "0.03% [0.01, 0.06]"),
        (1.48e-7, 1.52e-7, 1.56e-7, "share of capacity", "<0.01% [<0.01, <0.01]"),
        (0.0, 4e-5, 9e-4, "share of uses", "<0.01% [0, 0.09]"),
        (-9e-5, -4e-5, 0.0, "share of uses", ">\u22120.01% [>\u22120.01, 0]"),
        (None, 4e-5, None, "share of uses", "<0.01%"),
        (29_123.0, 30_400.0, 31_700.0, "credential-h", "30.4k [29.1k, 31.7k]"),
        (None, 21_666.6667, None, "credential-h", "21\u202f667"),
        (None, 0.25, None, "h", "15 min"),
        (-7.5 * 24, -7.0 * 24, -6.5 * 24, "h", "\u22127.0 d [\u22127.5, \u22126.5]"),
        (2.0, 12.0, None, "h", "12.0 h [2.0, \u2014]"),
        (None, None, None, "h", "\u2014"),
        (float("nan"), float("nan"), float("inf"), "h", "\u2014"),
        (5e5, 6.03e5, 7e5, "currency", "600k [500k, 700k]"),
    ],
)
def test_digits_follow_the_interval_and_the_unit_the_size(low, best, high, unit, shown):
    assert words.estimate(Estimate(low, best, high), unit) == shown


def test_a_number_is_never_rounded_away_or_broken():
    assert words.number(0.000_04, 6) == "0.000040"
    assert words.number(3e-9, 12) == "3.0e\u22129"
    assert words.number(-0.0004, 2) == "0"
    assert words.number(123_456, -3) == "123\u202f000"
    assert words.number(1234.5678, 1) == "1235"
    assert words.estimate(Estimate(-80.0, 5.0, 90.0), "") == "5 [\u221280, 90]"


@pytest.mark.parametrize(
    ("hours", "shown"), [(0.0, "0 s"), (1 / 3600, "1 s"), (0.1, "6 min"), (36, "36 h"), (984, "41 d"), (None, "\u2014")]
)
def test_durations_in_the_unit_people_would_use(hours, shown):
    assert words.value(hours, "h") == shown


def test_texts_are_one_visible_line_of_limited_length():
    hostile = "a\u202eb\u200bc\r\n#d\x00\t\ud800e" + "x" * 500
    tidied = words.tidy(hostile, 20)
    assert tidied == "abc #d e" + "x" * 11 + "\u2026"
    assert len(tidied) == 20


def test_a_difference_shows_its_sign():
    shown = [
        words.signed(text)
        for text in ("3.1 s", "\u22123.1 s", "0", "0% [0, 0]", "0.5%", "\u2014", "<0.01%", ">\u22120.01%")
    ]
    assert shown == ["+3.1 s", "\u22123.1 s", "0", "0% [0, 0]", "+0.5%", "\u2014", "<+0.01%", ">\u22120.01%"]
