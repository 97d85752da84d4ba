"""What people may write in a claim file; docs/claims.md says what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainValidator, model_validator
from pydantic_core import PydanticCustomError

from sim.core.units import HOUR, YEAR
from sim.inputs.distributions import Model
from sim.inputs.names import Name, Text
from sim.inputs.quantities import Positive, duration, number, rate, wrong

VALUE = "VALUE"
"""Stands, in the change that a sweep makes, for each of its values in turn."""
Measure = Literal["duration", "rate", "number"]

Changes = dict[str, Any]
"""Keys of a scenario, as in one that extends another; looked at by the loader of scenarios."""


_WHERE = "the change is made in this variant, over its own; none: in the scenario, before any variant's"


@dataclass(frozen=True)
class Step:
    """A value that a sweep stops at.

    Attributes:
        amount: in hours, per year, or as it is.
        written: as in the file.
    """

    measure: Measure
    amount: float
    written: str


def step(value: Any) -> Step:
    """`27d` → 648 hours; `0.1/y` → 0.1 a year; `5` → 5."""
    if isinstance(value, str):
        try:
            if "/" in value:
                return Step("rate", rate(value) * YEAR, value)
            return Step("duration", duration(value) / HOUR, value)
        except PydanticCustomError as error:
            raise wrong(f"a value here is a duration, a rate or a number; {error.message()}") from None
    return Step("number", number(value), format(value))


Steps = Annotated[Step, PlainValidator(step)]


class Arm(Model):
    """One side of the experiment: a strategy, in the scenario as it is or in a variant of it."""

    strategy: Name = Field(description="a strategy of the scenario")
    variant: Name | None = Field(default=None, description="one of the claim's variants; none: the scenario as it is")


class Elsewhere(Model):
    """Another two sides, for a claim that a difference is larger in one place than in another."""

    arm: Arm = Field(description="what takes the place of the experiment's arm")
    against: Arm = Field(description="what takes the place of the experiment's against")


class Experiment(Model):
    """What is measured on which two sides, and what the claim predicts."""

    metric: Name = Field(description="key of a [metric](reading-results.md#the-metrics)")
    arm: Arm = Field(description="the side that the claim is about")
    against: Arm = Field(description="the side that it is compared with")
    elsewhere: Elsewhere | None = Field(
        default=None, description="the difference arm − against is compared with the same difference between these two"
    )
    predicts: Literal["lower", "higher"] = Field(
        description="on which side of the other the metric of the arm lies, if the claim is true"
    )
    times: Positive = Field(
        default=1.0,
        description="a share or a multiple of the other side that it lies below or above: with `lower` and 0.1, it is "
        "below a tenth",
    )


class Sweep(Model):
    """A parameter along which the experiment is made again and again, to see where the claim stops being true."""

    title: Text = Field(description="what the parameter is, as in: mean time until a leak is noticed")
    values: list[Steps] = Field(
        min_length=2, max_length=50, description="durations, rates or numbers, rising; all of one kind"
    )
    change: Changes = Field(description="the change of the scenario in which the word VALUE stands for each of them")
    variant: Name | None = Field(default=None, description=_WHERE)

    @model_validator(mode="after")
    def _rise(self) -> Self:
        if len({each.measure for each in self.values}) > 1:
            raise wrong("the values of a sweep are of one kind: all durations, all rates or all numbers")
        if any(two.amount <= one.amount for one, two in pairwise(self.values)):
            raise wrong("the values of a sweep must rise")
        return self


class Off(Model):
    """The change that switches off what the claim is about: under it the verdict must be another."""

    title: Text = Field(description="what is switched off, as in: without revocation at task end")
    change: Changes = Field(min_length=1, description="a change of the scenario")
    variant: Name | None = Field(default=None, description=_WHERE)


class Claim(Model):
    """One claim and the experiment that it is put to."""

    format: Literal[1] = Field(description="version of this file format")
    title: Text = Field(description="a few words, for tables")
    claim: Text = Field(description="the claim, in one sentence that can turn out to be false")
    quotes: list[Text] = Field(default=[], description="the words that the claim is taken from")
    source: Text = Field(default="", description="where these words stand")
    remarks: Text = Field(default="", description="what the experiment does not say; shown beside the result")
    scenario: Changes = Field(description="the scenario, written as in a file of its own; mostly `extends` and changes")
    variants: dict[Name, Changes] = Field(default={}, description="name → changes of the scenario, for sides to name")
    experiment: Experiment = Field(description="what is compared, and what is predicted")
    sweep: Sweep | None = Field(default=None, description="where it stops being true; none: not looked for")
    off: Off = Field(description="what the mechanism is, by taking it away")
