"""Numbers with units, as people write them: `90s`, `40/day`, `603k`, `0.02`."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from sim.core.units import DURATIONS, MINUTE, MONEY, RATES

LONGEST = 1_000 * DURATIONS["y"]
MOST_MONEY = 1e15
_NUMBER = r"([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
_DURATION = re.compile(_NUMBER + r"\s*([a-z]+)")
_RATE = re.compile(_NUMBER + r"\s*/\s*([a-z]+)")
_MONEY = re.compile(_NUMBER + r"\s*([kMB]?)")

_NUMBER_SCHEMA = r"^\s*[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?\s*"
_RATE_UNITS = "s|min|m|minute|h|hour|d|day|w|week|y|year"

_DURATION_HELP = "a duration is a number and a unit, such as 90s, 15m, 8h or 27d (units: us, ms, s, m, h, d, w, y)"
_RATE_HELP = "a rate is a number per unit of time, such as 40/day or 0.2/h (units: s, m, h, d, w, y)"


def wrong(problem: str) -> PydanticCustomError:
    """An error whose text is shown as it stands; it must hold no value of the user's file."""
    return PydanticCustomError("afterleak", "{problem}", {"problem": problem})


def _finite(value: Any, help_text: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(help_text)
    if not _representable(value):
        raise wrong(f"not a finite number; {help_text}")
    return float(value)


def _representable(value: int | float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an int beyond any float
        return False


def _negative(value: Any) -> bool:
    return isinstance(value, str) and value.lstrip().startswith("-")


def duration(value: Any) -> int:
    """`15m` → 900_000_000 ticks. A bare number, even 0, lacks its unit."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        _finite(value, _DURATION_HELP)
        raise wrong(f"a unit is missing: {_DURATION_HELP}")
    if _negative(value):
        raise wrong("a duration cannot be negative")
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match:
        raise wrong(_DURATION_HELP)
    if match[2] not in DURATIONS:
        raise wrong(f"unknown unit of time: {_DURATION_HELP}")
    ticks = float(match[1]) * DURATIONS[match[2]]
    if ticks > LONGEST:
        raise wrong("a duration cannot be longer than 1000y")
    return round(ticks)


def life(value: Any) -> int:
    """`1h` → ticks; lives shorter than a minute would have one successor after another without end."""
    ticks = duration(value)
    if ticks < MINUTE:
        raise wrong("at least 1m is expected here")
    return ticks


def rate(value: Any) -> float:
    """`40/day` → events per tick."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        _finite(value, _RATE_HELP)
        raise wrong(f"a unit is missing: {_RATE_HELP}")
    if _negative(value):
        raise wrong("a rate cannot be negative")
    match = _RATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match:
        raise wrong(_RATE_HELP)
    if match[2] not in RATES:
        raise wrong(f"unknown unit of time: {_RATE_HELP}")
    events = float(match[1])
    if not math.isfinite(events):
        raise wrong(f"not a finite number; {_RATE_HELP}")
    return events / RATES[match[2]]


def money(value: Any) -> float:
    """`603k` → 603000.0, in the scenario's currency."""
    help_text = "an amount of money is a number with k, M or B if wanted, such as 603k or 32M"
    amount = _written_money(value, help_text) if isinstance(value, str) else _finite(value, help_text)
    if amount < 0:
        raise wrong("an amount of money cannot be negative")
    if amount > MOST_MONEY:
        raise wrong("an amount of money cannot be more than 1000000B")
    return amount


def _written_money(text: str, help_text: str) -> float:
    if _negative(text):
        raise wrong("an amount of money cannot be negative")
    match = _MONEY.fullmatch(text.strip())
    if not match:
        raise wrong(help_text)
    return _finite(float(match[1]) * MONEY[match[2]], help_text)


def probability(value: Any) -> float:
    """A number from 0 to 1."""
    help_text = "a probability is a number from 0 to 1"
    share = _finite(value, help_text)
    if not 0 <= share <= 1:
        raise wrong(help_text)
    return share


def number(value: Any) -> float:
    """A finite number, 0 or more."""
    amount = _finite(value, "a number is expected here")
    if amount < 0:
        raise wrong("the number cannot be negative")
    return amount


def positive(value: Any) -> float:
    """A finite number above 0."""
    amount = _finite(value, "a number above 0 is expected here")
    if amount <= 0:
        raise wrong("the number must be above 0")
    return amount


def count(value: Any) -> int:
    """A whole number, 0 or more, at most a million."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong("a whole number is expected here")
    if not 0 <= value <= 1_000_000:
        raise wrong("the whole number must lie between 0 and 1000000")
    return value


def _above_zero(help_text: str) -> Any:
    def check(value: int | float) -> int | float:
        if value <= 0:
            raise wrong(help_text)
        return value

    return check


def _text(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


_DURATION_SCHEMA = _text(rf"{_NUMBER_SCHEMA}(us|ms|s|m|h|d|w|y)\s*$", "15m")

Duration = Annotated[int, BeforeValidator(duration), _DURATION_SCHEMA]
"""Ticks, 0 or more."""
Span = Annotated[
    int,
    BeforeValidator(lambda v: _above_zero("the duration must be longer than 0")(duration(v))),
    _DURATION_SCHEMA,
]
"""Ticks, more than 0."""
Life = Annotated[int, BeforeValidator(life), _DURATION_SCHEMA]
"""Ticks, a minute or more."""
Rate = Annotated[float, BeforeValidator(rate), _text(rf"{_NUMBER_SCHEMA}/\s*({_RATE_UNITS})\s*$", "40/day")]
"""Events per tick, 0 or more."""
Money = Annotated[
    float,
    BeforeValidator(money),
    WithJsonSchema(
        {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": rf"{_NUMBER_SCHEMA}[kMB]?\s*$"}]}
    ),
]
Probability = Annotated[
    float, BeforeValidator(probability), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})
]
Number = Annotated[float, BeforeValidator(number), WithJsonSchema({"type": "number", "minimum": 0})]
Positive = Annotated[float, BeforeValidator(positive), WithJsonSchema({"type": "number", "exclusiveMinimum": 0})]
Count = Annotated[int, BeforeValidator(count), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 1_000_000})]
Several = Annotated[
    int,
    BeforeValidator(lambda v: _above_zero("the whole number must be 1 or more")(count(v))),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 1_000_000}),
]

NAMES: tuple[tuple[Any, str], ...] = (
    (Duration, "Duration"),
    (Span, "Span"),
    (Life, "Life"),
    (Rate, "Rate"),
    (Money, "Money"),
    (Probability, "Probability"),
    (Number, "Number"),
    (Positive, "Positive"),
    (Count, "Count"),
    (Several, "Several"),
)


def quantity_name(quantity: Any) -> str:
    """`Duration` for the type of that name; any other type by its own name."""
    for known, shown in NAMES:
        if known == quantity:
            return shown
    return str(getattr(quantity, "__name__", quantity))
