"""An attacker's way to a resource, as a line that a person can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sim.core.units import spoken
from sim.model.world import World


class Step(NamedTuple):
    """How an attacker got a credential: through which other one, by which edge, when."""

    through: int
    edge: int
    at: int


def told(
    world: World, role: int, leaked: int, reached: Mapping[int, Sequence[tuple[int, int]]], obtained: Mapping[int, Step]
) -> str:
    """The way to the most sensitive resource that was reached (the earliest of them): `a → b → c at +3 h 12 m`.

    Args:
        role: of the leaked credential, where the way begins.
        leaked: tick of the leak, from which `+` counts.
        reached: resource → (tick, credential used), first ones first.
        obtained: credential → how it was got; the leaked one is not in it.
    """
    if not reached:
        return ""
    target = min(reached, key=lambda r: (-world.sensitivities[r], reached[r][0][0], r))
    at, credential = reached[target][0]
    edges: list[int] = []
    while credential in obtained:
        step = obtained[credential]
        edges.append(step.edge)
        credential = step.through
    names = [name for edge in reversed(edges) for name in _names(world, edge)]
    return " → ".join([f"role {world.roles[role]}", *names, world.resources[target]]) + f" at +{spoken(at - leaked)}"


def _names(world: World, edge: int) -> list[str]:
    hop = world.edges[edge]
    if hop.relation == "stores":
        secret = f"{world.secret_titles[hop.target] or 'secret'} {world.secrets[hop.target]}"
        return [world.resources[hop.source], secret, f"role {world.roles[world.secret_roles[hop.target]]}"]
    if hop.relation == "mints":
        return [f"minted credential for role {world.roles[hop.target]}"]
    return [f"role {world.roles[hop.target]}"]
