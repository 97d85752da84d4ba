"""Changes of objective: by an injection that an agent follows, or by drift; and what a task calls from then on."""

from __future__ import annotations

from typing import Any

from sim.engine.compiled import laws
from sim.engine.compiled.draws import uniform
from sim.engine.compiled.jit import hot, rare
from sim.engine.compiled.log import emit
from sim.engine.compiled.memory import captured, chosen_of, drawn
from sim.engine.compiled.rows import BY_BOTH, BY_TASK
from sim.engine.compiled.words import (
    CHANGED,
    DIVERTED_LENGTH,
    DIVERTED_TOOL,
    DURATION,
    FAILURE,
    FOLLOWED,
    OBJECTIVE,
    OBJECTIVE_CHANGED,
    OUTSIDE,
    SUSCEPTIBILITY,
    THINKING,
)

LONGEST = 10_000
"""Calls of a task at most, those for another objective included."""


@rare
def called(sim: Any, task: int) -> None:
    """A call has ended well, and the draws say that the objective may change: does it?"""
    t = sim.tasks[task]
    population = sim.agents[t.agent].population
    for change in range(sim.rules[0].changes):
        if not sim.turning[change, t.tool] or not sim.swayed[change, population]:
            continue
        comes = uniform(sim, OBJECTIVE, t.who, t.which, t.step, change) < sim.changes[change].chance
        if comes and _follows(sim, task, change):
            _change(sim, task, change)
            return


@hot
def _follows(sim: Any, task: int, change: int) -> bool:
    """Drift always leads away; an injection only agents who follow it, each by a chance of its own."""
    t, row = sim.tasks[task], sim.changes[change]
    if row.followed < 0:
        return True
    susceptible = laws.value(sim, row.followed, uniform(sim, SUSCEPTIBILITY, t.agent, change, 0, 0))
    return uniform(sim, FOLLOWED, t.who, t.which, t.step, change) < susceptible


@hot
def _change(sim: Any, task: int, change: int) -> None:
    t = sim.tasks[task]
    t.change = change
    u = uniform(sim, DIVERTED_LENGTH, t.who, t.which, change, 0)
    further = min(laws.ticks(sim, sim.changes[change].length, u), LONGEST - t.step - 1)
    t.length = t.step + 1 - t.chained + further
    if t.top < 0:
        t.top = t.tool
    t.left = 0  # nothing more follows from the call before
    emit(sim, OBJECTIVE_CHANGED, -1, change, t.agent, t.number, t.step, -1, 0, further)


@rare
def next_call(sim: Any, task: int) -> int:
    """What the task calls next for its other objective, and what befalls it; how long it thinks before."""
    t = sim.tasks[task]
    t.tool = chosen_of(sim, sim.changes[t.change].calls, DIVERTED_TOOL, t.who, t.which, t.step, t.change)
    befall(sim, task)
    return drawn(sim, sim.kinds[t.kind].thinking, THINKING, t.who, t.which, t.step)


@rare
def befall(sim: Any, task: int) -> None:
    """What befalls the present call; these draws are not remembered, as the memory holds those of own chains."""
    t = sim.tasks[task]
    tool, step = sim.tools[t.tool], t.step
    t.took = drawn(sim, tool.duration, DURATION, t.who, t.which, step)
    t.fails = tool.fails > 0.0 and uniform(sim, FAILURE, t.who, t.which, step, 0) < tool.fails
    t.hit = captured(sim, t.who, t.which, step)
    t.turns = 0


# --- what follows from it ---
@rare
def flags(sim: Any, task: int) -> int:
    """What the rows of a call tell of its objective."""
    if sim.tasks[task].change < 0:
        return 0
    return CHANGED | OUTSIDE if outside(sim, task) else CHANGED


@hot
def outside(sim: Any, task: int) -> bool:
    """Whether a call leaves the task: for another objective, and touching something that the task does not need."""
    t = sim.tasks[task]
    return t.change >= 0 and sim.outside[t.kind, t.tool] > 0


@rare
def out_of_scope(sim: Any, task: int) -> bool:
    """Whether a credential that was narrowed to its task is refused where a call for another objective goes."""
    t = sim.tasks[task]
    if t.change < 0:
        return False
    c = sim.credentials[t.credential]
    return c.scope in (BY_TASK, BY_BOTH) and sim.outside[c.task_kind, t.tool] > 0
