"""The standards in the report, on the screen, as JSON and as a page, beside the data file read plainly."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.cells import cell_len
from rich.console import Console
from samples import comparison_of

from sim.inputs.load import load
from sim.inputs.standards import standards
from sim.measure.catalogue import BY_KEY
from sim.outputs import markdown, standards_page
from sim.outputs.report import ReportFacts, report_markdown
from sim.outputs.standards import NO_CLAIM, Exercise, as_json, exercise, remainder
from sim.outputs.standards_page import PAGE
from sim.outputs.standards_page import standards_page as page_text
from sim.outputs.standards_table import standards_table

DATA: dict[str, Any] = yaml.safe_load(
    (Path(standards_page.__file__).parents[1] / "data" / "standards.yaml").read_text(encoding="utf-8")
)
SCENARIOS = ("quickstart", "coding-agents", "oracles/ephemeral-100-agents")


@pytest.fixture(params=SCENARIOS)
def found(request: pytest.FixtureRequest) -> Exercise:
    return exercise(load(request.param).scenario)


def expected(mechanisms: tuple[str, ...], metrics: tuple[str, ...]) -> list[tuple[str, str, set[str]]]:
    """Identifier, title and what evidences it, from the plain data."""
    entries = [(DATA["mechanisms"][key]["title"], DATA["mechanisms"][key]["ids"]) for key in mechanisms]
    entries += [(BY_KEY[key].title, DATA["metrics"][key]["ids"]) for key in metrics]
    rows = [
        (identifier, title, {name for name, ids in entries if identifier in ids})
        for framework in DATA["frameworks"].values()
        for identifier, title in framework["identifiers"].items()
    ]
    return [row for row in rows if row[2]]


def check_rows(found: Exercise) -> None:
    rows = [(row.identifier, row.title, {*row.by}) for row in found.rows]
    assert rows == expected(found.mechanisms, found.metrics)


def test_rows_are_what_the_data_file_says(found: Exercise) -> None:
    check_rows(found)


def test_a_wrong_row_is_found() -> None:
    found = exercise(load("quickstart").scenario)
    first, second, *others = found.rows
    for rows in (
        (second, first, *others),
        (replace(first, by=(*first.by, "Rotation")), second, *others),
        (replace(first, title="Agent Goal Hijack"), second, *others),
        (first, *others),
    ):
        with pytest.raises(AssertionError):
            check_rows(replace(found, rows=rows))


def lost(found: Exercise) -> set[str]:
    """Identifiers that are neither evidenced nor said not to be, and those that are both."""
    shown = {row.identifier for row in found.rows}
    lacking = {each for ids in (*found.idle.values(), *found.planned.values()) for each in ids} | {*DATA["outside"]}
    return {*standards().framework_of} ^ (shown ^ lacking)


def test_every_identifier_is_exercised_or_said_not_to_be(found: Exercise) -> None:
    assert lost(found) == set()
    assert lost(replace(found, rows=found.rows[1:])) == {found.rows[0].identifier}
    assert {*found.planned} == planned_titles()
    assert all(any(identifier in text for _, text in remainder(found)) for identifier in DATA["outside"])


def test_only_the_compared_strategies_count() -> None:
    scenario = load("quickstart").scenario
    alone = exercise(scenario, ["static"])
    assert "Task scope" in {row.identifier: row.by for row in exercise(scenario).rows}["ASI03"]
    assert "Task scope" in alone.idle
    assert "AC-12" not in {row.identifier for row in alone.rows}


# --- the report ---
@pytest.fixture
def facts(leaks) -> ReportFacts:
    return ReportFacts(
        comparison=comparison_of(("static",)), finding="found", name="one", title="One", scenario_hash="ab",
        horizon_hours=1.0, seed=0, leaks=leaks, inputs=[], sources={}, versions={}, command="afterleak compare one",
        standards=exercise(load("quickstart").scenario, ["static"]),
    )  # fmt: skip


def section(text: str) -> str:
    return text.split("\n## Standards\n")[1].split("\n## ", maxsplit=1)[0]


def test_the_report_has_a_row_for_each_identifier(facts: ReportFacts) -> None:
    text = section(report_markdown(facts))
    rows = [re.split(r"(?<!\\) \| ", line.strip("| ")) for line in text.split("\n") if line.startswith("| ")][1:]
    assert facts.standards is not None
    assert [row[1] for row in rows] == [row.identifier for row in facts.standards.rows]
    for cells, row in zip(rows, facts.standards.rows, strict=True):
        assert cells[0] == markdown.escape(DATA["frameworks"][row.framework]["short"])
        assert cells[2:] == [markdown.escape(row.title), "; ".join(row.by)]


def test_the_report_says_what_is_not_exercised_and_claims_nothing(facts: ReportFacts) -> None:
    text = section(report_markdown(facts))
    assert f"{NO_CLAIM}." in text
    parts = re.findall(r"^\*\*([^*]+):\*\* (.*)$", text, re.MULTILINE)
    told = dict(parts)
    planned = ["Not modelled yet"] if planned_titles() else []
    assert list(told) == ["Not exercised by this scenario", *planned, "Not modelled at all"]
    assert "Sender-constrained credentials (NHI4:2025, IA-5(2), SC-23)" in told["Not exercised by this scenario"]
    assert all(title in told["Not modelled yet"] for title in planned_titles())
    assert "NHI10:2025 Human Use of NHI (no person" in told["Not modelled at all"]
    assert text.count("](https://") == len(DATA["frameworks"])
    assert "\\[" not in text


def planned_titles() -> set[str]:
    return {each["title"] for each in DATA["mechanisms"].values() if each.get("planned")}


def test_a_report_without_standards_has_no_such_section(facts: ReportFacts) -> None:
    assert "## Standards" not in report_markdown(replace(facts, standards=None))


# --- JSON ---
def test_json_tells_every_identifier_with_its_evidence(found: Exercise) -> None:
    told = as_json(found, "one", "One", ["only"])
    assert told["note"] == f"{NO_CLAIM}."
    assert [each["id"] for each in told["identifiers"]] == [*standards().framework_of]
    exercised = [each["id"] for each in told["identifiers"] if each["status"] == "exercised"]
    assert exercised == [row.identifier for row in found.rows]
    for each in told["identifiers"]:
        by = {one["title"] for one in each["evidence"] if one["status"] == "exercised"}
        assert by == {title for row in found.rows if row.identifier == each["id"] for title in row.by}
        assert bool(each["evidence"]) != ("why_not" in each)
        assert all(one["why"].endswith(".") for one in each["evidence"])
        for one in each["evidence"]:
            known = DATA[f"{one['kind']}s"][one["key"]]
            assert (one["status"] == "not modelled") == bool(known.get("planned"))


# --- the screen ---
@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_table_fits_the_screen(width: int, found: Exercise, tmp_path: Path) -> None:
    with (tmp_path / "out").open("w", encoding="utf-8") as file:
        console = Console(width=width, record=True, file=file, color_system=None)
        console.print(standards_table(found))
    lines = console.export_text().split("\n")
    assert max(cell_len(line) for line in lines) <= width
    shown = {line.split("  ")[0] for line in lines}
    assert shown >= {row.identifier for row in found.rows}
    assert {DATA["frameworks"][row.framework]["short"] for row in found.rows} <= shown


# --- the page ---
def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page_text(), "run: python -m sim.outputs.standards_page"


def test_a_changed_title_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(standards().frameworks["maestro"].identifiers, "L1", "Foundation Model")
    assert page_text() != PAGE.read_text(encoding="utf-8")


def test_the_page_has_everything() -> None:
    text = page_text()
    for framework in DATA["frameworks"].values():
        assert framework["address"].replace("(", "%28") in text
        for identifier, title in framework["identifiers"].items():
            assert f"| {identifier} | {markdown.escape(title)} |" in text
    for each in (*DATA["mechanisms"].values(), *DATA["metrics"].values()):
        assert markdown.escape(" ".join(each["why"].split())) in text
    assert all(f"`{key}`" in text for key in (*DATA["no-identifier"], *DATA["metrics"]))
    assert text.count("not yet*") == sum(len(each["ids"]) for each in DATA["mechanisms"].values() if "planned" in each)


def test_main_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standards_page, "PAGE", tmp_path / "standards.md")
    standards_page.main()
    assert (tmp_path / "standards.md").read_text(encoding="utf-8") == page_text()
