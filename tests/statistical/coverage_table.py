"""Print the table of measured coverage that sim/measure/statistics.py quotes.

Run it with `python tests/statistical/coverage_table.py [STUDIES]`; 2,000 studies take about a minute. Windows of a
replication share a lognormal factor of log-sd 0.5, harsher than the studies of test_coverage.py.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

import numpy as np
from scipy import optimize
from test_coverage import Study, ours_alive, simulate, theirs_alive

from sim.measure import estimates, paired, quantiles
from sim.measure.estimates import Estimate

SPREAD = 0.5
REPLICATIONS = (10, 20, 50, 100)
Found = Callable[[Study], Estimate]


def quantile_of(alive: Callable[[float, float], float], at: float) -> float:
    return float(optimize.brentq(lambda hours: alive(hours, SPREAD) - (1 - at), 0.1, 5000))


def negative_binomial(generator: np.random.Generator, shape: float, average: float, replications: int) -> Estimate:
    drawn = generator.negative_binomial(shape, shape / (shape + average), replications)
    return estimates.clip(estimates.count(drawn.astype(np.float64), 0.95), 0.0)


def ratio(study: Study) -> Estimate:
    return estimates.ratio(study.top(study.ours), study.number, 0.95)


def paired_ratio(study: Study) -> Estimate:
    ours, theirs = (study.top(study.ours), study.number), (study.top(study.theirs), study.number)
    return paired.ratio_difference(ours, theirs, 0.95)


def quantile(at: float) -> Found:
    return lambda study: quantiles.woodruff(study.sample(study.ours), at, 0.95)


def paired_quantile(at: float) -> Found:
    return lambda study: paired.quantile_difference(study.sample(study.ours), study.sample(study.theirs), at, 0.95)


def study_of(make: Found, generator: np.random.Generator, replications: int, leaks: float) -> Estimate:
    return make(simulate(generator, replications, leaks, SPREAD))


def share(make: Callable[[], Estimate], truth: float, studies: int) -> str:
    """Coverage in % among the studies that define the value; an end that is None bounds nothing."""
    found = [one for one in (make() for _ in range(studies)) if one.best is not None]
    hits = sum((one.low is None or one.low <= truth) and (one.high is None or truth <= one.high) for one in found)
    return f"{100 * hits / len(found):.1f}"


def main(studies: int) -> None:
    generator = np.random.Generator(np.random.Philox(11))
    print("| interval |", " | ".join(str(one) for one in REPLICATIONS), "|")
    for shape, average in ((1.0, 3.0), (0.3, 3.0), (1.0, 0.1)):
        row = [share(partial(negative_binomial, generator, shape, average, r), average, studies) for r in REPLICATIONS]
        print(f"| mean count, k = {shape}, mean {average} |", " | ".join(row), "|", flush=True)
    middle, tail = quantile_of(ours_alive, 0.5), quantile_of(ours_alive, 0.95)
    rows: tuple[tuple[str, Found, float], ...] = (
        ("ratio", ratio, 24.0),
        ("paired ratio", paired_ratio, -36.0),
        ("median", quantile(0.5), middle),
        ("95th percentile", quantile(0.95), tail),
        ("paired median", paired_quantile(0.5), middle - quantile_of(theirs_alive, 0.5)),
        ("paired 95th percentile", paired_quantile(0.95), tail - quantile_of(theirs_alive, 0.95)),
    )
    for name, make, truth in rows:
        for leaks in (20.0, 1.0):
            row = [share(partial(study_of, make, generator, r, leaks), truth, studies) for r in REPLICATIONS]
            print(f"| {name}, {leaks:g} leaks |", " | ".join(row), "|", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
