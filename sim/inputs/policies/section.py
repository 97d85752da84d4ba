"""What may be written in the section `policies`: a set of Cedar policies, and how it is asked."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from sim.core.units import SECOND
from sim.inputs.distributions import Model
from sim.inputs.names import Text
from sim.inputs.quantities import Span, wrong

LARGEST = 1 << 20
"""Bytes of a file of policies."""
MOST_STEPS = 20

Attribute = Literal[
    "task-kind",
    "objective",
    "sensitivity",
    "environment",
    "approval",
    "delegation-depth",
    "calls",
    "credential-age",
    "in-task",
    "in-chain",
]
"""What the context of a request tells, by its name in a scenario."""


def _cedar(value: Any) -> str:
    """Policies in Cedar's own language; what they say is checked when all of the scenario is known."""
    if not isinstance(value, str):
        raise wrong("policies are text in the Cedar language")
    if len(value.encode()) > LARGEST:
        raise wrong(f"a set of policies holds at most {LARGEST >> 20} MiB")
    return value


Cedar = Annotated[str, BeforeValidator(_cedar)]


class Steps(Model):
    """Continuous attributes are known to policies in steps: a value is rounded down to the last step it has passed."""

    calls: list[int] = Field(
        default=[], max_length=MOST_STEPS, description="numbers of calls, rising; before the first the policy sees 0"
    )
    credential_age: list[Span] = Field(
        default=[], max_length=MOST_STEPS, description="ages in whole seconds, rising; before the first it sees 0"
    )

    @model_validator(mode="after")
    def _rising(self) -> Self:
        for values in (self.calls, self.credential_age):
            if any(low >= high for low, high in zip([0, *values], values, strict=False)):
                raise wrong("steps must be above 0 and rise")
        if any(age % SECOND for age in self.credential_age):
            raise wrong("steps of credential-age are whole seconds")
        return self


class PolicySet(Model):
    """Cedar policies that are asked before the first attempt of a call."""

    title: Text = Field(default="", description="name in reports; none: its key")
    file: str | None = Field(default=None, description="a Cedar file beside this one, or the name of a bundled one")
    text: Cedar | None = Field(default=None, description="instead of file: the policies themselves")
    on_error: Literal["deny", "skip"] = Field(
        default="deny",
        description="a policy that fails in a request; deny: so does the request, skip: as if it were not there",
    )
    steps: Steps = Field(default=Steps(), description="what policies see of continuous attributes")
    missing: list[Attribute] = Field(
        default=[],
        description="attributes that requests lack though they should have them: policies that read them fail",
    )

    @model_validator(mode="after")
    def _one_text(self) -> Self:
        if (self.file is None) == (self.text is None):
            raise wrong("a policy set takes either file or text")
        return self
