"""A strategy is a set of independent knobs; compositions that make no sense are refused with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal, Self

from annotated_types import Ge, Le
from pydantic import Field, model_validator

from sim.inputs.distributions import Distribution, Model
from sim.inputs.names import Name, Text
from sim.inputs.quantities import Duration, Positive, Probability, Span, wrong

Issuance = Literal["standing", "leased", "per-task", "per-action"]
Custody = Literal["agent", "broker"]
"""Who keeps a credential while it is used."""
Kind = Literal["static-key", "token", "workload-identity"]
"""What a credential is to the tool that is called with it."""
SHORT = ("per-task", "per-action")
"""Issuance to a task, which alone works with the credential."""


class Renewal(Model):
    """Extending a credential's life before it ends."""

    at: Positive = Field(lt=1, description="share of the lifetime at which it is renewed")
    max_life: Span = Field(description="from issuance; no renewal reaches past it")


class Rotation(Model):
    """Replacing a standing credential by the clock."""

    every: Span = Field(description="from one rotation to the next")
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

    task_end: Revocation | None = Field(default=None, description="the task that it was issued for has ended")
    action_end: Revocation | None = Field(default=None, description="the call that it was issued for has ended")
    retirement: Revocation | None = Field(default=None, description="the agent that holds it was retired")
    detection: Revocation | None = Field(default=None, description="its leak was noticed")


class Approval(Model):
    """Which calls wait until a person has approved them, and what an approval is good for."""

    every_call: bool = Field(default=False, description="all calls need approval")
    tools: list[Name] = Field(default=[], description="calls of these tools need approval")
    sensitivity: Annotated[int, Ge(1), Le(5)] | None = Field(
        default=None,
        description="calls need approval whose role, or one that it assumes, can touch a resource of this sensitivity "
        "or more; none: it does not matter",
    )
    elevation: Span | None = Field(
        default=None,
        description="how long an approval is good, for all calls of its task with the same role; a credential that the "
        "task is issued for them does not outlive it; none: for one call",
    )
    approves_bad: Probability = Field(
        default=0.0,
        description="chance that a request which should be refused is approved: one of a call for another objective "
        "that touches what the task does not need",
    )
    refuses_good: Probability = Field(
        default=0.0, description="chance that a request which should be approved is refused"
    )

    @model_validator(mode="after")
    def _asks_for_some(self) -> Self:
        some = bool(self.tools) or self.sensitivity is not None
        if self.every_call and some:
            raise wrong("every-call takes in all calls; leave out tools and sensitivity, or every-call")
        if not self.every_call and not some:
            raise wrong("approval must say which calls need it: tools, sensitivity, or every-call: true")
        return self


class Titled(Model):
    """What goes by a name of its own in reports."""

    title: Text = Field(default="", description="name in reports; none: its key")


class Knobs(Model):
    """How credentials are issued, kept and taken back."""

    issuance: Issuance = Field(description="when a credential is made: once, on lease, for each task, or for each call")
    escrow: bool = Field(
        default=False,
        description="what is handed out is a static key, kept in escrow and changed there when its time is over",
    )
    lifetime: Span | None = Field(default=None, description="TTL from issuance or renewal; none: endless")
    renewal: Renewal | None = Field(default=None, description="none: it ends with its lifetime")
    rotation: Rotation | None = Field(default=None, description="of standing credentials; none: never")
    scope: Literal["role", "task", "action"] = Field(
        default="role", description="what the credential lets its holder do"
    )
    sharing: Literal["agent", "kind", "fleet"] = Field(default="agent", description="who holds the same credential")
    binding: Literal["bearer", "sender-constrained"] = Field(
        default="bearer", description="sender-constrained: useless to whoever copies it"
    )
    custody: Custody = Field(
        default="agent",
        description="broker: a gateway adds it to calls, so that agents, their prompts and their logs never hold it",
    )
    revocation: Revocations = Field(default=Revocations(), description="what calls for a revocation, and how it goes")
    redeployment: Distribution[Duration] | None = Field(
        default=None, description="after a standing secret was revoked: until one holder has the new one; none: at once"
    )

    @property
    def kind(self) -> Kind:
        """What its credentials are to a tool."""
        if self.binding == "sender-constrained":
            return "workload-identity"
        return "static-key" if self.issuance == "standing" or self.escrow else "token"

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for applies, reason in _SENSELESS:
            if applies(self):
                raise wrong(reason)
        return self


class Strategy(Knobs, Titled):
    """How credentials are issued, kept and taken back."""

    approval: Approval | None = Field(default=None, description="calls that wait for a person; none: no call does")
    policy: Name | None = Field(
        default=None, description="the policies asked before each call; none: every call is allowed"
    )
    delegation: Literal["own", "passthrough", "exchange"] = Field(
        default="own",
        description="what a delegated task works with: credentials of its own agent, those that the delegating task "
        "holds, or new ones got in exchange, narrowed to what both tasks need",
    )
    fallback: Knobs | None = Field(
        default=None, description="what serves the tools that do not accept this strategy's kind of credential"
    )

    @model_validator(mode="after")
    def _falls_back(self) -> Self:
        if self.fallback is not None and self.fallback.kind == self.kind:
            raise wrong(
                f"a fallback of the strategy's own kind, {self.kind}, serves no tool that the strategy does not"
            )
        return self

    @model_validator(mode="after")
    def _delegates(self) -> Self:
        for applies, reason in _NOT_DELEGATED:
            if applies(self):
                raise wrong(reason)
        return self


_NOT_DELEGATED: tuple[tuple[Callable[[Strategy], bool], str], ...] = (
    (
        lambda s: s.delegation == "exchange" and s.issuance == "standing",
        "what is got in exchange is issued anew, and standing credentials are not; "
        "exchange needs leased, per-task or per-action issuance",
    ),
    (
        lambda s: s.delegation == "exchange" and s.escrow,
        "a static key from escrow cannot be narrowed, so there is nothing to get in exchange; "
        "allowed are own and passthrough",
    ),
    (
        lambda s: s.delegation == "passthrough" and s.binding == "sender-constrained",
        "a sender-constrained credential is useless to an agent that it is passed on to; allowed are own and exchange",
    ),
    (
        lambda s: s.delegation == "passthrough" and s.custody == "broker",
        "agents never hold what a broker keeps, so there is nothing to pass on; allowed are own and exchange",
    ),
)


_SENSELESS: tuple[tuple[Callable[[Knobs], bool], str], ...] = (
    (
        lambda s: s.issuance == "standing" and s.lifetime is not None,
        "a standing credential has no lifetime; to have it replaced in time, give rotation.every",
    ),
    (lambda s: s.issuance != "standing" and s.lifetime is None, "all but standing credentials need a lifetime"),
    (
        lambda s: s.issuance != "standing" and s.rotation is not None,
        "only standing credentials are rotated; all others are issued anew",
    ),
    (
        lambda s: s.issuance != "standing" and s.redeployment is not None,
        "only standing credentials are redeployed; all others are issued anew",
    ),
    (lambda s: s.issuance == "standing" and s.renewal is not None, "a standing credential has no lifetime to renew"),
    (
        lambda s: s.issuance != "standing" and s.sharing != "agent",
        "only standing credentials can be shared; all others belong to one agent",
    ),
    (
        lambda s: s.issuance not in SHORT and s.scope == "task",
        "task scope needs per-task or per-action issuance: "
        "any other credential outlives the task it would be narrowed to",
    ),
    (
        lambda s: s.issuance != "per-task" and s.revocation.task_end is not None,
        "revocation at task end needs per-task issuance: other credentials serve the next task too, "
        "or are given back before",
    ),
    (
        lambda s: s.issuance != "per-action" and s.scope == "action",
        "action scope needs per-action issuance: any other credential serves calls of other tools too",
    ),
    (
        lambda s: s.issuance != "per-action" and s.revocation.action_end is not None,
        "revocation at action end needs per-action issuance: other credentials serve the next call too",
    ),
    (
        lambda s: s.issuance == "standing" and s.escrow,
        "a standing key lies with its holder; keys in escrow are leased, or issued for a task or an action",
    ),
    (
        lambda s: s.binding == "sender-constrained" and s.escrow,
        "a static key is whoever's has a copy of it; it cannot be sender-constrained",
    ),
    (
        lambda s: s.rotation is not None and s.rotation.overlap >= s.rotation.every,
        "rotation.overlap must be shorter than rotation.every",
    ),
    (
        lambda s: s.renewal is not None and s.lifetime is not None and s.renewal.max_life < s.lifetime,
        "renewal.max-life must not be shorter than lifetime",
    ),
)
