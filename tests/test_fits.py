"""The fits shown in docs/fits are the ones in the evidence catalogue and in the bundled scenario."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "fits"
ENTRIES = {"fit.agent.calls-per-task": "ALL_CALLS", "fit.agent.first-tries-per-task": "FIRST_TRIES"}


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fit_tau_bench", FOLDER / "fit_tau_bench.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "sim/data/evidence.yaml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def scenario() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "scenarios/coding-agents.yaml").read_text(encoding="utf-8"))
    return loaded


def matches(use: dict[str, float], found: Any) -> bool:
    """Whether a written negative binomial is the fitted one, to the three decimals written."""
    return (round(found.mean, 3), round(found.k, 3)) == (use["mean"], use["k"])


@pytest.mark.parametrize("key", ENTRIES)
def test_catalogue_holds_the_fitted_numbers_of_calls(script: ModuleType, catalogue: dict[str, Any], key: str) -> None:
    runs = script.histogram(getattr(script, ENTRIES[key]))
    assert matches(catalogue[key]["use"]["negative-binomial"], script.fit(runs))


@pytest.mark.parametrize("key", ENTRIES)
def test_one_run_counted_wrongly_is_noticed(script: ModuleType, catalogue: dict[str, Any], key: str) -> None:
    runs = script.histogram(getattr(script, ENTRIES[key])).copy()
    runs[7], runs[8] = runs[7] - 1, runs[8] + 1
    assert not matches(catalogue[key]["use"]["negative-binomial"], script.fit(runs))


def test_catalogue_holds_the_shares(script: ModuleType, catalogue: dict[str, Any]) -> None:
    shares = script.shares()
    for key, name in (
        ("fit.agent.tool-error", "results that are errors"),
        ("agent.taubench.error", "results that are errors"),
        ("agent.taubench.retry_after_error", "errors retried at once with the same tool"),
        ("agent.taubench.error_after_error", "errors among results after an error"),
    ):
        assert catalogue[key]["value"] == round(shares[name].best, 4)
    assert catalogue["fit.agent.tool-error"]["use"] == catalogue["fit.agent.tool-error"]["value"]


def test_one_error_counted_wrongly_is_noticed(
    script: ModuleType, catalogue: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = script.counted()
    counts["error results"] += 1
    monkeypatch.setattr(script, "counted", lambda: counts)
    assert catalogue["fit.agent.tool-error"]["use"] != round(script.shares()["results that are errors"].best, 4)


def test_figures_agree_with_each_other(script: ModuleType) -> None:
    counts = script.counted()
    calls, first = script.histogram(script.ALL_CALLS), script.histogram(script.FIRST_TRIES)
    assert calls.sum() == first.sum() == 200
    assert calls @ np.arange(len(calls)) == counts["tool results"]
    retries = counts["failed calls retried at once with the same tool"]
    assert first @ np.arange(len(first)) == counts["tool results"] - retries
    assert counts["error results"] == counts["first tries that failed"] + counts["retries that failed again"]


def test_scenario_uses_the_fit(script: ModuleType, scenario: dict[str, Any]) -> None:
    found = script.fit(script.histogram(script.FIRST_TRIES))
    lengths = [kind["markov"]["length"] for kind in scenario["tasks"].values()]
    short = [length for length in lengths if length.get("source") == "fit.agent.first-tries-per-task"]
    assert len(short) == len(lengths) - 1  # all kinds but the long refactoring
    for length in short:
        assert matches(length["value"]["negative-binomial"], found)
    longest_row = script.counted()["longest run of retries"]
    for tool in scenario["estate"]["tools"].values():
        assert tool["fails"] == {"evidence": "fit.agent.tool-error"}
        assert tool["retries"]["value"] == longest_row


def test_wilson_interval_against_a_published_example(script: ModuleType) -> None:
    share = script.wilson(81, 263)  # Newcombe 1998, table I: 0.2553 to 0.3662
    assert (round(share.low, 4), round(share.high, 4)) == (0.2553, 0.3662)


def test_page_shows_the_printed_numbers(script: ModuleType) -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    for column in (script.ALL_CALLS, script.FIRST_TRIES):
        found = script.fit(script.histogram(column))
        for shown in (f"{found.mean:.3f}", f"{found.sd:.3f}", f"{found.k:.3f}", f"{found.k_likely:.3f}"):
            assert shown in page
        assert f"{found.chi_square:.2f} on {found.freedom} degrees" in page
    rows = [line.split("|")[1:-1] for line in page.splitlines() if re.search(r"\d+ of [\d,]+ \|", line)]
    assert len(rows) == len(script.shares())
    for _, counts, best, interval in rows:
        found = script.wilson(*(int(number) for number in counts.replace(",", "").split(" of ")))
        parts = [best.strip(" *"), *interval.strip().split(" to ")]
        for written, number in zip(parts, (found.best, found.low, found.high), strict=True):
            assert written == f"{number:.{len(written) - 2}f}"


def test_figure_is_the_same_every_time(script: ModuleType, tmp_path: Path) -> None:
    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    script.draw(first)
    script.draw(second)
    assert first.read_bytes() == second.read_bytes()
    assert b"<dc:date>" not in first.read_bytes()
