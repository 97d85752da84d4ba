"""How much a scenario would have to simulate, roughly; what would never end is refused before it starts."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from sim.inputs.components import components
from sim.inputs.distributions import Distribution, Empirical, Lognormal, Part
from sim.inputs.estate import Population, TaskKind, Tool
from sim.inputs.schema import Scenario
from sim.inputs.strategy import Knobs
from sim.inputs.touching import tools_of
from sim.inputs.tree import Problems, Tree, find

MOST_TASKS = 200_000_000
MOST_CALLS = 2_000_000_000
MOST_EVENTS = 200_000_000
"""What takes hours on the compiled engine; numbers of credentials and tasks in the log end at 2^31."""
_P95 = 1.6448536269514722

OfTask = Callable[[Scenario, TaskKind], float]
"""A number that every kind of task has."""


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
    tasks = called = busy = 0.0
    work, led = _Work(scenario), Led(scenario)
    for name, population in scenario.agents.items():
        more = expected_tasks(scenario, population, work)
        tasks += more * per_task(scenario, population, led.tasks)
        calling = per_task(scenario, population, led.calls)
        called += more * (calling + _for_others(scenario, name, calling))
        busy += more * per_task(scenario, population, work)
        path = ("agents", name, "arrivals")
        yield Amount("tasks are", tasks, MOST_TASKS, path)
        yield Amount("calls are", called, MOST_CALLS, path)
    holdings = sum(p.count for p in scenario.agents.values()) * len(scenario.estate.roles)
    yield Amount("credentials are", holdings, MOST_EVENTS, ("agents",))
    for name, channel in scenario.leaks.items():
        exposures = (channel.at_rest or 0.0) * scenario.horizon * holdings
        yield Amount("exposures are", exposures, MOST_EVENTS, ("leaks", name, "at-rest"))
        taken = (channel.takeover or 0.0) * scenario.horizon * holdings
        yield Amount("captures by takeovers are", taken, MOST_EVENTS, ("leaks", name, "takeover"))
    for name, strategy in scenario.strategies.items():
        at = ("strategies", name)
        yield from _strategy(scenario, at, strategy, holdings, busy, called)
        if strategy.fallback:
            yield from _strategy(scenario, (*at, "fallback"), strategy.fallback, holdings, busy, called)
    if scenario.issuer.outages:
        cycle = mean(scenario.issuer.outages.between) + mean(scenario.issuer.outages.lasting)
        yield Amount("outages are", _often(scenario.horizon, cycle), MOST_EVENTS, ("issuer", "outages"))


def _strategy(
    scenario: Scenario, at: tuple[str, ...], strategy: Knobs, holdings: int, busy: float, called: float
) -> Iterator[Amount]:
    """What a strategy adds; busy: ticks that all agents are at work on tasks; called: calls that they make."""
    if strategy.issuance == "per-action":
        yield Amount("issuances are", called, MOST_EVENTS, (*at, "issuance"))
    if strategy.rotation:
        rotations = holdings * scenario.horizon / strategy.rotation.every
        yield Amount("rotations are", rotations, MOST_EVENTS, (*at, "rotation", "every"))
    if strategy.renewal and strategy.lifetime:
        period = strategy.lifetime * strategy.renewal.at
        held = {"per-task": busy * len(scenario.estate.roles), "per-action": busy}
        renewed = held.get(strategy.issuance, float(holdings * scenario.horizon))
        yield Amount("renewals are", _often(renewed, period), MOST_EVENTS, (*at, "lifetime"))


def expected_tasks(scenario: Scenario, population: Population, work: OfTask | None = None) -> float:
    """Tasks that arrive within the horizon, at all agents of a population.

    Args:
        work: ticks of a task, as worked out for other populations before.
    """
    arrivals = population.arrivals
    span = min(scenario.horizon, arrivals.until or scenario.horizon)
    if arrivals.poisson:
        return population.count * arrivals.poisson.rate * span
    if arrivals.every:
        return population.count * math.ceil(max(0, span - arrivals.every.first) / arrivals.every.interval)
    if arrivals.closed_loop:
        cycle = mean(arrivals.closed_loop.pause) + per_task(scenario, population, work or _Work(scenario))
        return population.count * population.concurrency * _often(span, cycle)
    return 0.0


def _for_others(scenario: Scenario, population: str, calling: float) -> float:
    """Calls of a task for other objectives than its own, roughly: as if every injection were followed."""
    found = 0.0
    for change in scenario.objective_changes.values():
        if change.agents is None or population in change.agents:
            chance = change.injection.carried if change.injection else change.drift or 0.0
            found += min(1.0, chance * calling) * mean(change.length)
    return found


def per_task(scenario: Scenario, population: Population, of: OfTask) -> float:
    """The mean of a number over the tasks of a population."""
    total = sum(population.tasks.values())
    return sum(weight / total * of(scenario, scenario.tasks[kind]) for kind, weight in population.tasks.items())


class Led:
    """Means of what a task leads to in all, itself included; worked out once for each tool. Attempts count once.

    What a tool leads to, is worked out after all that it leads to; what goes round in a circle, which no task of a
    checked scenario does, counts for nothing.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        tools, tasks = scenario.estate.tools, scenario.tasks
        own = {kind: tools_of(task) for kind, task in tasks.items()} if any(t.delegates for t in tools.values()) else {}
        self._calls: dict[str, float] = {}
        self._tasks: dict[str, float] = {}
        for group in components({name: _after(tool, own) for name, tool in tools.items()}):
            for name in group:
                tool = tools[name]
                self._calls[name] = 1.0 + sum(self._calls.get(after, 0.0) for after in tool.calls)
                self._tasks[name] = sum(self._tasks.get(after, 0.0) for after in tool.calls)
                if tool.delegates:
                    handed = tasks[tool.delegates.task]
                    self._calls[name] += self.calls(scenario, handed)
                    self._tasks[name] += self.tasks(scenario, handed)

    def calls(self, _: Scenario, task: TaskKind) -> float:
        """Calls, those of tasks that are handed over included; of a chain each tool is taken to be as likely."""
        return self._sum(task, self._calls)

    def tasks(self, _: Scenario, task: TaskKind) -> float:
        """Tasks: this one, and those that are handed over."""
        return 1.0 + self._sum(task, self._tasks)

    def _sum(self, task: TaskKind, of: dict[str, float]) -> float:
        if task.steps:
            return sum(of.get(tool, 0.0) for tool in task.steps)
        if task.markov is None:
            return 0.0
        tools = tools_of(task)
        return mean(task.markov.length) * sum(of.get(tool, 0.0) for tool in sorted(tools)) / len(tools)


def _after(tool: Tool, own: dict[str, set[str]]) -> list[str]:
    """Tools that calls of a tool lead to, those of a task that is handed over included."""
    handed: Collection[str] = own.get(tool.delegates.task, ()) if tool.delegates else ()
    return [*tool.calls, *sorted(handed)]


class _Work:
    """Ticks from the start of a task to its end, worked out once for each kind; of a chain the shortest call counts."""

    def __init__(self, scenario: Scenario) -> None:
        tools = scenario.estate.tools
        self._lasting = cache(lambda tool: mean(tools[tool].duration))
        self._shortest = cache(lambda: min(self._lasting(tool) for tool in tools))
        self._known: dict[int, float] = {}

    def __call__(self, _: Scenario, task: TaskKind) -> float:
        if id(task) not in self._known:
            self._known[id(task)] = self._of(task)
        return self._known[id(task)]

    def _of(self, task: TaskKind) -> float:
        thinking = mean(task.thinking)
        if task.steps:
            return sum(self._lasting(tool) for tool in task.steps) + len(task.steps) * thinking
        return (mean(task.markov.length) if task.markov else 0.0) * (thinking + self._shortest())


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
