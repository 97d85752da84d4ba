from __future__ import annotations

import json
from dataclasses import replace

from samples import STRATEGIES, comparison_of

from sim.measure.catalogue import BY_KEY
from sim.measure.statistics import Estimate
from sim.outputs.summary import summary

ABOUT = {"scenario": "quickstart", "title": "Q", "scenario_hash": "00", "seed": 0, "version": "0.1.0", "finding": "f"}


def test_numbers_are_those_of_the_comparison(comparison):
    data = json.loads(json.dumps(summary(comparison, **ABOUT), allow_nan=False))
    for name in STRATEGIES:
        assert list(data["strategies"][name]) == list(BY_KEY)
        for key, found in comparison.estimates[name].items():
            expected = {"estimate": found.best, "low": found.low, "high": found.high}
            assert data["strategies"][name][key] == expected
    found = comparison.differences["jit-task"]["compromises"]
    shown = data["differences"]["jit-task"]["compromises"]
    assert (shown["low"], shown["estimate"], shown["high"]) == (found.low, found.best, found.high)
    assert shown["probability_lower"]["estimate"] == found.lower.best
    assert data["censored"]["static"] == {"alive_at_horizon": comparison.censored["static"][0], "leaks": 360}
    # Planted fault: another number is another summary.
    rows = dict(comparison.estimates["static"]) | {"leaks": Estimate(0.0, 1.0, 2.0)}
    wrong = replace(comparison, estimates=dict(comparison.estimates) | {"static": rows})
    assert summary(wrong, **ABOUT) != summary(comparison, **ABOUT)


def test_what_stands_around_them(comparison):
    data = summary(comparison, **ABOUT)
    assert data["format"] == 1
    assert data["tool"] == "afterleak"
    assert (data["replications"], data["baseline"], data["confidence"]) == (40, "static", 0.95)
    assert data["metrics"]["leaks"].keys() == {"title", "unit", "better", "says"}
    assert set(data["differences"]) == set(STRATEGIES[1:])


def test_no_number_is_null_never_nan(comparison):
    rows = dict(comparison.estimates["static"]) | {"leaks": Estimate(float("nan"), float("inf"), None)}
    data = summary(replace(comparison, estimates=dict(comparison.estimates) | {"static": rows}), **ABOUT)
    assert data["strategies"]["static"]["leaks"] == {"estimate": None, "low": None, "high": None}
    rare = dict(comparison.estimates["static"]) | {"loss": Estimate(0.0, 0.0, None)}
    data = summary(replace(comparison, estimates=dict(comparison.estimates) | {"static": rare}), **ABOUT)
    assert data["strategies"]["static"]["loss"] == {"estimate": 0.0, "low": 0.0, "high": None}
    json.dumps(summary(comparison_of(replications=1), **ABOUT), allow_nan=False)
