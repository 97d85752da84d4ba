"""Numbers and texts as people read them: `6.1 min [5.0, 7.4]`, `41 d`, `3.2%`. The only place that formats numbers.

How many digits are shown follows the interval: two significant digits of its width (one in percent), at most four of a
number.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

from sim.measure.catalogue import Metric
from sim.measure.statistics import Estimate

UNDEFINED = "\u2014"
MINUS = "\u2212"
THIN = "\u202f"
"""Narrow no-break space: a number is never wrapped in its middle."""
MOST_DIGITS = 4
LEAST_PERCENT = 0.01
"""Shares above 0 that are less are told as such."""
_DROPPED = {"Cc", "Cf", "Co", "Cs", "Cn"}


@dataclass(frozen=True)
class Scale:
    """shown number = value × factor, followed by the suffix."""

    factor: float
    suffix: str


_TIMES = (
    (0.01, Scale(1e3, " ms")),
    (60.0, Scale(1.0, " s")),
    (3600.0, Scale(1 / 60, " min")),
    (172_800.0, Scale(1 / 3600, " h")),
    (math.inf, Scale(1 / 86_400, " d")),
)
"""Seconds below which a unit is used."""
_AMOUNTS = ((1e4, Scale(1.0, "")), (1e6, Scale(1e-3, "k")), (1e9, Scale(1e-6, "M")), (math.inf, Scale(1e-9, "B")))


_MULTIPLES = ("k", "M", "B")


def tidy(text: str, limit: int = 120) -> str:
    """One line without control, bidirectional or invisible characters, at most `limit` characters long."""
    seen = "".join(" " if mark.isspace() else mark for mark in str(text)[: 4 * limit + 4_000])
    line = " ".join("".join(mark for mark in seen if unicodedata.category(mark) not in _DROPPED).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "\u2026"


def known(value: float | None) -> float | None:
    """The value as a plain float; None for what is no finite number."""
    return None if value is None or not math.isfinite(value) else float(value)


def scale(unit: str, size: float) -> Scale:
    """The scale in which a value of a catalogue unit and of this size reads best."""
    if unit in ("h", "s"):
        seconds = abs(size) * (3600 if unit == "h" else 1)
        found = next(row for limit, row in _TIMES if seconds < limit) if seconds else _TIMES[1][1]
        return Scale(found.factor * (3600 if unit == "h" else 1), found.suffix)
    if unit.startswith("share"):
        return Scale(100.0, "%")
    if unit == "currency":
        return next(row for limit, row in _AMOUNTS if abs(size) < limit)
    return Scale(1.0, "")


def number(value: float, places: int) -> str:
    """`1234.5, 0` → `1234`; from 10 000 on thousands are set apart; a negative `places` rounds to tens and so on."""
    if value == 0:
        return "0"
    top = math.floor(math.log10(abs(value)))
    if top < -6:
        return f"{value / 10**top:.1f}e{top}".replace("-", MINUS)
    places = min(places, max(MOST_DIGITS - 1 - top, 0))
    text = f"{abs(round(value, places)):,.{max(places, 0)}f}"
    if not text.strip("0."):
        return "0"
    text = text.replace(",", THIN if abs(value) >= 10_000 else "")
    return (MINUS if value < 0 else "") + text


def places(low: float | None, best: float, high: float | None, of: int = 2) -> int:
    """Decimal places that show `of` digits of an interval's width; without a width, three significant digits."""
    top = math.floor(math.log10(abs(best))) if best else 0
    if low is None or high is None or high <= low:
        return max(0, 2 - top)
    of_width = of - 1 - math.floor(math.log10(high - low))
    return max(of_width, -top) if best else of_width


def _bare(value: float, digits: int) -> str:
    """Without trailing zeros: for numbers that have no interval."""
    text = number(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def parts(found: Estimate, unit: str) -> tuple[str, str]:
    """`("6.1 min", "[5.0, 7.4]")`; the interval, in the estimate's unit, is empty where there is none."""
    best, low, high = known(found.best), known(found.low), known(found.high)
    if best is None:
        return UNDEFINED, ""
    size = best or max(abs(low or 0.0), abs(high or 0.0))
    shown = scale("currency" if _many(unit, size, low, high) else unit, size)
    best, low, high = (None if x is None else x * shown.factor for x in (best, low, high))
    assert best is not None
    digits = max(places(low, best, high, 1), 0) if shown.suffix == "%" else places(low, best, high)
    if shown.suffix == "%" and 0 < abs(best) < LEAST_PERCENT:
        digits = 2
    if low is None and high is None:
        return _percent(best, _bare(best, digits), shown) + shown.suffix, ""
    if low == high:
        text = _percent(best, _bare(best, digits), shown)
        return text + shown.suffix, f"[{text}, {text}]"
    mark = shown.suffix if shown.suffix in _MULTIPLES else ""
    ends = (
        UNDEFINED if end is None else _percent(end, number(end, digits), shown) + (mark if end else "")
        for end in (low, high)
    )
    return _percent(best, number(best, digits), shown) + shown.suffix, f"[{', '.join(ends)}]"


def _percent(amount: float, text: str, shown: Scale) -> str:
    """The text, or that it is less than anybody wants to know: `<0.01`, `>−0.01`; 0 stays 0."""
    if shown.suffix != "%" or not 0 < abs(amount) < LEAST_PERCENT:
        return text
    return f"<{LEAST_PERCENT}" if amount > 0 else f">{MINUS}{LEAST_PERCENT}"


def _many(unit: str, size: float, low: float | None, high: float | None) -> bool:
    """Whether an uncertain count is so large that thousands are unit enough."""
    return scale(unit, size).suffix == "" and abs(size) >= 1e4 and low != high


def estimate(found: Estimate, unit: str) -> str:
    """`6.1 min [5.0, 7.4]`; a dash for undefined."""
    return " ".join(part for part in parts(found, unit) if part)


def value(amount: float | None, unit: str, digits: int = 2) -> str:
    """One number without an interval, to so many significant digits: `41 d`, `6.1 min`, `34%`."""
    amount = known(amount)
    if amount is None:
        return UNDEFINED
    shown = scale(unit, amount)
    amount *= shown.factor
    top = math.floor(math.log10(abs(amount))) if amount else 0
    return _percent(amount, _bare(amount, max(digits - 1 - top, 0)), shown) + shown.suffix


def exact(amount: float, unit: str) -> str:
    """A number that a person wrote, with all its digits: `90 min`, `99.995%`, `500k`."""
    shown = scale(unit, amount)
    return f"{amount * shown.factor:.12g}" + shown.suffix


def share(part: float, whole: float, digits: int = 2) -> str:
    """`34%`; a dash where the whole is 0."""
    return value(part / whole, "share", digits) if whole else UNDEFINED


def signed(text: str) -> str:
    """A difference with its sign: `+3.1 s`, `<+0.01%`."""
    if text.startswith(("<", ">")):
        return text.replace("<", "<+", 1)
    return text if text[:1] in (MINUS, UNDEFINED) or re.match(r"0(?![.\d])", text) else f"+{text}"


def heading(metric: Metric) -> str:
    """Title of a metric, with its unit where the numbers do not carry it."""
    carried = metric.unit in ("", "h", "s", "currency") or metric.unit.startswith("share")
    return metric.title if carried else f"{metric.title} ({metric.unit})"


def listed(names: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def counted(amount: int, one: str, several: str = "") -> str:
    """`1 replication`, `200 replications`."""
    return f"{number(amount, 0)} {one if amount == 1 else several or one + 's'}"
