from __future__ import annotations

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console
from samples import STRATEGIES

from sim.measure.catalogue import BY_KEY
from sim.measure.statistics import Estimate
from sim.outputs import words
from sim.outputs.tables import ROWS, comparison_table


def printed(comparison, width: int) -> str:
    console = Console(width=width, record=True, file=open("/dev/null", "w"), color_system=None)  # noqa: PTH123, SIM115
    with console.file:
        console.print(comparison_table(comparison))
    return console.export_text()


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_every_number_stands_whole_within_the_width(comparison, width):
    text = printed(comparison, width)
    assert max(cell_len(line) for line in text.split("\n")) <= width
    shown = text.split()
    for name in STRATEGIES:
        for key in ROWS:
            for part in words.parts(comparison.estimates[name][key], BY_KEY[key].unit):
                assert all(piece in shown for piece in re.split(r"[ ]", part) if piece), (name, key, part)


def test_a_wrong_number_is_not_there(comparison):
    assert "[6.5, 10.4]" in printed(comparison, 120)
    rows = dict(comparison.estimates["jit-task"])
    rows["exposure_window_hours"] = replace(rows["exposure_window_hours"], high=11.0 / 60)
    wrong = replace(comparison, estimates=dict(comparison.estimates) | {"jit-task": rows})
    assert "[6.5, 10.4]" not in printed(wrong, 120)


@pytest.mark.parametrize(("width", "tables"), [(80, 2), (140, 1)])
def test_as_few_tables_as_the_width_allows(comparison, width, tables):
    assert printed(comparison, width).count("Leaked credentials") == tables


def test_arrows_mark_clear_differences_only(comparison):
    lines = printed(comparison, 200).split("\n")
    row = next(line for line in lines if line.startswith("Leaked credentials"))
    assert "\u2193" not in row
    row = next(line for line in lines if line.startswith("Exposure window, mean"))
    assert row.count("\u2193") == 4
    assert row.count("\u2191") == 1
    assert "(baseline)" in "\n".join(lines[:3])


def test_names_are_never_markup(comparison):
    hostile = "[red]x[/red][link=http://a]"
    rename = {"rotated": hostile}
    names = tuple(rename.get(name, name) for name in STRATEGIES)
    given = replace(
        comparison,
        strategies=names,
        estimates={rename.get(k, k): v for k, v in comparison.estimates.items()},
        differences={rename.get(k, k): v for k, v in comparison.differences.items()},
    )
    text = re.sub(r"\s", "", printed(given, 200))
    assert "[red]x" in text
    assert "[/red]" in text


def test_an_unknown_high_end_is_a_dash(comparison):
    rows = dict(comparison.estimates["jit-task"]) | {"blast_radius_reached": Estimate(0.0, 0.0, None)}
    text = printed(replace(comparison, estimates=dict(comparison.estimates) | {"jit-task": rows}), 200)
    assert "[0, \u2014]" in text
    assert "[0, \u2014]" not in printed(comparison, 200)
