"""Scenarios of any size: many agents, a long time, an estate of many nodes that a leaked credential walks through."""

from __future__ import annotations

from typing import Any

from sim.inputs.load import load

RATE = "1/day"
"""Of the tasks of each agent in the run of ten thousand agents for a year: more is refused as too much to simulate."""

PRESETS = tuple(load("coding-agents").scenario.strategies)


def agents(number: int, horizon: str, strategy: str, rate: str | None = None) -> dict[str, Any]:
    """coding-agents with so many coders and nobody else, for so long; nobody is retired, so that work goes on.

    Without the other strategies, since the limits of size are for all strategies of a scenario.
    """
    coder: dict[str, Any] = {"count": number, "tenure": None}
    if rate:
        coder["arrivals"] = {"poisson": {"rate": rate, "profile": "office"}}
    return {
        "extends": "coding-agents",
        "title": f"{number} coding agents for {horizon}",
        "horizon": horizon,
        "agents": {"coder": coder, "releaser": None},
        "tasks": {"release": None},
        "strategies": {name: {} if name == strategy else None for name in PRESETS},
        "baseline": strategy,
    }


def graph(nodes: int) -> dict[str, Any]:
    """About so many nodes in a tree: each role reads seven resources; two of them store the keys of two more roles.

    One call leaks its credential; whoever finds it walks through all roles and resources within the horizon.
    """
    roles = max(1, nodes // 9)
    estate: dict[str, Any] = {"resources": {}, "secrets": {}, "roles": {}}
    for n in range(roles):
        places = [f"place-{n}-{k}" for k in range(7)]
        keys = [f"KEY_{child}" for child in (2 * n + 1, 2 * n + 2) if child < roles]
        for k, place in enumerate(places):
            estate["resources"][place] = {"sensitivity": 1} | ({"stores": [keys[k]]} if k < len(keys) else {})
        estate["secrets"] |= {f"KEY_{n}": {"opens": f"role-{n}", "readable-with": "read"}} if n else {}
        estate["roles"][f"role-{n}"] = {"can": dict.fromkeys(places, "read")}
    estate["tools"] = {"call": {"uses": "role-0", "duration": "1m"}}
    return {
        "format": 1,
        "title": f"An estate of {nodes} nodes",
        "horizon": "10d",
        "estate": estate,
        "tasks": {"job": {"needs": ["place-0-0"], "steps": ["call"], "thinking": "0s"}},
        "agents": {"bot": {"count": 1, "arrivals": {"every": {"interval": "20d"}}, "tasks": {"job": 1}}},
        "leaks": {"log": {"per-use": 1.0, "discovery": {"chance": 1.0, "time": "1m"}}},
        "attacker": {"hop": {"exponential": {"mean": "5m"}}},
        "strategies": {"standing": {"issuance": "standing"}},
    }
