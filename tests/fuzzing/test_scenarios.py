"""The random scenarios are sound, and turn every knob and meet every kind of trouble: by the reference engine alone."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal, get_args, get_origin

import numpy as np
import pytest
import yaml
from pydantic import BaseModel

from sim.core.events import LOG, Barrier, Cause, Event, Flag, Outcome, Refusal
from sim.inputs.distributions import Distribution
from sim.inputs.load import load
from sim.inputs.schema import Scenario
from sim.inputs.shapes import Shape, fields, shape
from tests.fuzzing.compare import Case
from tests.fuzzing.scenarios import random_scenario

FIRST = range(60)
ODD, EVEN = range(1, 60, 2), range(0, 60, 2)
FOR_READERS = {(model, "title") for model in ("Scenario", "Resource", "Secret", "Role", "Tool", "TaskKind",
                                              "Population", "ObjectiveChange", "Channel", "PolicySet",
                                              "Strategy")}  # fmt: skip
NOT_DRAWN = FOR_READERS - {("Scenario", "title")} | {
    ("Scenario", "story"),  # for the reader
    ("Resource", "labels"),  # they change nothing
    ("Scenario", "seed"), ("Scenario", "replications"), ("Scenario", "baseline"),  # an engine is told by its caller
    ("Empirical", "file"),  # the loader turns it into quantiles, which are drawn
    ("PolicySet", "file"),  # and this into text
    ("Scenario", "budgets"), ("Scenario", "decision"),  # nothing that is simulated depends on them
    *(("Budget", key) for key in ("title", "metric", "at-most", "at-least", "strategies")),
}  # fmt: skip
NEVER_SEEN = {Cause.EXPIRED}
"""Causes that no row of a death tells: credentials expire in silence."""


# --- every knob ---
def everything() -> set[tuple[str, str]]:
    """(group, key) of all keys of the schema, and of each choice among words; families by what they draw."""
    found: set[tuple[str, str]] = set()
    queue: list[type[BaseModel]] = [Scenario]
    seen: set[type[BaseModel]] = set()
    while queue:
        model = queue.pop()
        if model not in seen:
            seen.add(model)
            for key, at in fields(model).items():
                if not impossible(model, key):
                    found |= {(group(model), key)} | {(group(model), f"{key}: {word}") for word in words(at)}
                    queue += models(at)
    return found


def impossible(model: type[BaseModel], key: str) -> bool:
    """Counts cannot stand where durations and money do."""
    return issubclass(model, Distribution) and key in ("negative-binomial", "geometric") and not model.counts()


def group(model: type[BaseModel]) -> str:
    """Distributions by what they draw; the parameters of a family whatever it draws."""
    origin = model.__pydantic_generic_metadata__["origin"]
    return model.__name__ if origin is None or issubclass(model, Distribution) else origin.__name__


def models(at: Shape) -> list[type[BaseModel]]:
    if at.model:
        return [at.model]
    return models(shape(at.inner)) if at.inner else []


def words(at: Shape) -> tuple[Any, ...]:
    """The words to choose from at a place."""
    if at.inner:
        return words(shape(at.inner))
    return get_args(at.leaf) if get_origin(at.leaf) is Literal else ()


def turned(content: Any, at: Shape) -> set[tuple[str, str]]:
    """The keys and words that a scenario uses."""
    found: set[tuple[str, str]] = set()
    if at.model:
        content = content if isinstance(content, dict) else {"constant": content}
        for key, value in content.items():
            below = fields(at.model)[key]
            found |= {(group(at.model), key)} | turned(value, below)
            found |= {(group(at.model), f"{key}: {word}") for word in words(below) if word in texts(value)}
    elif at.inner:
        for value in content.values() if isinstance(content, dict) else content:
            found |= turned(value, shape(at.inner))
    return found


def texts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts(each)]
    return value if isinstance(value, list) else [value]


def test_every_key_word_and_family_of_the_schema_is_used():
    used = set().union(*(turned(random_scenario(number), shape(Scenario)) for number in FIRST))
    assert everything() - used == NOT_DRAWN


# --- sound, and the same each time ---
@pytest.mark.parametrize("number", range(0, 60, 4))
def test_the_loader_takes_it_as_the_schema_does(number, tmp_path):
    content = random_scenario(number)
    file = tmp_path / "random.yaml"
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    assert load(file).scenario == Scenario.model_validate(content)


def test_a_number_always_means_the_same_scenario():
    assert [random_scenario(number) for number in FIRST] == [random_scenario(number) for number in FIRST]


# --- all that can happen ---
@cache
def seen(numbers: range) -> list[tuple[Case, str, Any]]:
    """(case, strategy, log) of all strategies of some scenarios."""
    cases = {number: Case(random_scenario(number)) for number in numbers}
    return [
        (case, strategy, case.log(strategy, number, 0, "reference"))
        for number, case in cases.items()
        for strategy in case.plans
    ]


@cache
def rows() -> Any:
    """All rows of the first scenarios."""
    return np.concatenate([log for numbers in (EVEN, ODD) for _, _, log in seen(numbers)])


def of(*kinds: Event) -> Any:
    return rows()[np.isin(rows()["kind"], kinds)]


def test_every_kind_of_event_happens():
    counts = {event.name: len(of(event)) for event in Event}
    assert {name for name, count in counts.items() if count < 100} == set()


def test_every_outcome_cause_refusal_and_flag_happens():
    assert set(of(Event.TASK_ENDED)["other"]) == set(Outcome)
    assert set(of(Event.DIED, Event.SHORTENED)["other"]) == set(Cause) - NEVER_SEEN
    for event in (Event.ASKED, Event.SPARED):
        assert set(of(event)["other"]) == {Cause.TASK_END, Cause.ACTION_END, Cause.RETIREMENT, Cause.DETECTION}
    assert set(of(Event.REFUSED)["other"]) == set(Refusal)
    assert set(of(Event.BLOCKED)["other"]) == set(Barrier)
    for flag in Flag:
        assert np.count_nonzero(rows()["flags"] & flag) > 100, flag.name


TROUBLES = {
    "an attacker's session or minted credential is kept up": (Event.RENEWED, Flag.ATTACKERS),
    "what an attacker got is killed": (Event.DIED, Flag.ATTACKERS),
    "an orphan is revoked": (Event.DIED, Flag.ORPHAN),
    "a credential is an orphan from its start": (Event.ISSUED, Flag.ORPHAN),
    "a leaked credential is renewed": (Event.RENEWED, Flag.LEAKED),
    "a leaked credential is rotated": (Event.SHORTENED, Flag.LEAKED),
    "a call is cut whose revocation was asked for": (Event.CUT, Flag.LATE),
    "an attacker uses what was to be revoked": (Event.OBTAINED, Flag.LATE),
    "the fallback's credential is refused": (Event.REJECTED, Flag.FALLBACK),
    "a call with the fallback's credential is cut": (Event.CUT, Flag.FALLBACK),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_rare_troubles_happen(trouble):
    kind, flag = TROUBLES[trouble]
    assert np.count_nonzero(of(kind)["flags"] & flag) >= 3


def test_attackers_read_secrets_again_and_rob_several_tasks_at_once():
    again = several = inside = 0
    for case, _, log in (each for numbers in (EVEN, ODD) for each in seen(numbers)):
        stored = [edge.id for edge in case.world.edges if edge.relation == "stores"]
        reads = log[(log["kind"] == Event.OBTAINED) & np.isin(log["edge"], stored)]
        again += len(reads) - len(np.unique(reads[["intrusion", "edge"]]))
        robbed = log[(log["kind"] == Event.CAPTURED) & (log["task"] == -1) & (log["intrusion"] != -1)]
        several += len(robbed) - len(np.unique(robbed[["at", "agent", "other", "edge"]]))
        inside = max(inside, log["intrusion"][log["kind"] == Event.COMPROMISED].max(initial=-1))
    assert again > 100
    assert several > 10
    assert inside > 10


# --- ties ---
def ties(log: Any) -> int:
    """Rows that happen at the tick of the row before, by another agent, credential or intrusion."""
    here, before = log[1:], log[:-1]
    unlike = np.any([here[name] != before[name] for name in ("agent", "credential", "intrusion")], axis=0)
    return int(np.count_nonzero(unlike & (here["at"] == before["at"])))


def test_on_the_grid_much_happens_at_the_same_tick():
    shares = [sum(ties(log) for _, _, log in seen(n)) / sum(len(log) for _, _, log in seen(n)) for n in (ODD, EVEN)]
    crowds = [np.bincount(np.unique(log["at"], return_inverse=True)[1]) for _, _, log in seen(ODD) if len(log)]
    assert shares[0] > 0.4
    assert shares[0] > 1.5 * shares[1]
    assert np.mean([crowd.mean() for crowd in crowds]) > 3


def test_runs_are_small():
    sizes = [len(log) for numbers in (EVEN, ODD) for _, _, log in seen(numbers)]
    assert 200 < np.median(sizes) < 3_000
    assert max(sizes) < 30_000
    assert LOG.itemsize == 64
