"""A policy set as the numbers that the engines look decisions up in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.events import Verdict
from sim.core.units import SECOND
from sim.inputs.policies.soundness import ids
from sim.inputs.policies.space import Call, space
from sim.inputs.policies.table import table
from sim.inputs.schema import Scenario

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class PolicyTable:
    """The decisions of one policy set on everything that agents can do.

    Attributes:
        first: ((depth × populations + population) × kinds + kind, tool) → the call's first entry; -1: it cannot occur.
        call_steps, age_steps: numbers of calls, and ages in ticks, from which policies see them.
        verdicts: by entry, of core.events.Verdict.
        reasons: by entry the names (@id) of the policies that it rests on; none: no policy permits it.
        calls: that each `block` of entries is about.
    """

    name: str
    first: Array
    call_steps: tuple[int, ...]
    age_steps: tuple[int, ...]
    verdicts: Array
    reasons: tuple[tuple[str, ...], ...]
    calls: tuple[Call, ...]
    block: int

    def call(self, entry: int) -> Call:
        """What an entry is a decision on."""
        return self.calls[entry // self.block]

    def by_error(self, entry: int) -> bool:
        """Whether an entry is a denial that rests on a policy's failure alone."""
        return bool(self.verdicts[entry] == Verdict.BY_ERROR)


def policy_tables(scenario: Scenario) -> Mapping[str, PolicyTable]:
    """The policy sets that strategies ask, by name; the policies are known to be sound."""
    used = {strategy.policy for strategy in scenario.strategies.values()}
    return {name: _table(scenario, name) for name in scenario.policies if name in used}


def _table(scenario: Scenario, name: str) -> PolicyTable:
    policies = scenario.policies[name]
    text, asked = policies.text or "", space(scenario, policies)
    found, names = table(text, policies.on_error == "skip", asked), ids(text)
    known = {numbers: tuple(names[number] for number in numbers) for numbers in set(found.reasons)}
    kinds = {kind: number for number, kind in enumerate(scenario.tasks)}
    populations = {population: number for number, population in enumerate(scenario.agents)}
    tools = {tool: number for number, tool in enumerate(scenario.estate.tools)}
    deepest = max((call.depth for call in asked.calls), default=0)
    first = np.full(((deepest + 1) * len(populations) * len(kinds), len(tools)), -1, np.int64)
    for number, call in enumerate(asked.calls):
        who = (call.depth * len(populations) + populations[call.population]) * len(kinds) + kinds[call.kind]
        first[who, tools[call.tool]] = number * asked.block
    return PolicyTable(
        name=name,
        first=first,
        call_steps=asked.call_steps,
        age_steps=tuple(age * SECOND for age in asked.age_steps),
        verdicts=found.verdicts,
        reasons=tuple(known[numbers] for numbers in found.reasons),
        calls=asked.calls,
        block=asked.block,
    )
