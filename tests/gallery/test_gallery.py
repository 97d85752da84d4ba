"""The gallery is what the code makes today: every number is simulated again."""

from __future__ import annotations

import json
import math
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import sim
from sim.inputs.bundled import bundled
from sim.inputs.load import load
from sim.outputs.results import versions
from sim.outputs.summary import summary

ROOT = Path(__file__).parents[2]
GALLERY = ROOT / "results" / "gallery"
KEPT = sorted(file.parent.relative_to(GALLERY).as_posix() for file in GALLERY.rglob("summary.json"))
LARGEST, ALL = 3_000_000, 15_000_000
"""Bytes of a report, and of the gallery."""


@pytest.fixture(scope="module")
def room() -> ModuleType:
    """docs/gallery.py, which is no part of the package."""
    spec = spec_from_file_location("gallery", ROOT / "docs/gallery.py")
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def now(name: str) -> dict[str, Any]:
    """summary.json of a scenario as it would be written today; simulated, but not drawn."""
    result, loaded = sim.compare(name, workers=1), load(name)
    made = summary(
        result.comparison, scenario=name, title=result.title, scenario_hash=loaded.hash, seed=result.seed,
        version=versions()["afterleak"], finding=result.finding, verdicts=result.verdicts,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(json.dumps(made))
    return found


def differing(kept: Any, made: Any, path: str = "") -> list[str]:
    """Paths at which two summaries differ. Numbers may differ in their last digits, as libraries' functions do."""
    if isinstance(kept, dict) and isinstance(made, dict):
        keys = dict.fromkeys((*kept, *made))
        return [one for key in keys for one in differing(kept.get(key), made.get(key), f"{path}.{key}")]
    if isinstance(kept, list) and isinstance(made, list) and len(kept) == len(made):
        return [one for n, pair in enumerate(zip(kept, made, strict=True)) for one in differing(*pair, f"{path}.{n}")]
    if isinstance(kept, float) and isinstance(made, float):
        return [] if math.isclose(kept, made, rel_tol=1e-9, abs_tol=1e-12) else [path]
    return [] if kept == made else [path]


@pytest.mark.parametrize("name", KEPT)
def test_numbers_are_what_the_code_makes_today(name: str) -> None:
    kept = json.loads((GALLERY / name / "summary.json").read_text(encoding="utf-8"))
    assert differing(kept, now(name)) == [], "refresh with: python docs/gallery.py"


@pytest.mark.skipif(not KEPT, reason="the gallery was not made yet: python docs/gallery.py")
def test_every_bundled_scenario_is_there_and_nothing_else(room: ModuleType) -> None:
    assert sorted(each.name for each in room.scenarios()) == KEPT
    assert (GALLERY / "README.md").read_text(encoding="utf-8") == room.index()
    files = [file for file in GALLERY.rglob("*") if file.is_file()]
    assert {file.name if file.suffix != ".svg" else ".svg" for file in files} == {
        "README.md", "report.html", "report.md", "summary.json", ".svg",
    }  # fmt: skip
    assert max(file.stat().st_size for file in files) < LARGEST
    assert sum(file.stat().st_size for file in files) < ALL


@pytest.fixture(scope="module")
def made(room: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gallery of one small scenario."""
    gallery = tmp_path_factory.mktemp("gallery")
    room.made("oracles/skipped-forbid", gallery)
    (gallery / "README.md").write_text(room.index(gallery), encoding="utf-8")
    return gallery


def test_links_and_pictures_are_there(made: Path) -> None:
    report = made / "oracles/skipped-forbid/report.md"
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", report.read_text(encoding="utf-8"))
    assert len(pictures) >= 4
    assert all((report.parent / picture).is_file() and picture.endswith(".svg") for picture in pictures)
    page = (made / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", page)
    assert len(links) == 3 + len(list((report.parent / "charts").iterdir()))
    assert all((made / link).is_file() for link in links)
    (title,) = (each.title for each in bundled() if each.name == "oracles/skipped-forbid")
    assert title in page


def test_what_is_kept_is_what_is_made(made: Path) -> None:
    kept = json.loads((made / "oracles/skipped-forbid/summary.json").read_text(encoding="utf-8"))
    again = now("oracles/skipped-forbid")
    assert differing(kept, again) == []
    assert kept["scenario_hash"] == load("oracles/skipped-forbid").hash
    first = next(iter(again["strategies"]))  # planted faults: a number, a finding, a metric more
    again["strategies"][first]["leaks"]["estimate"] = kept["strategies"][first]["leaks"]["estimate"] + 1e-6
    again["finding"] += "!"
    again["metrics"]["new"] = {}
    assert differing(kept, again) == [".finding", f".strategies.{first}.leaks.estimate", ".metrics.new"]


def test_the_command_that_the_report_tells_makes_it(made: Path) -> None:
    text = (made / "oracles/skipped-forbid/report.md").read_text(encoding="utf-8")
    assert "afterleak compare oracles/skipped-forbid" in text
    assert str(made) not in text
