from __future__ import annotations

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from sim.outputs.charts import DARK, LIGHT, THEMES
from sim.outputs.charts.style import contrast, legible, look


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


def test_twelve_strategies_have_colours_of_their_own_and_the_later_ones_another_stroke():
    for theme in THEMES:
        twelve = [look(theme, n) for n in range(12)]
        assert len({one.colour for one in twelve}) == len({one.marker for one in twelve}) == 12
        assert {one.stroke for one in twelve[:8]} == {"-"}
        assert {one.stroke for one in twelve[8:]} == {"--"}
