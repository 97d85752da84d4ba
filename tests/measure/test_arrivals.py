"""When intruders arrived where, against a second reading of the log."""

from __future__ import annotations

import pytest

from sim.core.draws import Draws
from sim.core.events import Event
from sim.engine.reference.simulation import run
from sim.inputs.schema import Scenario
from sim.measure.metrics import Metrics
from sim.model.credentials import plan
from sim.model.reach import under
from sim.model.world import build
from tests.support import scenario

CHAIN = scenario(
    horizon="60d",
    estate={
        "resources": {"box": {"stores": ["KEY"]}, "vault": {"sensitivity": 5}, "far": {"sensitivity": 1}},
        "secrets": {"KEY": {"opens": "keeper", "readable-with": "read"}},
        "roles": {
            "worker": {"can": {"box": "read"}},
            "keeper": {"can": {"vault": "read"}, "assumes": ["boss"]},
            "boss": {"can": {"far": "read", "vault": "read"}, "session": "1h"},
        },
    },
    leaks={"log": {"per-use": 0.01, "discovery": {"chance": 0.9, "time": {"exponential": {"mean": "1d"}}}}},
    attacker={"hop": {"exponential": {"mean": "6h"}}},
)  # fmt: skip


def measured(content, replication=0):
    parsed = Scenario.model_validate(content)
    world = build(parsed)
    chosen = plan("only", parsed.strategies["only"], world)
    metrics, rows = Metrics(world, chosen, under(world, chosen)), []

    def sink(chunk):
        rows.extend(chunk.copy())
        metrics.add(chunk)

    run(world, chosen, Draws(0, replication), sink)
    return world, rows, metrics


def again(world, log):
    """Intrusion → place → first tick, read off the log row by row."""
    leaked, whose, found = {}, {}, {}
    for row in log:
        kind, at, credential = row["kind"], int(row["at"]), int(row["credential"])
        if kind == Event.CAPTURED:
            leaked.setdefault(credential, (at, int(row["edge"])))
        elif kind == Event.COMPROMISED:
            whose[int(row["intrusion"])] = credential
            found[credential] = {("role", world.roles[leaked[credential][1]]): at}
        elif kind in (Event.OBTAINED, Event.REACHED):
            places = found[whose[int(row["intrusion"])]]
            names = [("resource", world.resources[row["other"]])]
            if kind == Event.OBTAINED:
                edge = world.edges[row["edge"]]
                names = [("role", world.roles[edge.target])]
                if edge.relation == "stores":
                    opens = world.secret_roles[edge.target]
                    names = [("secret", world.secrets[edge.target]), ("role", world.roles[opens])]
            for name in names:
                places.setdefault(name, at)
    return {(credential, *place): (at, at - leaked[credential][0])
            for credential, places in found.items() for place, at in places.items()}  # fmt: skip


@pytest.mark.parametrize("replication", [0, 1])
def test_arrivals_are_those_of_the_log(replication):
    world, log, metrics = measured(CHAIN, replication)
    rows = metrics.arrivals(replication)
    assert {row.strategy for row in rows} == {"only"}
    assert {row.replication for row in rows} == {replication}
    told = {(row.credential, row.kind, row.name): (row.at_us, row.since_leak_us) for row in rows}
    assert told == again(world, log)
    assert len(told) == len(rows)
    assert {(kind, name) for _, kind, name in told} >= {
        ("role", "worker"), ("resource", "box"), ("secret", "KEY"), ("role", "keeper"), ("resource", "vault"),
        ("role", "boss"), ("resource", "far"),
    }  # fmt: skip
    # As many resources as leaks.parquet has, and the planted fault: a row less is noticed.
    _, leaks = metrics.result(replication)
    resources = sum(row.kind == "resource" for row in rows)
    assert resources == sum(leak["reached_resources"] for leak in leaks) > 0
    assert again(world, log[: next(n for n, row in enumerate(log) if row["kind"] == Event.REACHED)]) != told


def test_nobody_arrives_where_nobody_comes():
    _, _, metrics = measured(scenario(leaks={"log": {"per-use": 0.5, "discovery": {"chance": 0, "time": "1s"}}}))
    assert metrics.arrivals(0) == []
