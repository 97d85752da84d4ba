"""How much a scenario would have to simulate, roughly; what would never end is refused before it starts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sim.inputs.distributions import Distribution, Empirical, Lognormal, Part
from sim.inputs.estate import Population, TaskKind
from sim.inputs.schema import Scenario
from sim.inputs.strategy import Strategy
from sim.inputs.tree import Problems, Tree, find

MOST_TASKS = 200_000_000
MOST_CALLS = 2_000_000_000
MOST_EVENTS = 200_000_000
"""What takes hours on the compiled engine; numbers of credentials and tasks in the log end at 2^31."""
_P95 = 1.6448536269514722


@dataclass(frozen=True)
class Amount:
    """Something expected within the horizon, in one replication."""

    what: str
    expected: float
    at_most: int
    path: tuple[str, ...]


def check(scenario: Scenario, tree: Tree, problems: Problems) -> None:
    """Note what is expected to happen too often within the horizon."""
    for amount in amounts(scenario):
        if not amount.expected <= amount.at_most:
            how = f"about {amount.expected:.2g}" if math.isfinite(amount.expected) else "no end of"
            problems.add(
                find(tree, *amount.path).tree.place,
                f"too much to simulate: {how} {amount.what} expected in a replication, at most {amount.at_most}",
            )


def amounts(scenario: Scenario) -> Iterator[Amount]:
    """What is expected to happen, and how much of it is allowed."""
    tasks = calls = 0.0
    for name, population in scenario.agents.items():
        more = expected_tasks(scenario, population)
        tasks, calls = tasks + more, calls + more * _per_task(scenario, population, _calls)
        path = ("agents", name, "arrivals")
        yield Amount("tasks are", tasks, MOST_TASKS, path)
        yield Amount("calls are", calls, MOST_CALLS, path)
    holdings = sum(p.count for p in scenario.agents.values()) * len(scenario.estate.roles)
    yield Amount("credentials are", holdings, MOST_EVENTS, ("agents",))
    for name, channel in scenario.leaks.items():
        exposures = (channel.at_rest or 0.0) * scenario.horizon * holdings
        yield Amount("exposures are", exposures, MOST_EVENTS, ("leaks", name, "at-rest"))
    for name, strategy in scenario.strategies.items():
        yield from _strategy(scenario, name, strategy, holdings)
    if scenario.issuer.outages:
        cycle = mean(scenario.issuer.outages.between) + mean(scenario.issuer.outages.lasting)
        yield Amount("outages are", _often(scenario.horizon, cycle), MOST_EVENTS, ("issuer", "outages"))


def _strategy(scenario: Scenario, name: str, strategy: Strategy, holdings: int) -> Iterator[Amount]:
    if strategy.rotation:
        rotations = holdings * scenario.horizon / strategy.rotation.every
        yield Amount("rotations are", rotations, MOST_EVENTS, ("strategies", name, "rotation", "every"))
    if strategy.renewal and strategy.lifetime:
        period = strategy.lifetime * strategy.renewal.at
        busy = float(holdings * scenario.horizon)
        if strategy.issuance == "per-task":
            busy = sum(_busy(scenario, each) for each in scenario.agents.values())
        yield Amount("renewals are", _often(busy, period), MOST_EVENTS, ("strategies", name, "lifetime"))


def _busy(scenario: Scenario, population: Population) -> float:
    """Ticks that credentials of tasks are held, by the agents of a population and all their roles."""
    return expected_tasks(scenario, population) * _per_task(scenario, population, _work) * len(scenario.estate.roles)


def expected_tasks(scenario: Scenario, population: Population) -> float:
    """Tasks that arrive within the horizon, at all agents of a population."""
    arrivals = population.arrivals
    span = min(scenario.horizon, arrivals.until or scenario.horizon)
    if arrivals.poisson:
        return population.count * arrivals.poisson.rate * span
    if arrivals.every:
        return population.count * math.ceil(max(0, span - arrivals.every.first) / arrivals.every.interval)
    if arrivals.closed_loop:
        cycle = mean(arrivals.closed_loop.pause) + _per_task(scenario, population, _work)
        return population.count * population.concurrency * _often(span, cycle)
    return 0.0


def _per_task(scenario: Scenario, population: Population, of: Callable[[Scenario, TaskKind], float]) -> float:
    total = sum(population.tasks.values())
    return sum(weight / total * of(scenario, scenario.tasks[kind]) for kind, weight in population.tasks.items())


def _calls(_: Scenario, task: TaskKind) -> float:
    return float(len(task.steps)) if task.steps else mean(task.markov.length) if task.markov else 0.0


def _work(scenario: Scenario, task: TaskKind) -> float:
    """Ticks from the start of a task to its end; of a chain the shortest call counts."""
    tools = scenario.estate.tools
    if task.steps:
        called = sum(mean(tools[tool].duration) for tool in task.steps)
        return called + len(task.steps) * mean(task.thinking)
    shortest = min(mean(tool.duration) for tool in tools.values())
    return _calls(scenario, task) * (mean(task.thinking) + shortest)


def _often(span: float, period: float) -> float:
    return span / period if period > 0 else math.inf


def mean(distribution: Distribution[Any]) -> float:
    """The mean, roughly: limits are applied to the mean itself."""
    value = sum(_MEANS[family](getattr(distribution, family)) for family in distribution.families)
    at_least, at_most = distribution.at_least, distribution.at_most
    value = value if at_least is None else max(value, float(at_least))
    return value if at_most is None else min(value, float(at_most))


def _lognormal(law: Lognormal[Any]) -> float:
    if law.mean is not None:
        return float(law.mean)
    median, p95 = float(law.median or 0), float(law.p95 or 0)
    sigma = law.sigma if law.sigma is not None else math.log(p95 / median) / _P95
    return median * math.exp(min(sigma * sigma / 2, 100.0))


def _empirical(law: Empirical[Any]) -> float:
    points = [(at, float(value)) for at, value in (law.quantiles or {}).items()]
    steps = list(pairwise(points))
    ends = points[0][0] * points[0][1] + (1 - points[-1][0]) * points[-1][1]
    return ends + sum((q - p) * (low + high) / 2 for (p, low), (q, high) in steps)


def _mixture(parts: list[Part[Any]]) -> float:
    total = sum(part.weight for part in parts)
    return sum(part.weight / total * mean(part.of) for part in parts)


_MEANS: Mapping[str, Callable[[Any], float]] = {
    "constant": float,
    "lognormal": _lognormal,
    "exponential": lambda law: float(law.mean),
    "weibull": lambda law: float(law.scale) * math.exp(min(math.lgamma(1 + 1 / law.shape), 100.0)),
    "uniform": lambda law: (law.low + law.high) / 2,
    "triangular": lambda law: (law.low + law.mode + law.high) / 3,
    "gamma": lambda law: float(law.mean),
    "beta": lambda law: float(law.low + (law.high - law.low) * law.a / (law.a + law.b)),
    "negative_binomial": lambda law: float(law.mean),
    "geometric": lambda law: float(law.mean),
    "empirical": _empirical,
    "mixture": _mixture,
}
