"""Every family, with every set of parameters it takes."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sim.core.units import DAY, HOUR, MINUTE, SECOND
from sim.inputs.distributions import FAMILIES, Distribution
from sim.inputs.quantities import Duration, Money, Number
from sim.inputs.reference_text import EXAMPLES
from sim.inputs.schema import Scenario
from sim.inputs.size import amounts, mean

RIGHT: list[tuple[object, str, float]] = [
    ("3s", "constant", 3 * SECOND),
    ({"constant": "3s"}, "constant", 3 * SECOND),
    ({"lognormal": {"median": "1h", "sigma": 1}}, "lognormal", HOUR * 1.6487212707),
    ({"lognormal": {"median": "1h", "p95": "2h"}}, "lognormal", HOUR * 1.09285166),
    ({"lognormal": {"mean": "2h", "sigma": 0.5}}, "lognormal", 2 * HOUR),
    ({"lognormal": {"median": "1h", "mean": "2h"}}, "lognormal", 2 * HOUR),
    ({"exponential": {"mean": "27d"}}, "exponential", 27 * DAY),
    ({"weibull": {"shape": 2, "scale": "1h"}}, "weibull", HOUR * 0.8862269255),
    ({"uniform": {"low": "1h", "high": "3h"}}, "uniform", 2 * HOUR),
    ({"triangular": {"low": "1h", "mode": "1h", "high": "4h"}}, "triangular", 2 * HOUR),
    ({"gamma": {"shape": 3, "mean": "4h"}}, "gamma", 4 * HOUR),
    ({"beta": {"a": 1, "b": 3, "low": "0s", "high": "4h"}}, "beta", HOUR),
    ({"empirical": {"quantiles": {0: "0s", 0.5: "1h", 1: "3h"}}}, "empirical", 1.25 * HOUR),
    (
        {"mixture": [{"weight": 1, "of": "1h"}, {"weight": 3, "of": {"uniform": {"low": "1h", "high": "3h"}}}]},
        "mixture",
        1.75 * HOUR,
    ),
    ({"exponential": {"mean": "2h"}, "at-least": "3h"}, "exponential", 3 * HOUR),
    ({"exponential": {"mean": "2h"}, "at-most": "90m"}, "exponential", 90 * MINUTE),
]

WRONG: list[tuple[object, str]] = [
    ({}, "exactly one of"),
    ({"at-most": "1h"}, "exactly one of"),
    ({"constant": "1s", "exponential": {"mean": "1s"}}, "exactly one of"),
    ({"lognormal": {"median": "1h"}}, "lognormal takes"),
    ({"lognormal": {"median": "1h", "p95": "2h", "sigma": 1}}, "lognormal takes"),
    ({"lognormal": {"median": "0s", "sigma": 1}}, "above 0"),
    ({"lognormal": {"median": "2h", "p95": "1h"}}, "above its median"),
    ({"lognormal": {"median": "2h", "sigma": 0}}, "above 0"),
    ({"uniform": {"low": "2h", "high": "1h"}}, "low must not be above high"),
    ({"triangular": {"low": "2h", "mode": "1h", "high": "3h"}}, "in order"),
    ({"beta": {"a": 1, "b": 1, "low": "2h", "high": "1h"}}, "low must not be above high"),
    ({"weibull": {"shape": 0, "scale": "1h"}}, "above 0"),
    ({"negative-binomial": {"mean": 3, "k": 1}}, "draws counts"),
    ({"geometric": {"mean": 3}}, "draws counts"),
    ({"empirical": {}}, "either quantiles or file"),
    ({"empirical": {"quantiles": {0: "1s"}}}, "at least two"),
    ({"empirical": {"quantiles": {0: "1s", 2: "2s"}}}, "from 0 to 1"),
    ({"empirical": {"quantiles": {0: "2s", 1: "1s"}}}, "rising order"),
    ({"empirical": {"quantiles": {1: "1s", 0: "2s"}}}, "rising order"),
    ({"mixture": [{"weight": 0, "of": "1s"}]}, "above 0"),
    ({"exponential": {"mean": "2h"}, "at-least": "2h", "at-most": "1h"}, "at-least must not be above"),
]


def _shown(value: object) -> str:
    return "".join(letter for letter in str(value) if letter.isalnum())[:40]


@pytest.mark.parametrize(("written", "family", "expected"), RIGHT, ids=_shown)
def test_right(written: object, family: str, expected: float) -> None:
    law = Distribution[Duration].model_validate(written)
    assert law.family == family
    assert mean(law) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("written", "problem"), WRONG, ids=_shown)
def test_wrong(written: object, problem: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Distribution[Duration].model_validate(written)
    assert problem in raised.value.errors()[0]["msg"]


def test_counts_are_for_numbers() -> None:
    for written in ({"negative-binomial": {"mean": 3, "k": 1}}, {"geometric": {"mean": 3}}):
        assert mean(Distribution[Number].model_validate(written)) == 3
        with pytest.raises(ValidationError):
            Distribution[Money].model_validate(written)


def test_money_and_numbers() -> None:
    assert mean(Distribution[Money].model_validate({"uniform": {"low": "1k", "high": "2k"}})) == 1500
    assert mean(Distribution[Number].model_validate(7)) == 7


def test_every_family_has_an_example() -> None:
    import yaml

    assert [key.replace("-", "_") for key in EXAMPLES] == list(FAMILIES)
    for key, example in EXAMPLES.items():
        kind: Any = Distribution[Number] if key in ("negative-binomial", "geometric") else Distribution[Duration]
        assert kind.model_validate(yaml.safe_load(example)).family == key.replace("-", "_")


MINIMAL: dict[str, Any] = {
    "format": 1,
    "title": "size",
    "horizon": "10d",
    "estate": {
        "resources": {"box": {}},
        "roles": {"worker": {"can": {"box": "read"}}},
        "tools": {"call": {"uses": "worker", "duration": "1m"}},
    },
    "tasks": {"job": {"needs": ["box"], "steps": ["call", "call"], "thinking": "1m"}},
    "attacker": {"hop": "0s"},
    "strategies": {"only": {"issuance": "standing"}},
}


@pytest.mark.parametrize(
    ("arrivals", "tasks"),
    [
        ({"poisson": {"rate": "12/day"}}, 240),
        ({"poisson": {"rate": "12/day"}, "until": "5d"}, 120),
        ({"every": {"interval": "6h"}}, 80),
        ({"every": {"interval": "6h", "first": "9d"}}, 8),
        ({"every": {"interval": "6h", "first": "11d"}}, 0),
        ({"closed-loop": {"pause": "4m"}}, 10 * 24 * 60 / 8 * 2),
    ],
    ids=_shown,
)
def test_expected_tasks_and_calls(arrivals: object, tasks: float) -> None:
    agents = {"bot": {"count": 2, "arrivals": arrivals, "tasks": {"job": 1}}}
    scenario = Scenario.model_validate({**MINIMAL, "agents": agents})
    found = {each.what: each.expected for each in amounts(scenario)}
    assert found["tasks are"] == pytest.approx(tasks)
    assert found["calls are"] == pytest.approx(2 * tasks)
