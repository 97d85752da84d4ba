"""The catalogue: every row says who measured what, and every ready-made value can be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from sim.core.errors import ScenarioError
from sim.inputs.distributions import Distribution
from sim.inputs.evidence import Evidence, catalogue, read_catalogue
from sim.inputs.files import Source
from sim.inputs.quantities import Duration, Money, Number, Probability, Rate
from sim.inputs.tree import plain

KINDS: tuple[Any, ...] = (Distribution[Duration], Distribution[Money], Distribution[Number], Probability, Rate)
ROW = (
    "a.row: {says: it was seen, value: 3, unit: days, statistic: mean, population: all, year: 2025, "
    "source: A report, address: 'https://example.org', grade: A%s}\n"
)


def _fits(kind: Any, value: object) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


def _read(text: str) -> dict[str, Evidence]:
    return dict(read_catalogue(Source("evidence.yaml", Path("evidence.yaml"), text)))


def test_every_row_says_where_it_comes_from() -> None:
    assert len(catalogue()) > 100
    for key, evidence in catalogue().items():
        row = evidence.row
        assert row.source, key
        assert row.address or all(base in catalogue() for base in row.made_from), key
        assert "." in key, key


def test_every_ready_made_value_can_be_used() -> None:
    ready = {key: plain(row.use) for key, row in catalogue().items() if row.use is not None}
    assert len(ready) > 20
    assert [key for key, use in ready.items() if not any(_fits(kind, use) for kind in KINDS)] == []


def test_a_good_row() -> None:
    row = _read(ROW % ", use: {exponential: {mean: 3d}}")["a.row"]
    assert (row.key, row.row.value, row.use is not None) == ("a.row", 3, True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (ROW.replace("source: A report, ", "") % "", "the key 'source' is missing here"),
        (ROW.replace("address: 'https://example.org', ", "") % "", "a row that is no fit has an address"),
        (ROW.replace("https:", "file:") % "", "this value is not allowed here"),
        (ROW.replace("grade: A", "grade: D") % "", "one of these is expected here: A, B, C, fit"),
        (ROW.replace("grade: A", "grade: fit") % "", "a fit names the rows it is made of (from)"),
        (ROW % ", from: [another.row]", "there is no such row to be made from"),
        (ROW % ", nite: x", "unknown key 'nite'; did you mean 'unit'?"),
    ],
)
def test_bad_rows(text: str, problem: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        _read(text)
    assert raised.value.problem == problem
    assert (raised.value.file, raised.value.line) == ("evidence.yaml", 1)
