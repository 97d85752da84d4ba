"""How leaked credentials differ among each other: of their exposure windows, and of what was reached with them.

These are spreads, not uncertainties: half of all windows lie within the middle half, however many replications there
are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.measure.estimates import FloatArray, float_array
from sim.measure.quantiles import rank

AT = (0.05, 0.25, 0.50, 0.75, 0.95)
"""Probabilities of the quantiles of windows."""


@dataclass(frozen=True)
class Spread:
    """The leaked credentials of one strategy.

    Attributes:
        n: how many.
        dead: share that was dead when it leaked, with a window of 0.
        hours: quantiles of exposure windows, cut at the horizon, at the probabilities `AT`; empty without leaks.
        reached: share with which 0, 1, 2 … resources were reached; empty without leaks.
    """

    n: int
    dead: float
    hours: tuple[float, ...]
    reached: tuple[float, ...]


def spread(exposure_hours: FloatArray, reached: NDArray[np.integer]) -> Spread:
    """The spread over leaked credentials, one entry per credential in both arrays; no interpolation."""
    hours, many = np.sort(float_array(exposure_hours)), len(exposure_hours)
    if many == 0:
        return Spread(0, 0.0, (), ())
    places = [int(rank(at, float_array([many]))[0]) - 1 for at in AT]
    counts = np.bincount(np.asarray(reached, dtype=np.int64))
    return Spread(
        many,
        float(np.count_nonzero(hours == 0) / many),
        tuple(float(hours[place]) for place in places),
        tuple(float(count / many) for count in counts),
    )
