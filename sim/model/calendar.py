"""Hours of the week: when tasks come and when people work. Time 0 is Monday 00:00."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.core.units import HOUR, WEEK
from sim.inputs.estate import Profile

HOURS = 168
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Calendar:
    """Weights of the hours of the week, scaled to a mean of 1.

    Attributes:
        weights: relative intensity in each of the 168 hours, mean 1.
        before: weighted hours since the start of the week, at the start of each hour and at the end; 169 values.
        open: whether the hour is a working one (its profile's inside).
    """

    weights: tuple[float, ...]
    before: tuple[float, ...]
    open: tuple[bool, ...]

    def moment(self, worked: float) -> int:
        """The tick by which `worked` weighted ticks have passed since time 0: inverse of the intensity's integral."""
        return moment(worked, self.weights, self.before)

    def next_open(self, now: int) -> int:
        """`now` in a working hour, else the start of the next one."""
        return next_open(now, self.open)


def moment(worked: float, weights: Sequence[float], before: Sequence[float]) -> int:
    """Calendar.moment on plain sequences, which the compiled engine compiles."""
    # As exact as divmod, which the compiled engine takes long for: all numbers here are multiples of worked's last bit.
    weeks = int(worked / WEEK)
    rest = worked - weeks * WEEK
    if rest < 0.0:  # the quotient was rounded up
        weeks, rest = weeks - 1, rest + WEEK
    hours = rest / HOUR
    low, high = 0, HOURS
    while high - low > 1:
        middle = (low + high) // 2
        if before[middle] <= hours:
            low = middle
        else:
            high = middle
    inside = (hours - before[low]) / weights[low] if weights[low] > 0 else 0.0
    return weeks * WEEK + int((low + inside) * HOUR + 0.5)


def next_open(now: int, is_open: Sequence[bool]) -> int:
    """Calendar.next_open on plain sequences, which the compiled engine compiles."""
    hour = now // HOUR
    if is_open[hour % HOURS]:
        return now
    while not is_open[hour % HOURS]:
        hour += 1
    return hour * HOUR


def calendar(profile: Profile | None) -> Calendar:
    """The calendar of a profile; of None: every hour alike."""
    inside = [_inside(profile, hour) for hour in range(HOURS)]
    raw = [1.0 if is_open else profile.outside if profile else 1.0 for is_open in inside]
    mean = sum(raw) / HOURS
    weights = tuple(weight / mean for weight in raw)
    before = [0.0]
    for weight in weights:
        before.append(before[-1] + weight)
    return Calendar(weights, tuple(before), tuple(inside))


def _inside(profile: Profile | None, hour: int) -> bool:
    if profile is None:
        return True
    return DAYS[hour // 24] in profile.days and profile.starts <= hour % 24 < profile.ends
