"""Threads give what one thread gives, tell it to the asking thread alone, and end when nobody waits any more.

The reference engine stands in: it breathes at every chunk of its log, and needs no compiler.
"""

import gc
import threading
import time
from contextlib import closing

import pytest

from sim.core.errors import AfterleakError
from sim.engine.choice import COMPILED, REFERENCE
from sim.inputs.schema import Scenario
from sim.trials import crew
from sim.trials.campaign import campaign
from sim.trials.executors import Processes, Serial, Threads, executor
from sim.trials.journal import Journal
from sim.trials.runner import Job, Runner
from tests.support import scenario

LEAKY = scenario(
    leaks={"log": {"per-use": 0.2, "discovery": {"chance": 0.5, "time": "1h"}}},
    strategies={"only": None, "static": {"issuance": "standing"}, "jit": {"issuance": "per-task", "lifetime": "15m"}},
)
ENDLESS = scenario(horizon="4000d", agents={"bot": {"count": 20}})


def job(content=LEAKY, seed=0):
    what = Scenario.model_validate(content)
    return Job(what, tuple(what.strategies), seed)


def threads(workers=2):
    return Threads(workers, REFERENCE)


def ours():
    return [thread for thread in threading.enumerate() if thread.name.startswith("afterleak-")]


@pytest.fixture(autouse=True)
def no_thread_goes_on():
    yield
    assert ours() == []


def by_number(finished):
    return sorted(finished, key=lambda one: one.replication)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_the_same_as_in_one_thread_in_any_order(workers):
    wanted = list(Serial().run(job(), range(5), lambda _: None))
    assert by_number(threads(workers).run(job(), [3, 0, 4, 1, 2], lambda _: None)) == wanted
    # Planted fault: another seed is seen.
    assert by_number(threads(workers).run(job(seed=1), range(5), lambda _: None)) != wanted


def test_progress_is_told_strategy_by_strategy_and_here():
    told = []
    for _ in threads().run(job(), range(3), lambda steps: told.append((steps, threading.current_thread()))):
        pass
    assert told == [(1, threading.main_thread())] * 6


def test_only_a_few_are_under_way(monkeypatch):
    begun = []
    replication = Runner.replication

    def counted(self, number, *more):
        begun.append(number)
        return replication(self, number, *more)

    monkeypatch.setattr(Runner, "replication", counted)
    with closing(threads().run(job(), range(50), lambda _: None)) as results:
        next(results)
        time.sleep(0.5)
        assert len(begun) <= 4
    assert ours() == []


def test_an_interrupt_ends_long_replications(tmp_path):
    def pressed(_):
        raise KeyboardInterrupt

    with closing(threads().run(job(ENDLESS), range(8), pressed)) as results:
        timer = threading.Timer(1, interrupt)
        timer.start()
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            next(results)
        assert ours() == []
        assert time.monotonic() - began < 10
        timer.join()


def interrupt():
    import _thread

    _thread.interrupt_main()


def test_an_interrupt_keeps_what_is_finished(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.trials.campaign.executor", lambda engine, workers: threads(workers))
    left = [4]

    def tick(steps):
        left[0] -= steps
        if left[0] < 0:
            raise KeyboardInterrupt

    with closing(Journal(tmp_path / "j", {"job": 1})) as journal:
        ran = campaign(job(), 40, COMPILED, 2, journal, lambda kept: None, tick)
        assert ran.interrupted
        assert 1 <= len(ran.replications) <= 2
        assert ours() == []
        ran = campaign(job(), 6, COMPILED, 2, journal, lambda kept: None, lambda steps: None)
        assert ran.taken_over >= 1
        assert ran.replications == list(range(6))
        assert list(journal.read(ran.replications)) == list(Serial().run(job(), range(6), lambda _: None))


def test_a_full_disk_ends_the_threads(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.trials.campaign.executor", lambda engine, workers: threads(workers))

    def full(*_):
        raise OSError(28, "No space left on device")

    with closing(Journal(tmp_path / "j", {"job": 1})) as journal:
        monkeypatch.setattr(journal, "add", full)
        with pytest.raises(OSError, match="No space left"):
            campaign(job(), 40, COMPILED, 2, journal, lambda kept: None, lambda steps: None)


@pytest.mark.parametrize("error", [MemoryError, ZeroDivisionError, SystemExit])
def test_what_goes_wrong_in_a_thread_is_raised_here_after_what_was_finished(monkeypatch, error):
    replication = Runner.replication

    def failing(self, number, *more):
        if number == 3:
            raise error
        return replication(self, number, *more)

    monkeypatch.setattr(Runner, "replication", failing)
    got = []
    with pytest.raises(error):
        for finished in threads().run(job(), range(40), lambda _: None):
            got.append(finished.replication)
    assert {0, 1} <= set(got) <= {0, 1, 2, 4, 5}


def test_a_runner_that_cannot_be_made_is_told(monkeypatch):
    def broken(*_):
        raise AfterleakError("no")

    monkeypatch.setattr("sim.trials.executors.Runner", broken)
    with pytest.raises(AfterleakError):
        list(threads().run(job(), range(3), lambda _: None))


def test_waits_have_a_limit_for_windows():
    assert 0 < crew.POLL <= 1


def test_each_engine_has_its_kind_of_workers():
    assert isinstance(executor(REFERENCE, 1), Serial)
    assert isinstance(executor(REFERENCE, 2), Processes)
    assert isinstance(executor(COMPILED, 1), Serial)
    assert isinstance(executor(COMPILED, 2), Threads)


def test_collections_are_as_before_afterwards():
    before = gc.get_threshold()
    list(threads().run(job(), range(4), lambda _: None))
    list(Serial().run(job(), range(2), lambda _: None))
    assert gc.get_threshold() == before
