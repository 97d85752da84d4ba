"""The gallery is what the code makes today: all of it is made again, and every file compared.

Simulating all would take minutes. Replications depend neither on each other nor on their number, so the first ones are
simulated again, and must come out as they are kept; the others are taken over from the kept tables, as after an
interrupt. Whatever follows from all of them, from the summary to the last stroke of a chart, is made anew.
"""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.inputs.bundled import bundled
from sim.measure.arrivals import ArrivalRow
from sim.measure.denials import DenialRow
from sim.measure.leaks import LeakRow
from sim.measure.records import Finished
from sim.outputs import store
from sim.outputs.results import versions

ROOT = Path(__file__).parents[2]
GALLERY = ROOT / "results" / "gallery"
KEPT = sorted(file.parent.relative_to(GALLERY).as_posix() for file in GALLERY.rglob("summary.json"))
SMALL = "oracles/skipped-forbid"
"""Not in the gallery; made in a moment."""
LARGEST, ALL = 1_500_000, 12_000_000
"""Bytes of a file, and of the gallery."""
FIRST = 2
"""Replications that are simulated again."""
REFRESH = "refresh with: python docs/gallery.py"


@pytest.fixture(scope="module")
def room() -> ModuleType:
    """docs/gallery.py, which is no part of the package."""
    spec = spec_from_file_location("gallery", ROOT / "docs/gallery.py")
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


# --- what is kept ---
def rows_of(folder: Path, table: str) -> list[dict[str, Any]]:
    file = folder / table
    rows: list[dict[str, Any]] = pq.read_table(file).to_pylist() if file.exists() else []
    return rows


def finished(folder: Path) -> list[Finished]:
    """The replications whose results are in a folder's tables, but for the first ones."""
    found: dict[int, Finished] = {}
    for row in rows_of(folder, store.REPLICATIONS):
        found.setdefault(int(row["replication"]), Finished(int(row["replication"]), [], [])).rows.append(row)
    for leak in rows_of(folder, store.LEAKS):
        found[leak["replication"]].leaks.append(cast("LeakRow", leak))
    for denial in rows_of(folder, store.DENIALS):
        found[denial["replication"]].denials.append(cast("DenialRow", denial))
    for arrival in rows_of(folder, store.ARRIVALS):
        found[arrival["replication"]].arrivals.append(ArrivalRow(**arrival))
    return [found[number] for number in sorted(found)[FIRST:]]


# --- how two files are compared ---
_DRAWING = re.compile(r"<svg.*?</svg>", re.DOTALL)
_VERSION = re.compile(rf"\b({'|'.join(versions())})( \| | )[^\s,|<]*[^\s,|<.]")
_CLASSED = re.compile(r"#?\b[a-z][0-9a-f]{10}\b")
"""Names that matplotlib makes of what it draws."""
_TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")
_PLACE = re.compile(r"-?\d+(?:\.\d+)?")
NEAR = 0.02
"""Hundredths of a point are kept, and the last digit of a number is that of the machine."""


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


def said(report: str) -> list[str]:
    """The lines of a report, without its drawings, which are compared as charts, and without versions of libraries."""
    return _VERSION.sub(r"\1", _DRAWING.sub("", report)).splitlines()


def same_drawing(kept: str, made: str) -> bool:
    """The same texts, and the same strokes at the same places."""
    if _TEXT.findall(kept) != _TEXT.findall(made):
        return False
    kept, made = (_CLASSED.sub("", text) for text in (kept, made))
    places = zip(_PLACE.findall(kept), _PLACE.findall(made), strict=False)
    return _PLACE.sub("", kept) == _PLACE.sub("", made) and all(
        a == b or abs(float(a) - float(b)) <= NEAR for a, b in places
    )


def stale(kept: Path, made: Path) -> Iterator[str]:
    """What of a scenario's folder is not what was made; of the tables, the first replications."""
    for name in sorted({file.relative_to(root).as_posix() for root in (kept, made) for file in root.rglob("*.*")}):
        files = [root / name for root in (kept, made)]
        if not all(file.is_file() for file in files):
            yield f"{name}: only on one side"
            continue
        if name.endswith(".parquet"):
            first = ([row for row in rows_of(root, name) if row["replication"] < FIRST] for root in (kept, made))
            yield from (f"{name}: {path}" for path in differing(*first))
            continue
        one, other = (file.read_text(encoding="utf-8") for file in files)
        if name.endswith(".json"):
            yield from (f"{name}: {path}" for path in differing(json.loads(one), json.loads(other)))
        elif not same_drawing(one, other) if name.endswith(".svg") else said(one) != said(other):
            yield name


# --- the gallery ---
@pytest.mark.parametrize("name", KEPT)
def test_every_file_is_what_the_code_makes_today(name: str, room: ModuleType, tmp_path: Path) -> None:
    room.made(name, tmp_path, finished(GALLERY / name))
    assert list(stale(GALLERY / name, tmp_path / name)) == [], REFRESH


def test_every_bundled_scenario_is_there_and_nothing_else(room: ModuleType) -> None:
    assert sorted(each.name for each in room.scenarios()) == KEPT
    assert (GALLERY / "README.md").read_text(encoding="utf-8") == room.index()
    files = [file for file in GALLERY.rglob("*") if file.is_file()]
    assert {file.name if file.suffix != ".svg" else ".svg" for file in files} == {
        "README.md", "report.html", "report.md", "summary.json", *room.TABLES, ".svg",
    }  # fmt: skip
    assert max(file.stat().st_size for file in files) < LARGEST
    assert sum(file.stat().st_size for file in files) < ALL


# --- one small scenario ---
@pytest.fixture(scope="module")
def made(room: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gallery of one small scenario."""
    gallery = tmp_path_factory.mktemp("gallery")
    room.made(SMALL, gallery)
    (gallery / "README.md").write_text(room.index(gallery, bundled()), encoding="utf-8")
    return gallery


def test_links_and_pictures_are_there(made: Path) -> None:
    report = made / SMALL / "report.md"
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", report.read_text(encoding="utf-8"))
    assert len(pictures) >= 4
    assert all((report.parent / picture).is_file() and picture.endswith(".svg") for picture in pictures)
    page = (made / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", page)
    tables = len(list(report.parent.glob("*.parquet")))
    assert len(links) == 3 + tables + len(list((report.parent / "charts").iterdir()))
    assert all((made / link).is_file() for link in links)
    (title,) = (each.title for each in bundled() if each.name == SMALL)
    assert title in page


FAULTS = {
    "summary.json": (('"estimate": 2', '"estimate": 3'), ("A forbid", "A permit")),
    "report.html": (("Leaked credentials", "Leaked secrets"), ("2", "3")),
    "report.md": (("Leaked credentials", "Leaked secrets"), ("2", "3")),
    "charts/survival.svg": (("100%", "99%"), ('d="M', 'd="M1'), ("#57606a", "#57606b"), ("<path", "<line")),
}


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    """What was made, to be spoiled."""
    return shutil.copytree(made / SMALL, tmp_path / "copy")


def test_made_twice_it_is_the_same(made: Path, room: ModuleType, tmp_path: Path) -> None:
    room.made(SMALL, tmp_path)
    assert list(stale(made / SMALL, tmp_path / SMALL)) == []


@pytest.mark.parametrize(("name", "old", "new"), [(name, *pair) for name, pairs in FAULTS.items() for pair in pairs])
def test_fault_a_file_that_is_not_what_is_made(made: Path, copy: Path, name: str, old: str, new: str) -> None:
    assert list(stale(made / SMALL, copy)) == []
    text = (copy / name).read_text(encoding="utf-8")
    assert old in text
    (copy / name).write_text(text.replace(old, new), encoding="utf-8")
    assert list(stale(made / SMALL, copy)) != []


@pytest.mark.parametrize(
    ("number", "files"), [(0, {store.REPLICATIONS}), (FIRST, {"summary.json", "report.html", "report.md"})]
)
def test_fault_a_replication_that_is_not_what_is_simulated(
    room: ModuleType, tmp_path: Path, number: int, files: set[str]
) -> None:
    """Of the first ones the row itself is stale; of the others, what follows from it."""
    shutil.copytree(GALLERY / "quickstart", kept := tmp_path / "kept")
    table = pq.read_table(kept / store.REPLICATIONS)
    rows = table.to_pylist()
    next(row for row in rows if row["replication"] == number)["issuances"] += 1000
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), kept / store.REPLICATIONS)
    room.made("quickstart", tmp_path, finished(kept))
    assert {each.split(":")[0] for each in stale(kept, tmp_path / "quickstart")} == files


def test_a_file_too_many_or_too_few_is_noticed(made: Path, copy: Path) -> None:
    (copy / "charts" / "survival.svg").rename(copy / "more.svg")
    told = ["charts/survival.svg: only on one side", "more.svg: only on one side"]
    assert list(stale(made / SMALL, copy)) == told


def test_the_command_that_the_report_tells_makes_it(made: Path) -> None:
    text = (made / SMALL / "report.md").read_text(encoding="utf-8")
    assert f"afterleak compare {SMALL}" in text
    assert str(made) not in text
