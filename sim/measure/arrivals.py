"""When an intruder arrived where: one row per intrusion and resource, role or secret, at the first time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sim.measure.paths import Step
from sim.model.world import World

RESOURCE, ROLE, SECRET = "resource", "role", "secret"


class ArrivalRow(NamedTuple):
    """A place that an intrusion came to. Columns of arrivals.parquet, in order. Times are ticks."""

    strategy: str
    replication: int
    credential: int
    """Serial number of the leaked credential, as in leaks.parquet."""
    kind: str
    """`resource`: reached; `role`: a credential of it was held; `secret`: read."""
    name: str
    at_us: int
    since_leak_us: int
    """Since the first capture of the leaked credential."""


Place = tuple[str, int]
"""Kind and id."""


def arrivals(
    world: World,
    role: int,
    began: int,
    reached: Mapping[int, Sequence[tuple[int, int]]],
    obtained: Mapping[int, Step],
) -> dict[Place, int]:
    """Where an intrusion came to, and when it was there first.

    Args:
        role: of the leaked credential.
        began: tick of the compromise.
        reached: resource → (tick, credential used), first ones first.
        obtained: credential → how it was got.
    """
    found: dict[Place, int] = {(ROLE, role): began}
    for step in obtained.values():
        for place in _places(world, step.edge):
            found[place] = min(step.at, found.get(place, step.at))
    return found | {(RESOURCE, resource): times[0][0] for resource, times in reached.items()}


def _places(world: World, edge: int) -> Iterator[Place]:
    """What is held after a hop."""
    hop = world.edges[edge]
    if hop.relation == "stores":
        yield SECRET, hop.target
        yield ROLE, world.secret_roles[hop.target]
    else:
        yield ROLE, hop.target


def name_of(world: World, place: Place) -> str:
    """The name of a place."""
    kind, number = place
    return {RESOURCE: world.resources, ROLE: world.roles, SECRET: world.secrets}[kind][number]
