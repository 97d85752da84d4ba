"""Reports and charts made again from a results folder: the same bytes, or one line that says why not."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from samples import HOSTILE

from sim import study
from sim.core.errors import ResultsError, UsageError
from sim.outputs import flat, lane_table, saved, store
from sim.outputs.flat import HEADS, cell

KINDS = tuple(store.REPORTS)


@pytest.fixture
def copy(results, tmp_path):
    """A results folder that may be damaged."""
    return shutil.copytree(results, tmp_path / "copy")


def change(file, **what) -> None:
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | what), encoding="utf-8")


@pytest.mark.parametrize("kind", ["html", "md"])
def test_a_report_made_again_is_the_same_bytes(results, copy, tmp_path, kind):
    written = (results / f"report.{kind}").read_bytes()
    assert study.report(results, kind, tmp_path / "again") == tmp_path / "again"
    assert (tmp_path / "again").read_bytes() == written
    (copy / f"report.{kind}").unlink()
    assert study.report(copy, kind).read_bytes() == written
    # Planted fault: a folder with another finding does not give the same report.
    change(copy / store.SUMMARY, finding="nothing was found")
    assert study.report(copy, kind).read_bytes() != written


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_goes_to_the_screen(results, tmp_path, capfdbinary, kind):
    study.report(results, kind, tmp_path / "file")
    study.report(results, kind, study.again.STDOUT)
    assert capfdbinary.readouterr().out == (tmp_path / "file").read_bytes()


def test_charts_drawn_again_are_the_same_bytes(results, tmp_path):
    charts = sorted(path.name for path in (results / "charts").iterdir())
    names = [name.removesuffix(".png") for name in charts if name.endswith(".png")]
    assert len(names) == 9
    for name in names:
        for end, dark in ((".svg", False), (".png", False), ("-dark.svg", True)):
            drawn = study.chart(results, name, tmp_path / f"{name}{end}", dark=dark)
            assert drawn.read_bytes() == (results / "charts" / f"{name}{end}").read_bytes()
    assert drawn.read_bytes() != (results / "charts" / f"{name}.svg").read_bytes()


def test_a_chart_has_the_format_that_its_file_is_named_for(results, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert study.chart(results, "reach").name == "reach.svg"
    dark = study.chart(results, "reach", kind="png", dark=True)
    assert (dark.name, dark.read_bytes()[:4]) == ("reach-dark.png", b"\x89PNG")
    assert study.chart(results, "reach", tmp_path / "a.PNG").read_bytes()[:4] == b"\x89PNG"
    assert study.chart(results, "reach", tmp_path / "a.picture").read_bytes()[:5] == b"<?xml"


def test_lanes_are_read_as_they_were_written(results, tmp_path):
    story = lane_table.read_lanes(results / store.LANES)
    assert story.lanes
    assert any(lane.needs for lane in story.lanes)
    lane_table.write_lanes(tmp_path / "lanes", story)
    assert lane_table.read_lanes(tmp_path / "lanes") == story


def test_what_is_read_back_is_what_was_compared(results):
    read = saved.read(results)
    assert read.comparison.strategies == ("static", "rotated", "jit")
    assert read.facts.title == HOSTILE
    assert read.facts.horizon_hours == 720.0
    assert set(read.facts.sources) == {one.source for one in read.facts.inputs if one.evidence}
    summary = read.folder.summary
    numbers = json.loads(flat.report_json(read.facts))
    assert {key: numbers[key] for key in summary} == summary


def check_csv(text: str, summary: dict) -> None:
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == HEADS
    assert len(rows) == len(summary["strategies"]) * len(summary["metrics"])
    for row in rows:
        told = summary["strategies"][row["strategy"]][row["metric"]]
        assert [row[name] for name in ("estimate", "low", "high")] == [
            "" if told[name] is None else repr(told[name]) for name in ("estimate", "low", "high")
        ]
        difference = summary["differences"].get(row["strategy"], {}).get(row["metric"], {}).get("estimate")
        assert row["difference"] == ("" if difference is None else repr(difference))


def test_the_numbers_of_the_csv_are_those_of_the_summary(results):
    read = saved.read(results)
    text = flat.report_csv(read.facts)
    check_csv(text, read.folder.summary)
    number = re.search(r",(\d+\.\d+),", text)[1]
    with pytest.raises(AssertionError):  # planted fault: one digit more
        check_csv(text.replace(number, f"{number}1", 1), read.folder.summary)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r+", "\n@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_text_is_no_formula(start):
    assert cell(f"{start}1+1").startswith("'")
    assert cell("rotated") == "rotated"
    assert cell("a=b") == "a=b"


def test_hostile_texts_are_harmless_in_every_file(results):
    for kind in ("html", "md"):
        text = (results / f"report.{kind}").read_text(encoding="utf-8")
        if kind == "md":  # but for the command, in a block of code that no text can end
            text = re.sub(r"^(`{3,})sh\n.*\n\1$", "", text, count=1, flags=re.MULTILINE)
        assert "alert(1)" in text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    assert "](javascript" not in text.replace("\\]", "")
    for drawn in (results / "charts").glob("*.svg"):
        assert "<script" not in drawn.read_text(encoding="utf-8")
    for row in csv.reader(io.StringIO(flat.report_csv(saved.read(results).facts))):
        assert not any(re.match(r"[=+@]|-(?![\d.])", value) for value in row)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (shutil.rmtree, "is no folder; name a results folder"),
        (lambda folder: (folder / store.MANIFEST).unlink(), "holds no results of afterleak"),
        (lambda folder: (folder / store.MANIFEST).write_text("[1]"), "holds no results of afterleak"),
        (lambda folder: change(folder / store.MANIFEST, format=1), "of another version|by another version"),
        (lambda folder: change(folder / store.SUMMARY, metrics={}), "by another version"),
        (lambda folder: change(folder / store.FACTS, format=99), "by another version"),
        (lambda folder: (folder / store.FACTS).unlink(), "facts.json is missing"),
        (lambda folder: (folder / store.SUMMARY).write_text("{"), "damaged"),
        (lambda folder: (folder / store.LEAKS).unlink(), "damaged"),
        (lambda folder: (folder / store.LANES).write_bytes(b"PAR1"), "damaged"),
        (lambda folder: change(folder / store.SUMMARY, strategies=[]), "damaged"),
        (lambda folder: change(folder / store.FACTS, inputs="x"), "damaged"),
        (lambda folder: pq.write_table(pa.table({"a": [1]}), folder / store.LANES), "damaged"),
        (lambda folder: shutil.rmtree(folder / "charts"), "a chart cannot be read"),
    ],
)  # fmt: skip
def test_a_folder_that_is_no_results_is_told_in_one_line(copy, damage, says):
    damage(copy)
    with pytest.raises(ResultsError, match=says) as told:
        study.report(copy, "html")
    assert str(told.value).startswith(f"{copy}: ")
    assert "\n" not in str(told.value)


def test_what_does_not_exist_is_told_with_what_does(results, tmp_path):
    with pytest.raises(UsageError, match="no such format; did you mean html\\? there are: html, md, json, csv"):
        study.report(results, "htm")
    with pytest.raises(UsageError, match=r"did you mean survival\? they have: survival, exposure, reach"):
        study.chart(results, "survivl")
    with pytest.raises(UsageError, match="no such format; there are: svg, png"):
        study.chart(results, "reach", kind="pdf")
    for write in (lambda out: study.report(results, "md", out), lambda out: study.chart(results, "reach", out)):
        with pytest.raises(ResultsError, match="cannot be written"):
            write(tmp_path / "no" / "such.svg")
