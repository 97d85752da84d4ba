"""M/M/1 as the documentation of each library writes a queue with one server, and what it finds for the mean wait.

A customer who comes 0.9 times in a time unit, and is served for one on average, waits 9 of them (closed form); how far
the mean of n customers lies from that by chance is known too, since the waits of neighbours are alike.
"""

from __future__ import annotations

import importlib.util
import math
import random
from collections.abc import Callable, Generator
from typing import Any

import simpy

from benchmarks.subjects import MismatchError

ARRIVALS, SERVICE = 0.9, 1.0
EXPECTED = ARRIVALS / SERVICE / (SERVICE - ARRIVALS)
ERRORS = 5.0
"""Standard errors that a mean may be off before the library is taken to have simulated something else."""


def with_simpy(customers: int, seed: int) -> float:
    """Mean wait: processes and a resource."""
    draws = random.Random(seed)
    waits: list[float] = []

    def source(env: simpy.Environment, counter: simpy.Resource) -> Generator[simpy.Event, Any, None]:
        for _ in range(customers):
            env.process(customer(env, counter))
            yield env.timeout(draws.expovariate(ARRIVALS))

    def customer(env: simpy.Environment, counter: simpy.Resource) -> Generator[simpy.Event, Any, None]:
        arrived = env.now
        with counter.request() as request:
            yield request
            waits.append(env.now - arrived)
            yield env.timeout(draws.expovariate(SERVICE))

    env = simpy.Environment()
    env.process(source(env, simpy.Resource(env, capacity=1)))
    env.run()
    return math.fsum(waits) / len(waits)


def with_ciw(customers: int, seed: int) -> float:
    """Mean wait: a network of one node, and its records."""
    import ciw

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=ARRIVALS)],
        service_distributions=[ciw.dists.Exponential(rate=SERVICE)],
        number_of_servers=[1],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(customers)
    waits = [record.waiting_time for record in simulation.get_all_records()]
    return math.fsum(waits) / len(waits)


def with_salabim(customers: int, seed: int) -> float:
    """Mean wait: components without `yield`, its present default (they run as greenlets), and a resource."""
    import salabim

    salabim.yieldless(True)

    class Source(salabim.Component):  # type: ignore[misc]
        def process(self) -> None:
            for _ in range(customers):
                Customer()
                self.hold(gap.sample())

    class Customer(salabim.Component):  # type: ignore[misc]
        def process(self) -> None:
            self.request(clerk)
            self.hold(service.sample())
            self.release()

    env = salabim.Environment(random_seed=seed)
    gap, service = salabim.Exponential(1.0 / ARRIVALS), salabim.Exponential(1.0 / SERVICE)
    clerk = salabim.Resource("clerk")
    Source()
    env.run()
    return float(clerk.requesters().length_of_stay.mean())


def with_salabim_yield(customers: int, seed: int) -> float:
    """Mean wait: components as generators, salabim's older way."""
    import salabim

    salabim.yieldless(False)

    class Source(salabim.Component):  # type: ignore[misc]
        def process(self) -> Generator[Any, Any, None]:
            for _ in range(customers):
                Customer()
                yield self.hold(gap.sample())

    class Customer(salabim.Component):  # type: ignore[misc]
        def process(self) -> Generator[Any, Any, None]:
            yield self.request(clerk)
            yield self.hold(service.sample())
            self.release()

    env = salabim.Environment(random_seed=seed)
    gap, service = salabim.Exponential(1.0 / ARRIVALS), salabim.Exponential(1.0 / SERVICE)
    clerk = salabim.Resource("clerk")
    Source()
    env.run()
    return float(clerk.requesters().length_of_stay.mean())


Simulate = Callable[[int, int], float]
_ALL: dict[str, tuple[str, Simulate]] = {
    "SimPy": ("simpy", with_simpy),
    "Ciw": ("ciw", with_ciw),
    "salabim": ("salabim", with_salabim),
    "salabim, with yield": ("salabim", with_salabim_yield),
}


def libraries() -> dict[str, Simulate]:
    """Those that are installed (`pip install '.[bench]'` gets all)."""
    return {name: run for name, (module, run) in _ALL.items() if importlib.util.find_spec(module)}


def standard_error(customers: int) -> float:
    """Of the mean wait of so many customers in a row; from the asymptotic variance of M/M/1 waits."""
    busy = ARRIVALS / SERVICE
    variance = busy * (2 + 5 * busy - 4 * busy**2 + busy**3) / (1 - busy) ** 4 / SERVICE**2
    return math.sqrt(variance / customers)


def checked_wait(name: str, simulate: Simulate, customers: int, seed: int) -> float:
    """The library's mean wait.

    Raises:
        MismatchError: it is not what a queue of this kind has.
    """
    wait = simulate(customers, seed)
    if abs(wait - EXPECTED) > ERRORS * standard_error(customers):
        raise MismatchError(f"{name}: customers waited {wait:.3f}, not {EXPECTED:.3f}")
    return wait
