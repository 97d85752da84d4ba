"""What people may write in a scenario file, in the words of docs/model.md."""

from __future__ import annotations

import sys
from typing import Literal, Self

from pydantic import Field, model_validator

from sim.inputs.budgets import Budget
from sim.inputs.distributions import Chance, Distribution, Model
from sim.inputs.estate import BackOff, Estate, Population, Profile, TaskKind
from sim.inputs.names import Name, Text
from sim.inputs.objectives import ObjectiveChange
from sim.inputs.policies.section import PolicySet
from sim.inputs.quantities import Count, Duration, Probability, Rate, Several, Span, wrong
from sim.inputs.strategy import Custody, Issuance, Strategy


class Channel(Model):
    """A way a credential leaks: what is captured, when, and who then finds it."""

    title: Text = Field(default="", description="name in reports; none: its key")
    per_use: Probability | None = Field(default=None, description="chance that one attempt copies its credential here")
    at_rest: Rate | None = Field(
        default=None, description="exposures per agent and role while its credential lies stored"
    )
    sent_out: Probability | None = Field(
        default=None,
        description="chance that a call for another objective that is let in sends its credential out here",
    )
    holds: list[Issuance] = Field(
        default=["standing", "leased"], min_length=1, description="at rest: which kinds of credential lie there"
    )
    takeover: Rate | None = Field(
        default=None,
        description="how often the running workload of an agent is taken over; all that is live there is captured",
    )
    lasting: Distribution[Duration] | None = Field(
        default=None, description="of a takeover: from its start to its end; what the agent gets until then is captured"
    )
    custody: list[Custody] = Field(
        default=["agent"],
        min_length=1,
        description="whose credentials are copied or lie here: those that agents hold, those that brokers keep",
    )
    tools: list[Name] | None = Field(
        default=None, description="only calls of these tools, or roles they use; none: all"
    )
    agents: list[Name] | None = Field(default=None, description="only these populations; none: all")
    discovery: Chance[Duration] = Field(description="an attacker finds the captured credential")
    detection: Chance[Duration] | None = Field(default=None, description="the defender notices the leak; none: never")
    remediation: Distribution[Duration] | None = Field(
        default=None, description="from noticing to asking for revocation, where revocation is manual; none: at once"
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.per_use, self.at_rest, self.takeover, self.sent_out)) != 1:
            raise wrong("a leak channel takes exactly one of per-use, at-rest, takeover, sent-out")
        return self

    @model_validator(mode="after")
    def _takes_over_all(self) -> Self:
        if (self.takeover is None) != (self.lasting is None):
            raise wrong("a takeover needs lasting: how long it goes on; other channels have no lasting")
        if self.takeover is not None and not self.model_fields_set.isdisjoint(("holds", "tools", "custody")):
            raise wrong(
                "a takeover captures all that is live at the workload, whoever keeps it; "
                "leave out holds, tools, custody"
            )
        return self


class Attacker(Model):
    """Whoever found a credential and walks the access graph with it."""

    hop: Distribution[Duration] = Field(description="time of each hop: to a resource, a secret, a role")


class Intrusion(Model):
    """The clock of an intrusion; the clock of a leaked secret belongs to its channel."""

    detection: Chance[Duration] = Field(description="from the compromise until the defender notices the intruder")
    eviction: Distribution[Duration] = Field(description="from noticing until everything the intruder holds is dead")


class Defender(Model):
    """Who notices and revokes."""

    intrusion: Intrusion | None = Field(default=None, description="the intrusion's clock; none: never noticed")
    staffed: Name | None = Field(
        default=None, description="profile of the hours in which manual work begins; none: always"
    )


class Outages(Model):
    """Times in which the issuer serves nobody."""

    between: Distribution[Duration] = Field(description="from the end of one outage to the start of the next")
    lasting: Distribution[Duration] = Field(description="from the start of an outage to its end")


class Issuer(Model):
    """The queue that all but standing credentials come from."""

    capacity: Several = Field(default=16, description="requests served at a time")
    service: Distribution[Duration] = Field(
        default=Distribution[Duration].model_validate("0s"), description="time to serve one request"
    )
    rate_limit: Rate | None = Field(default=None, description="requests above this are refused; none: no limit")
    burst: Several = Field(default=1, description="requests that may come at once within the rate limit")
    fails: Probability = Field(default=0.0, description="chance that a request fails after its service")
    outages: Outages | None = Field(default=None, description="times in which it serves nobody; none: it has none")
    retries: Count = Field(default=5, le=100, description="further tries of an agent that was refused or has none yet")
    back_off: BackOff = Field(default=BackOff(), description="waiting between tries")

    @model_validator(mode="after")
    def _lets_some_in(self) -> Self:
        if self.rate_limit == 0:
            raise wrong("a rate-limit must be above 0; leave it out for no limit")
        return self


class Approvers(Model):
    """The people who approve calls; requests wait in one line, first come, first served."""

    count: Several = Field(default=1, le=1000, description="people who answer requests, one request at a time each")
    hours: Name | None = Field(default=None, description="profile of the hours in which they work; none: always")
    response: Distribution[Duration] = Field(description="working time that one request takes one of them")
    expires: Span | None = Field(
        default=None, description="a request that is not answered by then is void, and its task has failed; none: never"
    )


class Scenario(Model):
    """One scenario: an estate, agents, leaks, an attacker, a defender, and the strategies to compare."""

    format: Literal[1] = Field(description="version of this file format")
    title: Text = Field(description="one line, shown above every result")
    story: Text = Field(default="", description="what it is about, for the reader of the report")
    decision: Text = Field(default="", description="the decision that its results inform, in one line")
    horizon: Span = Field(description="simulated time; everything is cut here")
    seed: int = Field(default=0, ge=0, lt=2**32, description="the same seed gives the same results")
    replications: Several = Field(default=20, le=100_000, description="how often the horizon is simulated")
    profiles: dict[Name, Profile] = Field(default={}, description="name → hours of the week")
    estate: Estate = Field(description="what there is to reach, and how")
    tasks: dict[Name, TaskKind] = Field(min_length=1, description="name → kind of task")
    agents: dict[Name, Population] = Field(min_length=1, description="name → agents of one kind")
    objective_changes: dict[Name, ObjectiveChange] = Field(
        default={},
        description="name → way in which tasks come to follow another objective; none: agents keep to their tasks",
    )
    leaks: dict[Name, Channel] = Field(default={}, description="name → way a credential leaks; none: nothing leaks")
    attacker: Attacker = Field(description="whoever finds a credential")
    defender: Defender = Field(default=Defender(), description="who notices and revokes")
    issuer: Issuer = Field(default=Issuer(), description="where all but standing credentials come from")
    approvers: Approvers | None = Field(default=None, description="who approves calls; none: nobody can be asked")
    policies: dict[Name, PolicySet] = Field(default={}, description="name → Cedar policies that a strategy can ask")
    strategies: dict[Name, Strategy] = Field(min_length=1, description="name → preset, knobs, or both")
    baseline: Name | None = Field(default=None, description="strategy the others are compared with; none: the first")
    budgets: dict[Name, Budget] = Field(default={}, description="name → what a metric must stay within; none: nothing")


def _name_in_modules(model: type[Model]) -> None:
    """Make `Distribution[Duration]` and its like importable, so that scenarios can be sent to other processes."""
    for made in model.__subclasses__():
        vars(sys.modules[made.__module__]).setdefault(made.__name__, made)
        _name_in_modules(made)


_name_in_modules(Model)
