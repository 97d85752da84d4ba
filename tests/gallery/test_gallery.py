"""The gallery is what the code makes today.

Large ones together are minutes of simulation. Replications depend neither on each other nor on their number, so the
first ones are simulated again and must be those that are kept; and the kept summary must follow from the kept totals of
all replications. Small scenarios are simulated again as a whole.
"""

from __future__ import annotations

import json
import math
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest

import sim
from sim.inputs.bundled import bundled
from sim.inputs.load import load
from sim.measure.catalogue import METRICS
from sim.measure.metric import OF_ROWS, Metric
from sim.outputs import saved
from sim.outputs.finding import finding
from sim.outputs.results import versions
from sim.outputs.summary import summary

ROOT = Path(__file__).parents[2]
GALLERY = ROOT / "results" / "gallery"
KEPT = sorted(file.parent.relative_to(GALLERY).as_posix() for file in GALLERY.rglob("summary.json"))
LARGE = [name for name in KEPT if name != "quickstart"]
FIRST = 2
"""Replications of a large scenario that are simulated again."""
LARGEST, ALL = 1_000_000, 6_500_000
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


def rows_of(name: str) -> list[dict[str, Any]]:
    """The kept totals, a row for each replication and strategy."""
    rows: list[dict[str, Any]] = pq.read_table(GALLERY / name / "replications.parquet").to_pylist()
    return rows


def from_totals(rows: list[dict[str, Any]]) -> dict[str, dict[str, float | None]]:
    """Strategy → metric → estimate, of all metrics that are made of totals."""
    found: dict[str, dict[str, float | None]] = {}
    for strategy in dict.fromkeys(row["strategy"] for row in rows):
        own = [row for row in rows if row["strategy"] == strategy]
        found[strategy] = {metric.key: _made(metric, own) for metric in METRICS if metric.kind in OF_ROWS}
    return found


def _made(metric: Metric, rows: list[dict[str, Any]]) -> float | None:
    tops = [row[metric.top] for row in rows if row[metric.top] is not None]
    below = sum(row[metric.bottom] for row in rows) if metric.kind == "ratio" else len(tops)
    return sum(tops) / below if below else None


@pytest.mark.parametrize("name", [name for name in KEPT if name not in LARGE])
def test_all_numbers_are_what_the_code_makes_today(name: str) -> None:
    kept = json.loads((GALLERY / name / "summary.json").read_text(encoding="utf-8"))
    assert differing(kept, now(name)) == [], "refresh with: python docs/gallery.py"


@pytest.mark.parametrize("name", LARGE)
def test_the_first_replications_are_what_the_code_makes_today(name: str) -> None:
    again = sim.compare(name, replications=FIRST, workers=1).replications().to_pylist()
    kept = [row for row in rows_of(name) if row["replication"] < FIRST]
    assert differing(kept, again) == [], "refresh with: python docs/gallery.py"
    kept[-1]["captures"] += 1  # planted fault
    assert differing(kept, again) == [f".{len(kept) - 1}.captures"]


@pytest.mark.parametrize("name", KEPT)
def test_the_summary_follows_from_the_totals(name: str) -> None:
    kept = json.loads((GALLERY / name / "summary.json").read_text(encoding="utf-8"))
    rows, scenario = rows_of(name), load(name)
    assert kept["scenario_hash"] == scenario.hash, "refresh with: python docs/gallery.py"
    assert {row["replication"] for row in rows} == set(range(kept["replications"]))
    assert kept["replications"] == scenario.scenario.replications
    assert kept["finding"] == finding(saved.comparison(kept))
    made = from_totals(rows)
    told = {name: {key: row[key]["estimate"] for key in made[name]} for name, row in kept["strategies"].items()}
    assert differing(told, made) == []
    rows[0]["leaks"] += 1  # planted fault
    assert differing(told, from_totals(rows)) != []


@pytest.mark.skipif(not KEPT, reason="the gallery was not made yet: python docs/gallery.py")
def test_every_bundled_scenario_is_there_and_nothing_else(room: ModuleType) -> None:
    assert sorted(each.name for each in room.scenarios()) == KEPT
    assert (GALLERY / "README.md").read_text(encoding="utf-8") == room.index()
    files = [file for file in GALLERY.rglob("*") if file.is_file()]
    assert {file.name if file.suffix != ".svg" else ".svg" for file in files} == {
        "README.md", "report.html", "report.md", "summary.json", "replications.parquet", ".svg",
    }  # fmt: skip
    assert max(file.stat().st_size for file in files) < LARGEST
    assert sum(file.stat().st_size for file in files) < ALL


@pytest.fixture(scope="module")
def made(room: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gallery of one small scenario."""
    gallery = tmp_path_factory.mktemp("gallery")
    room.made("oracles/skipped-forbid", gallery)
    (gallery / "README.md").write_text(room.index(gallery, bundled()), encoding="utf-8")
    return gallery


def test_links_and_pictures_are_there(made: Path) -> None:
    report = made / "oracles/skipped-forbid/report.md"
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", report.read_text(encoding="utf-8"))
    assert len(pictures) >= 4
    assert all((report.parent / picture).is_file() and picture.endswith(".svg") for picture in pictures)
    page = (made / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", page)
    assert len(links) == 4 + len(list((report.parent / "charts").iterdir()))
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
