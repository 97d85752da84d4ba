"""Where tasks come from, and what becomes of agents: arrivals, places, retirement."""

from __future__ import annotations

from typing import Any

from sim.engine.compiled import chains, laws, pools, schedule
from sim.engine.compiled.draws import nth, uniform
from sim.engine.compiled.jit import hot, rare
from sim.engine.compiled.memory import chosen
from sim.engine.compiled.schedule import later, starts
from sim.engine.compiled.taking import take
from sim.engine.compiled.words import ARRIVAL, TASK_KIND, TENURE
from sim.model import calendar

POISSON, REGULAR, LOOP, RETIREMENT = range(4)
"""Kinds of source."""
NOBODY = -1


@hot
def _new_task(sim: Any, agent: int, number: int, source: int) -> int:
    """A task has come by itself; source: the loop that waits for its end, or nobody."""
    tasks = sim.populations[sim.agents[agent].population].tasks
    return fresh(sim, agent, number, source, chosen(sim, tasks, TASK_KIND, agent, number >> 3, number & 7))


@hot
def fresh(sim: Any, agent: int, number: int, source: int, kind: int) -> int:
    """A row for a task that has come to an agent."""
    task = take(sim, pools.TASKS, sim.tasks)
    t = sim.tasks[task]
    t.agent, t.number, t.source, t.arrived, t.kind = agent, number, source, sim.now[0].time, kind
    t.waited, t.held, t.step, t.tool, t.link = 0, 0, 0, -1, -1
    t.held_up, t.approved, t.change, t.marked = 0, -1, -1, 0
    t.who, t.which, t.stand, t.parent, t.depth, t.top, t.chained = agent, number, kind, -1, 0, -1, 0
    return task


@rare
def source_starts(sim: Any, number: int) -> None:
    """A source begins."""
    s = sim.sources[number]
    if s.kind == RETIREMENT:
        law = sim.populations[sim.agents[s.agent].population].tenure
        stays = laws.ticks(sim, law, uniform(sim, TENURE, s.agent, 0, 0, 0))
        later(sim, stays, schedule.RETIRES, number)
        return
    s.number = s.place
    if s.kind == LOOP:
        _pause(sim, number)
        return
    if s.kind == REGULAR:
        s.at = sim.populations[sim.agents[s.agent].population].first
    else:
        _draw_next(sim, number)
    _wait(sim, number)


@hot
def source_comes(sim: Any, number: int) -> None:
    """A task comes to its agent by itself, and the next one is waited for."""
    s = sim.sources[number]
    if sim.agents[s.agent].retired:
        return
    s.number += 1
    if s.kind == POISSON:
        _draw_next(sim, number)  # before the task gets its row, which is done while the processor waits for the number
    starts(sim, schedule.TASK_COMES, _new_task(sim, s.agent, s.number - 1, NOBODY))
    _wait(sim, number)


@rare
def comes_in_loop(sim: Any, number: int) -> int:
    """A pause is over; the task that starts at once, if any does."""
    s = sim.sources[number]
    agent = sim.agents[s.agent]
    population = sim.populations[agent.population]
    if agent.retired or sim.now[0].time >= population.until:
        return NOBODY
    task = _new_task(sim, s.agent, s.number, number)
    if not population.receives:
        return task
    line_up(sim, task)
    return NOBODY


@hot
def _draw_next(sim: Any, number: int) -> None:
    s = sim.sources[number]
    row = sim.populations[sim.agents[s.agent].population]
    s.worked += laws.value(sim, row.gap, nth(sim, ARRIVAL, s.agent, s.number))
    s.at = calendar.moment(s.worked, sim.calendar_weights[row.calendar], sim.calendar_before[row.calendar])


@hot
def _wait(sim: Any, number: int) -> None:
    """The next one comes at its time, unless that is too late."""
    s = sim.sources[number]
    row = sim.populations[sim.agents[s.agent].population]
    if s.at < row.until:
        later(sim, s.at - sim.now[0].time, schedule.SOURCE, number)
        s.at += row.every


@hot
def _pause(sim: Any, number: int) -> None:
    """The loop's next one comes after a pause."""
    s = sim.sources[number]
    pause = sim.populations[sim.agents[s.agent].population].pause
    wait = laws.ticks(sim, pause, nth(sim, ARRIVAL, s.agent, s.number))
    # One tick more than nothing keeps time moving when pauses and tasks can take no time at all.
    later(sim, max(wait, 1), schedule.PAUSED, number)


@rare
def next_in_loop(sim: Any, number: int) -> None:
    """The loop's task is over: the next one comes after a pause."""
    s = sim.sources[number]
    s.number += sim.populations[sim.agents[s.agent].population].concurrency
    _pause(sim, number)


# --- places ---
@hot
def line_up(sim: Any, task: int) -> None:
    """The task waits for one of its agent's places."""
    agent = sim.tasks[task].agent
    chains.append(sim.agents[agent].queue, sim.tasks, task)
    grant(sim, agent)


@hot
def grant(sim: Any, number: int) -> None:
    """Give a free place to the first in line: to one at a time, like SimPy."""
    agent = sim.agents[number]
    if agent.queue.head >= 0 and agent.in_use < sim.populations[agent.population].concurrency:
        agent.in_use += 1
        later(sim, 0, schedule.PLACE_GRANTED, chains.take_first(agent.queue, sim.tasks))


@hot
def leave(sim: Any, number: int) -> None:
    """The place is free at once; who is next gets it in an event of its own."""
    sim.agents[number].in_use -= 1
    later(sim, 0, schedule.PLACE_RELEASED, number)
