"""Memory does not grow with the number of replications."""

import tracemalloc

import pytest

from sim import study
from tests.support import Blank, scenario, write

LEAKY = scenario(
    horizon="10d",
    leaks={"log": {"per-use": 0.02, "discovery": {"chance": 0.5, "time": "1h"}}},
    strategies={"only": None, "static": {"issuance": "standing"}, "jit": {"issuance": "per-task", "lifetime": "15m"}},
)


def peak(folder, replications, engine):
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    file = write(folder, LEAKY)
    request = study.Request(file, replications=replications, out=folder / "out", workers=1, engine=engine)
    study.compare(request, studio=Blank())
    return tracemalloc.get_traced_memory()[1] - before


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_eight_times_the_replications_take_hardly_more(tmp_path, engine):
    if engine == "compiled":
        pytest.importorskip("numba")
    tracemalloc.start()
    try:
        peak(tmp_path, 2, engine)
        few, many = peak(tmp_path, 4, engine), peak(tmp_path, 32, engine)
    finally:
        tracemalloc.stop()
    # What stays is one row of some 30 numbers per replication and strategy, and three columns of the leaks. The rows of
    # their logs would be more than twice as much as is allowed here.
    assert many < few + 2_000_000, (few, many)
