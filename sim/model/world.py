"""Scenario → World: names become ids by their order in the file, times ticks, distributions laws.

Both engines read a World and nothing else of the scenario; it never changes during a run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.core.laws import Law
from sim.core.units import FOREVER
from sim.inputs.chaining import called_by, following
from sim.inputs.distributions import Chance
from sim.inputs.diverting import connected
from sim.inputs.estate import BackOff, Estate, Population, TaskKind, Tool
from sim.inputs.schema import Channel, Issuer, Scenario
from sim.inputs.touching import tools_of
from sim.model.calendar import Calendar, calendar
from sim.model.graph import Edge, attack_edges
from sim.model.laws import law
from sim.model.narrowing import standpoints
from sim.model.objectives import changes, outside
from sim.model.policy import PolicyTable, policy_tables
from sim.model.rows import (
    AgentRow,
    ApproversRow,
    ChangeRow,
    ChannelRow,
    Happens,
    IssuerRow,
    KindRow,
    Narrowed,
    PopulationRow,
    ToolRow,
    Waits,
    weighted,
)


@dataclass(frozen=True)
class World:
    """Everything an engine needs of a scenario, strategies apart.

    Attributes:
        narrowed: standpoints of delegated tasks; their numbers go on from those of the kinds.
        narrowing: (standpoint of the delegating task, kind of the delegated one) → standpoint of that.
    """

    horizon: int
    resources: tuple[str, ...]
    sensitivities: tuple[int, ...]
    losses: tuple[Law | None, ...]
    secrets: tuple[str, ...]
    secret_titles: tuple[str, ...]
    secret_roles: tuple[int, ...]
    secret_lives: tuple[int | None, ...]
    roles: tuple[str, ...]
    sessions: tuple[int, ...]
    minted_lives: tuple[int | None, ...]
    edges: tuple[Edge, ...]
    tool_names: tuple[str, ...]
    tools: tuple[ToolRow, ...]
    kind_names: tuple[str, ...]
    kinds: tuple[KindRow, ...]
    populations: tuple[PopulationRow, ...]
    agents: tuple[AgentRow, ...]
    changes: tuple[ChangeRow, ...]
    outside: tuple[frozenset[int], ...]
    """By standpoint: tools whose calls touch something that it does not need; empty where no objective changes."""
    channels: tuple[ChannelRow, ...]
    hop: Law
    intrusion: Happens | None
    eviction: Law
    staffed: Calendar
    issuer: IssuerRow
    approvers: ApproversRow | None
    policies: Mapping[str, PolicyTable]
    narrowed: tuple[Narrowed, ...] = ()
    narrowing: Mapping[tuple[int, int], int] = field(default_factory=dict)

    @property
    def delegates(self) -> bool:
        """Whether any call hands a task over."""
        return any(tool.to >= 0 for tool in self.tools)

    def kind_of(self, stand: int) -> int:
        """The task kind of a standpoint: a kind itself, or that of one of `narrowed`, which come after all kinds."""
        return stand if stand < len(self.kinds) else self.narrowed[stand - len(self.kinds)].kind

    def needs(self, stand: int) -> frozenset[int]:
        """What a task's standpoint narrows a credential to."""
        return self.kinds[stand].needs if stand < len(self.kinds) else self.narrowed[stand - len(self.kinds)].needs


def build(scenario: Scenario) -> World:
    """The World of a loaded scenario, whose references are known to be sound."""
    ids = Ids(scenario)
    estate = scenario.estate
    kinds = tuple(_kind(ids, kind, estate) for kind in scenario.tasks.values())
    populations, agents = _populations(scenario, ids)
    intrusion = scenario.defender.intrusion
    narrowed, narrowing = standpoints(scenario, ids.kind, kinds)
    return World(
        horizon=scenario.horizon,
        resources=tuple(estate.resources),
        sensitivities=tuple(r.sensitivity for r in estate.resources.values()),
        losses=tuple(law(r.loss) if r.loss else None for r in estate.resources.values()),
        secrets=tuple(estate.secrets),
        secret_titles=tuple(s.title for s in estate.secrets.values()),
        secret_roles=tuple(ids.role[s.opens] for s in estate.secrets.values()),
        secret_lives=tuple(s.rotated_every for s in estate.secrets.values()),
        roles=tuple(estate.roles),
        sessions=tuple(r.session for r in estate.roles.values()),
        minted_lives=tuple(r.minted_life for r in estate.roles.values()),
        edges=attack_edges(estate),
        tool_names=tuple(estate.tools),
        tools=tuple(_tool(ids, name, tool, estate) for name, tool in estate.tools.items()),
        kind_names=tuple(scenario.tasks),
        kinds=kinds,
        populations=populations,
        agents=agents,
        changes=changes(scenario, ids.tool, ids.population),
        outside=outside(scenario, narrowed),
        channels=tuple(_channel(ids, name, channel, scenario) for name, channel in scenario.leaks.items()),
        hop=law(scenario.attacker.hop),
        intrusion=_happens(intrusion.detection) if intrusion else None,
        eviction=law(intrusion.eviction if intrusion else None),
        staffed=calendar(scenario.profiles[scenario.defender.staffed] if scenario.defender.staffed else None),
        issuer=_issuer(scenario.issuer),
        approvers=_approvers(scenario),
        policies=policy_tables(scenario),
        narrowed=narrowed,
        narrowing=narrowing,
    )


class Ids:
    """Names → ids, by order in the file."""

    def __init__(self, scenario: Scenario) -> None:
        estate = scenario.estate
        self.resource = {name: n for n, name in enumerate(estate.resources)}
        self.role = {name: n for n, name in enumerate(estate.roles)}
        self.tool = {name: n for n, name in enumerate(estate.tools)}
        self.kind = {name: n for n, name in enumerate(scenario.tasks)}
        self.population = {name: n for n, name in enumerate(scenario.agents)}
        self.tool_role = [self.role[tool.uses] for tool in estate.tools.values()]
        self.follows = following(estate.tools)
        self.connected = connected(scenario)
        self.receiving = {tool.delegates.to for tool in estate.tools.values() if tool.delegates}


def _waits(back_off: BackOff) -> Waits:
    return Waits(back_off.first, back_off.factor, back_off.most, back_off.jitter)


def _happens(chance: Chance[Any]) -> Happens:
    return Happens(chance.chance, law(chance.time))


def _tool(ids: Ids, name: str, tool: Tool, estate: Estate) -> ToolRow:
    touches = estate.roles[tool.uses].can if tool.touches is None else tool.touches
    return ToolRow(
        ids.role[tool.uses],
        law(tool.duration),
        tool.fails,
        tool.retries,
        _waits(tool.back_off),
        tool.needs_credential_until_end,
        frozenset(ids.resource[name] for name in touches),
        frozenset(tool.accepts),
        tuple(ids.tool[after] for after in ids.follows[name]),
        ids.population[tool.delegates.to] if tool.delegates else -1,
        ids.kind[tool.delegates.task] if tool.delegates else -1,
    )


def _kind(ids: Ids, kind: TaskKind, estate: Estate) -> KindRow:
    chain = kind.markov
    return KindRow(
        needs=frozenset(ids.resource[name] for name in kind.needs),
        steps=tuple(ids.tool[name] for name in kind.steps or ()),
        start=weighted(ids.tool, chain.start) if chain else None,
        then={ids.tool[name]: weighted(ids.tool, row) for name, row in chain.then.items()} if chain else {},
        length=law(chain.length) if chain else None,
        thinking=law(kind.thinking),
        deadline=kind.deadline,
        tools=tuple(sorted(ids.tool[name] for name in called_by(estate.tools, tools_of(kind)))),
    )


def _populations(scenario: Scenario, ids: Ids) -> tuple[tuple[PopulationRow, ...], tuple[AgentRow, ...]]:
    rows: list[PopulationRow] = []
    agents: list[AgentRow] = []
    for number, (name, population) in enumerate(scenario.agents.items()):
        members = tuple(range(len(agents), len(agents) + population.count))
        agents += [AgentRow(f"{name}-{n + 1}", number) for n in range(population.count)]
        rows.append(_population(scenario, ids, name, population, members))
    return tuple(rows), tuple(agents)


def _population(
    scenario: Scenario, ids: Ids, name: str, population: Population, members: tuple[int, ...]
) -> PopulationRow:
    arrivals = population.arrivals
    poisson, every, loop = arrivals.poisson, arrivals.every, arrivals.closed_loop
    tools = {ids.tool[tool] for tool in ids.connected[name]}
    return PopulationRow(
        name=name,
        agents=members,
        tasks=weighted(ids.kind, population.tasks),
        concurrency=population.concurrency,
        tenure=law(population.tenure) if population.tenure else None,
        rate=poisson.rate if poisson else 0.0,
        calendar=calendar(scenario.profiles[poisson.profile] if poisson and poisson.profile else None),
        every=every.interval if every else 0,
        first=every.first if every else 0,
        pause=law(loop.pause) if loop else None,
        until=min(arrivals.until or scenario.horizon, scenario.horizon),
        roles=tuple(sorted({ids.tool_role[tool] for tool in tools})),
        receives=name in ids.receiving,
    )


def _channel(ids: Ids, name: str, channel: Channel, scenario: Scenario) -> ChannelRow:
    tools = frozenset(ids.tool[t] for t in (scenario.estate.tools if channel.tools is None else channel.tools))
    return ChannelRow(
        name=name,
        per_use=channel.per_use or 0.0,
        sent_out=channel.sent_out or 0.0,
        gap=1.0 / channel.at_rest if channel.at_rest else 0.0,
        takeover_gap=1.0 / channel.takeover if channel.takeover else 0.0,
        lasting=law(channel.lasting),
        holds=frozenset(channel.holds),
        custody=frozenset(channel.custody),
        tools=tools,
        roles=frozenset(ids.tool_role[tool] for tool in tools),
        populations=frozenset(
            ids.population[a] for a in (scenario.agents if channel.agents is None else channel.agents)
        ),
        discovery=_happens(channel.discovery),
        detection=_happens(channel.detection) if channel.detection else None,
        remediation=law(channel.remediation),
    )


def _approvers(scenario: Scenario) -> ApproversRow | None:
    approvers = scenario.approvers
    if approvers is None:
        return None
    hours = calendar(scenario.profiles[approvers.hours] if approvers.hours else None)
    return ApproversRow(approvers.count, hours, law(approvers.response), approvers.expires or FOREVER)


def _issuer(issuer: Issuer) -> IssuerRow:
    return IssuerRow(
        capacity=issuer.capacity,
        service=law(issuer.service),
        spacing=round(1.0 / issuer.rate_limit) if issuer.rate_limit else 0,
        burst=issuer.burst,
        fails=issuer.fails,
        outage_gap=law(issuer.outages.between) if issuer.outages else None,
        outage_length=law(issuer.outages.lasting) if issuer.outages else None,
        retries=issuer.retries,
        waits=_waits(issuer.back_off),
    )
