"""docs/scenario.md is what the schema says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from sim.inputs import reference
from sim.inputs.channels import channels
from sim.inputs.load import load
from sim.inputs.presets import presets
from sim.inputs.reference import PAGE, scenario_reference, sections
from sim.inputs.schema import Scenario
from sim.inputs.shapes import about, fields

VALID = Path(__file__).parent / "valid.yaml"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == scenario_reference(), "run: python -m sim.inputs.reference"


def test_a_changed_description_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    info: FieldInfo = Scenario.model_fields["seed"]
    monkeypatch.setattr(info, "description", "something else")
    assert scenario_reference() != PAGE.read_text(encoding="utf-8")


def test_every_key_is_there_and_described() -> None:
    page = scenario_reference()
    for model in sections():
        for key in fields(model):
            assert f"| `{key}` |" in page
        assert all(info.description for info in model.model_fields.values()), model.__name__
        assert about(model), model.__name__
    assert all(f"`{name}`" in page for name in (*presets(), *channels()))
    assert "None" not in page


def test_links_lead_somewhere() -> None:
    page = scenario_reference()
    headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    titles = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]*)\)", page)) <= titles


def test_its_examples_load(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", scenario_reference(), re.DOTALL)
    whole = [block for block in blocks if block.startswith(("extends", "strategies", "leaks", "policies"))]
    assert len(whole) == 4
    for number, block in enumerate(whole):
        text = block if block.startswith("extends") else f"extends: quickstart\n{block}"
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
        assert load(tmp_path / f"{number}.yaml").scenario.format == 1


def test_main_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "PAGE", tmp_path / "scenario.md")
    reference.main()
    assert (tmp_path / "scenario.md").read_text(encoding="utf-8") == scenario_reference()
