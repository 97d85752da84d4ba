"""An interrupt that some library swallowed stops a campaign all the same."""

from contextlib import closing, suppress

import pytest

from sim.core import stops
from sim.engine.choice import COMPILED, REFERENCE
from sim.inputs.schema import Scenario
from sim.trials.campaign import campaign
from sim.trials.executors import Processes, Serial, Threads
from sim.trials.journal import Journal
from sim.trials.runner import Job
from tests.support import scenario


def job(**more):
    what = Scenario.model_validate(scenario(**more))
    return Job(what, tuple(what.strategies), 0)


@pytest.fixture(autouse=True)
def nothing_is_remembered():
    yield
    stops.forget()


def swallowed(steps):
    """What asks for an end and is lost where it happens."""
    with suppress(KeyboardInterrupt):
        stops.stop()


CREWS = {
    "in this thread": Serial(REFERENCE),
    "in threads": Threads(2, REFERENCE),
    "in processes": Processes(2),
}


@pytest.mark.parametrize("crew", CREWS.values(), ids=CREWS)
def test_a_lost_interrupt_is_heeded(tmp_path, monkeypatch, crew):
    monkeypatch.setattr("sim.trials.campaign.executor", lambda engine, workers: crew)
    with closing(Journal(tmp_path / "j", {"job": 1})) as journal:
        ran = campaign(job(), 40, COMPILED, 2, journal, lambda kept: None, swallowed)
        assert ran.interrupted
        assert len(ran.replications) < 5
    # Planted fault: without the note, the same interrupt is lost.
    stops.forget()
    monkeypatch.setattr(stops._asked, "set", lambda: None)
    with closing(Journal(tmp_path / "other", {"job": 1})) as journal:
        ran = campaign(job(), 6, COMPILED, 2, journal, lambda kept: None, swallowed)
        assert not ran.interrupted
        assert len(ran.replications) == 6


def test_a_long_replication_is_stopped_on_its_way(tmp_path, monkeypatch):
    from sim.trials.runner import Runner

    began = Runner.replication

    def asked(self, number, done, breath):
        swallowed(0)
        return began(self, number, done, breath)

    monkeypatch.setattr(Runner, "replication", asked)
    with closing(Journal(tmp_path / "j", {"job": 1})) as journal:
        ran = campaign(job(), 1, REFERENCE, 1, journal, lambda kept: None, lambda steps: None)
    assert ran.interrupted
    assert ran.replications == []


def test_stopping_raises_at_once_and_goes_on_raising():
    stops.heed()
    for ask in (stops.stop, stops.heed, stops.heed):
        with pytest.raises(KeyboardInterrupt):
            ask()
    stops.forget()
    stops.heed()
