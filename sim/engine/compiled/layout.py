"""Agents, what they hold, where tasks come from, what lies exposed: the rows a run starts with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.engine.compiled import pools
from sim.engine.compiled.arrivals import LOOP, POISSON, REGULAR, RETIREMENT
from sim.engine.compiled.lives import MANY
from sim.model.credentials import Plan
from sim.model.rows import PopulationRow
from sim.model.world import World

Array = npt.NDArray[Any]


def layout(world: World, plan: Plan) -> dict[str, Array]:
    """Arrays of the State by name, as they are at the start of a run."""
    agents, holdings = _agents(world)
    slots, members = _slots(world, plan, agents, holdings)
    return {
        "agents": agents,
        "holdings": holdings,
        "slots": slots,
        "members": members,
        "sources": _filled(pools.SOURCE, list(_sources(world)), ("agent", "kind", "place")),
        "approvers": np.zeros(world.approvers.count if world.approvers else 0, np.int64),
        "exposures": _filled(pools.EXPOSURE, list(_exposures(world, plan)), ("channel", "agent", "role", "place")),
        "threats": _filled(pools.THREAT, list(_threats(world)), ("channel", "agent")),
    }


def _filled(dtype: np.dtype[Any], found: Sequence[tuple[int, ...]], names: tuple[str, ...]) -> Array:
    rows = np.zeros(len(found), dtype)
    columns = np.array(found, np.int64).reshape(len(found), len(names))
    for number, name in enumerate(names):
        rows[name] = columns[:, number]
    return rows


def _agents(world: World) -> tuple[Array, Array]:
    population = np.array([agent.population for agent in world.agents], np.int64)
    roles = np.array([len(row.roles) for row in world.populations], np.int64)
    tenured = np.array([row.tenure is not None for row in world.populations], np.int64)
    agents = np.zeros(len(population), pools.AGENT)
    agents["population"], agents["tenured"] = population, tenured[population]
    ends = np.cumsum(roles[population])
    agents["holdings"], agents["live_most"] = ends - roles[population], MANY
    for name in ("queue", "running", "live", "takeovers"):
        agents[name] = -1
    holdings = np.zeros(int(ends[-1]) if len(ends) else 0, pools.HOLDING)
    for name in ("lease", "waiting", "slot", "member"):
        holdings[name] = -1
    return agents, holdings


def _slots(world: World, plan: Plan, agents: Array, holdings: Array) -> tuple[Array, Array]:
    slots: list[tuple[int, ...]] = []
    keepers: list[int] = []
    for part in plan.parts:
        for group, role, using in _groups(world, plan, part):
            for number, agent in enumerate(using, len(keepers)):
                row = world.populations[world.agents[agent].population]
                holding = holdings[agents["holdings"][agent] + row.roles.index(role)]
                holding["slot"], holding["member"] = len(slots), number
            slots.append((group, role, len(keepers), len(using)))
            keepers += using
    members = np.zeros(len(keepers), pools.MEMBER)
    members["agent"], members["before"] = keepers, -1
    rows = _filled(pools.SLOT, slots, ("group", "role", "members", "count"))
    rows["older"], rows["captured"] = -1, -1
    return rows, members


def _groups(world: World, plan: Plan, part: Plan) -> Iterator[tuple[int, int, list[int]]]:
    """Every group's roles that a part of the plan serves with standing credentials, each with those who use it."""
    for group, members in enumerate(part.members if part.standing else ()):
        using: dict[int, list[int]] = {}
        for agent in members:
            for role in world.populations[world.agents[agent].population].roles:
                using.setdefault(role, []).append(agent)
        for role in sorted(role for role in using if plan.of(role) is part):
            yield group, role, using[role]


def _sources(world: World) -> Iterator[tuple[int, int, int]]:
    """(agent, kind, place) of every source, in the reference engine's order."""
    for agent, person in enumerate(world.agents):
        row = world.populations[person.population]
        for kind, place in _arrivals(row):
            yield agent, kind, place
        if row.tenure is not None:
            yield agent, RETIREMENT, 0


def _arrivals(row: PopulationRow) -> list[tuple[int, int]]:
    if row.pause is not None:
        return [(LOOP, place) for place in range(row.concurrency)]
    if row.every:
        return [(REGULAR, 0)]
    return [(POISSON, 0)] if row.rate else []


def _exposures(world: World, plan: Plan) -> Iterator[tuple[int, int, int, int]]:
    """(channel, agent, role, place) of everything that lies exposed, in the reference engine's order."""
    for channel, row in enumerate(world.channels):
        if row.gap:
            for agent, person in enumerate(world.agents):
                if person.population in row.populations:
                    roles = world.populations[person.population].roles
                    for at, role in enumerate(roles):
                        part = plan.of(role)
                        if role in row.roles and part.issuance in row.holds and part.custody in row.custody:
                            yield channel, agent, role, at


def _threats(world: World) -> Iterator[tuple[int, int]]:
    """(channel, agent) of every workload that is taken over now and then, in the reference engine's order."""
    for channel, row in enumerate(world.channels):
        if row.takeover_gap:
            for agent, person in enumerate(world.agents):
                if person.population in row.populations:
                    yield channel, agent


def empty_layout() -> dict[str, Array]:
    """The arrays of a layout without rows, for their types."""
    names = {"agents": pools.AGENT, "holdings": pools.HOLDING, "slots": pools.SLOT, "members": pools.MEMBER}
    names |= {"sources": pools.SOURCE, "exposures": pools.EXPOSURE, "threats": pools.THREAT}
    found = {name: np.zeros(0, dtype) for name, dtype in names.items()}
    return found | {"approvers": np.zeros(0, np.int64)}
