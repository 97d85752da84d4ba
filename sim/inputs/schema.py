"""What people may write in a scenario file, in the words of docs/model.md."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from sim.inputs.distributions import Chance, Distribution, Model
from sim.inputs.estate import BackOff, Estate, Population, Profile, TaskKind
from sim.inputs.names import Name, Text
from sim.inputs.quantities import Count, Duration, Probability, Rate, Several, Span, wrong
from sim.inputs.strategy import Issuance, Strategy


class Channel(Model):
    """A way a credential leaks: what is captured, when, and who then finds it."""

    title: Text = ""
    per_use: Probability | None = Field(default=None, description="chance that one attempt copies its credential here")
    at_rest: Rate | None = Field(default=None, description="exposures per agent and role while its credential lies stored")
    holds: list[Issuance] = Field(
        default=["standing", "leased"], min_length=1, description="at rest: which kinds of credential lie there"
    )
    tools: list[Name] | None = Field(default=None, description="only calls of these tools, or roles they use; none: all")
    agents: list[Name] | None = Field(default=None, description="only these populations; none: all")
    discovery: Chance[Duration] = Field(description="an attacker finds the captured credential")
    detection: Chance[Duration] | None = Field(default=None, description="the defender notices the leak; none: never")
    remediation: Distribution[Duration] | None = Field(
        default=None, description="from noticing to asking for revocation, where revocation is manual; none: at once"
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.per_use is None) == (self.at_rest is None):
            raise wrong("a leak channel takes either per-use or at-rest")
        return self


class Attacker(Model):
    hop: Distribution[Duration] = Field(description="time of each hop: to a resource, a secret, a role")


class Intrusion(Model):
    detection: Chance[Duration] = Field(description="from the compromise until the defender notices the intruder")
    eviction: Distribution[Duration] = Field(description="from noticing until everything the intruder holds is dead")


class Defender(Model):
    intrusion: Intrusion | None = Field(default=None, description="the intrusion's clock; none: never noticed")
    staffed: Name | None = Field(default=None, description="profile of the hours in which manual work begins; none: always")


class Outages(Model):
    between: Distribution[Duration] = Field(description="from the end of one outage to the start of the next")
    lasting: Distribution[Duration]


class Issuer(Model):
    """The queue that leased and per-task credentials come from."""

    capacity: Several = Field(default=16, description="requests served at a time")
    service: Distribution[Duration] = Distribution[Duration].model_validate("0s")
    rate_limit: Rate | None = Field(default=None, description="requests above this are refused; none: no limit")
    burst: Several = Field(default=1, description="requests that may come at once within the rate limit")
    fails: Probability = Field(default=0.0, description="chance that a request fails after its service")
    outages: Outages | None = None
    retries: Count = Field(default=5, le=100, description="further tries of an agent that was refused or has none yet")
    back_off: BackOff = BackOff()


class Scenario(Model):
    """One scenario: an estate, agents, leaks, an attacker, a defender, and the strategies to compare."""

    format: Literal[1] = Field(description="version of this file format")
    title: Text
    story: Text = ""
    horizon: Span = Field(description="simulated time; everything is cut here")
    seed: int = Field(default=0, ge=0, lt=2**32)
    replications: Several = Field(default=20, le=100_000)
    profiles: dict[Name, Profile] = {}
    estate: Estate
    tasks: dict[Name, TaskKind] = Field(min_length=1)
    agents: dict[Name, Population] = Field(min_length=1)
    leaks: dict[Name, Channel] = {}
    attacker: Attacker
    defender: Defender = Defender()
    issuer: Issuer = Issuer()
    strategies: dict[Name, Strategy] = Field(min_length=1, description="name, or preset and what to change in it")
    baseline: Name | None = Field(default=None, description="strategy the others are compared with; none: the first")
