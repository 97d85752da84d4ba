"""All requests that a scenario can make of its policies: who, what tool, which resource, in which context.

In the shape of AuthZEN's Authorization API 1.0: subject (Cedar's principal), action, resource, context.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from sim.core.units import SECOND
from sim.inputs.chaining import called_by
from sim.inputs.delegation import depths
from sim.inputs.diverting import changed_in
from sim.inputs.policies.section import PolicySet
from sim.inputs.schema import Scenario
from sim.inputs.touching import acted_on, tools_of

OBJECTIVES = ("own", "changed")
APPROVALS = (False, True)
CONTEXT = {
    "task_kind": "TaskKind",
    "objective": "Objective",
    "sensitivity": "Long",
    "environment": "Environment",
    "approval": "Bool",
    "delegation_depth": "Long",
    "calls": "Long",
    "credential_age": "Long",
    "in_task": "Bool",
    "in_chain": "Bool",
}
"""Attribute of a request's context → its type in Cedar; ages are seconds."""
RESOURCE = {"untrusted_content": "Bool"}


@dataclass(frozen=True)
class Thing:
    """A resource as policies see it."""

    name: str
    sensitivity: int
    environment: str
    untrusted: bool


@dataclass(frozen=True)
class Call:
    """A call of a tool in a task of an agent.

    Attributes:
        touches: places of the resources it acts on in Space.things; needed: those of them that the task needs.
        in_chain: the task's own chain comes to the tool; else it is called for another objective only.
        depth: how deep the task is delegated; 0: it came by itself.
    """

    population: str
    role: str
    kind: str
    tool: str
    touches: tuple[int, ...]
    needed: frozenset[int] = frozenset()
    in_chain: bool = True
    depth: int = 0


@dataclass(frozen=True)
class Space:
    """Everything that a table of decisions depends on, policies apart.

    Attributes:
        calls: all that can occur, by depth, and then by population, task kind and tool in order of the file.
        call_steps: numbers of calls from which a policy sees them; age_steps: the same of ages, in seconds.
        missing: attributes of the context that requests lack.
    """

    populations: tuple[str, ...]
    roles: tuple[str, ...]
    kinds: tuple[str, ...]
    tools: tuple[str, ...]
    things: tuple[Thing, ...]
    calls: tuple[Call, ...]
    call_steps: tuple[int, ...]
    age_steps: tuple[int, ...]
    missing: frozenset[str]

    @property
    def block(self) -> int:
        """Entries of a call: combinations of objective, approval, calls so far and age of the credential."""
        return len(OBJECTIVES) * len(APPROVALS) * (len(self.call_steps) + 1) * (len(self.age_steps) + 1)

    @property
    def size(self) -> int:
        """Requests in all."""
        return self.block * sum(len(call.touches) for call in self.calls)

    @property
    def environments(self) -> tuple[str, ...]:
        """All environments, each once."""
        return tuple(dict.fromkeys(thing.environment for thing in self.things))

    @cached_property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """Type of entity → the entities that there are."""
        return {
            "Agent": tuple(dict.fromkeys(_agent(call) for call in self.calls)),
            "Population": self.populations,
            "Role": self.roles,
            "TaskKind": self.kinds,
            "Objective": OBJECTIVES,
            "Environment": self.environments,
            "Resource": tuple(thing.name for thing in self.things),
            "Action": self.tools,
        }

    def schema(self) -> str:
        """The schema that policies are held against, in Cedar's language."""
        enumerated = ("Population", "Role", "TaskKind", "Objective", "Environment")
        parts = [f"entity {kind} enum [{_quoted(self.names[kind])}];" for kind in enumerated]
        parts += [
            "entity Agent in [Population, Role];",
            f"entity Resource = {{ {_record(RESOURCE)} }};",
            f"type Request = {{ {_record(CONTEXT)} }};",
            f"action {_quoted(self.tools)} appliesTo {{ principal: [Agent], resource: [Resource], context: Request }};",
        ]
        return "\n".join(parts)

    def entities(self) -> list[Mapping[str, Any]]:
        """Agents with the groups they are in, and resources."""
        agents = {_agent(call): call for call in self.calls}
        return [
            *(
                _entity("Agent", name, {}, _uid("Population", call.population), _uid("Role", call.role))
                for name, call in agents.items()
            ),
            *(_entity("Resource", thing.name, {"untrusted_content": thing.untrusted}) for thing in self.things),
        ]

    def requests(self) -> Iterator[dict[str, Any]]:
        """Every request: call by call, resource by resource, then as `inner` goes."""
        for call in self.calls:
            for place in call.touches:
                for inner in self._inner():
                    yield self._request(call, place, inner)

    def _inner(self) -> Iterator[tuple[str, bool, int, int]]:
        """What varies within a call, in the order of sim.engine.rules.entry."""
        return product(OBJECTIVES, APPROVALS, (0, *self.call_steps), (0, *self.age_steps))

    def _request(self, call: Call, place: int, inner: tuple[str, bool, int, int]) -> dict[str, Any]:
        objective, approval, calls, age = inner
        thing = self.things[place]
        context = {
            "task_kind": {"__entity": _uid("TaskKind", call.kind)},
            "objective": {"__entity": _uid("Objective", objective)},
            "sensitivity": thing.sensitivity,
            "environment": {"__entity": _uid("Environment", thing.environment)},
            "approval": approval,
            "delegation_depth": call.depth,
            "calls": calls,
            "credential_age": age,
            "in_task": place in call.needed,
            "in_chain": call.in_chain,
        }
        return {
            "principal": _uid("Agent", _agent(call)),
            "action": _uid("Action", call.tool),
            "resource": _uid("Resource", thing.name),
            "context": {name: value for name, value in context.items() if name not in self.missing},
        }


def space(scenario: Scenario, policies: PolicySet) -> Space:
    """The requests that a scenario can make of a policy set."""
    estate = scenario.estate
    resources = estate.resources.items()
    return Space(
        populations=tuple(scenario.agents),
        roles=tuple(estate.roles),
        kinds=tuple(scenario.tasks),
        tools=tuple(estate.tools),
        things=tuple(Thing(name, row.sensitivity, row.environment, row.untrusted_content) for name, row in resources),
        calls=tuple(_calls(scenario)),
        call_steps=tuple(policies.steps.calls),
        age_steps=tuple(age // SECOND for age in policies.steps.credential_age),
        missing=frozenset(name.replace("-", "_") for name in policies.missing),
    )


def _calls(scenario: Scenario) -> Iterator[Call]:
    touched, diverted = acted_on(scenario), _diverted(scenario)
    places = {name: place for place, name in enumerate(scenario.estate.resources)}
    tools = scenario.estate.tools
    for population, kind, depth in _running(scenario):
        own, needs = tools_of(scenario.tasks[kind]), {places[name] for name in scenario.tasks[kind].needs}
        chain, called = called_by(tools, own), called_by(tools, own | diverted[population])
        for tool in (tool for tool in tools if tool in called):
            acts_on, role = touched[tool], tools[tool].uses
            needed = frozenset(needs.intersection(acts_on))
            yield Call(population, role, kind, tool, acts_on, needed, tool in chain, depth)


def _running(scenario: Scenario) -> Iterator[tuple[str, str, int]]:
    """Population, task kind and depth of all tasks that can run, by depth and then in order of the file."""
    found = depths(scenario)
    for depth in range(1 + max((deep for at in found.values() for deep in at), default=0)):
        for population in scenario.agents:
            for kind in scenario.tasks:
                if depth in found.get((population, kind), ()):
                    yield population, kind, depth


def _diverted(scenario: Scenario) -> Mapping[str, set[str]]:
    """Population → tools that its tasks may call for another objective."""
    found: dict[str, set[str]] = {name: set() for name in scenario.agents}
    for change in scenario.objective_changes.values():
        for name in changed_in(scenario, change):
            found[name] |= change.calls.keys()
    return found


def _agent(call: Call) -> str:
    """An agent of a population that acts in a role; no name holds a slash."""
    return f"{call.population}/{call.role}"


def _uid(kind: str, name: str) -> dict[str, str]:
    return {"type": kind, "id": name}


def _entity(kind: str, name: str, attributes: Mapping[str, Any], *parents: Mapping[str, str]) -> Mapping[str, Any]:
    return {"uid": _uid(kind, name), "attrs": attributes, "parents": list(parents)}


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _record(types: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {kind}" for name, kind in types.items())
