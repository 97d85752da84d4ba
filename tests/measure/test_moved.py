"""What moved between two comparisons, paired and not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.measure.catalogue import BY_KEY, METRICS
from sim.measure.estimates import Estimate, student
from sim.measure.moved import Side, moves
from sim.measure.paired import independent_difference
from sim.measure.statistics import LeakSample, compare

RUNS = 30


def side(shift: float, *, seed: int = 5, replications: int = RUNS) -> Side:
    """A busy replication is busy on every side with this seed; the shift comes on top."""
    draw = np.random.default_rng(seed)
    busy = draw.gamma(4.0, 1.0, replications)
    row = {metric.top: busy * 3 + shift for metric in METRICS if metric.kind != "quantile"}
    row |= {metric.bottom: np.full(replications, 2.0) for metric in METRICS if metric.bottom}
    row["leaks"] = np.round(busy) + 1
    each = np.repeat(np.arange(replications), 4)
    hours = draw.exponential(10.0, len(each)) + shift
    sample = LeakSample(each, hours, np.zeros(len(each), bool))
    return Side({"only": row, "other": row}, {"only": sample, "other": sample})


def of(found, key: str):
    return next(move for move in found if move.metric.key == key and move.strategy == "only")


def test_paired_is_what_strategies_of_one_comparison_are():
    before, after = side(0.0), side(1.5)
    found = moves(before, after, ["only"], METRICS, paired=True)
    expected = compare(
        {"a": before.rows["only"], "b": after.rows["only"]},
        {"a": before.samples["only"], "b": after.samples["only"]}, ("a", "b"), "a",
    )  # fmt: skip
    assert [move.metric for move in found] == list(METRICS)
    for move in found:
        one = expected.differences["b"][move.metric.key]
        assert move.difference == Estimate(one.low, one.best, one.high)
        assert (move.before, move.after) == tuple(expected.estimates[n][move.metric.key] for n in ("a", "b"))
    held = of(found, "standing_hours")
    assert held.difference.low == pytest.approx(1.5)
    assert held.difference.high == pytest.approx(1.5)
    assert held.clear == "up"


def test_apart_is_wider_and_has_the_textbook_interval():
    before, after = side(0.0), side(1.5)
    together, apart = (of(moves(before, after, ["only"], METRICS, paired=p), "standing_hours") for p in (True, False))
    x, y = (one.rows["only"]["standing_hours"] for one in (before, after))
    reach = student(0.95, RUNS) * math.sqrt(np.var(x, ddof=1) / RUNS + np.var(y, ddof=1) / RUNS)
    assert apart.difference.best == pytest.approx(together.difference.best) == pytest.approx(1.5)
    assert apart.difference.high == pytest.approx(1.5 + reach)
    assert apart.difference.low == pytest.approx(1.5 - reach)
    assert apart.clear == ""


def test_apart_takes_any_number_of_replications():
    found = of(moves(side(0.0), side(9.0, seed=6, replications=7), ["only"], METRICS, paired=False), "standing_hours")
    assert found.clear == "up"
    with pytest.raises(ValueError, match="same replications"):
        moves(side(0.0), side(9.0, replications=7), ["only"], METRICS, paired=True)


@pytest.mark.parametrize("paired", [True, False])
def test_the_other_way_round_every_sign_changes(paired):
    one, two = side(0.0), side(2.5)
    there, back = (moves(*pair, ["only"], METRICS, paired=paired) for pair in ((one, two), (two, one)))
    for forth, again in zip(there, back, strict=True):
        assert forth.before == again.after
        if forth.difference.best is not None and (forth.metric.kind != "quantile" or not paired):
            for end, other in (("low", "high"), ("best", "best"), ("high", "low")):
                assert getattr(forth.difference, end) == pytest.approx(-getattr(again.difference, other))
        assert {forth.clear, again.clear} in ({""}, {"up", "down"})


def test_planted_fault_pairs_of_unlike_replications_are_less_certain():
    before, after = side(0.0), side(1.5)
    mixed = {**after.rows["only"], "standing_hours": after.rows["only"]["standing_hours"][::-1]}
    wrong = Side({"only": mixed}, after.samples)
    right = of(moves(before, after, ["only"], METRICS, paired=True), "standing_hours").difference
    found = of(moves(before, wrong, ["only"], METRICS, paired=True), "standing_hours").difference
    assert found.best == pytest.approx(right.best)
    assert found.high - found.low > right.high - right.low + 1


def test_the_same_is_the_same_down_to_each_leak():
    assert all(move.same and not move.clear for move in moves(side(0.0), side(0.0), ["only"], METRICS, paired=True))
    assert not any(move.same for move in moves(side(0.0), side(0.0), ["only"], METRICS, paired=False))
    other = side(0.0)
    sample = other.samples["only"]
    hours = sample.exposure_hours.copy()
    hours[3] += 1e-6
    changed = Side(other.rows, {"only": LeakSample(sample.replication, hours, sample.censored)})
    found = moves(side(0.0), changed, ["only"], METRICS, paired=True)
    assert {move.metric.key for move in found if not move.same} == {m.key for m in METRICS if m.kind == "quantile"}


def test_an_end_that_one_side_lacks_is_lacking():
    open_end, known = Estimate(0.0, 0.0, None), Estimate(1.0, 2.0, 4.0)
    assert independent_difference(known, open_end) == Estimate(None, 2.0, 4.0)
    assert independent_difference(open_end, known) == Estimate(-2.0 - 2.0, -2.0, None)
    undefined = Estimate(None, None, None)
    assert independent_difference(known, undefined) == independent_difference(undefined, known) == undefined
    assert independent_difference(known, known) == Estimate(-math.sqrt(5), 0.0, math.sqrt(5))


def test_shares_differ_by_one_at_most():
    draw = np.random.default_rng(1)
    wide = {**side(0.0).rows["only"], "uses": np.ones(4), "uses_attributable": draw.integers(0, 2, 4).astype(float)}
    few = Side({"only": {key: value[:4] for key, value in wide.items()}}, side(0.0, replications=4).samples)
    found = of(moves(few, few, ["only"], [BY_KEY["audit_attributable"]], paired=False), "audit_attributable")
    assert found.difference.low >= -1
    assert found.difference.high <= 1
