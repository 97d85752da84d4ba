"""`--engine` and `warmup` as people use them, on machines with numba, without it, and with one that does not work."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
import types
from pathlib import Path

import pytest

from sim import study
from sim.core.errors import UsageError
from sim.engine import choice
from sim.outputs import screen
from sim.outputs.progress import Progress
from sim.trials.simulators import Reference
from tests.support import Blank, scenario, write

ROOT = Path(__file__).parents[2]
HIDDEN = "import sys; sys.modules['numba'] = None"
EAGER = "\nfrom sim.engine import choice; choice.WORTH_LOADING = choice.WORTH_COMPILING = 0"
# The engine is there, but its first function cannot be compiled.
BROKEN = """
import sys, types
simulation = types.ModuleType('sim.engine.compiled.simulation')
def warm_up():
    raise {error}('cannot compile\\nthis')
simulation.warm_up = warm_up
sys.modules['sim.engine.compiled.simulation'] = simulation
"""
# Charts take most of a small comparison's time.
UNDRAWN = """
from contextlib import nullcontext
from sim.outputs import studio
from tests.support import Blank
studio.beside = lambda: nullcontext(Blank())
"""
SMALL = scenario(horizon="1d", leaks={"log": {"per-use": 0.2, "discovery": {"time": "1h"}}})
LONG = scenario(horizon="400d", replications=400)
NAMES = ("summary.json", "replications.parquet", "leaks.parquet", "report.md")


def numba_that_raises(folder, error):
    """A package of this name that is found and cannot be imported."""
    (folder / "numba.py").write_text(f"raise {error}('llvm is too old\\nby far')\n")


def environment(folder, start=""):
    (folder / "sitecustomize.py").write_text(f"{start}\n{UNDRAWN}")
    return os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "COLUMNS": "120"}


def run(*arguments, cwd, start="", timeout=120):
    command = [sys.executable, "-m", "sim.cli", *map(str, arguments)]
    given = {"cwd": cwd, "env": environment(cwd, start), "timeout": timeout}
    return subprocess.run(command, capture_output=True, text=True, check=False, **given)


def one_line(text):
    return text.count("\n") == 1 and text.endswith("\n") and "Traceback" not in text


@pytest.mark.parametrize("verb", ["compare", "trace"])
@pytest.mark.parametrize(
    ("asked", "says"), [("compield", "did you mean compiled?"), ("ref", "did you mean reference?"), ("", "auto, comp")]
)
def test_an_unknown_engine(tmp_path, verb, asked, says):
    done = run(verb, write(tmp_path, SMALL), "--engine", asked, cwd=tmp_path)
    assert done.returncode == 2
    assert one_line(done.stderr)
    assert done.stderr.startswith("afterleak: no such engine; ")
    assert says in done.stderr
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("verb", [("compare", "--out", "out"), ("trace",)], ids=["compare", "trace"])
@pytest.mark.parametrize(
    ("start", "error", "why"),
    [
        (HIDDEN, None, "numba is not installed"),
        ("", "ImportError", "numba does not work here (ImportError)"),
        ("", "OSError", "numba does not work here (OSError)"),
        (BROKEN.format(error="SystemError"), None, "numba does not work here (SystemError)"),
    ],
    ids=["missing", "import error", "other error", "no compiling"],
)
def test_where_the_compiled_engine_does_not_run(tmp_path, verb, start, error, why):
    if "does not work" in why and importlib.util.find_spec("numba") is None and error is None:
        pytest.skip("numba is not installed, and that is what would be said")
    if error:
        numba_that_raises(tmp_path, error)
    verb = (verb[0], write(tmp_path, SMALL), *verb[1:])
    told = run(*verb, "--engine", "auto", cwd=tmp_path, start=start + EAGER)
    assert told.returncode == 0, told.stderr
    assert one_line(told.stderr)
    assert told.stderr.startswith(f"afterleak: {why}; the reference engine simulates instead")
    asked = run(*verb, "--engine", "compiled", cwd=tmp_path, start=start)
    assert asked.returncode == 2
    assert one_line(asked.stderr)
    assert asked.stderr.startswith(f"afterleak: {why}, and the compiled engine needs it")
    if verb[0] == "compare":
        return
    # Where it would not have been chosen, nothing is said; and asking for the reference never tries.
    assert run(*verb, cwd=tmp_path, start=start).stderr == ""
    plain = run(*verb, "--engine", "reference", cwd=tmp_path, start=start + EAGER)
    assert plain.stderr == ""
    assert plain.stdout == told.stdout


@pytest.mark.parametrize("start", [HIDDEN, BROKEN.format(error="KeyError")], ids=["missing", "no compiling"])
def test_warmup_where_the_compiled_engine_does_not_run(tmp_path, start):
    done = run("warmup", cwd=tmp_path, start=start)
    assert done.returncode == 2
    assert one_line(done.stderr)
    assert "all simulations run on the reference engine" in done.stderr
    assert done.stdout == ""


class Watching(study.Silent):
    def __init__(self):
        self.said = []

    def compiling(self):
        self.said.append("compiling")

    def fell_back(self, why):
        self.said.append(why)

    def began(self, steps, done):
        self.said.append((steps, done))

    def tick(self, steps):
        self.said.append(steps)

    def saving(self):
        self.said.append("saving")


@pytest.fixture
def stand_in(monkeypatch, tmp_path):
    """The reference engine under the compiled one's name, cold until it is warmed up."""
    warm = []

    class Engine(Reference):
        def __init__(self, world, strategies):
            super().__init__(world)

        def run(self, plan, seed, replication, sink, breath):
            assert warm
            used.append(replication)
            super().run(plan, seed, replication, sink, breath)

    used = []
    module = types.ModuleType("sim.engine.compiled.simulation")
    module.Engine, module.warm_up, module.used = Engine, lambda: warm.append(True), used
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(choice, "is_warm", lambda: bool(warm))
    monkeypatch.setattr(choice, "cache_folder", lambda: tmp_path / "cache")
    return module


def compared(folder, watcher=None, **more):
    return study.compare(study.Request(write(folder, SMALL), out=folder / "out", **more), watcher, Blank())


@pytest.mark.parametrize("workers", [1, 2])
def test_a_cold_engine_is_compiled_before_the_trials_and_said_so_once(tmp_path, stand_in, workers):
    for cold in (True, False):
        watching = Watching()
        compared(tmp_path, watching, engine="compiled", workers=workers)
        assert watching.said == ["compiling"] * cold + [(2, 0), (2, 0), 1, 1, "saving"]
    # Two replications in each comparison, and one of them again for its story.
    assert len(stand_in.used) == 6


@pytest.mark.parametrize(("worth", "chosen"), [(0, True), (1e12, False)])
def test_auto_goes_by_size(tmp_path, stand_in, monkeypatch, worth, chosen):
    monkeypatch.setattr(choice, "WORTH_LOADING", worth)
    monkeypatch.setattr(choice, "WORTH_COMPILING", worth)
    compared(tmp_path)
    study.trace(tmp_path / "case.yaml", None, 0, None)
    assert len(stand_in.used) == (4 if chosen else 0)


def test_a_finished_part_is_taken_over_by_the_other_engine(tmp_path, stand_in):
    class Stopping(study.Silent):
        def tick(self, steps):
            self.left = getattr(self, "left", 2) - 1
            if not self.left:
                raise KeyboardInterrupt

    assert compared(tmp_path, Stopping(), engine="reference").ran.interrupted
    assert compared(tmp_path, engine="compiled").ran.taken_over == 1


def test_no_memory_is_one_line(tmp_path, stand_in, monkeypatch):
    def full(*_):
        raise MemoryError

    monkeypatch.setattr(stand_in.Engine, "run", full)
    with pytest.raises(Exception, match=r"^there is not enough memory.*no replication was finished"):
        compared(tmp_path, engine="compiled", workers=2)
    assert not (tmp_path / "out.partial").exists()


def test_stopped_while_compiling(tmp_path, stand_in):
    class Stopping(study.Silent):
        def compiling(self):
            raise KeyboardInterrupt

    with pytest.raises(study.comparing.Stopped, match="nothing was written"):
        compared(tmp_path, Stopping(), engine="compiled")
    with pytest.raises(study.comparing.Stopped, match="nothing depends on it"):
        study.warm_up(Stopping())
    assert not (tmp_path / "out.partial").exists()


def test_warmup_says_what_it_did(tmp_path, stand_in, capsys):
    for says in ("Compiling the engine took 0.0 s", "The engine was compiled before; loading it took 0.0 s"):
        screen.show_warmed(study.warm_up(study.Silent()))
        shown = capsys.readouterr().out.replace("\n", " ")
        assert shown.startswith(says)
        assert str(tmp_path / "cache") in shown


def test_the_progress_line_says_what_it_waits_for():
    with Progress() as progress:
        (task,) = progress._bar.tasks
        assert task.description == "simulating"
        progress.compiling()
        assert task.description == "compiling the engine, once"
        progress.began(10, 2)
        assert (task.description, task.completed, task.total) == ("simulating", 2, 10)
        progress.tick(3)
        assert task.completed == 5


def test_the_library_refuses_unknown_engines_too(tmp_path):
    with pytest.raises(UsageError, match="no such engine"):
        compared(tmp_path, engine="fast")


# --- with the compiled engine itself ---------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def compiled_engine():
    pytest.importorskip("numba", exc_type=ImportError)
    if importlib.util.find_spec("sim.engine.compiled.simulation") is None:
        pytest.skip("the compiled engine is not written yet")
    choice.make_ready()


LEAKY = scenario(
    replications=5,
    leaks={
        "log": {"per-use": 0.1, "discovery": {"chance": 0.5, "time": "1h"}, "detection": {"time": "6h"}},
        "file": {"at-rest": "1/d", "discovery": {"chance": 0.5, "time": "2h"}},
    },
    strategies={"only": None, "static": {"issuance": "standing"}, "jit": {"issuance": "per-task", "lifetime": "15m"}},
)


def folder_bytes(folder):
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_every_engine_and_number_of_workers_writes_the_same_folder(tmp_path, compiled_engine):
    def written(engine, workers, content=LEAKY, studio=None):
        # The same name each time, for it is part of the command that the report shows.
        request = study.Request(write(tmp_path, content), out=tmp_path / "out", engine=engine, workers=workers)
        study.compare(request, studio=studio)
        return folder_bytes(tmp_path / "out")

    drawn = written("reference", 1)
    assert len(drawn) > 10
    assert written("compiled", 2) == drawn
    wanted = written("reference", 1, studio=Blank())
    for engine, workers in (("reference", 2), ("compiled", 1), ("compiled", 3), ("auto", None)):
        assert written(engine, workers, studio=Blank()) == wanted, (engine, workers)
    # Planted fault: another seed is seen in every file that holds results.
    other = written("compiled", 2, LEAKY | {"seed": 1}, Blank())
    assert all(other[name] != wanted[name] for name in NAMES)


def test_a_trace_is_the_same_on_both_engines(tmp_path, compiled_engine):
    file = write(tmp_path, LEAKY)
    for more in ((), ("--json",), ("--all",)):
        told = [run("trace", file, *more, "--engine", engine, cwd=tmp_path) for engine in ("reference", "compiled")]
        assert told[0].stdout == told[1].stdout
        assert told[0].returncode == told[1].returncode == 0
        assert [one.stderr for one in told] == ["", ""]


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_stopped_comparison_keeps_what_is_finished(tmp_path, compiled_engine, workers, name):
    content = LONG | {"replications": 20_000}
    command = ["compare", str(write(tmp_path, content)), "--out", "out", "--workers", str(workers)]
    started = subprocess.Popen(
        [sys.executable, "-m", "sim.cli", *command, "--engine", "compiled"],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    lines = tmp_path / "out.partial" / "finished.jsonl"
    while not (lines.exists() and lines.read_bytes().count(b"\n") >= 2):
        assert started.poll() is None, started.stderr.read()
        time.sleep(0.02)
    started.send_signal(getattr(signal, name))
    shown, errors = started.communicate(timeout=60)
    assert started.returncode == 130, errors
    assert "Traceback" not in errors
    assert "of 20000 replications were finished and are kept" in shown
