"""What is left out of a drawing's file is not missed."""

from __future__ import annotations

import re
from io import StringIO

import numpy as np
from drawn import draw
from samples import HORIZON

from sim.outputs.charts import survival_chart
from sim.outputs.charts.save import compact


def corners(svg):
    """Places that each path of a drawing goes through, control points included."""
    for path in re.findall(r' d="([^"]*)"', svg):
        found, at = [], [0.0, 0.0]
        for command, rest in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
            numbers = [float(number) for number in rest.split()]
            pairs = {"H": [[*numbers, at[1]]], "V": [[at[0], *numbers]]}.get(command)
            for pair in pairs or np.reshape(numbers, (-1, 2)).tolist():
                found.append(pair)
                at = pair
        yield found


def test_a_compact_drawing_is_the_same_drawing(curves):
    figure, _ = draw(survival_chart, curves, horizon_hours=HORIZON)
    written = StringIO()
    figure.savefig(written, format="svg")
    full, short = written.getvalue(), compact(written.getvalue())
    assert len(short) < 0.8 * len(full)
    for one, other in zip(corners(full), corners(short), strict=True):
        assert np.abs(np.array(one[0]) - other[0]).max() < 0.006
        assert np.abs(np.array(one[-1]) - other[-1]).max() < 0.006
        # Nothing but repetitions is left out.
        assert max(np.hypot(*(np.array(other) - corner).T).min() for corner in one) < 0.01
    # Planted fault: a stroke that goes astray.
    straight = '<p d="M 1 2 L 1 5 L 4 5"/>'
    assert list(corners(straight)) == list(corners(compact(straight)))
    assert list(corners('<p d="M1 2H5V4"/>')) != list(corners(straight))
    text = '<text x="3" transform="rotate(-0 3 4)">a  b</text>'
    assert compact(f"<g>\n   {text}\n</g>") == '<g>\n<text x="3">a  b</text>\n</g>'
    assert compact(text.replace("-0", "-90")) == text.replace("-0", "-90")
    assert compact('<use x="1.23456" y="-0.001"/><svg width="648pt"/>') == '<use x="1.23" y="0"/><svg width="648pt"/>'
