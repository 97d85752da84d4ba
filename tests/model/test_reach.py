"""Reach from arrays against networkx, which is given the model by a loop of its own."""

import networkx as nx
import numpy as np
import pytest

from sim.inputs.schema import Scenario
from sim.model import closure, nodes, reach
from sim.model.closure import Closure
from sim.model.compressed import Compressed
from sim.model.graph import Edge
from sim.model.reach import Reach, furthest, reach_of_role
from tests.model.test_graph import CHAIN

SMALL = range(300)


def made(rng, roles, resources, secrets, many, share=(0.5, 0.2, 0.15, 0.15)):
    """Random edges, some twice and some from a role to itself, and the role that each secret opens."""
    sides = {"can": (roles, resources), "stores": (resources, secrets), "assumes": (roles, roles)}
    edges = []
    for number, relation in enumerate(rng.choice(["can", "stores", "assumes", "mints"], many, p=share).tolist()):
        source, target = sides.get(relation, (roles, roles))
        if source and target:
            level = int(rng.integers(1, 4)) if relation in ("can", "stores") else 0
            managed = relation == "stores" and bool(rng.random() < 0.4)
            edges.append(Edge(number, relation, int(rng.integers(source)), int(rng.integers(target)), level, managed))
    return tuple(edges), tuple(rng.integers(0, roles, secrets).tolist())


def small(seed):
    """A small estate: anything from nothing at all to one in which most leads to most."""
    rng = np.random.default_rng(seed)
    roles, resources, secrets, many = (int(rng.integers(low, high)) for low, high in ((1, 8), (0, 7), (0, 5), (0, 25)))
    return *made(rng, roles, resources, secrets, many), roles, resources, rng


def stated(edges, secret_roles, standing):
    """The model, edge by edge, as a networkx graph with hops."""
    graph = nx.DiGraph()
    for edge in edges:
        if edge.relation == "can":
            graph.add_edge(("role", edge.source), ("resource", edge.target, edge.level), hops=1)
        elif edge.relation == "stores":
            if standing or not edge.managed:
                graph.add_edge(("resource", edge.source, edge.level), ("secret", edge.target), hops=1)
        else:
            graph.add_edge(("role", edge.source), ("role", edge.target), hops=int(edge.source != edge.target))
    for secret, role in enumerate(secret_roles):
        graph.add_edge(("secret", secret), ("role", role), hops=0)
    for place in {node[1] for node in list(graph) if node[0] == "resource"}:
        graph.add_edge(("resource", place, 3), ("resource", place, 2), hops=0)
        graph.add_edge(("resource", place, 2), ("resource", place, 1), hops=0)
    return graph


def found(graph, starts):
    """Resources among the starts and what they lead to, by networkx."""
    there = [start for start in starts if start in graph]
    return {n[1] for start in there for n in (start, *nx.descendants(graph, start)) if n[0] == "resource"}


def assert_reach(seed, standing):
    """Everything that Reach answers about a small estate, against networkx."""
    edges, opens, roles, resources, rng = small(seed)
    ours, graph = Reach(edges, opens, standing), stated(edges, opens, standing)
    assert dict(ours.graph().edges) == dict(graph.edges)
    weights = rng.integers(0, 6, resources).tolist()
    by_role = [found(graph, [("role", role)]) for role in range(roles)]
    assert ours.sizes(range(roles)).tolist() == [len(places) for places in by_role]
    assert ours.weights(weights, range(roles)).tolist() == [sum(weights[p] for p in places) for places in by_role]
    for role, places in enumerate(by_role):
        assert ours.resources(role, None) == places
        scope = frozenset(np.flatnonzero(rng.random(resources) < 0.5).tolist())
        starts = [("resource", e.target, e.level) for e in edges if e.relation == "can" and e.source == role]
        assert ours.resources(role, scope) == found(graph, [s for s in starts if s[1] in scope])
        assert_hops(ours, graph, role)


def assert_hops(ours, graph, role):
    """Fewest hops, and the edges on ways of fewest hops."""
    graph.add_node(("role", role))
    before, far = nx.dijkstra_predecessor_and_distance(graph, ("role", role), weight="hops")
    assert ours.hops(role) == far
    assert set(ours.steps(role)) - {(n, n) for n in graph} == {(a, b) for b in before for a in before[b] if a != b}


@pytest.mark.parametrize("standing", [True, False])
def test_small_estates(standing):
    for seed in SMALL:
        assert_reach(seed, standing)


def _without_levels(edges, secret_roles, standing):
    numbers, sources, targets = nodes.model(edges, secret_roles, standing)
    place = numbers.resource(sources)
    stays = (place < 0) | (place != numbers.resource(targets))
    return numbers, sources[stays], targets[stays]


def _managed_ignored(edges, secret_roles, standing):
    return nodes.model(edges, secret_roles, True)


def _pair_lost(self):
    """Components, of which the first with two nodes is taken for two."""
    count, label = found_components(self)
    pairs = np.flatnonzero(np.bincount(label, minlength=count) == 2)
    if len(pairs):
        label[np.flatnonzero(label == pairs[0])[1]] = count
        count += 1
    return count, label


def _pair_cut(self):
    """Components of a graph in which the first way back is missing."""
    back = np.flatnonzero(self.sources > self.targets)[:1]
    return found_components(Compressed(np.delete(self.sources, back), np.delete(self.targets, back), self.nodes))


def _all_one(self):
    """Components, of which the first two are taken for one."""
    count, label = found_components(self)
    return max(1, count - 1), np.maximum(label - 1, 0)


def _marks_lost(self, sources, targets, held, wanted):
    return *found_peeled(self, sources, targets, held, wanted)[:2], held


def _every_edge_a_hop(self, sources, targets):
    return np.zeros(len(sources), np.bool_)


found_components, found_peeled = Compressed.components, Closure._peeled
FAULTS = {
    "levels do not include each other": (reach, "model", _without_levels),
    "managed secrets always lie there": (reach, "model", _managed_ignored),
    "a component of two is lost": (Compressed, "components", _pair_lost),
    "a way back is missed": (Compressed, "components", _pair_cut),
    "two components are one": (Compressed, "components", _all_one),
    "marks of ends are dropped": (Closure, "_peeled", _marks_lost),
    "rows are not filled": (Closure, "_fill", lambda self, bits: None),
    "rows are filled in the wrong order": (Compressed, "turned", lambda self: np.arange(self.nodes)[::-1]),
    "opening a secret is a hop": (nodes.Nodes, "free", _every_edge_a_hop),
    "weights lose a bit": (closure, "_words", lambda chosen, words: np.uint64(2**64 - 2) + np.zeros(words, np.uint64)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_seen(monkeypatch, fault):
    monkeypatch.setattr(*FAULTS[fault])
    # Components that are not whole may also leave a cycle, which has no order; that is a refusal, not an answer.
    with pytest.raises((AssertionError, ValueError), match=r"assert|cycle"):
        for seed in SMALL:
            assert_reach(seed, False)


def test_a_lost_pair_is_refused(monkeypatch):
    """Two roles that lead to each other, taken for two components: no answer rather than a wrong one."""
    edges = (Edge(0, "assumes", 0, 1), Edge(1, "mints", 1, 0), Edge(2, "can", 1, 0, 1))
    assert Reach(edges, (), True).sizes().tolist() == [1, 1]
    monkeypatch.setattr(Compressed, "components", _pair_lost)
    with pytest.raises(ValueError, match="cycle"):
        Reach(edges, (), True).sizes()


def line(many, *more):
    """Roles that each step into the next, and each have a resource of their own."""
    steps = [Edge(n, "assumes", n, n + 1) for n in range(many - 1)]
    return (*steps, *(Edge(many + n, "can", n, n, 1) for n in range(many)), *more)


def test_a_chain_leads_to_what_is_behind():
    ours = Reach(line(200), (), True)
    assert ours.sizes().tolist() == list(range(200, 0, -1))
    assert ours.weights(range(200)).tolist() == [sum(range(n, 200)) for n in range(200)]
    assert ours.resources(150, None) == set(range(150, 200))
    assert ours.hops(0)["resource", 199, 1] == 200


def test_a_cycle_leads_to_all():
    ours = Reach(line(200, Edge(999, "mints", 199, 0)), (), True)
    assert set(ours.sizes().tolist()) == {200}
    assert ours.hops(199)["resource", 198, 1] == 200


def test_a_star_leads_to_all_from_its_middle_only():
    rays = [Edge(2 * n, "assumes", 0, n) for n in range(1, 101)]
    ours = Reach((*rays, *(Edge(2 * n + 1, "can", n, n - 1, 3) for n in range(1, 101))), (), True)
    assert ours.sizes().tolist() == [100] + [1] * 100


def test_secrets_in_a_chain_are_opened_without_a_hop():
    """Role 0 may administer resource 0, where reading a secret takes writing; it opens role 1, and so on."""
    edges = [Edge(2 * n, "can", n, n, 3) for n in range(70)]
    edges += [Edge(2 * n + 1, "stores", n, n, 2, managed=n == 40) for n in range(70)]
    opens = tuple(range(1, 71))
    assert Reach(edges, opens, True).sizes().tolist() == [*range(70, 0, -1), 0]
    assert Reach(edges, opens, False).sizes().tolist() == [*range(41, 0, -1), *range(29, 0, -1), 0]
    assert Reach(edges, opens, True).hops(0)["role", 2] == 4


@pytest.mark.parametrize("standing", [True, False])
def test_estates_with_nothing_in_them(standing):
    empty = Reach((), (), standing)
    assert empty.sizes().tolist() == empty.weights([]).tolist() == []
    assert empty.sizes(range(3)).tolist() == [0, 0, 0]
    assert empty.resources(2, None) == empty.resources(2, frozenset({1})) == frozenset()
    assert empty.hops(2) == {("role", 2): 0}
    assert empty.steps(2) == []
    assert not empty.graph()
    lonely = Reach((Edge(0, "assumes", 4, 4), Edge(1, "stores", 1, 0, 1)), (2,), standing)
    assert lonely.sizes().tolist() == [0] * 5
    assert lonely.resources(4, None) == lonely.resources(0, None) == frozenset()


def test_weights_must_be_there_and_not_below_zero():
    ours = Reach(line(3), (), True)
    for weights in ([1, 1], [1, -1, 1]):
        with pytest.raises(ValueError, match="weight"):
            ours.weights(weights)
    assert ours.weights([1, 2, 4, 99], [2, 0, 7]).tolist() == [4, 7, 0]


@pytest.mark.parametrize(("share", "sample"), [((0.7, 0.1, 0.1, 0.1), 12), ((0.93, 0.03, 0.02, 0.02), 150)])
def test_a_larger_estate(share, sample):
    """5,000 nodes: once most roles lead to each other, once few do; in blocks of one word, and with all at once."""
    rng = np.random.default_rng(5)
    edges, opens = made(rng, 2500, 2000, 500, 25_000, share)
    ours, graph = Reach(edges, opens, False), stated(edges, opens, False)
    marks = ours._nodes.resource(np.arange(ours._nodes.count))
    in_blocks = Closure(ours._arrays, marks, np.arange(2500), memory=1).sums(np.ones(2000, np.int64))
    sizes = ours.sizes()
    assert (in_blocks == sizes).all()
    for role in rng.choice(2500, sample, replace=False).tolist():
        places = found(graph, [("role", role)])
        assert ours.resources(role, None) == places
        assert sizes[role] == len(places)
    assert_hops(ours, graph, 7)


def test_bits_are_counted_alike_without_numpys_own_way(monkeypatch):
    words = np.random.default_rng(6).integers(0, 2**64, 1000, np.uint64, endpoint=False)
    words[:2] = 0, 2**64 - 1
    expected = [int(word).bit_count() for word in words]
    assert closure._counted(words.copy()).tolist() == expected
    monkeypatch.delattr(np, "bitwise_count", raising=False)
    assert closure._counted(words.copy()).tolist() == expected


def test_the_role_that_leads_furthest_is_the_one_with_most_resources():
    chain = Scenario.model_validate(CHAIN)
    assert furthest(chain) == "worker"
    hops, _ = reach_of_role(chain, "deployer")
    assert hops == {"role:deployer": 0, "resource:db": 1}
