"""The estate and who works in it: resources, secrets, roles, tools, task kinds, populations."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from sim.core.units import HOUR, MINUTE, SECOND
from sim.inputs.distributions import Chance, Distribution, Model
from sim.inputs.names import Name, Text
from sim.inputs.quantities import (
    Count,
    Duration,
    Life,
    Money,
    Number,
    Positive,
    Probability,
    Rate,
    Several,
    Span,
    wrong,
)
from sim.inputs.strategy import Kind

Level = Literal["read", "write", "admin"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MOST_STEPS = 10_000
"""Calls of one task."""


class Profile(Model):
    """Hours of the week: weight 1 within the named hours, `outside` elsewhere. Simulations start on Monday 00:00."""

    days: list[Day] = Field(
        default=["mon", "tue", "wed", "thu", "fri"], min_length=1, description="days of the week that count"
    )
    starts: int = Field(default=9, ge=0, le=23, description="first hour of the day that counts")
    ends: int = Field(default=17, ge=1, le=24, description="hour of the day at which it ends")
    outside: Number = Field(default=0.0, description="weight of all other hours, beside 1 within")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.ends <= self.starts:
            raise wrong("a profile must end later in the day than it starts")
        return self


class Resource(Model):
    """Something an attacker wants or finds secrets in."""

    title: Text = Field(default="", description="name in reports; none: its key")
    sensitivity: int = Field(default=3, ge=1, le=5, description="1 (public) to 5 (worst to lose)")
    environment: Name = Field(default="prod", description="prod, test…")
    untrusted_content: bool = Field(default=False, description="outsiders can write what agents read here")
    stores: list[Name] = Field(default=[], description="secrets that lie in it")
    loss: Distribution[Money] | None = Field(
        default=None, description="cost when an attacker reaches it, once per intrusion"
    )
    labels: list[Name] = Field(default=[], description="words of your own; they change nothing")


class Secret(Model):
    """A standing secret that lies in a resource and opens a role to whoever reads it."""

    title: Text = Field(default="", description="what it is, as told in paths: CI variable")
    opens: Name = Field(description="the role that its reader can act as")
    readable_with: Level = Field(default="read", description="access to the resource that reading it takes")
    rotated_every: Life | None = Field(default=None, description="life of one value; none: it never changes")
    managed: bool = Field(
        default=False,
        description="lies there only where its role's credentials are standing; others are minted at run time",
    )


class Role(Model):
    """What a credential for this role is allowed to do."""

    title: Text = Field(default="", description="name in reports; none: its key")
    can: dict[Name, Level] = Field(default={}, description="resource → read, write or admin")
    assumes: list[Name] = Field(default=[], description="roles it may step into; the session has its own life")
    mints: list[Name] = Field(default=[], description="roles it can create fresh credentials for")
    session: Life = Field(default=HOUR, description="life of a session in this role, when it is assumed")
    minted_life: Life | None = Field(
        default=None, description="life of a credential minted for this role; none: endless"
    )


class BackOff(Model):
    """Waiting between tries: first, first × factor, first × factor²… up to most."""

    first: Duration = Field(default=SECOND, description="wait before the second try")
    factor: Positive = Field(default=2.0, le=1000, description="each further wait is this many times longer")
    most: Duration = Field(default=MINUTE, description="longest wait")
    jitter: Probability = Field(default=0.0, description="share of a wait by which it is shortened, at most, at random")


class Delegates(Model):
    """A task that a call hands over to an agent of a population."""

    to: Name = Field(description="the population; one of its agents is drawn for each call")
    task: Name = Field(description="the kind of task, whether its own tasks are of that kind or not")


class Tool(Model):
    """What an agent can call; a call acts with the role that the tool uses."""

    title: Text = Field(default="", description="name in reports; none: its key")
    uses: Name = Field(description="the role that a call acts with")
    touches: list[Name] | None = Field(
        default=None, min_length=1, description="what a call acts on, out of what its role can; none: all of that"
    )
    accepts: list[Kind] = Field(
        default=["static-key", "token", "workload-identity"],
        min_length=1,
        description="kinds of credential that it can be called with",
    )
    calls: list[Name] = Field(
        default=[],
        max_length=MOST_STEPS,
        description="tools that are called right after it, in this order, in the name of the same task",
    )
    delegates: Delegates | None = Field(
        default=None, description="a call hands a task over and lasts until that has ended, too; none: it does not"
    )
    duration: Distribution[Duration] = Field(description="how long one attempt takes")
    fails: Probability = Field(default=0.0, description="chance that an attempt fails")
    retries: Count = Field(default=3, le=100, description="further attempts after a failed one")
    back_off: BackOff = Field(default=BackOff(), description="waiting between attempts")
    needs_credential_until_end: bool = Field(
        default=False, description="a call whose credential dies before the call ends has failed"
    )


def _cut_to_most(length: Distribution[Number]) -> Distribution[Number]:
    """A number of calls cut at the most that a task may make."""
    limits = {"at_most": float(MOST_STEPS) if length.at_most is None else min(length.at_most, float(MOST_STEPS))}
    if length.at_least is not None:
        limits["at_least"] = min(length.at_least, float(MOST_STEPS))
    return length.model_copy(update=limits)


Calls = Annotated[Distribution[Number], AfterValidator(_cut_to_most)]
"""A number of calls in a task."""


class Markov(Model):
    """A chain of calls: the first tool, then after each tool the next, for a drawn number of calls."""

    start: dict[Name, Positive] = Field(min_length=1, description="tool → weight of being called first")
    then: dict[Name, dict[Name, Positive]] = Field(description="tool → (tool → weight of being called next)")
    length: Calls = Field(
        description=f"number of calls in a task, rounded; 0 is a task without calls, more than {MOST_STEPS} are cut"
    )


class TaskKind(Model):
    """What a task is for and how it goes about it."""

    title: Text = Field(default="", description="name in reports; none: its key")
    needs: list[Name] = Field(min_length=1, description="its objective: the resources it must touch")
    steps: list[Name] | None = Field(
        default=None, min_length=1, max_length=MOST_STEPS,
        description=f"tools in the order they are called, at most {MOST_STEPS}",
    )  # fmt: skip
    markov: Markov | None = Field(default=None, description="instead of steps: calls drawn anew for each task")
    thinking: Distribution[Duration] = Field(description="time before each call")
    deadline: Span | None = Field(default=None, description="counted from its arrival; a task past it has failed")

    @model_validator(mode="after")
    def _one_chain(self) -> Self:
        if (self.steps is None) == (self.markov is None):
            raise wrong("a task has either steps or markov")
        return self


class Poisson(Model):
    """Tasks that come at random."""

    rate: Rate = Field(description="tasks per agent, averaged over the week")
    profile: Name | None = Field(default=None, description="when in the week; none: evenly")


class Every(Model):
    """Tasks that come by the clock."""

    interval: Span = Field(description="from one task to the next, for each agent")
    first: Duration = Field(default=0, description="moment of the first one")


class ClosedLoop(Model):
    """A new task some time after the last one ended."""

    pause: Distribution[Duration] = Field(description="from the end of a task to the next, for each of its places")


class Arrivals(Model):
    """How tasks come to one agent: exactly one of poisson, every, closed-loop."""

    poisson: Poisson | None = Field(default=None, description="at random, at a rate")
    every: Every | None = Field(default=None, description="by the clock")
    closed_loop: ClosedLoop | None = Field(default=None, description="after the last one has ended")
    until: Span | None = Field(default=None, description="no task arrives at or after this moment")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(way is not None for way in (self.poisson, self.every, self.closed_loop)) != 1:
            raise wrong("arrivals take exactly one of poisson, every, closed-loop")
        return self


class Population(Model):
    """Agents of one kind."""

    title: Text = Field(default="", description="name in reports; none: its key")
    count: Several = Field(description="number of agents")
    arrivals: Arrivals = Field(description="how tasks come to each of them")
    tasks: dict[Name, Positive] = Field(min_length=1, description="task kind → weight")
    also_calls: list[Name] = Field(
        default=[], description="tools that they are connected to beside those of their tasks, and could call"
    )
    concurrency: Several = Field(default=1, description="tasks one agent works on at a time; others wait in line")
    tenure: Distribution[Duration] | None = Field(default=None, description="when an agent is retired; none: never")


class Estate(Model):
    """What there is: resources, the secrets that lie in them, roles, and the tools that act with the roles."""

    resources: dict[Name, Resource] = Field(min_length=1, description="name → resource")
    secrets: dict[Name, Secret] = Field(default={}, description="name → standing secret")
    roles: dict[Name, Role] = Field(min_length=1, description="name → role")
    tools: dict[Name, Tool] = Field(min_length=1, description="name → tool")


__all__ = ["Chance", "Estate", "Population", "Profile", "TaskKind"]
