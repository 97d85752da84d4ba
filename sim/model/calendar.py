"""Hours of the week: when tasks come and when people work. Time 0 is Monday 00:00."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from sim.core.units import FOREVER, HOUR, WEEK
from sim.inputs.estate import Profile

HOURS = 168
LONGEST = (FOREVER >> 2) // WEEK
"""Weeks that work takes at most, far behind any horizon, so that moments stay below 2^62."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Calendar:
    """Weights of the hours of the week, scaled to a mean of 1.

    Attributes:
        weights: relative intensity in each of the 168 hours, mean 1.
        before: weighted hours since the start of the week, at the start of each hour and at the end; 169 values.
        open: whether the hour is a working one (its profile's inside).
        opened: working hours since the start of the week, at the start of each hour and at the end; 169 values.
    """

    weights: tuple[float, ...]
    before: tuple[float, ...]
    open: tuple[bool, ...]
    opened: tuple[int, ...]

    def moment(self, worked: float) -> int:
        """The tick by which `worked` weighted ticks have passed since time 0: inverse of the intensity's integral."""
        return moment(worked, self.weights, self.before)

    def next_open(self, now: int) -> int:
        """`now` in a working hour, else the start of the next one."""
        return next_open(now, self.open)

    def worked_until(self, now: int, work: int) -> int:
        """The tick by which so many ticks of working hours have passed since `now`; nights do not count."""
        return worked_until(now, work, self.open)

    def worked(self, at: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Ticks of working hours in [0, at), for each moment."""
        weeks, rest = np.divmod(at, WEEK)
        hours, inside = np.divmod(rest, HOUR)
        opened, is_open = np.array(self.opened), np.array(self.open)
        ticks: npt.NDArray[np.int64] = (weeks * opened[-1] + opened[hours]) * HOUR + is_open[hours] * inside
        return ticks


def moment(worked: float, weights: Sequence[float], before: Sequence[float]) -> int:
    """Calendar.moment on plain sequences, which the compiled engine compiles."""
    # As exact as divmod, which the compiled engine takes long for: all numbers here are multiples of worked's last bit.
    weeks = int(worked) // WEEK * WEEK
    hours = (worked - weeks) / HOUR
    low = min(int(hours), HOURS - 1)
    if before[low] == low and weights[low] == 1.0:  # the same as below where all hours count alike
        return weeks + int(hours * HOUR + 0.5)
    if not before[low] <= hours < before[low + 1]:
        low, high = 0, HOURS
        while high - low > 1:
            middle = (low + high) // 2
            if before[middle] <= hours:
                low = middle
            else:
                high = middle
    inside = (hours - before[low]) / weights[low] if weights[low] > 0 else 0.0
    return weeks + int((low + inside) * HOUR + 0.5)


def next_open(now: int, is_open: Sequence[bool]) -> int:
    """Calendar.next_open on plain sequences, which the compiled engine compiles."""
    hour = now // HOUR
    if is_open[hour % HOURS]:
        return now
    while not is_open[hour % HOURS]:
        hour += 1
    return hour * HOUR


def worked_until(now: int, work: int, is_open: Sequence[bool]) -> int:
    """Calendar.worked_until on plain sequences, which the compiled engine compiles."""
    week = 0
    for hour in range(HOURS):
        week += HOUR if is_open[hour] else 0
    left = min(work, LONGEST * week)
    # Whole weeks at once, but for the last tick: work is done when an hour ends, not when the next one begins.
    weeks = max(left - 1, 0) // week
    at, left = next_open(now, is_open) + weeks * WEEK, left - weeks * week
    while left > 0:
        at = next_open(at, is_open)
        inside = min(left, HOUR - at % HOUR)
        at, left = at + inside, left - inside
    return at


def calendar(profile: Profile | None) -> Calendar:
    """The calendar of a profile; of None: every hour alike."""
    inside = [_inside(profile, hour) for hour in range(HOURS)]
    raw = [1.0 if is_open else profile.outside if profile else 1.0 for is_open in inside]
    mean = sum(raw) / HOURS
    weights = tuple(weight / mean for weight in raw)
    before = [0.0]
    for weight in weights:
        before.append(before[-1] + weight)
    opened = tuple(accumulate(map(int, inside), initial=0))
    return Calendar(weights, tuple(before), tuple(inside), opened)


def _inside(profile: Profile | None, hour: int) -> bool:
    if profile is None:
        return True
    return DAYS[hour // 24] in profile.days and profile.starts <= hour % 24 < profile.ends
