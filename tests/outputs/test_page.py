"""The HTML report: its numbers, its harmlessness, and what it needs to be read by everybody."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pyarrow as pa
import pytest
from samples import STRATEGIES, comparison_of, graph_of_estate, leak_row, map_of, timeline_of

from sim.core.units import DAY, HOUR
from sim.inputs.resolve import Input
from sim.measure.catalogue import BY_KEY
from sim.measure.growth import growth
from sim.measure.losses import exceedance
from sim.measure.quantiles import clustered
from sim.measure.spreads import spread
from sim.measure.survival import survival
from sim.outputs import page, words
from sim.outputs.charts.gallery import draw_file
from sim.outputs.charts.style import contrast
from sim.outputs.figures import Figure, picture
from sim.outputs.finding import finding
from sim.outputs.page.episodes import episodes
from sim.outputs.page.page import TEMPLATES
from sim.outputs.pictured import Pictured
from sim.outputs.report import ReportFacts, Source, report_markdown
from sim.outputs.sheets import comparison_sheets
from sim.outputs.summary import summary

HOSTILE = "</script><script>alert(1)</script> \"'><img src=x onerror=alert(2)> =1+1 ${x} {{7*7}} \u202e"
LIGHT = """<?xml version="1.0"?><!DOCTYPE svg>
<svg width="648pt" height="403pt" viewBox="0 0 648 403"><metadata>x</metadata>
<defs><path id="m1" style="fill: #1072fb"/></defs>
<use xlink:href="#m1" clip-path="url(#m1)"/><text>a</text></svg>"""
VOID = {"meta", "br", "input", "img", "link", "hr"}


class Tree(HTMLParser):
    """Reads a page: tags with attributes in order, text by place, and whether tags are closed as they are opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def those(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture
def charts(tmp_path):
    (tmp_path / "survival.svg").write_text(LIGHT, encoding="utf-8")
    (tmp_path / "survival-dark.svg").write_text(
        LIGHT.replace("#1072fb", "#3e63e7").replace("m1", "m2"), encoding="utf-8"
    )
    return tmp_path


@pytest.fixture
def facts(comparison, leaks) -> ReportFacts:
    inputs = [
        Input("estate.tools.git.fails", "0.0627", "remed.median", True, "a.yaml", 3),
        Input("attacker.hop", "exponential(mean 1h)", None, False, "a.yaml", 4),
        Input("seed", "0", "chosen by hand", False, "a.yaml", 5),
    ]
    return ReportFacts(
        comparison=comparison, finding=finding(comparison), name="coding-agents", title="Coding agents",
        scenario_hash="ab12", horizon_hours=4320.0, seed=0, leaks=leaks, inputs=inputs,
        sources={"remed.median": Source("A report (2025)", "https://example.org/a(b)", "B")},
        versions={"afterleak": "0.1.0"}, command="afterleak compare coding-agents",
        figures=(Figure("survival", "Half of static's are dead"),), story="One.\n\nTwo.",
    )  # fmt: skip


def cells(text: str, table: str) -> dict[tuple[str, int], tuple[dict[str, str | None], str]]:
    """(metric, column) → attributes and shown text of each number of a table."""
    body = re.search(rf'<table id="{table}".*?</table>', text, re.DOTALL)[0]
    found = {}
    for metric, row in re.findall(r'<tr data-metric="([^"]+)".*?>(.*?)</tr>', body, re.DOTALL):
        for column, (attrs, inner) in enumerate(re.findall(r"<td([^>]*)>(.*?)</td>", row, re.DOTALL)):
            shown = re.sub(r'<span class="unseen">.*?</span>|<span class="arrow".*?</span>', "", inner)
            plain = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", shown)).split())
            found[metric, column] = dict(re.findall(r'data-(\w+)="([^"]*)"', attrs)), plain
    return found


def check_numbers(text: str, facts: ReportFacts) -> None:
    """Every number is that of summary.json, and is shown as `words` writes it."""
    told = summary(facts.comparison, scenario="s", title="t", scenario_hash="h", seed=0, version="1", finding="f")
    names = {"compared": list(facts.comparison.strategies), "paired": list(facts.comparison.differences)}
    for table, group in (("compared", "strategies"), ("paired", "differences")):
        found = cells(text, table)
        assert len(found) >= 20 * len(names[table])
        for (metric, column), (numbers, shown) in found.items():
            name = names[table][column]
            expected = told[group][name][metric]
            for ours, theirs in (("best", "estimate"), ("low", "low"), ("high", "high")):
                assert (None if expected[theirs] is None else str(expected[theirs])) == numbers.get(ours)
            if table == "compared":
                assert shown == " ".join(
                    words.estimate(facts.comparison.estimates[name][metric], BY_KEY[metric].unit).split()
                )


def test_numbers_are_those_of_the_summary(facts, charts):
    text = page.report_html(facts, charts)
    check_numbers(text, facts)
    cell = next(iter(re.finditer(r'data-best="([\d.]+)"', text)))
    with pytest.raises(AssertionError):  # planted fault: one digit more
        check_numbers(text.replace(cell[0], f'data-best="{cell[1]}1"', 1), facts)


def test_arrows_are_those_of_the_paired_differences(facts, charts):
    found = re.search(r'<tr data-metric="exposure_window_hours".*?</tr>', page.report_html(facts, charts), re.DOTALL)[0]
    sides = [
        re.search(r"clearly (lower|higher) than static", cell) for cell in re.findall(r"<td.*?</td>", found, re.DOTALL)
    ]
    differences = [facts.comparison.differences.get(name, {}).get("exposure_window_hours") for name in STRATEGIES]
    for side, difference in zip(sides, differences, strict=True):
        expected = difference and ("lower" if difference.high < 0 else "higher" if difference.low > 0 else None)
        assert (side and side[1]) == expected


def test_a_page_is_well_formed_and_asks_for_nothing(facts, charts):
    text = page.report_html(facts, charts)
    tree = Tree(text)
    assert (tree.wrong, tree.open) == ([], [])
    for tag, attrs in tree.tags:
        assert tag not in ("link", "iframe", "object", "embed", "img", "form", "base")
        assert not any(name.startswith("on") for name in attrs)
        assert tag == "a" or not attrs.get("src")
        for name in ("href", "xlink:href"):
            assert tag == "a" or not attrs.get(name) or attrs[name].startswith("#")
    assert all(a["href"].startswith(("#", "https://")) for a in tree.those("a"))
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = (meta["content"] for meta in tree.those("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'"
    assert "url(" not in (TEMPLATES / "report.css").read_text(encoding="utf-8")
    ids = [attrs["id"] for _, attrs in tree.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in tree.those("a") if a["href"].startswith("#")} <= set(ids)


def test_hostile_names_are_text(facts, charts):
    hostile = replace(
        facts, title=HOSTILE, name=HOSTILE, story=HOSTILE, finding=HOSTILE, command=HOSTILE,
        versions={HOSTILE: HOSTILE},
        inputs=[Input(HOSTILE, HOSTILE, HOSTILE, False, "f", 1), Input("a", "b", "k", True, "f", 2)],
        sources={"k": Source(HOSTILE, "javascript:alert(1)", HOSTILE)}, defaults=[(HOSTILE, HOSTILE)],
        leaks=pa.Table.from_pylist(
            [dict(leak_row(strategy=HOSTILE, holder=HOSTILE, channel=HOSTILE, path=HOSTILE, death=HOSTILE))]
        ),
        figures=(Figure("survival", HOSTILE),),
    )  # fmt: skip
    text = page.report_html(hostile, charts)
    tree, harmless = Tree(text), Tree(page.report_html(facts, charts))
    assert (tree.wrong, tree.open) == ([], [])
    assert len(tree.those("script")) == len(harmless.those("script")) == 1
    assert not tree.those("img")
    assert "javascript:" not in " ".join(a["href"] for a in tree.those("a"))
    assert "{{7*7}}" in text
    assert "\u202e" not in text
    assert not any(name.startswith("on") for _, attrs in tree.tags for name in attrs)


def test_charts_follow_the_theme_with_names_of_their_own(facts, charts):
    text = page.report_html(facts, charts)
    name = re.search(r"(--c\d+):#1072fb;", text)[1]
    assert f"{name}:#3e63e7;" in text
    assert f"fill: var({name})" in text
    assert 'id="survival-m1"' in text
    assert 'href="#survival-m1"' in text
    assert "url(#survival-m1)" in text
    (drawn,) = (
        attrs
        for attrs in Tree(text).those("svg")
        if attrs.get("role") == "img" and attrs.get("viewbox") == "0 0 648 403"
    )
    assert drawn["aria-label"] == "Half of static's are dead"
    assert "width" not in drawn
    assert "metadata" not in text


def test_charts_that_differ_in_more_than_colours_are_both_there(facts, charts):
    (charts / "survival-dark.svg").write_text(LIGHT.replace(">a<", ">b<"), encoding="utf-8")
    text = page.report_html(facts, charts)
    assert text.count('class="of-light"') == text.count('class="of-dark"') == 1
    assert 'id="survivalof-dark-m1"' in text


def test_an_episode_tells_what_happened_in_order():
    row = leak_row(evicted_us=20 * DAY, dead_us=None, censored=True, death="alive", used_channel="wiki")
    (episode,) = episodes(pa.Table.from_pylist([dict(row)]), 30 * 24.0, "coding-agents", 7)
    assert [(one.kind, one.offset) for one in episode.moments] == [
        ("leaked", "0"), ("used", "+2 h"), ("noticed", "+12 d"), ("evicted", "+17 d"), ("end", "+27 d"),
    ]  # fmt: skip
    assert episode.moments[1].says == "an attacker uses it, who had it from wiki"
    assert episode.moments[2].at == pytest.approx(100 * 12 / 27, abs=0.001)
    assert episode.exposed == (0.0, 100.0)
    assert episode.used == (pytest.approx(100 * 2 / 24 / 27, abs=0.001), pytest.approx(100 * 17 / 27, abs=0.001))
    assert episode.trace == "afterleak trace coding-agents -s static -k 0 --seed 7"


def test_a_dead_credential_was_never_exposed():
    row = leak_row(issued_us=0, leaked_us=2 * HOUR, dead_us=HOUR, death="expired", compromised_us=None,
                   first_use_us=3 * HOUR, detected_us=None, outcome="blocked")  # fmt: skip
    (episode,) = episodes(pa.Table.from_pylist([dict(row)]), 24.0, "s", 0)
    assert [(one.kind, one.offset) for one in episode.moments] == [("leaked", "0"), ("dead", "0"), ("tried", "+1 h")]
    assert (episode.exposed, episode.used) == ((0.0, 0.0), None)


def test_figures_and_tables_have_what_a_screen_reader_needs(facts, charts):
    text = page.report_html(facts, charts)
    tree = Tree(text)
    assert all(svg.get("aria-label") for svg in tree.those("svg"))
    assert all(head.get("scope") for head in tree.those("th"))
    assert len(tree.those("table")) == len(tree.those("caption")) >= 4
    assert text.startswith('<!DOCTYPE html>\n<html lang="en">')


def test_text_has_a_contrast_of_four_and_a_half():
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    themes = [
        dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block))
        for block in re.findall(r"color-scheme: \w+; (--page[^}]*)", style)
    ]
    assert len(themes) == 4
    for colours in themes:
        for ink in ("ink", "muted", "accent", "good", "bad"):
            for ground in ("page", "raised"):
                assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    assert contrast("#8f98a3", themes[0]["page"]) < 4.5  # planted fault: a paler grey would not do


def test_where_nothing_can_be_lost_the_report_says_so(facts, charts):
    said = "No resource of this scenario has a loss"
    for made in (lambda given: page.report_html(given, charts), report_markdown):
        assert said in made(replace(facts, losses=False))
        assert said not in made(facts)


def test_what_was_cut_is_that_of_the_summary(facts, charts):
    told = summary(facts.comparison, scenario="s", title="t", scenario_hash="h", seed=0, version="1", finding="f")
    body = re.search(r'<section id="cut">.*?</section>', page.report_html(facts, charts), re.DOTALL)[0]
    rows = re.findall(r'<th scope="row">(.*?)</th><td[^>]*data-best="(\d+)".*?data-best="(\d+)"', body)
    expected = [(name, str(row["leaks"]), str(row["alive_at_horizon"])) for name, row in told["censored"].items()]
    assert rows == expected
    assert rows != [(name, alive, leaks) for name, leaks, alive in expected]  # planted fault: columns exchanged


def test_the_largest_report_is_below_three_megabytes(tmp_path, facts):
    """Twelve strategies with curves of many thousands of steps: more than any bundled scenario has."""
    names = tuple(f"strategy-{n}" for n in range(12))
    draw = np.random.default_rng(0)
    hours = draw.lognormal(3, 2, 20_000)
    curve = survival(np.minimum(hours, 4320), hours > 4320, draw.integers(0, 20, len(hours)))
    some, whose = hours[:9_000] % 4320, draw.integers(0, 20, 9_000)
    steps = growth(np.full(9_000, 4320.0), whose, some, whose)
    lost = exceedance(clustered(draw.lognormal(13, 2, 400), np.arange(400), 400))
    one = spread(hours, draw.integers(0, 20, len(hours)))
    shown = Pictured(*(dict.fromkeys(names, each) for each in (curve, one, steps, lost)), map_of(graph_of_estate()))
    comparison = comparison_of(replications=5)
    rename = lambda rows: {name: rows[STRATEGIES[1 + n % 5]] for n, name in enumerate(names)}  # noqa: E731
    many = replace(
        comparison, strategies=names, baseline=names[0], estimates=rename(comparison.estimates),
        differences={name: row for name, row in rename(comparison.differences).items() if name != names[0]},
        censored=rename(comparison.censored),
    )  # fmt: skip
    story = timeline_of("jit-task", 0)
    sheets = comparison_sheets(many, shown, story, horizon_hours=4320.0, caption="c")
    for sheet in sheets:
        for theme in ("light", "dark"):
            draw_file(tmp_path / f"{picture(sheet.figure.stem, theme == 'dark')}.svg", sheet, theme, "svg")
    text = page.report_html(replace(facts, comparison=many, figures=tuple(sheet.figure for sheet in sheets)), tmp_path)
    assert text.count('class="of-dark"') == 0, "light and dark differ in colours only, so each chart is there once"
    assert len(text.encode()) < 3_000_000
