"""How much there is to simulate, before it is simulated: scheduler events, right within a factor of two or so."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sim.inputs.estate import Population, TaskKind
from sim.inputs.schema import Scenario
from sim.inputs.serving import by_fallback
from sim.inputs.size import Led, expected_tasks, mean, per_task
from sim.inputs.strategy import SHORT, Knobs, Strategy

TASK, CALL, AGAIN = 5, 2, 2
"""SimPy events: of a task that arrives, waits its turn and ends; of a call (thinking, the call); of a retry."""
REQUEST, REVOCATION, RENEWAL, LEAK = 3, 3, 4, 6
"""Of a request to the issuer; of a revocation; of a renewal with its request; of what follows from a leak."""
APPROVAL = 1
"""Of a request for approval: no call makes more than one, as a rule."""


@dataclass(frozen=True)
class Load:
    """What one population does in one replication.

    Attributes:
        agents: how many.
        roles: that each agent uses.
        tasks: of all agents.
        calls: of a task.
        retries: of a call.
        held: roles that a task holds a credential of.
        work: ticks from a task's start to its end.
    """

    agents: int
    roles: float
    tasks: float
    calls: float
    retries: float
    held: float
    work: float


def expected_events(scenario: Scenario, strategies: Iterable[str]) -> float:
    """Scheduler events of the reference engine in one replication of these strategies, roughly."""
    led = Led(scenario)
    loads = [_load(scenario, population, led) for population in scenario.agents.values()]
    return sum(_under(scenario, scenario.strategies[name], loads) for name in strategies)


def _under(scenario: Scenario, strategy: Strategy, loads: list[Load]) -> float:
    worked = sum(one.tasks * (TASK + one.calls * (CALL + AGAIN * one.retries)) for one in loads)
    parts = list(_parts(scenario, strategy, loads))
    issued = sum(_issuing(scenario, knobs, one) for knobs, part in parts for one in part)
    issued += sum(one.tasks * one.calls * APPROVAL for one in loads) if strategy.approval else 0.0
    leaked = sum(_copies(scenario, loads)) + sum(_exposed(scenario, knobs, part) for knobs, part in parts)
    outages = scenario.issuer.outages
    cycle = mean(outages.between) + mean(outages.lasting) if outages else math.inf
    return worked + issued + leaked + 2 * scenario.horizon / max(cycle, 1.0)


def _parts(scenario: Scenario, strategy: Strategy, loads: list[Load]) -> Iterator[tuple[Knobs, list[Load]]]:
    """The strategy's own knobs and its fallback's, each with its part of the roles, which are taken to be alike."""
    used = {tool.uses for tool in scenario.estate.tools.values()}
    fallen = len(by_fallback(strategy, scenario.estate)) / len(used)
    for knobs, share in ((strategy, 1 - fallen), (strategy.fallback, fallen)):
        if knobs is not None and share:
            yield (
                knobs,
                [
                    replace(one, roles=one.roles * share, held=one.held * share, calls=one.calls * share)
                    for one in loads
                ],
            )


def _issuing(scenario: Scenario, strategy: Knobs, load: Load) -> float:
    """Events of issuing, renewing, rotating and revoking the credentials of a population."""
    horizon, life = scenario.horizon, strategy.lifetime or math.inf
    period = life * strategy.renewal.at if strategy.renewal else life
    if strategy.issuance == "standing":
        return load.agents * load.roles * horizon / strategy.rotation.every if strategy.rotation else 0.0
    if strategy.issuance == "leased":
        leases = load.agents * load.roles * max(1.0, horizon / period)
        # Without renewal nobody asks for a lease more often than one is needed.
        return RENEWAL * (leases if strategy.renewal else min(leases, load.tasks * load.held))
    ends = strategy.revocation
    after = (REVOCATION if ends.task_end or ends.action_end else 0) + (2 if strategy.renewal else 0)
    if strategy.issuance == "per-action":
        again = load.work / period if strategy.renewal else 0.0
        return load.tasks * (load.calls * (REQUEST + after) + again * RENEWAL)
    # Roles are taken up along the way: a credential is held for half of its task, one way or another.
    again = min(load.work / 2 / period, load.calls)
    begun = load.tasks * load.held * (REQUEST + after)
    return begun + load.tasks * load.held * again * RENEWAL


def _copies(scenario: Scenario, loads: list[Load]) -> Iterator[float]:
    """Events of copies made by use and what follows, by channel."""
    called = sum(one.tasks * one.calls for one in loads)
    for channel in scenario.leaks.values():
        yield called * (channel.per_use or 0.0) * LEAK


def _exposed(scenario: Scenario, strategy: Knobs, loads: list[Load]) -> float:
    """Events of exposures and what follows, of all channels."""
    places = sum(one.agents * one.roles for one in loads)
    channels = scenario.leaks.values()
    rates = sum(c.at_rest or 0.0 for c in channels if strategy.issuance in c.holds and strategy.custody in c.custody)
    taken = places * scenario.horizon * sum(c.takeover or 0.0 for c in channels) * LEAK
    return taken + places * scenario.horizon * rates * (1 + (LEAK if strategy.issuance not in SHORT else 0))


def _load(scenario: Scenario, population: Population, led: Led) -> Load:
    """Tasks that are handed over count where the calls are made that hand them over."""
    kinds = [scenario.tasks[kind] for kind in population.tasks]
    set_off = per_task(scenario, population, led.tasks)
    return Load(
        agents=population.count,
        roles=len({scenario.estate.tools[tool].uses for kind in kinds for tool in _tools(kind)}),
        tasks=expected_tasks(scenario, population) * set_off,
        calls=per_task(scenario, population, led.calls) / set_off,
        retries=per_task(scenario, population, _retries),
        held=per_task(scenario, population, _held),
        work=per_task(scenario, population, _work),
    )


def _tools(kind: TaskKind) -> list[str]:
    if kind.steps:
        return list(kind.steps)
    chain = kind.markov
    return list(dict.fromkeys([*chain.start, *(t for row in chain.then.values() for t in row)])) if chain else []


def _retries(scenario: Scenario, kind: TaskKind) -> float:
    tools = [scenario.estate.tools[name] for name in _tools(kind)]
    return sum(sum(tool.fails**n for n in range(1, tool.retries + 1)) for tool in tools) / max(1, len(tools))


def _held(scenario: Scenario, kind: TaskKind) -> float:
    """Roles out of those of its tools that a task comes to use, were each call as likely to use any."""
    roles = len({scenario.estate.tools[name].uses for name in _tools(kind)})
    return float(roles) if kind.steps or not roles else roles * (1 - (1 - 1 / roles) ** _made(kind))


def _made(kind: TaskKind) -> float:
    """Calls of a task's own chain."""
    return float(len(kind.steps)) if kind.steps else mean(kind.markov.length) if kind.markov else 0.0


def _work(scenario: Scenario, kind: TaskKind) -> float:
    """Ticks from the start of a task to its end, were each call as likely to use any of its tools."""
    tools = _tools(kind)
    called = sum(mean(scenario.estate.tools[name].duration) for name in tools) / max(1, len(tools))
    return _made(kind) * (mean(kind.thinking) + called)
