"""Potential reach against a search written differently, and the graph that people look at."""

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.inputs.schema import Scenario
from sim.model import graph
from sim.model.graph import LEVELS, access_graph, attack_edges
from sim.model.reach import Reach, reach_of_role
from tests.support import merged, scenario

NAMES = ["a", "b", "c", "d"]


@st.composite
def estates(draw):
    """Small random estates in which anything may lead to anything."""
    pick = st.sampled_from
    resources = {f"r{n}": {"stores": draw(st.lists(pick(NAMES), max_size=2, unique=True))} for n in NAMES}
    secrets = {
        n: {"opens": draw(pick(NAMES)), "readable-with": draw(pick(LEVELS)), "managed": draw(st.booleans())}
        for n in NAMES
    }
    roles = {
        n: {
            "can": draw(st.dictionaries(pick([f"r{m}" for m in NAMES]), pick(LEVELS), max_size=2)),
            "assumes": draw(st.lists(pick(NAMES), max_size=1)),
            "mints": draw(st.lists(pick(NAMES), max_size=1)),
        }
        for n in NAMES
    }
    return {
        "resources": resources,
        "secrets": secrets,
        "roles": roles,
        "tools": {"call": {"uses": "a", "duration": "1s"}},
    }


def parsed(estate):
    return Scenario.model_validate(
        scenario(estate=None)
        | {"estate": estate, "tasks": {"job": {"needs": ["ra"], "steps": ["call"], "thinking": "0s"}}}
    )


def by_fixpoint(estate, role, scope, standing):
    """Resources a credential leads to: sets grown until nothing is added."""
    roles = {role} if scope is None else set()
    access = {} if scope is None else {r: lv for r, lv in estate["roles"][role]["can"].items() if r in scope}
    while True:
        before = (len(roles), dict(access))
        for name in list(roles):
            row = estate["roles"][name]
            roles |= {*row["assumes"], *row["mints"]}
            for place, level in row["can"].items():
                if LEVELS.index(level) >= LEVELS.index(access.get(place, "read")):
                    access[place] = level
        for place, level in access.items():
            for name in estate["resources"][place]["stores"]:
                kept = estate["secrets"][name]
                if LEVELS.index(level) >= LEVELS.index(kept["readable-with"]) and (standing or not kept["managed"]):
                    roles.add(kept["opens"])
        if (len(roles), access) == before:
            return set(access)


@settings(max_examples=150, deadline=None)
@given(
    estates(),
    st.sampled_from(NAMES),
    st.one_of(st.none(), st.sets(st.sampled_from([f"r{n}" for n in NAMES]))),
    st.booleans(),
)
def test_potential_reach_is_the_fixpoint(estate, role, scope, standing):
    ours = parsed(estate).estate
    roles, resources = list(ours.roles), list(ours.resources)
    opens = tuple(roles.index(s.opens) for s in ours.secrets.values())
    reach = Reach(attack_edges(ours), opens, standing)
    ids = None if scope is None else frozenset(resources.index(r) for r in scope)
    found = {resources[r] for r in reach.resources(roles.index(role), ids)}
    assert found == by_fixpoint(estate, role, scope, standing)


def test_the_fixpoint_test_sees_a_forgotten_level(monkeypatch):
    """Reading a secret that takes writing would not go unnoticed."""
    estate = {
        "resources": {"ra": {"stores": ["a"]}, "rb": {}},
        "secrets": {"a": {"opens": "b", "readable-with": "write", "managed": False}},
        "roles": {
            "a": {"can": {"ra": "read"}, "assumes": [], "mints": []},
            "b": {"can": {"rb": "read"}, "assumes": [], "mints": []},
        },
        "tools": {"call": {"uses": "a", "duration": "1s"}},
    }
    ours = parsed(estate).estate
    sound = Reach(attack_edges(ours), (1,), True).resources(0, None)
    assert sound == {0}
    monkeypatch.setattr(graph, "LEVELS", ("write", "read", "admin"))
    assert Reach(attack_edges(ours), (1,), True).resources(0, None) != sound


CHAIN = merged(
    scenario(),
    {
        "estate": {
            "resources": {"repo": {"stores": ["KEY"]}, "db": {"sensitivity": 5, "environment": "prod"}},
            "secrets": {"KEY": {"opens": "deployer"}},
            "roles": {"worker": {"can": {"repo": "admin"}}, "deployer": {"can": {"db": "read"}}},
        }
    },
)


def test_reach_of_a_role_in_hops():
    hops, steps = reach_of_role(Scenario.model_validate(CHAIN), "worker")
    assert hops == {
        "role:worker": 0,
        "resource:box": 1,
        "resource:repo": 1,
        "secret:KEY": 2,
        "role:deployer": 2,
        "resource:db": 3,
    }
    assert ("resource:repo", "secret:KEY") in steps
    assert ("role:deployer", "resource:db") in steps
    with pytest.raises(KeyError):
        reach_of_role(Scenario.model_validate(CHAIN), "nobody")


def test_the_access_graph_says_who_may_do_what(tmp_path):
    drawn = access_graph(Scenario.model_validate(CHAIN))
    relations = {(a, data["relation"], b) for a, b, data in drawn.edges(data=True)}
    assert relations == {
        ("agent:bot", "calls", "tool:call"),
        ("tool:call", "uses", "role:worker"),
        ("role:worker", "can", "resource:box"),
        ("role:worker", "can", "resource:repo"),
        ("role:deployer", "can", "resource:db"),
        ("resource:repo", "stores", "secret:KEY"),
        ("secret:KEY", "opens", "role:deployer"),
    }
    assert drawn.nodes["resource:db"]["sensitivity"] == 5
    nx.write_graphml(drawn, tmp_path / "estate.graphml")
    again = nx.read_graphml(tmp_path / "estate.graphml")
    assert set(again.edges) == set(drawn.edges)
    assert again.nodes["resource:db"]["environment"] == "prod"
