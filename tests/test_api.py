"""What a notebook works with: the same numbers as the command's, as tables of three kinds, shown and harmless."""

from __future__ import annotations

import doctest
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from sim import Result, charts, compare, load, read, study, trace
from sim.core.errors import ResultsError, UsageError
from sim.measure.catalogue import BY_KEY
from sim.outputs import frames, notebook, words
from sim.study import api, stories
from tests.support import scenario, write

HOSTILE = "</table><script>alert(1)</script> =1+1 \u202e"
LEAKY = scenario(
    replications=5,
    leaks={"log": {"per-use": 0.2, "discovery": {"chance": 0.5, "time": "1h"}}},
    strategies={"only": None, "static": {"issuance": "standing"}, "jit": {"issuance": "per-task", "lifetime": "15m"}},
    budgets={"short": {"metric": "exposure_window_hours", "strategies": ["jit"], "at-most": "20m"}},
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Result, Path]:
    """The same comparison in memory, and saved; and its folder."""
    folder = tmp_path_factory.mktemp("api")
    file = write(folder, LEAKY)
    before = sorted(each.name for each in folder.rglob("*"))
    alone = compare(file, engine="reference", workers=1)
    assert sorted(each.name for each in folder.rglob("*")) == before  # nothing was written
    return alone, compare(load(file), engine="reference", workers=1, out=folder / "out"), folder / "out"


def test_examples_hold():
    for room, least in ((api, 5), (stories, 3)):
        found = doctest.testmod(room)
        assert (found.failed, found.attempted >= least) == (0, True)


def test_the_command_and_the_folder_say_the_same(made):
    alone, saved, folder = made
    assert alone.comparison == saved.comparison == read(folder).comparison
    assert alone.verdicts == saved.verdicts
    assert [one.outcome for one in alone.verdicts] == ["passed"]
    for table in ("replications", "leaks", "denials", "estimates", "differences"):
        assert getattr(alone, table)().equals(getattr(saved, table)())
    assert (alone.folder, saved.folder) == (None, folder)
    assert (alone.horizon_hours, saved.horizon_hours) == (240.0, 240.0)
    assert alone.finding == saved.finding
    other = compare(load(folder.parent / "case.yaml"), engine="reference", workers=1, seed=1)  # planted fault
    assert other.comparison != alone.comparison


def check_tables(result: Result, kind: str) -> None:
    found = result.estimates(kind)
    rows = found.to_dict("records") if kind == "pandas" else found.to_dicts()
    assert len(rows) == len(BY_KEY) * 2
    for row in rows:
        one = result.estimate(row["strategy"], row["metric"])
        for key, end in (("estimate", one.best), ("low", one.low), ("high", one.high)):
            value = None if row[key] is None or row[key] != row[key] else row[key]
            assert value == end
        assert row["unit"] == BY_KEY[row["metric"]].unit


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_frames_hold_the_estimates(made, kind):
    result = made[0]
    check_tables(result, kind)
    shifted = replace(result.comparison.estimates["jit"]["leaks"], best=999.0)
    rows = dict(result.comparison.estimates["jit"]) | {"leaks": shifted}
    wrong = replace(result.comparison, estimates=dict(result.comparison.estimates) | {"jit": rows})
    table = frames.converted(frames.estimates(wrong), kind)
    assert not table.equals(result.estimates(kind))  # planted fault
    assert len(result.leaks(kind)) == result.leaks().num_rows
    assert set(result.differences(kind)["strategy"]) == {"jit"}


def test_some_metrics_as_plain_text(made):
    alone, *_ = made
    lines = alone.shown("exposure_window_hours", "standing_hours").splitlines()
    assert lines[0].split("  ")[0] == "strategy"
    assert lines[0].endswith("  Standing access (credential-h)")
    assert [line.split()[0] for line in lines[2:]] == [*alone.strategies]
    for line, name in zip(lines[2:], alone.strategies, strict=True):
        for key in ("exposure_window_hours", "standing_hours"):
            assert words.estimate(alone.estimate(name, key), BY_KEY[key].unit) in line
    assert len({len(line) for line in lines}) == 1
    with pytest.raises(UsageError, match="did you mean 'leaks'"):
        alone.shown("leeks")


def test_kinds_that_are_not_there(made, monkeypatch):
    with pytest.raises(UsageError, match="arrow, pandas, polars"):
        made[0].leaks("excel")

    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(frames, "import_module", missing)
    with pytest.raises(UsageError, match="pandas is not installed"):
        made[0].leaks("pandas")


class Balanced(HTMLParser):
    """Raises for a tag that is closed as it was not opened; collects text by cell."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_table_of_a_notebook(made):
    result = made[0]
    text = result._repr_html_()
    assert {"table", "style", "details"} <= set(Balanced(text).seen)
    for key in ("exposure_window_hours", "leaks", "standing_hours"):
        metric, difference = BY_KEY[key], result.comparison.differences["jit"][key]
        row = re.search(rf">{re.escape(words.heading(metric))}</th>(.*?)</tr>", text, re.DOTALL)[1]
        cells = re.findall(r'<td class="(\w*)">(.*?)</td>', row)
        assert len(cells) == 2
        best, interval = words.parts(result.estimate("jit", key), metric.unit)
        assert cells[1][1].startswith(f"{best}<small>{interval}</small>")
        assert words.signed(words.estimate(notebook.interval_of(difference), metric.unit)) in cells[1][1]
        clear = difference.high < 0 or difference.low > 0
        assert bool(cells[1][0]) == clear
        assert cells[0][0] == ""
    assert "Budgets: 1 passed" in text
    assert repr(result) == f"<case: {result.finding}>"


def test_hostile_names_are_shown_not_obeyed(made):
    comparison = made[0].comparison
    names = {"static": f"static{HOSTILE}", "jit": f"jit{HOSTILE}"}
    renamed = replace(
        comparison,
        strategies=tuple(names.values()),
        baseline=names["static"],
        estimates={names[key]: value for key, value in comparison.estimates.items()},
        differences={names[key]: value for key, value in comparison.differences.items()},
    )
    text = notebook.comparison_html(renamed, HOSTILE, [replace(made[0].verdicts[0], title=HOSTILE, budget=HOSTILE)])
    assert "script" not in Balanced(text).seen
    assert "\u202e" not in text
    assert len(re.findall("<table", text)) == len(re.findall("<table", made[0]._repr_html_()))


def test_charts_draw_what_a_result_holds(made):
    result = made[0]
    figure, ax = charts.canvas(charts.LIGHT)
    charts.survival_chart(ax, result.curves, horizon_hours=result.horizon_hours, caption=result.caption)
    assert ax.lines
    assert set(result.curves) == {"static", "jit"}
    plt.close(figure)


def test_a_story_is_that_of_the_verb(made):
    file = made[2].parent / "case.yaml"
    story = trace(load(file), "static", engine="reference")
    told = study.trace(file, "static", 0, None, "reference")
    lines = list(told.teller.lines(False))
    assert [row["text"] for row in story.lines().to_pylist()] == [line.text for line in lines]
    assert story.events().num_rows == len(list(told.teller.events()))
    assert story.lines(everything=True).num_rows > len(lines)
    assert story.leaks().num_rows == len(told.teller.leaks)
    text = story._repr_html_()
    assert text.count("<li") == len(lines)
    assert lines[0].text in text
    assert "script" not in Balanced(notebook.story_html(HOSTILE, [replace(lines[0], text=HOSTILE)])).seen


def test_wrong_requests_are_errors_of_ours(tmp_path, made):
    with pytest.raises(UsageError, match="did you mean jit"):
        compare(made[2].parent / "case.yaml", strategies=["jitt"])
    with pytest.raises(ResultsError, match="is no folder"):
        read(tmp_path / "nowhere")
