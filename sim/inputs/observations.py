"""Observations in a one-column CSV file → quantiles, so that a loaded scenario needs no file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from sim.core.errors import ScenarioError
from sim.inputs.files import read_source, shown_name
from sim.inputs.messages import schema_problem
from sim.inputs.quantities import Duration
from sim.inputs.shapes import Shape
from sim.inputs.tree import Entry, Group, Place, Problems, Scalar
from sim.inputs.yaml_tree import scalar

MOST_ROWS = 100_000
MOST_QUANTILES = 1_000
"""Points that many observations are reduced to."""
_LARGEST = 4 << 20


def with_quantiles(group: Group, constant: Shape, folders: Mapping[str, Path], problems: Problems) -> Group:
    """A distribution whose `empirical.file` was read and replaced by quantiles.

    Args:
        group: the distribution as written.
        constant: what a plain value may be here, hence the unit of the observations.
        folders: file as shown → folder that file names start from.
        problems: where problems are put, with places in the CSV file.
    """
    empirical = group.get("empirical")
    named = empirical.get("file") if isinstance(empirical, Group) else None
    if not isinstance(empirical, Group) or named is None or "quantiles" in empirical.entries:
        return group
    if not isinstance(named, Scalar) or not isinstance(named.value, str):
        return group
    folder = folders.get(named.place.file, Path())
    shown = shown_name(Path(named.place.file).parent / named.value)
    try:
        values = _values(folder / named.value, shown, constant)
    except ScenarioError as error:
        place = Place(error.file, error.line, error.column) if error.line else named.place
        problems.add(place, error.problem if error.line else f"file {shown}: {error.problem}")
        return group.without("empirical")
    quantiles = Group(_quantiles(values, constant, named.place), named.place)
    read = Group({"quantiles": Entry(named.place, quantiles)}, empirical.place)
    return Group({**group.entries, "empirical": Entry(group.entries["empirical"].place, read)}, group.place)


def _values(path: Path, shown: str, constant: Shape) -> list[float]:
    """The observations in rising order; a first line that starts with a letter is a heading."""
    check: TypeAdapter[float] = TypeAdapter(constant.leaf)
    values: list[float] = []
    for number, line in enumerate(read_source(path, shown, _LARGEST).text.splitlines(), start=1):
        written = line.strip().strip('"')
        if not written or written.startswith("#") or (number == 1 and written[0].isalpha()):
            continue
        place = Place(shown, number, 1)
        if "," in written or ";" in written:
            raise place.error("one column is expected here, with one observation a line")
        if len(values) == MOST_ROWS:
            raise place.error(f"at most {MOST_ROWS} observations are allowed")
        try:
            values.append(check.validate_python(scalar(written)))
        except ValidationError as error:
            raise place.error(schema_problem(error.errors()[0], (), None)) from None
    if not values:
        raise Place(shown, 1, 1).error("the file holds no observations")
    return sorted(values)


def _quantiles(values: Sequence[float], constant: Shape, place: Place) -> dict[str | int | float, Entry]:
    steps = min(max(len(values) - 1, 1), MOST_QUANTILES)
    points: dict[str | int | float, Entry] = {}
    for step in range(steps + 1):
        at = step / steps
        value = _quantile(values, at)
        tree = Scalar(f"{round(value)}us" if constant.leaf == Duration else value, place, "")
        points[at] = Entry(place, tree)
    return points


def _quantile(values: Sequence[float], at: float) -> float:
    """Linear between the observations, the first at 0 and the last at 1 (Hyndman and Fan's type 7)."""
    position = at * (len(values) - 1)
    below = math.floor(position)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (position - below)
