"""Time is an integer number of microseconds, a tick, since Monday 00:00 at the start."""

from __future__ import annotations

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY
YEAR = 365 * DAY

FOREVER = 1 << 62
"""A moment later than any horizon: the expiry of a credential that has none."""

DURATIONS = {"us": 1, "ms": 1000, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": WEEK, "y": YEAR}
RATES = {
    "s": SECOND,
    "min": MINUTE,
    "m": MINUTE,
    "minute": MINUTE,
    "h": HOUR,
    "hour": HOUR,
    "d": DAY,
    "day": DAY,
    "w": WEEK,
    "week": WEEK,
    "y": YEAR,
    "year": YEAR,
}
MONEY = {"": 1.0, "k": 1e3, "M": 1e6, "B": 1e9}


def spoken(ticks: int) -> str:
    """A duration as people say it: `3 h 12 m`, `41 s`, `27 d`; two units at most."""
    if ticks < SECOND:
        return f"{ticks / 1000:g} ms"
    whole = round(ticks / SECOND)
    parts: list[str] = []
    for name, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        if whole >= size or (parts and len(parts) < 2):
            count, whole = divmod(whole, size)
            if count or not parts:
                parts.append(f"{count} {name}")
            else:
                break
        if len(parts) == 2:
            break
    return " ".join(parts) or "0 s"


def hours(ticks: float) -> float:
    """Ticks as hours."""
    return ticks / HOUR
