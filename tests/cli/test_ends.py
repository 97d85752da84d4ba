"""However a comparison ends, nothing of the user's is lost, and one line says what is left."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim import study
from sim.core.errors import ResultsError, RunError, Stopped
from sim.trials import executors
from sim.trials.journal import Journal
from tests.support import Blank, scenario, write

SMALL = scenario(horizon="1d", replications=3)
LONG = scenario(horizon="400d", replications=400)
linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks /proc for the workers")


@pytest.fixture(autouse=True)
def without_charts(monkeypatch):
    monkeypatch.setattr("sim.outputs.results.comparison_sheets", lambda *_, **__: ())


class Stopper(study.Silent):
    """Presses Ctrl-C after so many replications, or while saving."""

    def __init__(self, after=None):
        self.after = after

    def tick(self, steps):
        if self.after is not None:
            self.after -= 1
            if self.after < 0:
                raise KeyboardInterrupt

    def saving(self):
        if self.after is None:
            raise KeyboardInterrupt


def compare(folder, content=SMALL, watcher=None, out="out"):
    return study.compare(study.Request(write(folder, content), out=folder / out, workers=1), watcher, Blank())


def names(folder):
    return {each.name for each in folder.iterdir()}


def test_siblings_of_the_user_stay(tmp_path):
    for name in ("out.new", "out.old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "thesis.tex").write_text("mine")
    compare(tmp_path)
    compare(tmp_path)
    assert names(tmp_path) == {"case.yaml", "out", "out.new", "out.old"}
    assert (tmp_path / "out.new" / "thesis.tex").exists()
    assert (tmp_path / "out.old" / "thesis.tex").exists()


@pytest.mark.parametrize(
    ("name", "text"), [("thesis.tex", "mine"), ("manifest.json", '{"tool": "other"}'), ("manifest.json", "torn")]
)
def test_a_folder_with_anything_else_is_refused(tmp_path, name, text):
    compare(tmp_path)
    (tmp_path / "out" / name).write_text(text)
    with pytest.raises(ResultsError, match=r"not afterleak results.*--out"):
        compare(tmp_path)
    assert (tmp_path / "out" / name).read_text() == text


def test_what_comes_into_the_folder_while_it_runs_stays(tmp_path):
    class Putting(study.Silent):
        def saving(self):
            (tmp_path / "out" / "thesis.tex").write_text("mine")

    compare(tmp_path)
    with pytest.raises(ResultsError, match=r"thesis\.tex.*3 finished replications kept in"):
        compare(tmp_path, watcher=Putting())
    assert (tmp_path / "out" / "thesis.tex").exists()
    assert (tmp_path / "out" / "summary.json").exists()


def test_a_link_to_a_folder_stays_one(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "far")
    compare(tmp_path)
    compare(tmp_path)
    assert (tmp_path / "out").is_symlink()
    assert (tmp_path / "far" / "summary.json").exists()


def test_stopped_before_the_first_replication(tmp_path):
    with pytest.raises(Stopped, match="nothing was written"):
        compare(tmp_path, watcher=Stopper(0), out="deep/out")
    assert names(tmp_path) == {"case.yaml"}


def test_stopped_while_saving(tmp_path):
    with pytest.raises(Stopped, match="stopped while saving; 3 finished replications kept in"):
        compare(tmp_path, watcher=Stopper())
    assert names(tmp_path) == {"case.yaml", "out.partial"}
    assert compare(tmp_path).ran.taken_over == 3


def test_fewer_replications_do_not_replace_more(tmp_path):
    compare(tmp_path)
    before = (tmp_path / "out" / "manifest.json").read_bytes()
    with pytest.raises(Stopped, match=r"1 finished replication kept in .* of 3 replications, is as it was") as stopped:
        compare(tmp_path, SMALL | {"replications": 9}, Stopper(1))
    assert stopped.value.exit_code == 130
    assert (tmp_path / "out" / "manifest.json").read_bytes() == before
    assert compare(tmp_path, SMALL | {"replications": 9}).ran.taken_over == 1


def test_a_full_disk_while_journaling(tmp_path, monkeypatch):
    add = Journal.add

    def full(self, finished):
        if finished.replication == 2:
            raise OSError(28, "No space left on device")
        add(self, finished)

    monkeypatch.setattr(Journal, "add", full)
    with pytest.raises(ResultsError, match=r"No space left on device.*2 finished replications kept"):
        compare(tmp_path)


def test_a_killed_worker(tmp_path, monkeypatch):
    monkeypatch.setattr(executors, "_run", os._exit)
    with pytest.raises(RunError, match=r"a worker process was killed.*nothing was written"):
        study.compare(study.Request(write(tmp_path, SMALL), out=tmp_path / "out", workers=2))
    assert names(tmp_path) == {"case.yaml"}


def started(folder, **more):
    engine = ("--engine", "reference")  # with workers that are processes
    done = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "sim.cli",
            "compare",
            str(write(folder, LONG)),
            *engine,
            "--out",
            "out",
            "--workers",
            "2",
        ],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "120"} | more,
    )
    lines = folder / "out.partial" / "finished.jsonl"
    while not (lines.exists() and lines.read_bytes().count(b"\n")):
        assert done.poll() is None, done.stderr.read()
        time.sleep(0.05)
    return done


def children(pid):
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def ended(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_for_the_end_of(processes):
    until = time.monotonic() + 20
    while not all(map(ended, processes)):
        assert time.monotonic() < until
        time.sleep(0.05)


@linux
def test_workers_end_with_a_killed_parent(tmp_path):
    parent = started(tmp_path)
    workers = children(parent.pid)
    assert len(workers) >= 2
    parent.kill()
    parent.communicate(timeout=20)
    wait_for_the_end_of(workers)


@linux
def test_sigterm_keeps_what_is_finished(tmp_path):
    parent = started(tmp_path)
    workers = children(parent.pid)
    parent.send_signal(signal.SIGTERM)
    shown, errors = parent.communicate(timeout=60)
    assert parent.returncode == 130, errors
    assert "were finished and are kept" in shown
    wait_for_the_end_of(workers)
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["replications"]


def test_names_that_the_terminal_cannot_show(tmp_path):
    content = SMALL | {"title": "déjà vu → ☃", "replications": 1}
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}
    for verb in (("trace",), ("compare", "--out", "out")):
        done = subprocess.run(
            [sys.executable, "-m", "sim.cli", verb[0], str(write(tmp_path, content, "é")), *verb[1:]],
            cwd=tmp_path,
            capture_output=True,
            env=os.environ | plain | {"PYTHONPATH": str(Path(__file__).parents[2])},
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
