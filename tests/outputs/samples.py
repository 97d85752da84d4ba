"""A comparison as the simulator makes them: six strategies, heavy-tailed leaks, one of them without any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import networkx as nx
import numpy as np

from sim.core.units import DAY, HOUR, MINUTE, SECOND
from sim.measure.catalogue import METRICS
from sim.measure.estimates import Estimate
from sim.measure.growth import Growth, growth
from sim.measure.leaks import LeakRow
from sim.measure.losses import Exceedance, exceedance
from sim.measure.metric import OF_ROWS
from sim.measure.quantiles import Clustered, clustered
from sim.measure.spreads import Spread, spread
from sim.measure.statistics import Comparison, LeakSample, compare
from sim.measure.survival import SurvivalCurve
from sim.outputs.claim_rows import ClaimRow
from sim.outputs.estate_map import EstateMap, Spot
from sim.outputs.pictured import Pictured
from sim.outputs.timeline import Lane, Timeline
from tests.support import scenario

STRATEGIES = ("static", "static-shared", "rotated", "vault-lease", "jit-task", "jit-task-manual-revocation")
HOSTILE = (
    '=HYPERLINK("http://evil.example") </script><script>alert(1)</script> "\'><img src=x onerror=alert(2)> | `b` '
    "$x^2$ ${x} {{7*7}} [a](javascript:x) @user"
)
"""Markup, a formula and a link in one."""
HORIZON = 4320.0
"""Hours."""
_TYPICAL = {"static": 600.0, "static-shared": 640.0, "rotated": 380.0, "vault-lease": 6.0, "jit-task": 0.06,
            "jit-task-manual-revocation": 0.7}  # fmt: skip
_LATENCY = {"static": 0.0, "static-shared": 0.0, "rotated": 0.4, "vault-lease": 0.09, "jit-task": 0.82,
            "jit-task-manual-revocation": 0.80}  # fmt: skip
_REACH = {"static": 2.1, "static-shared": 3.4, "rotated": 1.6, "vault-lease": 0.5, "jit-task": 0.03,
          "jit-task-manual-revocation": 0.11}  # fmt: skip


def leaks_of(name: str, replications: int, seed: int = 7) -> LeakSample:
    draw = np.random.default_rng(seed)
    replication = np.sort(draw.integers(0, replications, 9 * replications))
    hours = _TYPICAL[name] * draw.lognormal(0.0, 1.6, len(replication))
    hours[draw.random(len(hours)) < 0.06] = 0.0
    left = draw.uniform(0, HORIZON, len(hours))
    return LeakSample(replication, np.minimum(hours, left), hours > left)


def _special(name: str, sample: LeakSample, replications: int, draw: np.random.Generator) -> dict[str, np.ndarray]:
    count = np.bincount(sample.replication, minlength=replications).astype(float)
    hours = np.bincount(sample.replication, sample.exposure_hours, minlength=replications)
    tasks = draw.poisson(5200, replications).astype(float)
    reach = _REACH[name] * draw.gamma(2.0, 0.5, replications)
    return {
        "leaks": count, "exposure_hours": hours, "exploitable_hours": hours * 0.12, "captures": count * 3,
        "compromises": draw.poisson(0.3 + reach).astype(float), "tasks_done": tasks - 40, "tasks_ended": tasks,
        "latency_seconds": tasks * _LATENCY[name] * draw.gamma(60, 1 / 60, replications),
        "potential_resources": count * draw.normal(6.4 if name != "jit-task" else 2.2, 0.4, replications),
        "reached_resources": count * reach, "standing_hours": draw.gamma(50, _TYPICAL[name], replications),
        "uses_attributable": tasks * (5 if name.startswith("jit") else 0.4), "uses": tasks * 5,
        "loss": np.zeros(replications), "issuer_wait_seconds": np.zeros(replications),
        "issuer_requests": np.zeros(replications),
        "tasks_failed_credential": draw.poisson(2 if name.startswith("jit") else 0.1, replications).astype(float),
    }  # fmt: skip


def rows_of(name: str, sample: LeakSample, replications: int) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(11)
    columns = [
        column for metric in METRICS if metric.kind in OF_ROWS for column in (metric.top, metric.bottom) if column
    ]
    return {column: draw.gamma(2.0, 0.1, replications) for column in columns} | _special(
        name, sample, replications, draw
    )


def comparison_of(strategies: tuple[str, ...] = STRATEGIES, replications: int = 40) -> Comparison:
    samples = {name: leaks_of(name, replications) for name in strategies}
    rows: Mapping[str, Any] = {name: rows_of(name, samples[name], replications) for name in strategies}
    annual = {name: leaks_to_losses(name, replications) for name in strategies}
    return compare(rows, samples, strategies, strategies[0], years=annual)


def leaks_to_losses(name: str, years: int) -> Clustered:
    """Replications that are years, with losses in most of them."""
    draw = np.random.default_rng(6)
    return clustered(draw.lognormal(13, 1.5, years) * _REACH[name], np.arange(years), years)


def lane(number: int, draw: np.random.Generator, life: int, work: int, label: str) -> Lane:
    """A credential with needs of about `work` ticks; every fifth leaked."""
    issued = int(draw.integers(0, 150 * DAY))
    dead = issued + int(life * draw.lognormal(0, 0.3)) if life else None
    until = dead or 180 * DAY
    starts = [issued] if life and life < DAY else sorted(int(x) for x in draw.integers(issued, until, 12))
    needs = tuple((at, at + int(work * draw.lognormal(0, 0.5))) for at in starts)
    if number % 5:
        return Lane(label, "deployer", issued, dead, needs, death="task-end")
    leak = issued + (until - issued) // 3
    return Lane(
        label, "deployer", issued, dead, needs, ((leak, "ci-log"),), (until + HOUR,) if number % 10 else (),
        None if number % 10 else leak + (until - leak) // 3, leak + (until - leak) // 2,
        leak + (until - leak) * 3 // 4, death="detection",
    )  # fmt: skip


def timeline_of(strategy: str, life: int, lanes: int = 20) -> Timeline:
    draw = np.random.default_rng(3)
    labels = [f"deployer of coder-{n}" for n in range(lanes)]
    made = tuple(
        lane(n, draw, life, 40 * MINUTE if life > DAY or not life else 90 * SECOND, labels[n]) for n in range(lanes)
    )
    return Timeline(strategy, 7, 0, 180 * DAY, made, f"the {lanes} with the longest exposure window, of 812")


def graph_of_estate() -> nx.DiGraph:
    graph: nx.DiGraph = nx.DiGraph()
    kinds = {
        "agent": ["coder", "reviewer", "release-bot"],
        "tool": ["git", "issues", "ci", "registry", "deploy", "sql", "wiki"],
        "role": ["git-writer", "issue-editor", "ci-runner", "publisher", "deployer", "db-reader", "platform-admin"],
        "resource": ["source-repo", "issue-tracker", "ci-variables", "package-registry", "prod-cluster", "test-cluster",
                     "customer-db", "audit-log", "wiki", "artifact-store", "terraform-state-bucket"],
        "secret": ["DEPLOY_KEY", "NPM_TOKEN", "TF_STATE_KEY", "DB_URL"],
    }  # fmt: skip
    for kind, names in kinds.items():
        for n, name in enumerate(names):
            graph.add_node(f"{kind}:{name}", kind=kind, label=name, title="", sensitivity=1 + n % 5, environment="prod")
    for one, other in _EDGES:
        graph.add_edge(one, other)
    return graph


_LEADS = {
    "agent:coder": "tool:git tool:issues tool:ci tool:sql tool:wiki",
    "agent:reviewer": "tool:git tool:issues",
    "agent:release-bot": "tool:ci tool:registry tool:deploy",
    "tool:git": "role:git-writer",
    "tool:issues": "role:issue-editor",
    "tool:ci": "role:ci-runner",
    "tool:registry": "role:publisher",
    "tool:deploy": "role:deployer",
    "tool:sql": "role:db-reader",
    "tool:wiki": "role:issue-editor",
    "role:git-writer": "resource:source-repo resource:ci-variables",
    "role:issue-editor": "resource:issue-tracker resource:wiki",
    "role:ci-runner": "resource:ci-variables resource:artifact-store role:publisher",
    "role:publisher": "resource:package-registry",
    "role:deployer": "resource:prod-cluster resource:test-cluster resource:terraform-state-bucket",
    "role:db-reader": "resource:customer-db",
    "role:platform-admin": "resource:prod-cluster resource:customer-db resource:audit-log",
    "resource:ci-variables": "secret:DEPLOY_KEY secret:NPM_TOKEN",
    "resource:terraform-state-bucket": "secret:TF_STATE_KEY",
    "resource:prod-cluster": "secret:DB_URL",
    "secret:DEPLOY_KEY": "role:deployer",
    "secret:NPM_TOKEN": "role:publisher",
    "secret:TF_STATE_KEY": "role:platform-admin",
    "secret:DB_URL": "role:db-reader",
}
_EDGES = [(one, other) for one, others in _LEADS.items() for other in others.split()]


def hops_from(graph: nx.DiGraph, role: str) -> dict[str, int]:
    return dict(nx.single_source_shortest_path_length(graph, role))


def leak_row(**changes: Any) -> LeakRow:
    row = LeakRow(
        strategy="static", replication=0, credential=1, role="deployer", holder="coder-3", task_kind="",
        channel="ci-log", captures=2, issued_us=0, leaked_us=3 * DAY, first_use_us=3 * DAY + 2 * HOUR,
        used_channel="ci-log", used_leak_us=3 * DAY, detected_us=15 * DAY, dead_us=16 * DAY,
        usable_until_us=None,
        death="detection", outcome="compromised", compromised_us=3 * DAY + 2 * HOUR, evicted_us=None, censored=False,
        exposure_hours=312.0, exploitable_hours=310.0, potential_resources=6, potential_share=0.5, potential_weight=20,
        reached_resources=4, reached_share=0.33, reached_weight=15, resource_hours=900.0, review_records=120, loss=0.0,
        path="source-repo \u2192 CI variable DEPLOY_KEY \u2192 role deployer \u2192 customer-db at +3 h 12 m",
    )  # fmt: skip
    row.update(changes)  # type: ignore[typeddict-item]
    return row


def hostile_scenario() -> dict[str, Any]:
    """Leaks, attackers and losses in an estate that is described in markup; names are letters, texts are anything."""
    told = {"title": HOSTILE}
    return scenario(
        title=HOSTILE,
        story=f"{HOSTILE}\n\n@SUM(1+1)",
        horizon="30d",
        replications=13,
        estate={
            "resources": {
                "box": {"sensitivity": 3, "stores": ["KEY"], **told},
                "vault": {"sensitivity": 5, "loss": {"value": "10k", "source": HOSTILE}, **told},
            },
            "secrets": {"KEY": {"opens": "keeper", "readable-with": "read", **told}},
            "roles": {"worker": {"can": {"box": "read"}, **told}, "keeper": {"can": {"vault": "read"}, **told}},
            "tools": {"call": {"uses": "worker", "duration": {"value": "1m", "source": HOSTILE}, **told}},
        },
        agents={"bot": {"count": 1, "arrivals": {"every": {"interval": "6h"}}, "tasks": {"job": 1}, **told}},
        leaks={
            "log": {
                "per-use": 0.05,
                "discovery": {"chance": 0.5, "time": "1h"},
                "detection": {"chance": 0.5, "time": "2d"},
                **told,
            }
        },
        attacker={"hop": {"exponential": {"mean": "1h"}}},
        strategies={
            "only": None,
            "static": {"issuance": "standing", **told},
            "rotated": {"issuance": "standing", "rotation": {"every": "5d"}, **told},
            "jit": {"issuance": "per-task", "lifetime": "3h", **told},
        },
    )


def spreads_of(strategies: tuple[str, ...] = STRATEGIES) -> dict[str, Spread]:
    draw = np.random.default_rng(2)
    found = {}
    for name in strategies:
        hours = leaks_of(name, 40).exposure_hours
        found[name] = spread(hours, draw.poisson(_REACH[name], len(hours)) * (draw.random(len(hours)) < 0.4))
    return found


def growths_of(strategies: tuple[str, ...] = STRATEGIES, leaks: int = 360) -> dict[str, Growth]:
    draw = np.random.default_rng(4)
    found = {}
    for name in strategies:
        replication = draw.integers(0, 40, leaks)
        watched = draw.uniform(1, HORIZON, leaks)
        whose = np.repeat(np.arange(leaks), draw.poisson(_REACH[name], leaks))
        arrived = np.minimum(np.exp(draw.normal(2, 2, len(whose))), watched[whose])
        found[name] = growth(watched, replication, arrived, replication[whose])
    return found


def losses_of(strategies: tuple[str, ...] = STRATEGIES, years: int = 98) -> dict[str, Exceedance]:
    draw = np.random.default_rng(6)
    made = {name: draw.lognormal(13, 1.5, years) * (draw.random(years) < _REACH[name]) for name in strategies}
    return {name: exceedance(clustered(values, np.arange(years), years)) for name, values in made.items()}


def map_of(graph: nx.DiGraph) -> EstateMap:
    hours = {"role:git-writer": 0.004, "resource:source-repo": 0.1, "resource:ci-variables": 0.7,
             "secret:DEPLOY_KEY": 5.0, "role:deployer": 5.0, "resource:prod-cluster": 90.0,
             "resource:customer-db": 900.0}  # fmt: skip
    spots = tuple(
        Spot(name, its["kind"], its["label"], its["sensitivity"] if its["kind"] == "resource" else 0, hours.get(name))
        for name, its in graph.nodes(data=True)
    )
    return EstateMap("static", spots, tuple(graph.edges), 11, 4)


def pictured_of(curves: Mapping[str, SurvivalCurve]) -> Pictured:
    return Pictured(curves, spreads_of(), growths_of(), losses_of(), map_of(graph_of_estate()))


def claim_rows() -> tuple[ClaimRow, ...]:
    one = Estimate(0.9, 1.0, 1.1)
    given: dict[str, Any] = {"metric": "exposure_window_hours", "arm": "jit-task", "against": "static",
                             "predicts": "lower", "times": 1.0, "without": "not supported", "breaks": ""}  # fmt: skip
    return (
        ClaimRow("a", "Short lives cut the window", "c", effect=Estimate(-90, -80, -70),
                 multiple=Estimate(0.001, 0.002, 0.004), verdict="supported", **given),
        ClaimRow("b", "Rotation halves it", "c", effect=Estimate(-9, -5, 1), multiple=Estimate(0.42, 0.6, 1.02),
                 verdict="undecided", **given | {"arm": "rotated", "times": 0.5}),
        ClaimRow("c", "Sharing is as good", "c", effect=one, multiple=Estimate(1.4, 1.9, None),
                 verdict="not supported", **given | {"arm": "static-shared"}),
        ClaimRow("d", "More tools, more difference", "c", effect=Estimate(-3, -2, -1),
                 multiple=Estimate(None, None, None), verdict="supported", **given),
        ClaimRow("e", "Nothing is left", "c", effect=Estimate(-3, -2, None), multiple=Estimate(0.0, 0.0, None),
                 verdict="undecided", **given),
    )  # fmt: skip
