"""Draws of a step's first attempt, remembered for the next strategy: the same agents call the same tools under each."""

from __future__ import annotations

from typing import Any

from sim.engine.compiled import laws
from sim.engine.compiled.draws import uniform
from sim.engine.compiled.jit import hot
from sim.engine.compiled.state import MEMORY
from sim.engine.compiled.words import CAPTURE, DURATION, FAILURE, NEXT_TOOL, OBJECTIVE, THINKING


@hot
def drawn(sim: Any, law: int, stream: int, agent: int, task: int, place: int) -> int:
    """The ticks of a law at a task's address; a constant needs no draw."""
    constant = laws.constant(sim, law)
    return constant if constant >= 0 else laws.ticks(sim, law, uniform(sim, stream, agent, task, place, 0))


@hot
def chosen(sim: Any, choice: int, stream: int, entity: int, i: int, j: int) -> int:
    """The thing that the draw chooses; see sim.model.rows.Weighted. A single one needs no draw."""
    return chosen_of(sim, choice, stream, entity, i, j, 0)


@hot
def chosen_of(sim: Any, choice: int, stream: int, entity: int, i: int, j: int, sub: int) -> int:
    """The same in a sub-stream."""
    row = sim.choices[choice]
    if row.count == 1:
        return sim.things[row.first]
    u = uniform(sim, stream, entity, i, j, sub)
    for place in range(row.first, row.first + row.count):
        if u < sim.weights[place]:
            return sim.things[place]
    return sim.things[row.first + row.count - 1]


@hot
def captured(sim: Any, agent: int, task: int, place: int) -> int:
    """Is the credential copied into any channel?"""
    if sim.rules[0].copies:
        for channel in range(sim.rules[0].channels):
            chance = sim.channels[channel].per_use
            if chance > 0.0 and uniform(sim, CAPTURE, agent, task, place, channel) < chance:
                return 1
    return 0


@hot
def comes(sim: Any, agent: int, task: int, step: int) -> int:
    """May the objective change after the call, for what the draws say?"""
    for change in range(sim.rules[0].changes):
        if uniform(sim, OBJECTIVE, agent, task, step, change) < sim.changes[change].chance:
            return 1
    return 0


@hot
def recall(sim: Any, task: int) -> int:
    """Where the draws of the task's present step are."""
    t, place, owner = sim.tasks[task], 0, -1
    if sim.rules[0].remembers:
        owner = t.who << 32 | t.which
        place = (t.who * 40_503 + t.which * 2_654_435 + t.step) & (MEMORY - 1)
    memo = sim.memo[place]
    if owner < 0 or memo.owner != owner:  # a task has fewer steps than there are places, so no two of them share one
        _draw(sim, task, place)
        memo.owner = owner
    return place


@hot
def _draw(sim: Any, task: int, place: int) -> None:
    t, memo = sim.tasks[task], sim.memo[place]
    kind, agent, number, step = sim.kinds[t.kind], t.who, t.which, t.step
    if t.top >= 0:
        memo.tool = t.tool
    elif kind.start < 0:
        memo.tool = sim.steps[kind.steps + step - t.chained]
    else:
        choice = kind.start if step == 0 else sim.then[t.kind, t.tool]
        memo.tool = chosen(sim, choice, NEXT_TOOL, agent, number, step)
    tool = sim.tools[memo.tool]
    memo.thinking = 0 if t.top >= 0 else drawn(sim, kind.thinking, THINKING, agent, number, step)
    memo.took = drawn(sim, tool.duration, DURATION, agent, number, step)
    memo.fails = tool.fails > 0.0 and uniform(sim, FAILURE, agent, number, step, 0) < tool.fails
    memo.hit = captured(sim, agent, number, step)
    memo.turns = comes(sim, agent, number, step) if sim.rules[0].changes else 0
