from __future__ import annotations

import itertools
import re
from dataclasses import replace
from xml.etree import ElementTree

import matplotlib as mpl
import networkx as nx
import numpy as np
import pytest
from drawn import draw
from matplotlib.legend import Legend
from samples import (
    HORIZON,
    STRATEGIES,
    claim_rows,
    comparison_of,
    growths_of,
    hops_from,
    losses_of,
    map_of,
    spreads_of,
    timeline_of,
)  # fmt: skip

from sim.core.units import DAY, MINUTE
from sim.measure.statistics import Estimate
from sim.measure.survival import SurvivalCurve
from sim.outputs import readings, titles
from sim.outputs.charts import (
    LIGHT,
    THEMES,
    claims_chart,
    claims_size,
    estate_chart,
    estate_size,
    exposure_chart,
    frontier_chart,
    growth_chart,
    loss_chart,
    map_chart,
    map_size,
    reach_chart,
    reached_chart,
    rows_size,
    save,
    survival_chart,
    timeline_chart,
    timeline_size,
)  # fmt: skip
from sim.outputs.charts.estate import layout
from sim.outputs.charts.style import safe

HOSTILE = r"$\frac{1}{0}$ <b>&x</b> \alpha_{" + "\u202e\u6f22\n" + "y" * 400


def all_charts(comparison, curves, graph, theme=LIGHT, **options):
    story, hops = timeline_of("jit-task", 20 * MINUTE), hops_from(graph, "role:git-writer")
    yield draw(survival_chart, curves, horizon_hours=HORIZON, theme=theme, **options)
    yield draw(reach_chart, comparison, theme=theme, **options)
    yield draw(frontier_chart, comparison, theme=theme, **options)
    yield draw(timeline_chart, story, size=timeline_size(story), theme=theme, **options)
    yield draw(estate_chart, graph, role="role:git-writer", hops=hops, size=estate_size(graph), theme=theme, **options)
    names = comparison.strategies
    spreads, growths, losses = (of_names(names, made()) for made in (spreads_of, growths_of, losses_of))
    estate = map_of(graph)
    yield draw(exposure_chart, spreads, size=rows_size(spreads), theme=theme, **options)
    yield draw(reached_chart, spreads, size=rows_size(spreads), theme=theme, **options)
    yield draw(growth_chart, growths, horizon_hours=HORIZON, theme=theme, **options)
    yield draw(loss_chart, losses, comparison=comparison, theme=theme, **options)
    yield draw(map_chart, estate, size=map_size(estate), theme=theme, **options)
    yield draw(claims_chart, claim_rows(), size=claims_size(claim_rows()), theme=theme, **options)


def of_names(names, data):
    """The samples' data under the names of a comparison."""
    return dict(zip(names, data.values(), strict=True))


def shown_ticks(ax):
    """Labels of the ticks that lie within the axes; the others exist and are not drawn."""
    for labels, (low, high), axis in (
        (ax.get_xticklabels(), ax.get_xlim(), 0),
        (ax.get_yticklabels(), ax.get_ylim(), 1),
    ):
        yield from (text for text in labels if min(low, high) <= text.get_position()[axis] <= max(low, high))


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_no_text_overlaps_or_is_clipped(comparison, curves, estate_graph, theme):
    caption = "Coding agents \u00b7 40 replications of 180 d, seed 0 \u00b7 2160 leaked credentials under 6 strategies"
    for figure, ax in all_charts(comparison, curves, estate_graph, theme, caption=caption):
        figure.draw_without_rendering()
        texts = [*figure.texts, *(t for legend in figure.legends for t in legend.get_texts()), *ax.texts,
                 *shown_ticks(ax), ax.xaxis.label, ax.yaxis.label]  # fmt: skip
        boxes = [(t.get_text(), t.get_window_extent()) for t in texts if t.get_text() and t.get_visible()]
        if not ax.axison:
            names = {t.get_text() for t in ax.texts} | {t.get_text() for t in figure.texts}
            boxes = [(name, box) for name, box in boxes if name in names and not name.isdigit()]
        for name, box in boxes:
            assert box.x0 >= 0, name
            assert box.x1 <= figure.bbox.width, name
            assert box.y0 >= 0, name
            assert box.y1 <= figure.bbox.height, name
        for (one, a), (other, b) in itertools.combinations(boxes, 2):
            assert not a.padded(-1).overlaps(b.padded(-1)), (one, other)


def test_the_same_bytes_twice_whatever_the_settings(comparison, curves, estate_graph, tmp_path):
    def written(folder):
        folder.mkdir()
        for n, (figure, _) in enumerate(all_charts(comparison, curves, estate_graph, caption="c")):
            save(figure, folder / str(n))
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

    first = written(tmp_path / "a")
    with mpl.rc_context({"font.size": 20, "axes.grid": True, "svg.fonttype": "path", "lines.linewidth": 9}):
        assert written(tmp_path / "b") == first
    assert len(first) == 22
    # Planted fault: other data, other bytes.
    figure, _ = draw(reach_chart, comparison_of(replications=39), caption="c")
    svg, _ = save(figure, tmp_path / "other")
    assert svg.read_bytes() != first["1.svg"]


def test_svg_keeps_text_and_says_neither_date_nor_version(comparison, curves, estate_graph, tmp_path):
    for figure, ax in all_charts(comparison, curves, estate_graph):
        svg, png = save(figure, tmp_path / "x")
        text = svg.read_text()
        root = ElementTree.fromstring(text)
        words = " ".join(
            re.sub(r"\s+", " ", "".join(node.itertext())) for node in root.iter("{http://www.w3.org/2000/svg}text")
        )
        first = figure.texts[0].get_text().split("\n")[0].split(" ")[0]
        assert first in words
        assert "dc:date" not in text
        assert "Matplotlib" not in text
        assert b"Matplotlib" not in png.read_bytes()
        assert ax.figure is figure


def test_hostile_texts_stay_texts(comparison, estate_graph, tmp_path):
    curves = {HOSTILE: SurvivalCurve(*np.array([[0.0, 5.0], [0.9, 0.2], [0.8, 0.1], [0.95, 0.3]]), n=9, censored=2)}
    rename = dict.fromkeys(["jit-task"], HOSTILE)
    names = tuple(rename.get(name, name) for name in STRATEGIES)
    hostile = replace(
        comparison, strategies=names,
        estimates={rename.get(k, k): v for k, v in comparison.estimates.items()},
        differences={rename.get(k, k): v for k, v in comparison.differences.items()},
    )  # fmt: skip
    graph = nx.relabel_nodes(estate_graph, {})
    graph.nodes["role:deployer"]["label"] = HOSTILE
    for figure, _ in all_charts(hostile, curves, graph, title=HOSTILE, caption=HOSTILE):
        svg, _ = save(figure, tmp_path / "x")
        text = svg.read_text()
        ElementTree.fromstring(text)
        assert "<b>" not in text
        assert "\u202e" not in text
        title = next(text for text in figure.texts if text.get_gid() == "title").get_text()
        assert title.replace("\n", " ").startswith(r"\$\frac{1}{0}\$ <b>&x</b> \alpha_{" + "\u25a1 y")
        assert len(title) <= 225
    assert safe("a_b^c", 20) == "a_b^c"


def test_undefined_and_zero_estimates(comparison):
    none = Estimate(None, None, None)
    rows = dict(comparison.estimates["rotated"])
    rows |= dict.fromkeys(("blast_radius_reached", "blast_radius_potential", "exposure_window_hours"), none)
    zero = dict(comparison.estimates["jit-task"]) | {"exposure_window_hours": Estimate(0.0, 0.0, 0.0)}
    given = replace(comparison, estimates=dict(comparison.estimates) | {"rotated": rows, "jit-task": zero})
    _, ax = draw(reach_chart, given)
    assert "  no leaked credential" in [text.get_text() for text in ax.texts]
    figure, ax = draw(frontier_chart, given)
    assert "undefined, so not drawn: rotated" in figure.texts[1].get_text().replace("\n", " ")
    assert "\u2193 below 1 s" in [text.get_text() for text in ax.texts]
    unknown = Estimate(0.0, 0.0, None)
    rare = {name: dict.fromkeys(comparison.estimates[name], unknown) for name in STRATEGIES}
    for chart in (reach_chart, frontier_chart):
        draw(chart, replace(comparison, estimates=rare))
    empty = {name: dict.fromkeys(comparison.estimates[name], none) for name in STRATEGIES}
    for chart in (reach_chart, frontier_chart):
        draw(chart, replace(comparison, estimates=empty))
    single = comparison_of(replications=1)
    for chart in (reach_chart, frontier_chart):
        draw(chart, single)


def test_dominated_needs_intervals_apart(comparison):
    def given(name, exposure, latency, approval=(0, 0, 0)):
        keys = ("exposure_window_hours", "added_latency_seconds", "approval_wait_seconds")
        return {name: {key: Estimate(*ends) for key, ends in zip(keys, (exposure, latency, approval), strict=True)}}

    rows = (
        given("a", (9, 10, 11), (0, 0, 0)) | given("b", (19, 20, 21), (0, 0, 0)) | given("c", (9, 10.5, 12), (0, 0, 0))
    )
    rows |= given("d", (1, 2, 3), (4, 5, 6))
    compared = replace(comparison, strategies=("a", "b", "c", "d"), estimates=rows)
    assert readings.dominated(compared) == {"b": "a"}
    # Waiting for people is a cost as well: who does that beats nobody, and is beaten for it.
    rows |= given("d", (5, 6, 7), (0, 0, 0), (100, 200, 300)) | given("c", (9, 10, 11), (0, 0, 0), (100, 200, 300))
    assert readings.dominated(replace(compared, estimates=rows)) == {"b": "a", "c": "a"}


def test_waiting_is_for_credentials_and_for_people(comparison):
    row = {"added_latency_seconds": Estimate(1.0, 2.0, 3.0), "approval_wait_seconds": Estimate(10.0, 20.0, 40.0)}
    assert readings.waiting(row) == Estimate(11.0, 22.0, 43.0)
    assert readings.waiting(row | {"approval_wait_seconds": Estimate(0.0, 0.0, None)}) == Estimate(1.0, 2.0, None)
    assert readings.waiting(row | {"approval_wait_seconds": Estimate(None, None, None)}).best is None
    none = {"approval_wait_seconds": Estimate(0.0, 0.0, 0.0)}
    rows = {name: dict(its) | none for name, its in comparison.estimates.items()}
    _, ax = draw(frontier_chart, replace(comparison, estimates=rows))
    assert ax.get_xlabel().startswith("wait per task for credentials, mean")
    rows["jit-task"] |= row
    _, ax = draw(frontier_chart, replace(comparison, estimates=rows))
    assert ax.get_xlabel().startswith("wait per task for credentials and approval, mean")
    assert 22.0 in [line.get_xdata()[0] for line in ax.lines]


def test_layers_are_deterministic_and_ordered_by_kind(estate_graph):
    places = layout(estate_graph)
    turned = nx.DiGraph()
    turned.add_nodes_from(reversed(list(estate_graph.nodes(data=True))))
    turned.add_edges_from(reversed(list(estate_graph.edges)))
    assert layout(turned) == places
    columns = {kind: {places[node][0] for node, its in estate_graph.nodes(data="kind") if its == kind}
               for kind in ("agent", "tool", "role", "resource", "secret")}  # fmt: skip
    assert all(len(column) == 1 for column in columns.values())
    order = [next(iter(column)) for column in columns.values()]
    assert order == sorted(order)
    assert len(set(places.values())) == len(places)


def test_timeline_counts_from_issuance_only_where_lives_are_short():
    _, ax = draw(timeline_chart, timeline_of("static", 0))
    assert ax.get_xlabel() == "days since the start of the simulation"
    _, ax = draw(timeline_chart, timeline_of("jit-task", 20 * MINUTE))
    assert ax.get_xlabel() == "minutes since the credential was issued"
    empty = replace(timeline_of("static", 0), lanes=())
    draw(timeline_chart, empty)
    assert readings.timeline_title(empty) == "static, replication 7: no credential to show"


def test_takeovers_are_drawn_along_the_bar_of_what_they_give_the_use_of():
    story = timeline_of("static", 0)
    _, plain = draw(timeline_chart, story)
    assert "inside its workload" not in _said(plain)
    first = replace(story.lanes[0], takeovers=((0, 1), (0, 400 * DAY)))
    _, ax = draw(timeline_chart, replace(story, lanes=(first, *story.lanes[1:])))
    assert "inside its workload" in _said(ax)
    along = [line.get_xdata() for line in ax.lines if line.get_linewidth() == 2.2]
    # One before it was issued is left out; one that outlasts it is drawn up to its end.
    assert np.array(along) == pytest.approx(np.array([[first.issued_us, story.death_of(first)]]) / DAY)


def _said(ax):
    return " ".join(text.get_text() for box in ax.figure.findobj(Legend) for text in box.get_texts())


def test_the_title_of_losses_says_so_where_most_years_lose_nothing(comparison):
    losses = of_names(comparison.strategies, losses_of())
    rows = {name: dict(row) for name, row in comparison.estimates.items()}
    for name in comparison.strategies:
        rows[name] |= dict.fromkeys((titles.VAR, titles.CVAR), Estimate(1e6, 2e6, 3e6))
    rows["jit-task"] |= {titles.VAR: Estimate(0.0, 5e4, 6e4), titles.CVAR: Estimate(0.0, 9e4, 1e5)}
    said = titles.loss_title(replace(comparison, estimates=rows), losses)
    assert said == "One year in twenty loses more than 2M under static; under jit-task, more than 50k"
    rows["jit-task"][titles.VAR] = Estimate(0.0, 0.0, 0.0)
    said = titles.loss_title(replace(comparison, estimates=rows), losses)
    assert said == "One year in twenty loses more than 2M under static; under jit-task, 19 in 20 lose nothing"


def test_caption_names_what_went_in():
    text = readings.caption("T", replications=40, seed=7, leaked={"a": (3, 10), "b": (0, 2)}, horizon_hours=24.0)
    assert text == (
        "T \u00b7 40 replications of 24 h, seed 7 \u00b7 12 leaked credentials under 2 strategies, 25% of them still "
        "usable at the end and counted up to there"
    )
