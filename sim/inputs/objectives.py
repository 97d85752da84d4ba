"""What may be written in the section `objective-changes`: how a task comes to follow another objective than its own."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from sim.inputs.distributions import Distribution, Model
from sim.inputs.estate import Calls
from sim.inputs.names import Name, Text
from sim.inputs.quantities import Positive, Probability, wrong


def _cut_to_certain(chance: Distribution[Probability]) -> Distribution[Probability]:
    """A chance cut at certainty, however far the tail of its distribution reaches."""
    return chance if chance.at_most is not None else chance.model_copy(update={"at_most": 1.0})


class Injection(Model):
    """An injection in content that outsiders can write, as an agent reads it."""

    carried: Probability = Field(description="chance that what a call brought back carried an injection")
    followed: Annotated[Distribution[Probability], AfterValidator(_cut_to_certain)] = Field(
        description="chance that an agent follows one; drawn once for each agent, which has it from then on"
    )


class ObjectiveChange(Model):
    """A way in which a task comes to follow another objective than its own: injected, or by drift."""

    title: Text = Field(default="", description="name in reports; none: its key")
    injection: Injection | None = Field(
        default=None, description="after a call that touches untrusted content, and has ended well"
    )
    drift: Probability | None = Field(default=None, description="instead: chance after any call that has ended well")
    agents: list[Name] | None = Field(default=None, min_length=1, description="only these populations; none: all")
    calls: dict[Name, Positive] = Field(
        min_length=1, description="tool → weight of being called for the other objective"
    )
    length: Calls = Field(description="number of calls for it, rounded; the task ends after them")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.injection is None) == (self.drift is None):
            raise wrong("an objective changes either by injection or by drift")
        return self
