"""Every way to write a quantity, and every way to get it wrong."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from sim.core import units
from sim.core.units import DAY, HOUR, MINUTE, SECOND, WEEK, YEAR
from sim.inputs.names import Name, Text
from sim.inputs.quantities import (
    Count,
    Duration,
    Money,
    Number,
    Positive,
    Probability,
    Rate,
    Several,
    Span,
    quantity_name,
)

RIGHT = [
    (Duration, "7us", 7),
    (Duration, "7ms", 7000),
    (Duration, "90s", 90 * SECOND),
    (Duration, "15m", 15 * MINUTE),
    (Duration, " 8 h ", 8 * HOUR),
    (Duration, "27d", 27 * DAY),
    (Duration, "2w", 2 * WEEK),
    (Duration, "1.5y", 1.5 * YEAR),
    (Duration, "1e3s", 1000 * SECOND),
    (Duration, "0s", 0),
    (Span, "1us", 1),
    (Rate, "40/day", 40 / DAY),
    (Rate, "0.2/h", 0.2 / HOUR),
    (Rate, "3 / min", 3 / MINUTE),
    (Rate, "1e2/s", 100 / SECOND),
    (Rate, "0/y", 0.0),
    (Rate, "1/week", 1 / WEEK),
    (Money, "603k", 603_000.0),
    (Money, "32M", 32e6),
    (Money, "1.5 B", 1.5e9),
    (Money, 12, 12.0),
    (Money, "12", 12.0),
    (Probability, 0, 0.0),
    (Probability, 1, 1.0),
    (Probability, 0.25, 0.25),
    (Number, 0, 0.0),
    (Number, 3.5, 3.5),
    (Positive, 0.1, 0.1),
    (Count, 0, 0),
    (Count, 1_000_000, 1_000_000),
    (Several, 1, 1),
    (Name, "a.B-c_9", "a.B-c_9"),
    (Text, " two\nlines ", "two\nlines"),
]

WRONG = [
    (Duration, 90, "a unit is missing"),
    (Duration, 0, "a unit is missing"),
    (Duration, "90", "a duration is"),
    (Duration, "90 parsecs", "unknown unit of time"),
    (Duration, "-3s", "cannot be negative"),
    (Duration, "1001y", "longer than 1000y"),
    (Duration, "1e999s", "longer than 1000y"),
    (Duration, True, "a duration is"),
    (Duration, None, "a duration is"),
    (Duration, ["3s"], "a duration is"),
    (Duration, "٣s", "a duration is"),
    (Duration, float("nan"), "not a finite number"),
    (Duration, 10**400, "not a finite number"),
    (Span, "0s", "longer than 0"),
    (Rate, 40, "a unit is missing"),
    (Rate, "40", "a rate is"),
    (Rate, "40/month", "unknown unit of time"),
    (Rate, "-1/s", "cannot be negative"),
    (Rate, "1e999/s", "not a finite number"),
    (Rate, True, "a rate is"),
    (Money, "3 Mio", "an amount of money is"),
    (Money, -1, "cannot be negative"),
    (Money, "-1k", "cannot be negative"),
    (Money, True, "an amount of money is"),
    (Money, float("inf"), "not a finite number"),
    (Probability, 1.01, "from 0 to 1"),
    (Probability, -0.01, "from 0 to 1"),
    (Probability, "0.5", "from 0 to 1"),
    (Probability, True, "from 0 to 1"),
    (Probability, float("nan"), "not a finite number"),
    (Number, -1, "cannot be negative"),
    (Number, "1", "a number is expected"),
    (Positive, 0, "above 0"),
    (Count, 1.0, "a whole number"),
    (Count, True, "a whole number"),
    (Count, 1_000_001, "between 0 and 1000000"),
    (Count, -1, "between 0 and 1000000"),
    (Several, 0, "1 or more"),
    (Name, "../x", "a name starts"),
    (Name, "<b>", "a name starts"),
    (Name, "a..b", "a name starts"),
    (Name, 3, "a name starts"),
    (Name, "x" * 65, "a name starts"),
    (Name, "9a", "a name starts"),
    (Name, "a\n", "a name starts"),
    (Text, "a\x07", "control characters"),
    (Text, "a\u202eb", "control characters"),
    (Text, 3, "text is expected"),
    (Text, "x" * 4001, "at most 4000"),
]


def _shown(value: object) -> str:
    return repr(value)[:20]


@pytest.mark.parametrize(("quantity", "written", "means"), RIGHT, ids=_shown)
def test_right(quantity: Any, written: object, means: object) -> None:
    assert TypeAdapter(quantity).validate_python(written) == means


@pytest.mark.parametrize(("quantity", "written", "problem"), WRONG, ids=_shown)
def test_wrong(quantity: Any, written: object, problem: str) -> None:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(quantity).validate_python(written)
    (error,) = raised.value.errors()
    assert problem in error["msg"]
    assert error["type"] == "afterleak"


def test_every_quantity_has_its_name() -> None:
    assert [quantity_name(each) for each in (Duration, Span, Rate, Money, Number)] == [
        "Duration",
        "Span",
        "Rate",
        "Money",
        "Number",
    ]


def test_a_wrong_size_of_the_hour_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(units.DURATIONS, "h", HOUR + 1)
    assert TypeAdapter(Duration).validate_python("8h") != 8 * HOUR
