from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from samples import STRATEGIES, comparison_of

from sim.measure.paired import Difference
from sim.measure.statistics import Comparison, Estimate
from sim.outputs.finding import finding

E, L, A = "exposure_window_hours", "added_latency_seconds", "approval_wait_seconds"
LOWER = Estimate(0.9, 1.0, 1.0)


def two(exposure, difference, latency, leaks=(50, 50), replications=40, approval=(0, 0, 0)) -> Comparison:
    estimates = {"static": {E: Estimate(900, 41.2 * 24, 1100), L: Estimate(0, 0, 0)},
                 "jit": {E: Estimate(*exposure), L: Estimate(0, 1, 2), A: Estimate(*approval)}}  # fmt: skip
    differences = {"jit": {E: Difference(*difference, LOWER), L: Difference(*latency, LOWER)}}
    censored = {"static": (3, leaks[0]), "jit": (0, leaks[1])}
    return Comparison(("static", "jit"), "static", replications, estimates, differences, censored)


JIT = (5.0 / 60, 6.1 / 60, 7.4 / 60)


@pytest.mark.parametrize(
    ("latency", "cost"),
    [
        ((0.019, 0.02, 0.021), " and adds 0.02 s per task"),
        ((-0.021, -0.02, -0.019), " and saves 0.02 s per task"),
        ((-0.01, 0.02, 0.05), " and adds no clear latency (0.020 s [−0.010, 0.050] per task)"),
        ((0.0, 0.0, 0.0), " and adds no latency"),
        ((None, None, None), ""),
    ],
)
def test_cut_and_cost(latency, cost):
    text = finding(two(JIT, (-1100, -980, -900), latency))
    assert text == f"jit cuts the mean exposure window from 41.2 d to 6.1 min [5.0, 7.4] min{cost}"


def test_waiting_for_approval_is_told_apart():
    text = finding(two(JIT, (-1100, -980, -900), (0.0, 0.0, 0.0), approval=(120, 2820, 5520)))
    assert text.endswith(" and adds no latency; its tasks wait 47 min [2, 92] each for approval")


def test_an_interval_that_holds_0_claims_nothing():
    text = finding(two((800, 900, 1050), (-200, -88, 3), (0, 1, 2)))
    assert text == "no strategy has a clearly shorter exposure window than static, whose mean is 41.2 d [37.5, 45.8] d"


def test_longer_exposure_is_no_cut_even_when_clear():
    assert finding(two((2000, 2100, 2200), (900, 1100, 1300), (0, 1, 2))).startswith(
        "no strategy has a clearly shorter"
    )


@pytest.mark.parametrize(
    ("leaks", "text"),
    [
        ((0, 0), "no credential leaked in 40 replications, so there is no exposure to compare"),
        ((0, 5), "no credential leaked under static in 40 replications, so there is nothing to compare the others "
                 "with"),
        ((5, 0), "no credential leaked under jit in 40 replications; under static the mean exposure window is "
                 "41.2 d [37.5, 45.8] d"),
    ],
)  # fmt: skip
def test_no_leaks(leaks, text):
    nothing = (None, None, None)
    given = two(JIT if leaks[1] else nothing, nothing, nothing, leaks)
    assert finding(given) == text


def test_a_single_replication_says_that_it_has_no_intervals():
    given = two((None, 0.1, None), (None, -900, None), (None, 0.02, None), replications=1)
    assert finding(given) == (
        "jit cuts the mean exposure window from 41.2 d to 6 min and adds 0.02 s per task, with too few replications "
        "for intervals"
    )


def test_the_smallest_clear_one_is_named(comparison):
    assert finding(comparison).startswith("jit-task cuts the mean exposure window from ")
    means = {name: comparison.estimates[name][E].best for name in STRATEGIES}
    assert min(means, key=means.get) == "jit-task"
    # Planted fault: take its clear difference away, and another one is named.
    differences = {name: dict(rows) for name, rows in comparison.differences.items()}
    differences["jit-task"][E] = replace(differences["jit-task"][E], high=1.0)
    other = replace(comparison, differences=MappingProxyType(differences))
    assert finding(other).startswith("jit-task-manual-revocation cuts")


def test_one_strategy_alone():
    text = finding(comparison_of(("static",)))
    assert text.startswith("the mean exposure window of static is ")
    assert text.endswith("no other strategy to compare it with")


def test_through_the_statistics_with_one_replication():
    text = finding(comparison_of(replications=1))
    assert "too few replications for intervals" in text
    assert not np.any([mark in text for mark in ("nan", "None", "[")])
