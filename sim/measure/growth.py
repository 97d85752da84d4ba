"""How many resources have been reached with a leaked credential, by time since its leak (mean cumulative function).

A credential that leaks shortly before the horizon is watched for a short time only. So at each moment the new arrivals
are divided by the credentials that are watched for at least that long, and these shares are added up. At the end this
is more than the mean of what was reached within the horizon, as a survival curve's median is more than that of windows.

The variance is taken between replications, each one's linearised contribution summed over its credentials; the interval
is one of the logarithm, with Student's quantile.

Sources: Nelson, Confidence limits for recurrence data, Technometrics 37 (1995); Lawless and Nadeau, Some simple robust
methods for the analysis of recurrent events, Technometrics 37 (1995).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.measure.estimates import FloatArray, float_array, student

Ints = NDArray[np.integer]


@dataclass(frozen=True)
class Growth:
    """A rising step function of the hours since the leak.

    Attributes:
        hours: ascending times at which something was reached.
        reached: resources per leaked credential from hours[i] on.
        low, high: pointwise interval; nan where the data give none.
        n: leaked credentials.
    """

    hours: FloatArray
    reached: FloatArray
    low: FloatArray
    high: FloatArray
    n: int


def growth(
    watched_hours: FloatArray,
    replication: Ints,
    arrived_hours: FloatArray,
    arrived_replication: Ints,
    confidence: float = 0.95,
) -> Growth:
    """The mean cumulative function of arrivals at resources.

    Args:
        watched_hours: from each leak to the horizon.
        replication: of each leak.
        arrived_hours: from the leak to each arrival.
        arrived_replication: of each arrival.
    """
    watched, arrived = np.sort(float_array(watched_hours)), float_array(arrived_hours)
    times, counts = np.unique(arrived, return_counts=True)
    if len(times) == 0:
        nothing = np.zeros(0)
        return Growth(nothing, nothing, nothing, nothing, len(watched))
    risk = len(watched) - np.searchsorted(watched, times, side="left")
    rate = counts / risk
    reached = np.cumsum(rate)
    low, high = _ends(times, reached, rate, risk, watched_hours, replication, arrived, arrived_replication, confidence)
    return Growth(times, float_array(reached), low, high, len(watched))


def _ends(
    times: FloatArray,
    reached: FloatArray,
    rate: FloatArray,
    risk: Ints,
    watched: FloatArray,
    replication: Ints,
    arrived: FloatArray,
    arrived_replication: Ints,
    confidence: float,
) -> tuple[FloatArray, FloatArray]:
    clusters = np.unique(replication)
    if len(clusters) < 2:
        return np.full(len(times), np.nan), np.full(len(times), np.nan)
    squares = np.zeros(len(times))
    for one in clusters.tolist():
        mine = np.sort(float_array(np.asarray(watched)[replication == one]))
        own = len(mine) - np.searchsorted(mine, times, side="left")
        place = np.searchsorted(times, arrived[arrived_replication == one])
        events = np.bincount(place, minlength=len(times))
        squares += np.cumsum((events - own * rate) / risk) ** 2
    error = np.sqrt(squares * len(clusters) / (len(clusters) - 1)) / reached
    factor = np.exp(np.minimum(student(confidence, len(clusters)) * error, math.log(1e9)))
    return float_array(reached / factor), float_array(reached * factor)
