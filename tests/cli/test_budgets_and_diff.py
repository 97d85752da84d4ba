"""Saved results in pipelines: verdicts with exit codes, and two results against each other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from sim import study
from sim.cli import app
from sim.core.errors import AfterleakError
from tests.support import Blank, merged, scenario, write

SECRET = "hunter2-secret"
LEAKY = scenario(
    title="Before",
    replications=6,
    leaks={"log": {"per-use": 0.2, "discovery": {"chance": 0.5, "time": "1h"}}},
    strategies={"only": None, "static": {"issuance": "standing"}, "jit": {"issuance": "per-task", "lifetime": "15m"}},
    budgets={"short": {"metric": "exposure_window_hours", "strategies": ["jit"], "at-most": "20m"}},
)
CHANGED = merged(
    LEAKY,
    {
        "title": f"After {SECRET}",
        "leaks": {"log": {"per-use": {"value": 0.4, "source": f"told by {SECRET}"}}},
        "strategies": {"jit": {"lifetime": "30m"}, "leased": {"issuance": "leased", "lifetime": "1d"}},
    },
)


def compared(file: Path, out: Path, **more: int) -> None:
    study.compare(study.Request(file, out=out, engine="reference", workers=1, **more), studio=Blank())


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four results: before, after, after with another seed, and one of the first replications."""
    folder = tmp_path_factory.mktemp("results")
    files = write(folder, LEAKY, "before"), write(folder, CHANGED, "after")
    for name, file, more in (
        ("before", files[0], {}), ("after", files[1], {}), ("seed", files[1], {"seed": 5}),
        ("few", files[0], {"replications": 2}),
    ):  # fmt: skip
        compared(file, folder / name, **more)
    return folder


@pytest.fixture
def run(results: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(results)

    def ran(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, arguments)
        if isinstance(done.exception, AfterleakError):  # as `main` shows it
            return done.exception.exit_code, f"afterleak: {done.exception}\n"
        return done.exit_code, done.output

    return ran


def with_budget(folder: Path, **keys: object) -> str:
    file = write(folder, merged(LEAKY, {"budgets": {"short": {"strategies": None, **keys}}}), "budgeted")
    return str(file)


# --- budgets ---
def test_exit_codes_are_for_pipelines(run, tmp_path):
    assert run("budgets", "before")[0] == 0
    failing = with_budget(tmp_path, **{"at-most": "20m"})
    code, output = run("budgets", "before", "--scenario", failing)
    assert code == 1
    assert output.startswith("Before, 95% intervals over 6 replications\nBudgets: 1 failed, 1 passed\n")
    open_ = with_budget(tmp_path, metric="review_records", strategies=["jit"], **{"at-most": 10_000})
    undecided = json.loads(run("budgets", "few", "--scenario", open_, "--format", "json")[1])
    assert undecided["verdict"] == undecided["budgets"][0]["verdict"] == "undecided"
    assert run("budgets", "few", "--scenario", open_)[0] == 3


def test_every_form_has_the_same_verdicts(run, tmp_path):
    failing = with_budget(tmp_path, **{"at-most": "20m"})
    told = {
        form: run("budgets", "before", "--scenario", failing, "--format", form)[1] for form in ("md", "json", "junit")
    }
    assert [one["verdict"] for one in json.loads(told["json"])["budgets"]] == ["failed", "passed"]
    cases = ElementTree.fromstring(told["junit"]).iter("testcase")
    assert [case[0].tag for case in cases] == ["failure", "system-out"]
    assert [line[-9:] for line in told["md"].split("\n") if line.startswith("| short")] == [" failed |", " passed |"]
    file = tmp_path / "junit.xml"
    assert run("budgets", "before", "--junit", str(file))[0] == 0
    assert file.read_text(encoding="utf-8") == run("budgets", "before", "--format", "junit")[1]


def test_verdicts_are_saved_and_reported(results):
    saved = json.loads((results / "before/summary.json").read_text(encoding="utf-8"))
    jit = saved["strategies"]["jit"]["exposure_window_hours"]
    (one,) = saved["budgets"]
    assert {key: one[key] for key in jit} == jit
    assert (one["verdict"], one["at_most"]) == ("passed", pytest.approx(1 / 3))
    for report in ("report.md", "report.html"):
        assert "Budgets: 1 passed" in (results / "before" / report).read_text(encoding="utf-8")


def test_budgets_change_no_result(results, tmp_path):
    plain = write(tmp_path, merged(LEAKY, {"budgets": None}), "before")
    compared(plain, tmp_path / "out")
    one, two = (json.loads((each / "summary.json").read_text()) for each in (results / "before", tmp_path / "out"))
    assert one["budgets"]
    assert not two["budgets"]
    assert one | {"budgets": []} == two


# --- diff ---
def test_inputs_and_numbers_that_moved(run):
    code, output = run("diff", "before", "after")
    assert code == 0
    assert output.startswith("4 inputs changed; ")
    assert "Paired: 6 replications of seed 0 in both" in output
    assert "leaks.log.per-use  0.2 \u2192 0.4\n" in output
    assert "/before.yaml:" in output.replace("\n    ", "")
    assert "no source \u2192 a source in words" in " ".join(output.split())
    assert "strategies.jit.lifetime  15m \u2192 30m" in output
    assert "strategies.leased  added, " in output
    assert "Only after: leased." in output
    assert "title  text changed" in output
    assert "different code" not in output


def test_the_numbers_are_those_of_the_summaries(run, results):
    found = json.loads(run("diff", "before", "after", "--format", "json")[1])
    assert found["paired"] is True
    sides = {
        side: json.loads((results / side / "summary.json").read_text(encoding="utf-8"))["strategies"]
        for side in ("before", "after")
    }
    assert {one["strategy"] for one in found["moves"]} == {"static", "jit"}
    for one in found["moves"]:
        for side, told in sides.items():
            assert one[side] == told[one["strategy"]][one["metric"]]
        ends = one["difference"]
        if ends["estimate"] is not None:
            assert ends["estimate"] == pytest.approx(one["after"]["estimate"] - one["before"]["estimate"])
        assert (one["clear"] == "up") == (ends["low"] is not None and ends["low"] > 0)


@pytest.mark.parametrize("form", ["text", "md", "json"])
def test_free_text_is_never_told(run, form):
    title = f"After {SECRET}"
    output = run("diff", "before", "after", "--format", form)[1]
    assert SECRET not in output.replace(title, "")  # the title itself heads a comment


def test_other_seeds_and_replications_are_no_pairs(run):
    output = run("diff", "after", "seed")[1]
    assert "Not paired: their seeds differ (0 and 5)." in output
    assert "seed  0 \u2192 5" in output
    assert "replications differ (6 and 2)" in run("diff", "before", "few")[1]


def test_the_same_results_are_the_same(run):
    assert run("diff", "before", "before")[1].startswith("No input changed; every number is the same.")


def test_other_code_and_other_addresses_are_told(run, results, tmp_path):
    shutil.copytree(results / "before", tmp_path / "other")
    file = tmp_path / "other/manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    manifest["code"] = "0" * 16
    manifest["addresses"]["tools"] = "0" * 16
    file.write_text(json.dumps(manifest), encoding="utf-8")
    output = " ".join(run("diff", "before", str(tmp_path / "other"))[1].split())
    assert "made by different code" in output
    assert "list other tools" in output


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "manifest.json").unlink(), "manifest.json is missing"),
        (lambda folder: (folder / "summary.json").write_text("{"), "are damaged"),
        (lambda folder: (folder / "summary.json").write_text('{"tool": "other"}'), "is something else"),
        (lambda folder: (folder / "leaks.parquet").write_text("x"), "are damaged"),
        (lambda folder: (folder / "inputs.parquet").unlink(), "inputs.parquet is missing"),
        (lambda folder: _format(folder, 1), "manifest.json has format 1, this version reads 2"),
        (lambda folder: _format(folder, None), "manifest.json has no format"),
        (shutil.rmtree, "is no folder"),
    ],
)
def test_what_is_no_results_folder_is_said_in_one_line(run, results, tmp_path, spoil, says):
    folder = tmp_path / "spoilt"
    shutil.copytree(results / "before", folder)
    spoil(folder)
    for pair in (("before", str(folder)), (str(folder), "before")):
        code, output = run("diff", *pair)
        assert code == 2
        assert says in output
        assert output.count("\n") == 1


def _format(folder: Path, number: int | None) -> None:
    file = folder / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | {"format": number}), encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("budgets", "after.yaml"), "is a file"),
        (("budgets", "nowhere"), "is no folder"),
        (("budgets", "before", "--format", "jsn"), "did you mean json?"),
        (("diff", "before", "after", "--format", "html"), "there are: text, md, json"),
        (("budgets", "before", "--scenario", "quickstart"), "has no budgets"),
        (("budgets", "before", "--junit", "no/such/file"), "cannot be written"),
    ],
)
def test_kind_errors(run, arguments, says):
    code, output = run(*arguments)
    assert code == 2
    assert says in output
