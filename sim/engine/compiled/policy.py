"""The policy point: whether a call may begin, looked up in the table of decisions."""

from __future__ import annotations

from typing import Any

from sim.engine import rules
from sim.engine.compiled import custody, objectives
from sim.engine.compiled.jit import rare
from sim.engine.compiled.log import emit
from sim.engine.compiled.words import ALLOWED, BY_ERROR, DENIED, ERROR, PERMITTED

OWN, CHANGED = 0, 1
"""Objectives as the table of decisions tells them apart."""


@rare
def permits(sim: Any, task: int) -> bool:
    """Whether the task may begin its present call; there is a policy set."""
    t, plan = sim.tasks[task], sim.rules[0]
    has = sim.held[task, custody.place_of(sim, task)]
    age = sim.now[0].time - sim.credentials[has].issued if has >= 0 else 0
    calls_passed = ages_passed = 0
    while calls_passed < plan.call_steps and sim.call_steps[calls_passed] <= t.step:
        calls_passed += 1
    while ages_passed < plan.age_steps and sim.age_steps[ages_passed] <= age:
        ages_passed += 1
    population, objective = sim.agents[t.agent].population, OWN if t.change < 0 else CHANGED
    first = sim.first_entry[(t.depth * plan.populations + population) * plan.kinds + t.kind, t.tool]
    asks = sim.asking[t.tool]
    entry = rules.entry(first, objective, asks, calls_passed, plan.call_steps, ages_passed, plan.age_steps)
    verdict = sim.verdicts[entry]
    event = PERMITTED if verdict == ALLOWED else DENIED
    flags = objectives.flags(sim, task) | (ERROR if verdict == BY_ERROR else 0)
    emit(sim, event, -1, t.tool, t.agent, t.number, t.step, -1, 0, 0, flags, -1, entry)
    return bool(verdict == ALLOWED)
