"""A strategy is a set of independent knobs; compositions that make no sense are refused with the reason."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from sim.inputs.distributions import Distribution, Model
from sim.inputs.names import Text
from sim.inputs.quantities import Duration, Positive, Probability, Span, wrong

Issuance = Literal["standing", "leased", "per-task"]


class Renewal(Model):
    at: Positive = Field(lt=1, description="share of the lifetime at which it is renewed")
    max_life: Span = Field(description="from issuance; no renewal reaches past it")


class Rotation(Model):
    every: Span
    overlap: Duration = Field(default=0, description="how long the old one stays valid after the new one exists")
    rollout: Distribution[Duration] | None = Field(
        default=None, description="how long until a holder uses the new one; none: at once"
    )
    phase: Literal["random", "aligned"] = Field(
        default="random", description="first rotation: at a random moment of a period, or after a whole one"
    )


class Revocation(Model):
    """How a revocation goes once something calls for it."""

    by: Literal["automatic", "manual"] = Field(
        default="automatic",
        description="manual: after the channel's remediation time (detection) and only begun in staffed hours",
    )
    delay: Distribution[Duration] = Field(description="from then until the credential is dead")
    fails: Probability = Field(default=0.0, description="chance that it never happens")


class Revocations(Model):
    """What calls for a revocation; a trigger that is left out never revokes."""

    task_end: Revocation | None = None
    retirement: Revocation | None = None
    detection: Revocation | None = None


class Strategy(Model):
    title: Text = ""
    issuance: Issuance
    lifetime: Span | None = Field(default=None, description="TTL from issuance or renewal; none: endless")
    renewal: Renewal | None = None
    rotation: Rotation | None = None
    scope: Literal["role", "task"] = Field(default="role", description="what the credential lets its holder do")
    sharing: Literal["agent", "kind", "fleet"] = Field(default="agent", description="who holds the same credential")
    binding: Literal["bearer", "sender-constrained"] = "bearer"
    revocation: Revocations = Revocations()
    redeployment: Distribution[Duration] | None = Field(
        default=None, description="after a standing secret was revoked: until one holder has the new one; none: at once"
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for applies, reason in _SENSELESS:
            if applies(self):
                raise wrong(reason)
        return self


_SENSELESS = (
    (lambda s: s.issuance == "standing" and s.lifetime is not None,
     "a standing credential has no lifetime; to have it replaced in time, give rotation.every"),
    (lambda s: s.issuance != "standing" and s.lifetime is None,
     "leased and per-task credentials need a lifetime"),
    (lambda s: s.issuance != "standing" and s.rotation is not None,
     "only standing credentials are rotated; leased and per-task ones are issued anew"),
    (lambda s: s.issuance != "standing" and s.redeployment is not None,
     "only standing credentials are redeployed; leased and per-task ones are issued anew"),
    (lambda s: s.issuance == "standing" and s.renewal is not None,
     "a standing credential has no lifetime to renew"),
    (lambda s: s.issuance != "standing" and s.sharing != "agent",
     "only standing credentials can be shared; leased and per-task ones belong to one agent"),
    (lambda s: s.issuance != "per-task" and s.scope == "task",
     "task scope needs per-task issuance: any other credential outlives the task it would be narrowed to"),
    (lambda s: s.issuance != "per-task" and s.revocation.task_end is not None,
     "revocation at task end needs per-task issuance: other credentials serve the next task too"),
    (lambda s: s.rotation is not None and s.rotation.overlap >= s.rotation.every,
     "rotation.overlap must be shorter than rotation.every"),
    (lambda s: s.renewal is not None and s.lifetime is not None and s.renewal.max_life < s.lifetime,
     "renewal.max-life must not be shorter than lifetime"),
)
