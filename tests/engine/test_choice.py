"""Which engine is chosen, without numba; and what is said of a machine where the compiled one does not run."""

import subprocess
import sys
import types
from pathlib import Path

import pytest

from sim.engine import choice
from sim.engine.choice import COMPILED, REFERENCE, WORTH_COMPILING, WORTH_LOADING, Unavailable, by_size

SIMULATION = "sim.engine.compiled.simulation"


def stand_in(monkeypatch, warm_up):
    module = types.ModuleType(SIMULATION)
    module.warm_up = warm_up
    monkeypatch.setitem(sys.modules, SIMULATION, module)


def fails(error):
    def warm_up():
        raise error

    return warm_up


@pytest.mark.parametrize(
    ("warm", "events", "chosen"),
    [
        (True, WORTH_LOADING - 1, REFERENCE),
        (True, WORTH_LOADING, COMPILED),
        (False, WORTH_LOADING, REFERENCE),
        (False, WORTH_COMPILING - 1, REFERENCE),
        (False, WORTH_COMPILING, COMPILED),
        (False, float("inf"), COMPILED),
    ],
)
def test_large_jobs_are_compiled_and_small_ones_only_loaded(monkeypatch, warm, events, chosen):
    monkeypatch.setattr(choice, "is_warm", lambda: warm)
    assert by_size(events) == chosen


def test_choosing_imports_neither_numba_nor_simpy():
    code = (
        "import sys; from sim.engine import choice; choice.by_size(1e9); print({'numba', 'simpy'} & set(sys.modules))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "set()\n"


def test_a_folder_that_cannot_be_asked_for_is_cold(monkeypatch):
    module = types.ModuleType("cache")
    module.is_warm = fails(PermissionError(13, "no"))
    monkeypatch.setitem(sys.modules, "sim.engine.compiled.cache", module)
    assert not choice.is_warm()


def test_ready_is_said_before_a_cold_start_only(monkeypatch):
    said = []
    stand_in(monkeypatch, lambda: said.append("warm up"))
    monkeypatch.setattr(choice, "is_warm", lambda: False)
    choice.make_ready(lambda: said.append("compiling"))
    monkeypatch.setattr(choice, "is_warm", lambda: True)
    choice.make_ready(lambda: said.append("compiling"))
    assert said == ["compiling", "warm up", "warm up"]


def test_without_numba(monkeypatch):
    for name in [name for name in sys.modules if name.startswith(("sim.engine.compiled", "numba"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(Unavailable, match=r"^numba is not installed$"):
        choice.make_ready(lambda: pytest.fail("nothing to compile"))


@pytest.mark.parametrize("error", [ImportError("numpy is too new\nby far"), OSError("no such library"), KeyError(3)])
def test_a_numba_that_cannot_compile(monkeypatch, error):
    pytest.importorskip("numba", exc_type=ImportError)
    stand_in(monkeypatch, fails(error))
    with pytest.raises(Unavailable, match=rf"^numba does not work here \({type(error).__name__}\)$"):
        choice.make_ready()


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_what_is_not_numbas_fault_passes(monkeypatch, error):
    stand_in(monkeypatch, fails(error()))
    with pytest.raises(error):
        choice.make_ready()
