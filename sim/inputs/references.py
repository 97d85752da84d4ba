"""Names that must lead somewhere: every reference of a scenario, with its place."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from sim.inputs import chaining, delegation, diverting, serving
from sim.inputs.budgets import UNITS
from sim.inputs.estate import TaskKind
from sim.inputs.messages import shown_key, unknown_name
from sim.inputs.policies.files import as_named
from sim.inputs.schema import Scenario
from sim.inputs.touching import untouchable
from sim.inputs.tree import Place, Problems, Tree, find

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Reference:
    """A name at a place that must be one of the names of a section."""

    thing: str
    name: str
    among: Collection[str]
    path: Path
    key: bool = False
    """The name is a key rather than a value."""


def check(scenario: Scenario, tree: Tree, problems: Problems) -> None:
    """Note every reference that leads nowhere, every task that its tools cannot do, every tool that is not served."""
    dangling = [each for each in references(scenario) if each.name not in each.among]
    for each in dangling:
        problems.add(_place(tree, each.path, each.key), partial(unknown_name, each.thing, each.name, each.among))
    _check_approvers(scenario, tree, problems)
    if not dangling:
        chaining.check(scenario, tree, problems)
        delegation.check(scenario, tree, problems)
        _check_tasks(scenario, tree, problems)
        serving.check(scenario, tree, problems)
        diverting.check(scenario, tree, problems)


def _place(tree: Tree, path: Path, key: bool) -> Place:
    found = find(tree, *path)
    return found.place if key else found.tree.place


def references(scenario: Scenario) -> Iterator[Reference]:
    """Every reference in the scenario, in reading order of the sections."""
    yield from _estate(scenario)
    for kind, task in scenario.tasks.items():
        yield from _task(scenario, ("tasks", kind), task)
    for name, population in scenario.agents.items():
        path: Path = ("agents", name)
        yield from _keys("task kind", population.tasks, scenario.tasks, (*path, "tasks"))
        yield from _list("tool", population.also_calls, scenario.estate.tools, (*path, "also-calls"))
        poisson = population.arrivals.poisson
        if poisson and poisson.profile:
            place = (*path, "arrivals", "poisson", "profile")
            yield Reference("profile", poisson.profile, scenario.profiles, place)
    for name, change in scenario.objective_changes.items():
        path = ("objective-changes", name)
        yield from _list("population of agents", change.agents or (), scenario.agents, (*path, "agents"))
        yield from _keys("tool", change.calls, scenario.estate.tools, (*path, "calls"))
    for name, channel in scenario.leaks.items():
        yield from _list("tool", channel.tools or (), scenario.estate.tools, ("leaks", name, "tools"))
        yield from _list("population of agents", channel.agents or (), scenario.agents, ("leaks", name, "agents"))
    if scenario.defender.staffed:
        yield Reference("profile", scenario.defender.staffed, scenario.profiles, ("defender", "staffed"))
    if scenario.approvers and scenario.approvers.hours:
        yield Reference("profile", scenario.approvers.hours, scenario.profiles, ("approvers", "hours"))
    for name, strategy in scenario.strategies.items():
        if strategy.policy:
            sets = (*scenario.policies, *as_named())
            yield Reference("policy set", strategy.policy, sets, ("strategies", name, "policy"))
        if strategy.approval:
            path = ("strategies", name, "approval", "tools")
            yield from _list("tool", strategy.approval.tools, scenario.estate.tools, path)
    if scenario.baseline:
        yield Reference("strategy", scenario.baseline, scenario.strategies, ("baseline",))
    for name, budget in scenario.budgets.items():
        yield Reference("metric", budget.metric, UNITS, ("budgets", name, "metric"))
        yield from _list("strategy", budget.strategies or (), scenario.strategies, ("budgets", name, "strategies"))


def _estate(scenario: Scenario) -> Iterator[Reference]:
    estate, at = scenario.estate, "estate"
    for name, resource in estate.resources.items():
        yield from _list("secret", resource.stores, estate.secrets, (at, "resources", name, "stores"))
    for name, secret in estate.secrets.items():
        yield Reference("role", secret.opens, estate.roles, (at, "secrets", name, "opens"))
    for name, role in estate.roles.items():
        path: Path = (at, "roles", name)
        yield from _keys("resource", role.can, estate.resources, (*path, "can"))
        yield from _list("role", role.assumes, estate.roles, (*path, "assumes"))
        yield from _list("role", role.mints, estate.roles, (*path, "mints"))
    for name, tool in estate.tools.items():
        yield Reference("role", tool.uses, estate.roles, (at, "tools", name, "uses"))
        yield from _list("resource", tool.touches or (), estate.resources, (at, "tools", name, "touches"))
        yield from _list("tool", tool.calls, estate.tools, (at, "tools", name, "calls"))
        if tool.delegates:
            path = (at, "tools", name, "delegates")
            yield Reference("population", tool.delegates.to, scenario.agents, (*path, "to"))
            yield Reference("task kind", tool.delegates.task, scenario.tasks, (*path, "task"))


def _task(scenario: Scenario, path: Path, task: TaskKind) -> Iterator[Reference]:
    tools = scenario.estate.tools
    yield from _list("resource", task.needs, scenario.estate.resources, (*path, "needs"))
    yield from _list("tool", task.steps or (), tools, (*path, "steps"))
    if task.markov:
        yield from _keys("tool", task.markov.start, tools, (*path, "markov", "start"))
        yield from _keys("tool", task.markov.then, tools, (*path, "markov", "then"))
        for tool, row in task.markov.then.items():
            yield from _keys("tool", row, tools, (*path, "markov", "then", tool))


def _list(thing: str, names: Iterable[str], among: Collection[str], path: Path) -> Iterator[Reference]:
    for number, name in enumerate(names):
        yield Reference(thing, name, among, (*path, number))


def _keys(thing: str, names: Iterable[str], among: Collection[str], path: Path) -> Iterator[Reference]:
    for name in names:
        yield Reference(thing, name, among, (*path, name), key=True)


def _check_approvers(scenario: Scenario, tree: Tree, problems: Problems) -> None:
    if scenario.approvers is None:
        for name, strategy in scenario.strategies.items():
            if strategy.approval:
                text = "calls need approval under this strategy, and nobody gives it; add a section approvers"
                problems.add(_place(tree, ("strategies", name), True), text)


def _check_tasks(scenario: Scenario, tree: Tree, problems: Problems) -> None:
    for kind, task in scenario.tasks.items():
        for path, tool in _rowless(task):
            text = f"tool {shown_key(tool)} can be reached from start, but then has no row for it, or an empty one"
            problems.add(_place(tree, ("tasks", kind, "markov", *path), True), text)
    for kind, number, resource in untouchable(scenario):
        text = f"no tool of this task has a role that can touch {shown_key(resource)}"
        problems.add(_place(tree, ("tasks", kind, "needs", number), False), text)


def _rowless(task: TaskKind) -> Iterator[tuple[Path, str]]:
    """Tools that a chain can come to and not leave, with the path of a key that leads there."""
    if task.markov is None:
        return
    queue: deque[tuple[Path, str]] = deque((("start", tool), tool) for tool in task.markov.start)
    seen = set(task.markov.start)
    while queue:
        path, tool = queue.popleft()
        row = task.markov.then.get(tool)
        if not row:
            yield path, tool
        for after in row or ():
            if after not in seen:
                seen.add(after)
                queue.append((("then", tool, after), after))
