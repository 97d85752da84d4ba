"""Potential reach of every role of a large estate: our arrays against networkx, in the same run.

    python -m benchmarks.reach [--nodes 100000] [--edges 1000000] [--sample 400]

The estates are made up, the same every time. Half of the nodes are roles, a tenth secrets, the rest resources; how many
edges a role has is heavy-tailed. In `giant` any role may step into any other, so most lead to each other. In `tiers` a
role steps only into roles of the next tier, and secrets open only those, so no two lead to each other, and each leads
to little: the case that flatters least, as no sets can be shared and bits that are not set cost as much as those that
are.

networkx finds the descendants of a random sample of roles, until a minute is over; for all roles it is taken to need
that time per role. Our time begins with World.edges and contains the building of arrays; that of networkx does not
contain the building of its graph. What both find is compared, role by role of the sample. Each estate has a process of
its own, so that the peak of memory is its own.

Where no role leads to another (not measured here), there is nothing to search: each side only looks at every edge once,
and we are a few times faster, not fifty times.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import networkx as nx
import numpy as np

from sim.model.compressed import Ints
from sim.model.graph import Edge
from sim.model.reach import Reach

BAR = 50
"""Times faster than networkx, at least."""
PATIENCE = 60.0
"""Seconds that networkx is given for each estate."""
TIERS = {"giant": 1, "tiers": 5}
STEPS = {"giant": 0.2, "tiers": 0.1}
"""Share of the roles' edges that lead to roles rather than to resources."""
Estate = tuple[tuple[Edge, ...], tuple[int, ...]]


def estate(shape: str, nodes: int, edges: int, seed: int = 1) -> Estate:
    """A made-up estate: (edges, the role that each secret opens).

    Args:
        shape: giant or tiers.
        nodes: roles, resources and secrets together.
        edges: all of them, those from secrets to roles included; a few go the same way as another.
    """
    rng = np.random.default_rng(seed)
    tiers, roles, secrets = TIERS[shape], nodes // 2, nodes // 10
    resources = nodes - roles - secrets
    actor = _actors(rng, roles, edges - 2 * secrets)
    tier = np.searchsorted(_bounds(roles, tiers), actor, "right") - 1
    steps = (rng.random(len(actor)) < STEPS[shape]) & ((tier < tiers - 1) | (tiers == 1))
    part = rng.integers(0, max(1, tiers - 1), secrets)
    stored, opens = _pick(rng, resources, tiers, part), _pick(rng, roles, tiers, part + 1)
    found = [
        _hops(rng, "can", actor[~steps], _pick(rng, resources, tiers, tier[~steps])),
        _hops(rng, "assumes", actor[steps], _pick(rng, roles, tiers, tier[steps] + 1)),
        _hops(rng, "stores", stored, np.arange(secrets)),
    ]
    return tuple(Edge(n, *hop) for n, hop in enumerate(hop for part in found for hop in part)), tuple(opens.tolist())


def _actors(rng: np.random.Generator, roles: int, edges: int) -> Ints:
    """The role that each edge begins at: a few roles have very many edges, most have few."""
    weights = np.cumsum(rng.pareto(1.5, roles) + 0.5)
    found: Ints = np.searchsorted(weights, rng.random(edges) * weights[-1])
    return found


def _bounds(count: int, tiers: int) -> Ints:
    return count * np.arange(tiers + 1) // tiers


def _pick(rng: np.random.Generator, count: int, tiers: int, tier: Ints) -> Ints:
    """One of `count` things in each of the wanted tiers; beyond the last tier, in the last."""
    bounds, tier = _bounds(count, tiers), np.minimum(tier, tiers - 1)
    return rng.integers(bounds[tier], bounds[tier + 1])


def _hops(rng: np.random.Generator, relation: str, source: Ints, target: Ints) -> list[tuple[Any, ...]]:
    level = rng.choice([1, 2, 3], len(source), p=[0.7, 0.25, 0.05]) * (relation != "assumes")
    return [(relation, *hop) for hop in zip(source.tolist(), target.tolist(), level.tolist(), strict=True)]


def compared(shape: str, nodes: int, edges: int, sample: int) -> dict[str, Any]:
    """One row: the estate's sizes, both times for all roles in seconds, their ratio, and memory in MiB.

    Raises:
        AssertionError: ours and networkx's answers differ for a role of the sample.
    """
    hops, opens = estate(shape, nodes, edges)
    before, begin = _peak(), time.perf_counter()
    reach = Reach(hops, opens, standing=True)
    built = time.perf_counter() - begin
    sizes = reach.sizes(range(nodes // 2))
    ours, peak = time.perf_counter() - begin, _peak()
    times = _by_networkx(reach, sizes, np.random.default_rng(2).permutation(nodes // 2)[:sample].tolist())
    each = float(np.mean(times))
    return {
        "case": f"reach, {shape}",
        "nodes": nodes,
        "edges": len(hops) + len(opens),
        "roles": len(sizes),
        "mean_reach": float(sizes.mean()),
        "largest_reach": int(sizes.max()),
        "sample": len(times),
        "arrays_seconds": built,
        "ours_seconds": ours,
        "networkx_seconds_per_role": each,
        "networkx_standard_error": float(np.std(times, ddof=1) / np.sqrt(len(times))) if len(times) > 1 else 0.0,
        "networkx_seconds": each * len(sizes),
        "ratio": each * len(sizes) / ours,
        "bar": BAR,
        "memory_before_mib": before,
        "memory_peak_mib": peak,
    }


def _by_networkx(reach: Reach, sizes: Ints, roles: list[int]) -> list[float]:
    """Seconds that networkx takes for each of the first roles, until it has taken PATIENCE in all.

    Raises:
        AssertionError: what it finds is not what we found.
    """
    graph, times = reach.graph(), list[float]()
    for role in roles:
        begin = time.perf_counter()
        found = nx.descendants(graph, ("role", role)) if ("role", role) in graph else set()
        times.append(time.perf_counter() - begin)
        places = {node[1] for node in found if node[0] == "resource"}
        assert len(places) == sizes[role], f"role {role}: {len(places)} resources by networkx, {sizes[role]} by us"
        assert places == reach.resources(role, None), f"role {role}: not the same resources"
        if sum(times) > PATIENCE:
            break
    return times


def _peak() -> float:
    """Most memory that this process has had so far, in MiB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def measure(nodes: int = 100_000, edges: int = 1_000_000, sample: int = 400) -> list[dict[str, Any]]:
    """One row per shape of estate, as `compared` describes them."""
    spawn = multiprocessing.get_context("spawn")
    rows = []
    for shape in TIERS:
        with ProcessPoolExecutor(1, mp_context=spawn) as fresh:
            rows.append(fresh.submit(compared, shape, nodes, edges, sample).result())
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if an estate falls short of the bar."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reach", description="Reach against networkx.")
    for name, value in (("nodes", 100_000), ("edges", 1_000_000), ("sample", 400)):
        parser.add_argument(f"--{name}", type=int, default=value)
    rows = measure(**vars(parser.parse_args(arguments)))
    for row in rows:
        print("{case}: {nodes:,} nodes, {edges:,} edges, {roles:,} roles that lead to {mean_reach:,.0f} resources on "
              "average, {largest_reach:,} at most".format(**row))  # fmt: skip
        print("  arrays:   {ours_seconds:.2f} s for every role, building them included ({arrays_seconds:.2f} s); "
              "peak {memory_peak_mib:,.0f} MiB, {memory_before_mib:,.0f} of them before".format(**row))  # fmt: skip
        print("  networkx: {networkx_seconds:,.0f} s for every role, at {networkx_seconds_per_role:.2g} s each for a "
              "sample of {sample} (standard error {networkx_standard_error:.1g} s),\n"
              "            its graph given; the same resources".format(**row))  # fmt: skip
        print("  {ratio:,.0f} times faster; the bar is {bar}".format(**row))
    return 0 if all(row["ratio"] >= row["bar"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
