"""Curves of many steps: what is drawn of them, which marks they bear, and how they are named."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import draw
from samples import HORIZON

from sim.measure.survival import SurvivalCurve, survival
from sim.outputs import readings
from sim.outputs.charts import survival_chart
from sim.outputs.charts.curves import FINE, LEVELS, told_apart
from sim.outputs.charts.labels import dense
from sim.outputs.charts.survival import _steps as steps


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
        assert near == pytest.approx(share, abs=2 / FINE + 1 / LEVELS if deaths > FINE else 1e-12)
    assert (at[-1], shown[-1]) == (hours[-1], 0.0)


def test_steps_that_nobody_sees_are_left_out_unless_they_add_up():
    at, flat = np.arange(1000.0), np.linspace(0.5, 0.5 - 2.5 / LEVELS, 1000)
    seen = told_apart(at, [flat, flat * 0 + 0.5])
    assert seen.tolist()[0] == 0
    assert seen.tolist()[-1] == 999
    assert len(seen) == 4
    drawn = flat[seen][np.searchsorted(seen, np.arange(1000), side="right") - 1]
    assert np.abs(drawn - flat).max() < 1.5 / LEVELS
    # A band that moves alone is followed as well.
    assert len(told_apart(at, [flat * 0, np.linspace(0, 1, 1000)])) > 0.9 * FINE


def test_a_name_stands_nearest_to_its_own_line():
    hours = np.geomspace(0.01, 100.0, 60)
    falling = {
        f"strategy-{n}": SurvivalCurve(
            hours * 1.4**n, np.linspace(1, 0, 60), np.linspace(1, 0, 60), np.linspace(1, 0, 60), n=60, censored=0
        )
        for n in range(9)
    }
    low = SurvivalCurve(np.array([0.0, 500.0]), np.array([0.05, 0.0]), np.zeros(2), np.ones(2), n=60, censored=0)
    figure, ax = draw(survival_chart, falling | {"low": low}, horizon_hours=2000.0)
    figure.draw_without_rendering()
    lines = [line for line in ax.lines if len(line.get_xdata()) > 1]
    named = dict(zip([*falling, "low"], lines, strict=True))
    pixels = {
        name: dense(ax, np.repeat(line.get_xdata(), 2)[1:], np.repeat(line.get_ydata(), 2)[:-1])
        for name, line in named.items()
    }
    labels = [text for text in ax.texts if text.get_gid() == "label"]
    assert "low" in [text.get_text() for text in labels], "it never passes any of the levels at which names stand first"
    for text in labels:
        box = text.get_window_extent()
        near = {
            name: min(np.hypot(max(box.x0 - x, 0, x - box.x1), max(box.y0 - y, 0, y - box.y1)) for x, y in its)
            for name, its in pixels.items()
        }
        assert min(near, key=lambda name: near[name]) == text.get_text()
