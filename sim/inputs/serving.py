"""Which tools a strategy's own credentials serve, and which its fallback's; what neither serves is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from sim.inputs.estate import Estate, Tool
from sim.inputs.messages import shown_key
from sim.inputs.schema import Scenario
from sim.inputs.strategy import Strategy
from sim.inputs.tree import Problems, Tree, find


@dataclass(frozen=True)
class Share:
    """What the fallback of a strategy serves, out of what there is."""

    tools: int
    of_tools: int
    roles: int
    of_roles: int


def shares(scenario: Scenario) -> Mapping[str, Share]:
    """Strategy → what its fallback serves; strategies without one are left out. Roles are those that tools use."""
    tools = scenario.estate.tools
    used = {tool.uses for tool in tools.values()}
    found: dict[str, Share] = {}
    for name, strategy in scenario.strategies.items():
        if strategy.fallback is not None:
            roles = by_fallback(strategy, scenario.estate)
            served = sum(tool.uses in roles for tool in tools.values())
            found[name] = Share(served, len(tools), len(roles), len(used))
    return found


def by_fallback(strategy: Strategy, estate: Estate) -> frozenset[str]:
    """Roles that a strategy's fallback serves: those whose tools do not accept the strategy's own kind."""
    if strategy.fallback is None:
        return frozenset()
    return frozenset(tool.uses for tool in estate.tools.values() if strategy.kind not in tool.accepts)


def absent(strategy: Strategy, estate: Estate) -> frozenset[str]:
    """Managed secrets that do not lie where they are stored: credentials of the roles they open are not standing."""
    fallen = by_fallback(strategy, estate)
    own, other = strategy.issuance, strategy.fallback.issuance if strategy.fallback else ""
    managed = {name: secret.opens for name, secret in estate.secrets.items() if secret.managed}
    return frozenset(name for name, role in managed.items() if (other if role in fallen else own) != "standing")


def check(scenario: Scenario, tree: Tree, problems: Problems) -> None:
    """Note tools that touch more than their role can, and strategies that cannot serve a tool."""
    for name, tool in scenario.estate.tools.items():
        can = scenario.estate.roles[tool.uses].can
        for number, resource in enumerate(tool.touches or ()):
            if resource not in can:
                place = find(tree, "estate", "tools", name, "touches", number).tree.place
                problems.add(place, partial(_beyond, tool.uses, resource, can))
    for called, strategy in scenario.strategies.items():
        for name, why in _unserved(called, strategy, scenario.estate):
            problems.add(find(tree, "estate", "tools", name, "accepts").place, why)


def _beyond(role: str, resource: str, can: Mapping[str, object]) -> str:
    listed = ", ".join([*can][:20]) or "nothing"
    return f"role {shown_key(role)} cannot touch {shown_key(resource)} itself; it can: {listed}"


def _unserved(called: str, strategy: Strategy, estate: Estate) -> Iterator[tuple[str, str]]:
    """Tools that a strategy cannot serve, or not in one way with the others of their role, each with the reason."""
    first: dict[str, tuple[str, bool]] = {}
    for name, tool in estate.tools.items():
        accepted = strategy.kind in tool.accepts
        other, as_own = first.setdefault(tool.uses, (name, accepted))
        if not accepted and (strategy.fallback is None or strategy.fallback.kind not in tool.accepts):
            yield name, _neither(name, tool, called, strategy)
        elif accepted != as_own:
            yield name, _in_two_ways(name, other, tool.uses, called, strategy)


def _neither(name: str, tool: Tool, called: str, strategy: Strategy) -> str:
    who, allowed = f"tool {shown_key(name)}", f"allowed is a fallback of kind {' or '.join(tool.accepts)}"
    own = f"the {strategy.kind} of strategy {shown_key(called)}"
    if strategy.fallback is None:
        return f"{who} does not accept {own}, which has no fallback; {allowed}"
    return f"{who} accepts neither {own}, nor the {strategy.fallback.kind} of its fallback; {allowed}"


def _in_two_ways(name: str, other: str, role: str, called: str, strategy: Strategy) -> str:
    return (
        f"tools {shown_key(other)} and {shown_key(name)} both use role {shown_key(role)}, and only one of them accepts "
        f"the {strategy.kind} of strategy {shown_key(called)}; a role is served in one way, so give one of the tools "
        "a role of its own, which is what a segmented account is"
    )
