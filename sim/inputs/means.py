"""What a scenario has: which channels leak, who notices, who is retired, and where an intruder could get."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from sim.inputs.chaining import called_by
from sim.inputs.delegation import delegating, running
from sim.inputs.diverting import changed_in, connected
from sim.inputs.estate import Resource, Role, Secret, TaskKind
from sim.inputs.intruded import Walk
from sim.inputs.objectives import Injection, ObjectiveChange
from sim.inputs.schema import Channel, Scenario
from sim.inputs.serving import absent, by_fallback
from sim.inputs.strategy import Knobs, Revocation, Strategy
from sim.inputs.touching import tools_of


@dataclass(frozen=True)
class Part:
    """A strategy or a fallback, with the roles that it serves, and the managed secrets that are gone under it."""

    knobs: Knobs
    roles: frozenset[str]
    absent: frozenset[str]


@dataclass(frozen=True)
class Means:
    """What a scenario has under some of its strategies; chances of 0 and keys that nothing uses do not count."""

    scenario: Scenario
    strategies: tuple[Strategy, ...]

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Strategies and fallbacks that serve a role of tools that agents are connected to."""
        estate = self.scenario.estate
        called = {estate.tools[tool].uses for tools in self.connected.values() for tool in tools}
        found = []
        for strategy in self.strategies:
            fallen, gone = by_fallback(strategy, estate), absent(strategy, estate)
            found.append(Part(strategy, frozenset(called - fallen), gone))
            if strategy.fallback is not None:
                found.append(Part(strategy.fallback, frozenset(called & fallen), gone))
        return tuple(each for each in found if each.roles)

    @cached_property
    def knobs(self) -> tuple[Knobs, ...]:
        """What credentials are issued by."""
        return tuple(each.knobs for each in self.parts)

    def issues(self, *kinds: str) -> bool:
        """Whether credentials of one of these kinds are issued."""
        return any(each.issuance in kinds for each in self.knobs)

    @cached_property
    def wieldable(self) -> tuple[Part, ...]:
        """Those whose credentials can be used by whoever captures them: bound ones take a takeover."""
        taken = any(self.takes_over(each) for each in self.channels)
        return tuple(each for each in self.parts if taken or each.knobs.binding == "bearer")

    @property
    def falls_back(self) -> bool:
        """Whether a fallback serves anything."""
        return any(type(each) is Knobs for each in self.knobs)

    # --- agents ---
    @cached_property
    def in_tasks(self) -> dict[str, set[str]]:
        """Population → the tools that its tasks may call."""
        tasks = {kind: self.tools(task) for kind, task in self.scenario.tasks.items()}
        return {name: set().union(*(tasks[k] for k in kinds)) for name, kinds in self.running.items()}

    @cached_property
    def running(self) -> Mapping[str, tuple[str, ...]]:
        """Population → kinds of task that run there, those that are handed to it included."""
        return running(self.scenario)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of task that run anywhere."""
        return tuple(dict.fromkeys(kind for each in self.running.values() for kind in each))

    def tools(self, task: TaskKind) -> set[str]:
        """Every tool that a task may come to call."""
        return called_by(self.scenario.estate.tools, tools_of(task))

    @cached_property
    def delegates(self) -> bool:
        """Whether a tool that agents call hands tasks over."""
        tools = self.scenario.estate.tools
        return delegating(self.scenario) and any(tools[each].delegates for own in self.called.values() for each in own)

    def works(self, way: str) -> bool:
        """Whether delegated tasks get their credentials in this way."""
        return any(each.delegation == way for each in self.strategies)

    @cached_property
    def chains(self) -> bool:
        """Whether a tool that agents call calls others."""
        tools = self.scenario.estate.tools
        return any(tools[each].calls for own in self.called.values() for each in own)

    @cached_property
    def connected(self) -> Mapping[str, set[str]]:
        """Population → the tools that it can call."""
        return connected(self.scenario)

    @cached_property
    def changes(self) -> tuple[ObjectiveChange, ...]:
        """Ways in which objectives can change."""
        return tuple(
            each
            for each in self.scenario.objective_changes.values()
            if each.drift or (each.injection is not None and each.injection.carried > 0 and _some(each.injection))
        )

    @cached_property
    def diverted(self) -> dict[str, set[str]]:
        """Population → the tools that its tasks may call for another objective."""
        found: dict[str, set[str]] = {name: set() for name in self.scenario.agents}
        for each in self.changes:
            for name in changed_in(self.scenario, each):
                found[name] |= called_by(self.scenario.estate.tools, each.calls)
        return found

    @cached_property
    def called(self) -> dict[str, set[str]]:
        """Population → the tools that it may call, for its tasks or for another objective."""
        return {name: tools | self.diverted[name] for name, tools in self.in_tasks.items()}

    @cached_property
    def retires(self) -> bool:
        """Whether agents are retired."""
        return any(each.tenure for each in self.scenario.agents.values())

    def shared(self, part: Part) -> bool:
        """Whether several agents hold one credential."""
        tools, holders = self.scenario.estate.tools, Counter[tuple[str, str]]()
        for name, population in self.scenario.agents.items():
            for role in {tools[tool].uses for tool in self.connected[name]} & part.roles:
                holders[role, name if part.knobs.sharing == "kind" else ""] += population.count
        return part.knobs.sharing != "agent" and any(count > 1 for count in holders.values())

    # --- leaks ---
    @cached_property
    def channels(self) -> tuple[Channel, ...]:
        """Leak channels, in use or not."""
        return tuple(self.scenario.leaks.values())

    def by_use(self, channel: Channel) -> bool:
        """Whether a use can leak through a channel."""
        shown = any(self._shown(each, channel) for each in self.knobs)
        return bool(channel.per_use) and self._meets(channel, self.called) and shown

    def at_rest(self, channel: Channel) -> bool:
        """Whether a stored credential can leak through a channel."""
        lies = any(each.issuance in channel.holds and self._shown(each, channel) for each in self.knobs)
        return bool(channel.at_rest) and lies and self._meets(channel, self.connected)

    def takes_over(self, channel: Channel) -> bool:
        """Whether workloads are taken over through a channel."""
        return bool(channel.takeover)

    def _shown(self, knobs: Knobs, channel: Channel) -> bool:
        """Whether whoever keeps a credential shows it where a channel could take it."""
        return knobs.custody in channel.custody

    def sends_out(self, channel: Channel) -> bool:
        """Whether a call for another objective can send its credential out through a channel."""
        shown = any(self._shown(each, channel) for each in self.knobs)
        return bool(channel.sent_out) and self._meets(channel, self.diverted) and shown

    def _meets(self, channel: Channel, called: Mapping[str, set[str]]) -> bool:
        """Whether an agent that a channel is about calls a tool that it is about."""
        agents: Collection[str] = called if channel.agents is None else channel.agents
        tools = set().union(*(called[name] for name in agents))
        return bool(tools if channel.tools is None else tools & {*channel.tools})

    @cached_property
    def leaking(self) -> tuple[Channel, ...]:
        """Leak channels that can take something."""
        ways = (self.by_use, self.at_rest, self.takes_over, self.sends_out)
        return tuple(each for each in self.channels if any(way(each) for way in ways))

    @property
    def leaks(self) -> bool:
        """Whether anything leaks."""
        return bool(self.leaking)

    @property
    def found(self) -> bool:
        """Whether attackers find what leaked."""
        return any(each.discovery.chance > 0 for each in self.leaking)

    @property
    def noticed(self) -> bool:
        """Whether the defender notices leaks."""
        return any(each.detection is not None and each.detection.chance > 0 for each in self.leaking)

    # --- ends of credentials ---
    @cached_property
    def revocations(self) -> tuple[Revocation, ...]:
        """What is called for under some strategy."""
        calls = {"task_end": True, "action_end": True, "retirement": self.retires, "detection": self.noticed}
        found = (getattr(each.revocation, key) for each in self.knobs for key, called in calls.items() if called)
        return tuple(each for each in found if each is not None)

    @property
    def evicts(self) -> bool:
        """Whether intruders are noticed and evicted."""
        clock = self.scenario.defender.intrusion
        return bool(self.walks) and clock is not None and clock.detection.chance > 0

    def redeployed(self, strategy: Knobs) -> bool:
        """Whether a standing credential is taken from its holders, who then wait for the next."""
        evicted = self.evicts and any(each.knobs is strategy for each in self.usable)
        taken = (self.noticed and strategy.revocation.detection) or evicted
        return strategy.redeployment is not None and bool(taken)

    # --- where an intruder could get ---
    @property
    def usable(self) -> tuple[Part, ...]:
        """Those whose credentials an attacker can get and use."""
        channels = [each for each in self.leaking if each.discovery.chance > 0]
        return tuple(each for each in self.parts if any(self._used(each.knobs, channel) for channel in channels))

    def _used(self, knobs: Knobs, channel: Channel) -> bool:
        """Whether who finds a credential through a channel can use it."""
        return self.takes_over(channel) or (knobs.binding == "bearer" and self._shown(knobs, channel))

    @cached_property
    def walks(self) -> tuple[Walk, ...]:
        """A walk for each kind of credentials that an attacker can use."""
        kinds = dict.fromkeys((each.knobs.scope, each.roles, each.absent) for each in self.usable)
        return tuple(self._walk(*kind) for kind in kinds)

    def _walk(self, scope: str, served: frozenset[str], gone: frozenset[str]) -> Walk:
        walk, estate = Walk(self.scenario, gone), self.scenario.estate
        for name, kind in ((name, kind) for name, kinds in self.running.items() for kind in kinds):
            task = self.scenario.tasks[kind]
            called = self.tools(task) | (self.connected if scope == "role" else self.diverted)[name]
            tools = [tool for tool in (estate.tools[name] for name in called) if tool.uses in served]
            roles = {tool.uses for tool in tools}
            if scope == "task":
                walk.from_task(roles, task.needs)
            elif scope == "action":
                for tool in tools:
                    walk.from_task({tool.uses}, tool.touches or estate.roles[tool.uses].can)
            else:
                walk.from_roles(roles)
        return walk

    @property
    def roles(self) -> tuple[Role, ...]:
        """Roles that an intruder can act in, all that they allow."""
        return tuple(self.scenario.estate.roles[name] for walk in self.walks for name in walk.roles)

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Resources that an intruder can reach."""
        return tuple(self.scenario.estate.resources[name] for walk in self.walks for name in walk.resources)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Stored secrets that an intruder can read."""
        return tuple(self.scenario.estate.secrets[name] for walk in self.walks for name, _ in walk.secrets)

    @property
    def managed(self) -> bool:
        """Whether an intruder reads a managed secret, or would if it were not replaced at run time."""
        kinds = dict.fromkeys((each.knobs.scope, each.roles) for each in self.usable)
        walks = [self._walk(*kind, frozenset()) for kind in kinds]
        secrets = self.scenario.estate.secrets
        return any(secrets[name].managed for walk in walks for name, _ in walk.secrets)

    @property
    def excess(self) -> bool:
        """Whether a credential with role scope can touch what the task at hand does not need."""
        estate = self.scenario.estate
        tasks = [self.scenario.tasks[kind] for kind in self.kinds]
        roles = set().union(*(each.roles for each in self.wieldable if each.knobs.scope == "role"))
        return any(
            estate.roles[estate.tools[tool].uses].can.keys() - {*task.needs}
            for task in tasks
            for tool in self.tools(task)
            if estate.tools[tool].uses in roles
        )

    def crosses(self, walk: Walk) -> bool:
        """Whether a way leads from one environment to another: through one role, or through a secret."""
        resources, secrets, roles = (getattr(self.scenario.estate, kind) for kind in ("resources", "secrets", "roles"))
        spans = {name: {resources[each].environment for each in roles[name].can} for name in walk.roles}
        opened = ((resources[place].environment, spans[secrets[name].opens]) for name, place in walk.secrets)
        return any(len(each) > 1 for each in spans.values()) or any(there - {here} for here, there in opened)


def _some(injection: Injection) -> bool:
    """Whether an agent may follow an injection."""
    return injection.followed.constant != 0 and injection.followed.at_most != 0
