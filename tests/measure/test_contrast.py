"""Contrasts against the paired differences that comparisons show, against closed forms, and against each other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.measure import contrast as room
from sim.measure.catalogue import BY_KEY, METRICS
from sim.measure.contrast import CONTRASTED, contrast, multiple, side
from sim.measure.metric import OF_ROWS
from sim.measure.statistics import LeakSample, compare

REPLICATIONS = 40


def sample(seed, scale):
    """Rows and leaks of a strategy; the same seed shares its chance with other scales."""
    random = np.random.default_rng(seed)
    columns = {m.top: random.poisson(9 * scale, REPLICATIONS).astype(float) for m in METRICS if m.kind in OF_ROWS}
    columns |= {m.bottom: 1 + random.poisson(9, REPLICATIONS).astype(float) for m in METRICS if m.bottom}
    for share in {m.top for m in METRICS if m.unit.startswith("share")}:
        columns[share] = columns[share] / 100  # no share is above 1
    columns["late_uses"] = random.poisson(0.1 * scale, REPLICATIONS).astype(float)  # rare
    number = np.repeat(np.arange(REPLICATIONS), 3)
    leaks = LeakSample(number, scale * random.exponential(5, len(number)), np.zeros(len(number), bool))
    return columns | {"replication": np.arange(REPLICATIONS)}, leaks


ONE, TWO, THREE = sample(1, 1.0), sample(1, 2.0), sample(2, 3.0)


def sides(key, *samples):
    return [side(BY_KEY[key], *each) for each in samples]


@pytest.mark.parametrize("metric", [BY_KEY[key] for key in CONTRASTED], ids=lambda metric: metric.key)
def test_one_minus_another_is_the_paired_difference_of_a_comparison(metric):
    rows, leaks = {"a": ONE[0], "b": TWO[0]}, {"a": ONE[1], "b": TWO[1]}
    shown = compare(rows, leaks, ("a", "b"), "a", metrics=(BY_KEY["leaks"], metric))
    wanted = shown.differences["b"][metric.key]
    a, b = sides(metric.key, ONE, TWO)
    found = contrast([(1, b), (-1, a)])
    assert (found.low, found.best, found.high) == pytest.approx(
        (wanted.low, wanted.best, wanted.high), rel=1e-12, abs=1e-12
    )
    assert b.estimate == shown.estimates["b"][metric.key]
    assert contrast([(1, b), (-0.9, a)]).best != pytest.approx(wanted.best)  # planted fault: another weight


def test_four_weights_are_a_t_interval_of_the_four_columns_put_together():
    values = [one[0]["standing_hours"] for one in (ONE, TWO, THREE, sample(3, 1.5))]
    terms = list(zip((1.0, -1.0, -2.0, 0.5), sides("standing_hours", ONE, TWO, THREE, sample(3, 1.5)), strict=True))
    together = values[0] - values[1] - 2 * values[2] + 0.5 * values[3]
    low, high = stats.t.interval(0.95, REPLICATIONS - 1, np.mean(together), stats.sem(together))
    found = contrast(terms)
    assert (found.low, found.best, found.high) == pytest.approx((low, np.mean(together), high))


def test_a_multiple_is_fieller_s():
    ours, theirs = (one[0]["standing_hours"] for one in (TWO, ONE))
    found = multiple(*([(1.0, each)] for each in sides("standing_hours", TWO, ONE)))
    t = stats.t.ppf(0.975, REPLICATIONS - 1) ** 2 / REPLICATIONS
    (a, c), (_, b) = np.cov(ours, theirs)
    x, y = np.mean(ours), np.mean(theirs)
    roots = np.sort(np.roots([y * y - t * b, -2 * (x * y - t * c), x * x - t * a]))
    assert (found.low, found.high) == pytest.approx(tuple(roots))
    assert found.best == pytest.approx(x / y)


@pytest.mark.parametrize("key", ["standing_hours", "exposure_window_hours", "late_uses", "exposure_window_hours_p95"])
def test_a_multiple_lies_below_a_factor_if_the_contrast_with_it_lies_below_0(key):
    one, two = sides(key, ONE, THREE)
    found = multiple([(1, one)], [(1, two)])
    for factor in (0.1, 0.3, 0.6, 0.9, 2.0):
        apart = contrast([(1, one), (-factor, two)])
        assert (apart.high is not None and apart.high < 0) == (found.high is not None and found.high < factor)
        assert (apart.low is not None and apart.low > 0) == (found.low is not None and found.low > factor)


def test_rare_counts_that_go_together_are_less_uncertain_apart(monkeypatch):
    same = {name: column.copy() for name, column in ONE[0].items()}
    one, two = sides("late_uses", ONE, (same, ONE[1]))
    found = contrast([(1, one), (-1, two)])
    monkeypatch.setattr(room, "correlation", lambda *_: 0.0)
    apart = contrast([(1, one), (-1, two)])
    assert found.best == apart.best == 0
    assert found.high < 0.6 * apart.high and found.low > 0.6 * apart.low


def test_nothing_seen_bounds_nothing():
    empty = ({name: np.zeros_like(column) for name, column in ONE[0].items()} | {"leaks": ONE[0]["leaks"]}, ONE[1])
    empty[0]["replication"] = ONE[0]["replication"]
    none, some = sides("blast_radius_reached", empty, ONE)
    assert contrast([(1, none), (-1, none)]) == contrast([(1, none)]).__class__(None, 0.0, None)
    assert multiple([(1, some)], [(1, none)]).best is None
    assert multiple([(1, none)], [(1, some)]).best == 0
    undefined = sides("review_records", empty, ONE)[0]
    assert contrast([(1, undefined)]).best is None


def test_sides_of_other_replications_or_metrics_are_refused():
    one = sides("leaks", ONE)[0]
    other = side(BY_KEY["leaks"], ONE[0] | {"replication": 7 + np.arange(REPLICATIONS)},
                 LeakSample(ONE[1].replication + 7, ONE[1].exposure_hours, ONE[1].censored))  # fmt: skip
    for wrong in (other, sides("captures", ONE)[0]):
        with pytest.raises(ValueError, match="one metric over the same replications"):
            contrast([(1, one), (-1, wrong)])
