"""compare(): every kind of metric, every shape of missing data, and the same bytes whatever the order."""

from __future__ import annotations

import math
import zlib
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.measure import estimates
from sim.measure.catalogue import BY_KEY, COLUMNS, METRICS, Metric
from sim.measure.estimates import Estimate
from sim.measure.metric import OF_ROWS
from sim.measure.quantiles import Clustered, clustered
from sim.measure.statistics import Comparison, LeakSample, compare

Rows = dict[str, NDArray[np.float64]]
NAMES = ("static", "jit-task", "rotated")
COUNTS = [metric.key for metric in METRICS if metric.counts]


def own(column: str, place: int) -> np.random.Generator:
    """A column's numbers, whatever other columns there are."""
    return np.random.Generator(np.random.Philox([zlib.crc32(column.encode()), place]))


def made(replications: int = 12) -> tuple[dict[str, Rows], dict[str, LeakSample]]:
    """Three strategies that share each replication's business."""
    generator = np.random.Generator(np.random.Philox(1))
    busy = generator.gamma(2, 0.5, replications)
    rows, leaks = {}, {}
    for place, name in enumerate(NAMES, start=1):
        leaked = generator.poisson(9 * busy)
        cluster = np.repeat(np.arange(replications), leaked)
        hours = generator.exponential(place, len(cluster)) * busy[cluster]
        rows[name] = {column: own(column, place).gamma(2, place, replications) * busy for column in COLUMNS}
        rows[name] |= {key: own(key, place).poisson(20 * place * busy).astype(np.float64) for key in COUNTS}
        rows[name]["leaks"] = leaked.astype(np.float64)
        rows[name]["uses_attributable"] = rows[name]["uses"] * 0.9
        leaks[name] = LeakSample(cluster, hours, generator.random(len(cluster)) < 0.2)
    return rows, leaks


def compared(rows: dict[str, Rows], leaks: dict[str, LeakSample]) -> Comparison:
    return compare(rows, leaks, NAMES, "static", years=a_year_each(rows))


def a_year_each(rows: dict[str, Rows]) -> dict[str, Clustered]:
    """Replications that are a year long."""
    return {name: clustered(row["loss"], np.arange(len(row["loss"])), len(row["loss"])) for name, row in rows.items()}


def test_every_metric_of_every_strategy_is_there() -> None:
    found = compared(*made())
    assert list(found.estimates) == list(NAMES) and list(found.differences) == ["jit-task", "rotated"]
    assert all(list(metrics) == list(BY_KEY) for metrics in [*found.estimates.values(), *found.differences.values()])
    assert (found.strategies, found.baseline, found.replications) == (NAMES, "static", 12)


def test_totals_are_paired_t_intervals() -> None:
    rows, leaks = made()
    base = rows["static"]["standing_hours"]
    mine = rows["jit-task"]["standing_hours"] = base + 0.1 * rows["jit-task"]["standing_hours"]
    found = compared(rows, leaks).differences["jit-task"]["standing_hours"]
    wanted = stats.ttest_rel(mine, base).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))
    unpaired = stats.ttest_ind(mine, base).confidence_interval(0.95)
    assert unpaired.high - unpaired.low > 2 * (wanted.high - wanted.low), "fault: independent samples"


def test_pairing_narrows_a_correlated_difference() -> None:
    """A replication's length is shared by both strategies; shuffling the baseline's replications breaks the pairs."""
    rows, leaks = made()
    length = np.linspace(1, 9, 12)
    for name, factor in (("static", 1.0), ("jit-task", 1.1)):
        rows[name]["exposure_hours"] = rows[name]["leaks"] * length * factor
        windows = np.asarray(length)[leaks[name].replication] * factor
        leaks[name] = replace(leaks[name], exposure_hours=windows)
    paired = compared(rows, leaks).differences["jit-task"]
    turned = np.roll(np.arange(12), 6)
    rows["static"] = {column: values[turned] for column, values in rows["static"].items()}
    leaks["static"] = replace(leaks["static"], replication=(np.asarray(leaks["static"].replication) + 6) % 12)
    broken = compared(rows, leaks).differences["jit-task"]
    for key in ("exposure_window_hours", "exposure_window_hours_p50"):
        one, two = paired[key], broken[key]
        assert one.best == pytest.approx(two.best)
        assert None not in (one.low, one.high, two.low, two.high)
        assert one.high - one.low < 0.7 * (two.high - two.low)  # type: ignore[operator]


def test_differences_are_differences_of_the_estimates() -> None:
    found = compared(*made())
    for key in BY_KEY:
        mine, base = found.estimates["rotated"][key].best, found.estimates["static"][key].best
        assert mine is not None and base is not None
        assert found.differences["rotated"][key].best == mine - base


def test_a_strategy_like_the_baseline_differs_by_nothing() -> None:
    rows, leaks = made()
    rows["rotated"], leaks["rotated"] = rows["static"], leaks["static"]
    for key, found in compared(rows, leaks).differences["rotated"].items():
        assert found.best == 0.0 and found.lower.best == 0.5, key
        assert found.low in (0.0, None) and found.high in (0.0, None), key


def test_no_event_on_either_side_is_not_a_certain_nothing() -> None:
    rows, leaks = made()
    for name in NAMES:
        rows[name]["compromises"] = np.zeros(12)
    found = compared(rows, leaks)
    limit = -math.log(0.025) / 12
    none = found.estimates["static"]["compromises"]
    assert (none.low, none.best) == (0.0, 0.0) and none.high == pytest.approx(limit)
    difference = found.differences["jit-task"]["compromises"]
    assert difference.best == 0.0
    assert difference.low == pytest.approx(-limit) and difference.high == pytest.approx(limit)
    assert found.estimates["static"]["review_records"] == Estimate(None, None, None), "no compromises: no ratio"
    review = found.differences["jit-task"]["review_records"]
    assert (review.best, review.lower, review.compared) == (None, Estimate(None, None, None), 0)


RARE = [metric for metric in METRICS if metric.rare and metric.kind in OF_ROWS]


@pytest.mark.parametrize("metric", RARE, ids=lambda metric: metric.key)
def test_what_never_happened_has_no_known_upper_end(metric: Metric, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, leaks = made()
    for name in NAMES:
        rows[name][metric.top] = np.zeros(12)
    assert compared(rows, leaks).estimates["static"][metric.key] == Estimate(0.0, 0.0, None)
    once = {name: {**row, metric.top: np.eye(12)[3]} for name, row in rows.items()}
    assert compared(once, leaks).estimates["static"][metric.key].high is not None
    assert compared(rows, leaks).differences["rotated"][metric.key].high == 0
    monkeypatch.setattr(estimates, "unseen", lambda found, _: found)
    assert compared(rows, leaks).estimates["static"][metric.key] == Estimate(0.0, 0.0, 0.0), "the planted fault"


def test_which_metrics_are_rare() -> None:
    assert {metric.key for metric in RARE} == {
        "exploitable_window_hours", "blast_radius_reached", "blast_radius_reached_share",
        "blast_radius_reached_weighted", "resource_hours", "loss", "loss_per_year",
        "review_records",
    }  # fmt: skip
    rows, leaks = made()
    for name in NAMES:
        rows[name]["standing_hours"] = np.zeros(12)
    assert compared(rows, leaks).estimates["static"]["standing_hours"] == Estimate(0.0, 0.0, 0.0)


def test_no_event_against_many_keeps_the_doubt_of_both() -> None:
    rows, leaks = made()
    rows["jit-task"]["compromises"] = np.zeros(12)
    rows["static"]["compromises"] = base = np.arange(12.0)
    found = compared(rows, leaks).differences["jit-task"]["compromises"]
    half = stats.t.ppf(0.975, 11) * stats.sem(base)
    assert found.high == pytest.approx(-5.5 + math.hypot(half, -math.log(0.025) / 12))
    assert found.low == pytest.approx(-5.5 - half)
    mirrored = compare(rows, leaks, NAMES, "jit-task").differences["static"]["compromises"]
    assert (mirrored.low, mirrored.best, mirrored.high) == (-(found.high or 0), 5.5, -(found.low or 0))


def test_lower_counts_ties_half_and_says_how_many_were_compared() -> None:
    rows, leaks = made(4)
    rows["static"]["tasks_failed"] = np.array([5.0, 5.0, 5.0, 5.0])
    rows["jit-task"]["tasks_failed"] = np.array([1.0, 2.0, 5.0, 9.0])
    found = compared(rows, leaks).differences["jit-task"]["tasks_failed"]
    assert (found.lower.best, found.compared) == (2.5 / 4, 4)
    rows["static"]["latency_p50_seconds"] = np.array([1.0, np.nan, 1.0, 1.0])
    rows["jit-task"]["latency_p50_seconds"] = np.array([0.5, 0.5, np.nan, 2.0])
    latency = compared(rows, leaks).differences["jit-task"]["added_latency_seconds_p50"]
    assert (latency.lower.best, latency.compared) == (0.5, 2)
    assert latency.best == 1.0 - 1.0, "each mean over the replications that have the value"


def test_lower_of_a_ratio_leaves_out_replications_without_leaks() -> None:
    rows, leaks = made(3)
    rows["static"] |= {"leaks": np.array([1.0, 2.0, 0.0]), "exposure_hours": np.array([4.0, 2.0, 0.0])}
    rows["jit-task"] |= {"leaks": np.array([1.0, 1.0, 1.0]), "exposure_hours": np.array([1.0, 9.0, 0.0])}
    found = compared(rows, leaks).differences["jit-task"]["exposure_window_hours"]
    assert (found.lower.best, found.compared) == (0.5, 2)


def test_ends_stay_where_values_can_be() -> None:
    rows, leaks = made(3)
    for column in COLUMNS:
        rows["static"][column] = np.array([0.0, 0.0, 90.0])
    rows["static"] |= {"uses": np.array([10.0, 10.0, 90.0]), "uses_attributable": np.array([0.0, 9.0, 90.0])}
    found = compared(rows, leaks)
    assert all(one.low is None or one.low >= 0 for metrics in found.estimates.values() for one in metrics.values())
    assert found.estimates["static"]["audit_attributable"].high == 1.0
    assert found.estimates["static"]["standing_hours"].low == 0.0
    assert found.differences["jit-task"]["audit_attributable"].high <= 1.0  # type: ignore[operator]


def test_one_replication_gives_values_without_intervals() -> None:
    rows, leaks = made(1)
    found = compared(rows, leaks)
    for key, one in found.estimates["static"].items():
        assert one.best is not None and one.low is None and one.high is None, key
    assert found.differences["rotated"]["standing_hours"].low is None
    assert found.differences["rotated"]["standing_hours"].lower.best in (0.0, 1.0)


def test_years_without_a_loss_bound_nothing_and_no_years_say_nothing() -> None:
    rows, leaks = made()
    for name in NAMES:
        rows[name]["loss"] = np.zeros(12)
    found = compared(rows, leaks)
    for key in ("loss_per_year", "loss_year_var95", "loss_year_cvar95"):
        assert found.estimates["static"][key] == Estimate(0.0, 0.0, None)
        assert found.differences["rotated"][key].best == 0.0
    unknown = compare(rows, leaks, NAMES, "static")
    for key in ("loss_year_var95", "loss_year_cvar95"):
        assert unknown.estimates["static"][key] == Estimate(None, None, None)
        assert (unknown.differences["rotated"][key].best, unknown.differences["rotated"][key].compared) == (None, 0)


def test_no_leaks_at_all() -> None:
    rows, leaks = made()
    nothing = LeakSample(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0, dtype=np.bool_))
    rows["jit-task"] |= {"leaks": np.zeros(12), "exposure_hours": np.zeros(12)}
    found = compared(rows, leaks | {"jit-task": nothing})
    assert found.estimates["jit-task"]["exposure_window_hours_p95"] == Estimate(None, None, None)
    assert found.estimates["jit-task"]["exposure_window_hours"] == Estimate(None, None, None)
    assert found.differences["jit-task"]["exposure_window_hours_p95"].best is None
    assert found.censored["jit-task"] == (0, 0)
    assert found.censored["static"] == (int(leaks["static"].censored.sum()), len(leaks["static"].censored))


def test_no_replications_at_all() -> None:
    rows, leaks = made(0)
    found = compared(rows, leaks)
    assert found.replications == 0
    assert all(one == Estimate(None, None, None) for one in found.estimates["static"].values())


def test_the_same_bytes_in_any_order() -> None:
    rows, leaks = made()
    first = compared(rows, leaks)
    turned = {name: {c: rows[name][c] for c in reversed(rows[name])} for name in reversed(NAMES)}
    mixed = {name: np.random.Generator(np.random.Philox(2)).permutation(len(leaks[name].censored)) for name in NAMES}
    shuffled = {
        name: LeakSample(one.replication[mixed[name]], one.exposure_hours[mixed[name]], one.censored[mixed[name]])
        for name, one in reversed(leaks.items())
    }
    again = compare(turned, shuffled, NAMES[::-1], "static", years=a_year_each(turned))
    for name in NAMES:
        assert repr(first.estimates[name]) == repr(again.estimates[name])
    for name in NAMES[1:]:
        assert repr(first.differences[name]) == repr(again.differences[name])
    rows["rotated"]["loss"][0] += 1e-9
    assert repr(compared(rows, leaks).estimates["rotated"]) != repr(first.estimates["rotated"]), "the test can tell"


def test_numbered_replications_tie_leaks_to_rows() -> None:
    """After an interruption replications 2, 3, 4, 5, 8 and 11 may be all there is."""
    rows, leaks = made(6)
    plain = compared(rows, leaks)
    numbers = np.array([8, 3, 4, 11, 5, 2])
    for name in NAMES:
        rows[name]["replication"] = numbers.astype(np.float64)
        leaks[name] = replace(leaks[name], replication=numbers[leaks[name].replication])
    assert repr(compared(rows, leaks)) == repr(plain)
    leaks["static"] = replace(leaks["static"], replication=np.full(len(leaks["static"].censored), 6))
    with pytest.raises(ValueError, match="no row"):
        compared(rows, leaks)


def test_what_cannot_be_compared_is_refused() -> None:
    rows, leaks = made()
    with pytest.raises(ValueError, match="baseline"):
        compare(rows, leaks, NAMES, "vault-lease")
    rows["rotated"] = {column: values[:5] for column, values in rows["rotated"].items()}
    with pytest.raises(ValueError, match="same replications"):
        compared(rows, leaks)
