from __future__ import annotations

import itertools
import re
from dataclasses import replace
from xml.etree import ElementTree

import matplotlib as mpl
import networkx as nx
import numpy as np
import pytest
from matplotlib.colors import to_rgb
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
from sim.measure.survival import SurvivalCurve, survival
from sim.outputs import readings
from sim.outputs.charts import (
    DARK,
    LIGHT,
    THEMES,
    canvas,
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
from sim.outputs.charts.style import contrast, legible, look, safe
from sim.outputs.charts.survival import FINE
from sim.outputs.charts.survival import _steps as steps

HOSTILE = r"$\frac{1}{0}$ <b>&x</b> \alpha_{" + "\u202e\u6f22\n" + "y" * 400


def draw(chart, *data, size=(9.0, 5.6), theme=LIGHT, **options):
    figure, ax = canvas(theme, size)
    chart(ax, *data, theme=theme, **options)
    return figure, ax


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


def lab(rgb):
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ np.clip(rgb, 0, 1)
    f = np.array([np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz / np.array([0.9505, 1, 1.089])])
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


SIGHT = {  # Machado, Oliveira and Fernandes 2009, severity 1
    "normal": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
    ),
}


def closest(palette, sight) -> float:
    linear = [
        np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(p)]) for p in palette
    ]
    seen = [lab(SIGHT[sight] @ colour) for colour in linear]
    return min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2))


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_palette_has_contrast_and_is_told_apart(theme):
    assert min(contrast(colour, theme.background) for colour in (*theme.palette, theme.need, theme.harm)) >= 3
    assert min(contrast(colour, theme.background) for colour in (theme.ink, theme.muted)) >= 4.5
    assert min(contrast(legible(colour, theme), theme.background) for colour in theme.palette) >= 4.5
    assert min(closest(theme.palette, sight) for sight in SIGHT) >= 17
    assert min(closest(theme.heat, sight) for sight in SIGHT) >= 10
    steps = [contrast(colour, theme.background) for colour in theme.heat]
    assert steps == sorted(steps), "the more, the stronger, also without colours"
    assert min(max(contrast(ink, heat) for ink in (theme.ink, theme.background)) for heat in theme.heat) >= 4.5
    # Planted fault: a red and a green of one lightness are one colour to many.
    assert closest(("#c44e00", "#a07000"), "deuteranopia") < 17


def test_looks_are_fixed_by_position_and_differ():
    looks = {(look(LIGHT, n).colour, look(LIGHT, n).marker) for n in range(24)}
    assert len(looks) == 24
    assert look(DARK, 3).marker == look(LIGHT, 3).marker


def test_survival_of_nothing_and_of_zero_windows():
    nothing = survival(np.zeros(0), np.zeros(0, dtype=bool))
    dead = survival(np.zeros(5), np.zeros(5, dtype=bool), np.arange(5))
    figure, ax = draw(survival_chart, {"static": dead, "jit": nothing}, horizon_hours=HORIZON)
    assert "no leaked credential under jit" in figure.texts[1].get_text()
    assert ax.lines[0].get_ydata().max() == 0
    draw(survival_chart, {"static": nothing}, horizon_hours=HORIZON)
    assert readings.survival_title({"static": nothing}, "static") == "How long leaked credentials stay usable"


def test_steps_are_those_of_the_curve():
    hours = np.array([0.0, 1.0, 10.0])
    curve = SurvivalCurve(hours, np.array([0.9, 0.5, 0.25]), hours * 0, hours * 0 + 1, n=40, censored=10)
    _, ax = draw(survival_chart, {"static": curve}, horizon_hours=100.0)
    x, y = ax.lines[0].get_data()
    assert x.tolist() == [1 / 3600, 1.0, 10.0]
    assert y.tolist() == [0.9, 0.5, 0.25]
    assert ax.lines[1].get_marker() == ">"
    title = readings.survival_title({"static": curve}, "static")
    assert title == "Half of static\u2019s leaked credentials are still usable after 1 h"


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


def test_caption_names_what_went_in():
    text = readings.caption("T", replications=40, seed=7, leaked={"a": (3, 10), "b": (0, 2)}, horizon_hours=24.0)
    assert text == (
        "T \u00b7 40 replications of 24 h, seed 7 \u00b7 12 leaked credentials under 2 strategies, 25% of them still "
        "usable at the end and counted up to there \u00b7 intervals: 95%"
    )


def test_the_end_mark_is_for_curves_that_the_horizon_cut():
    hours = np.array([0.0, 1.0, 10.0])
    for last, marks in ((0.25, 1), (0.0, 0)):
        curve = SurvivalCurve(hours, np.array([1.0, 0.5, last]), hours * 0, hours * 0 + 1, n=40, censored=10)
        figure, ax = draw(survival_chart, {"static": curve}, horizon_hours=100.0, caption="c")
        assert sum(line.get_marker() == ">" for line in ax.lines) == marks
        assert ("\u25b7" in figure.texts[1].get_text()) == bool(marks)


@pytest.mark.parametrize("deaths", [5, 50_000])
def test_a_curve_of_many_steps_is_drawn_with_few_that_look_the_same(deaths):
    hours = np.concatenate(([0.0], np.geomspace(0.01, 90.0, deaths)))
    alive = np.linspace(1.0, 0.0, deaths + 1)
    curve = SurvivalCurve(hours, alive, alive * 0.9, np.minimum(alive * 1.1, 1), n=deaths, censored=0)
    at, (shown, *_) = steps(curve)
    assert len(at) <= min(FINE, deaths) + 3
    for hour, share in zip(hours[1:], alive[1:], strict=True):
        near = shown[np.searchsorted(at, hour, side="right") - 1]
        assert near == pytest.approx(share, abs=2 / FINE if deaths > FINE else 1e-12)
    assert (at[-1], shown[-1]) == (hours[-1], 0.0)
