"""The project's own evidence: what was measured, on whom, by whom, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from sim.core.errors import ScenarioError
from sim.inputs.distributions import Model
from sim.inputs.files import Source, read_source
from sim.inputs.messages import schema_problem
from sim.inputs.names import Text
from sim.inputs.quantities import wrong
from sim.inputs.tree import Group, Tree, find, plain
from sim.inputs.yaml_tree import parse

DATA = Path(__file__).parents[1] / "data"
_LARGEST_CATALOGUE = 4 << 20


class Row(Model):
    """One row of the catalogue."""

    says: Text = Field(min_length=1, description="what was measured, on whom, in one line")
    value: int | float | str = Field(description="as published")
    unit: Text
    statistic: Text
    population: Text
    year: int = Field(ge=1950, le=2100)
    source: Text = Field(min_length=1, description="title of the source")
    address: str = Field(default="", pattern=r"^https?://\S+$", description="where it can be read")
    grade: Literal["A", "B", "C", "fit"]
    note: Text = ""
    made_from: list[str] = Field(default=[], alias="from", description="rows that a fit is made of")
    use: object = Field(default=None, description="ready-made value for a scenario")

    @model_validator(mode="after")
    def _founded(self) -> Self:
        if self.grade == "fit" and not self.made_from:
            raise wrong("a fit names the rows it is made of (from)")
        if self.grade != "fit" and not self.address:
            raise wrong("a row that is no fit has an address")
        return self


@dataclass(frozen=True)
class Evidence:
    """One row of the catalogue with its key.

    Attributes:
        key: what a scenario writes after `evidence:` or `source:`.
        row: what the catalogue says.
        use: the ready-made value as it is written, if there is one.
    """

    key: str
    row: Row
    use: Tree | None


@cache
def catalogue() -> Mapping[str, Evidence]:
    """Every row of `sim/data/evidence.yaml` by its key, in the file's order.

    Raises:
        ScenarioError: if the file is broken.
    """
    return read_catalogue(read_source(DATA / "evidence.yaml", "sim/data/evidence.yaml", _LARGEST_CATALOGUE))


def read_catalogue(source: Source) -> Mapping[str, Evidence]:
    """The rows of a catalogue's text.

    Raises:
        ScenarioError: at the first row that is not as it should be.
    """
    tree = parse(source)
    rows = {str(key): _evidence(str(key), entry.tree) for key, entry in tree.entries.items()}
    for key, evidence in rows.items():
        for number, base in enumerate(evidence.row.made_from):
            if base not in rows:
                raise find(tree, key, "from", number).tree.place.error("there is no such row to be made from")
    return rows


def _evidence(key: str, tree: Tree) -> Evidence:
    try:
        row = Row.model_validate(plain(tree))
    except ValidationError as error:
        raise _broken(error, tree) from None
    return Evidence(key, row, tree.get("use") if isinstance(tree, Group) else None)


def _broken(error: ValidationError, tree: Tree) -> ScenarioError:
    first = error.errors()[0]
    keys = [info.alias or name for name, info in Row.model_fields.items()]
    place = find(tree, *first["loc"]).tree.place
    return place.error(schema_problem(first, keys, None))


__all__ = ["DATA", "Evidence", "Row", "catalogue", "read_catalogue"]
