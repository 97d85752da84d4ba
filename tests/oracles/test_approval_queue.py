"""Approvers as a queue with known answers: Erlang's wait, and the share of requests that become void.

As in test_oracles: through the public path, each comparison with a planted fault that makes it fail.
"""

import heapq
import math

import pytest

from sim.core.units import SECOND
from sim.engine.reference import approvals
from sim.engine.reference.approvals import Approvals
from tests.oracles.test_oracles import agrees, erlang_c_wait, few, metric
from tests.support import compared, scenario

ARRIVALS = 60
"""Requests an hour, at random: one a minute."""


def line(count, load, **approvers):
    """Poisson requests to people who take exponential times, every hour of the week."""
    response = {"exponential": {"mean": f"{60 * count * load}s"}}
    return scenario(
        horizon="8d",
        replications=12,
        estate={"tools": {"call": {"duration": "0s"}}},
        agents={"bot": {"arrivals": {"every": None, "poisson": {"rate": f"{ARRIVALS}/h"}}, "concurrency": 100_000}},
        approvers={"count": count, "response": response} | approvers,
        strategies={"only": {"approval": {"every-call": True}}},
    )


@pytest.mark.parametrize(("count", "load"), [(1, 0.7), (3, 0.8)])
def test_mean_wait_is_erlangs(tmp_path, count, load):
    summary = compared(tmp_path, line(count, load), engine="auto")
    assert agrees(metric(summary, "approval_wait_seconds"), erlang_c_wait(count, load) + 60 * count * load)
    assert agrees(metric(summary, "approver_load"), load)
    assert metric(summary, "added_latency_seconds")["estimate"] == 0


def test_fault_one_person_more(tmp_path, monkeypatch):
    begun = Approvals.__init__

    def generous(self, sim):
        begun(self, sim)
        self.free.append(0)

    monkeypatch.setattr(Approvals, "__init__", generous)
    found = metric(compared(tmp_path, few(line(3, 0.8))), "approval_wait_seconds")
    assert not agrees(found, erlang_c_wait(3, 0.8) + 60 * 3 * 0.8)


# --- requests that become void ---
def void_share(load, patience):
    """Share of requests that are not answered within `patience` minutes, of one a minute, by one person.

    Work ahead of a request never exceeds the patience, as what would go beyond it becomes void: a finite dam, whose
    content is that of the M/M/1 queue cut off there (Takacs 1967; Zwart 2000). Integrated over the request's own time.
    """
    rate = 1 / load
    left = math.exp(-(rate - 1) * patience)
    return (1 - load) * left / (1 - load * left)


def voids(summary):
    return metric(summary, "tasks_failed_approval")


@pytest.mark.parametrize(("load", "patience"), [(0.7, 2), (0.7, 6), (0.9, 10)])
def test_share_of_void_requests(tmp_path, load, patience):
    found = voids(compared(tmp_path, line(1, load, expires=f"{patience}m"), engine="auto"))
    assert agrees(found, 8 * 24 * ARRIVALS * void_share(load, patience))


def test_fault_people_rest_after_each_request(tmp_path, monkeypatch):
    class Resting:
        @staticmethod
        def heapreplace(heap, until):
            return heapq.heapreplace(heap, until + 10 * SECOND)

    monkeypatch.setattr(approvals, "heapq", Resting)
    found = voids(compared(tmp_path, few(line(1, 0.7, expires="6m"))))
    assert not agrees(found, 8 * 24 * ARRIVALS * void_share(0.7, 6))
