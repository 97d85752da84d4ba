"""A story made from few rows is the story made from all of them."""

import dataclasses

import numpy as np
import pytest

from sim.core.events import LOG, Event
from sim.engine.choice import REFERENCE
from sim.inputs.schema import Scenario
from sim.outputs.lanes import timeline
from sim.outputs.story import Teller
from sim.study import keeping, replays
from sim.study.keeping import Chosen, Few, Lanes
from sim.trials.runner import Job, Runner
from tests.support import scenario, write

CASES = {
    "leaky": {"log": {"per-use": 0.2, "discovery": {"chance": 0.5, "time": "1h"}}},
    "rarely": {"log": {"per-use": 0.002, "discovery": {"chance": 0.5, "time": "1h"}}},
    "never": {},
}
STRATEGIES = {
    "only": None,
    "static": {"issuance": "standing", "rotation": {"every": "1d", "overlap": "1h"}},
    "lease": {"issuance": "leased", "lifetime": "3h", "renewal": {"at": 0.5, "max-life": "8h"}},
    "jit": {"issuance": "per-task", "lifetime": "15m", "revocation": {"task-end": {"delay": "2s"}}},
}


def job(leaks, **more):
    what = Scenario.model_validate(scenario(leaks=leaks, strategies=STRATEGIES, **more))
    return Job(what, tuple(what.strategies), 0)


def whole(what, strategy):
    runner, chunks = Runner(what), []
    leaks = runner.log(strategy, 0, chunks.append)
    return runner.world, np.concatenate(chunks), leaks


@pytest.mark.parametrize("most", [replays.MOST_ROWS, 0], ids=["few", "many"])
@pytest.mark.parametrize("strategy", [name for name in STRATEGIES if name != "only"])
@pytest.mark.parametrize("leaks", CASES)
def test_lanes_of_kept_rows_are_lanes_of_all(leaks, strategy, most, monkeypatch):
    what = job(CASES[leaks])
    world, log, found = whole(what, strategy)
    monkeypatch.setattr(replays, "MOST_ROWS", most)
    kept = replays.replay(what, strategy, 0, REFERENCE)
    wanted = timeline(world, strategy, 0, log, found)
    told = timeline(kept.world, strategy, 0, kept.log, kept.leaks)
    assert told.lanes == wanted.lanes
    assert wanted.lanes
    assert len(kept.log) < len(log)
    assert f"of the {kept.others} others" in wanted.chosen
    # Planted fault: without a row of need, or with another choice, the lanes differ.
    less = kept.log[np.arange(len(kept.log)) != np.flatnonzero(kept.log["kind"] == Event.IDLE)[0]]
    if most == 0:
        assert timeline(kept.world, strategy, 0, less, kept.leaks).lanes != wanted.lanes


def needs(spans, credential=0):
    rows = np.zeros(len(spans) + 1, LOG)
    rows["credential"] = credential
    rows["kind"] = [Event.ISSUED, *[Event.IDLE] * len(spans)]
    rows["was"][1:], rows["until"][1:] = zip(*spans, strict=True)
    rows["at"] = rows["until"]
    return rows


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_needs_beyond_the_cap_are_thinned_out_alike_in_chunks_of_any_size(monkeypatch, size):
    monkeypatch.setattr(keeping, "MOST_NEEDS", 50)
    horizon = 1_000_000  # spans nearer than 100 are one
    rows = needs([(n * 40, n * 40 + 20) for n in range(100)] + [(5_000 + n * 500, 5_100 + n * 500) for n in range(20)])
    lanes = Lanes(Chosen(frozenset(), frozenset(), range(1)), horizon)
    for at in range(0, len(rows), size):
        lanes.add(rows[at : at + size].copy())
    kept = lanes.log()
    idle = kept[kept["kind"] == Event.IDLE]
    spans = list(zip(idle["was"].tolist(), idle["until"].tolist(), strict=True))
    assert spans == [(0, 99 * 40 + 20), *((5_000 + n * 500, 5_100 + n * 500) for n in range(20))]
    assert kept["at"].tolist() == sorted(kept["at"].tolist())


def test_needs_below_the_cap_stay_as_they_are():
    rows = needs([(n * 40, n * 40 + 20) for n in range(100)])
    lanes = Lanes(Chosen(frozenset(), frozenset(), range(1)), 1_000_000)
    lanes.add(rows)
    assert np.array_equal(lanes.log(), rows)


def test_what_is_too_many_takes_no_room():
    few = Few((Event.IDLE,), 10)
    rows = needs([(n, n + 1) for n in range(8)])
    few.add(rows)
    assert not few.too_many
    few.add(rows)
    assert few.too_many
    assert len(few.log()) == 0
    assert few.counted(Event.IDLE) == 16


def test_a_reused_buffer_does_no_harm():
    rows = needs([(1, 2)])
    few, lanes = Few((Event.IDLE,)), Lanes(Chosen(frozenset(), frozenset(), range(1)), 100)
    few.add(rows)
    lanes.add(rows)
    rows["until"] = 77
    assert few.log()["until"].tolist() == [2]
    assert lanes.log()["until"].tolist() == [0, 2]


@pytest.mark.parametrize("strategy", [name for name in STRATEGIES if name != "only"])
def test_a_trace_without_routine_is_that_of_all_rows(tmp_path, strategy):
    file = write(tmp_path, scenario(leaks=CASES["leaky"], strategies=STRATEGIES))
    short = replays.trace(file, strategy, 0, None, whole=False)
    full = replays.trace(file, strategy, 0, None)
    assert short.teller.lines() == full.teller.lines()
    assert dataclasses.replace(short, teller=None) == dataclasses.replace(full, teller=None)
    assert len(short.teller.log) < len(full.teller.log)
    world, log, leaks = whole(job(CASES["leaky"]), strategy)
    assert np.array_equal(full.teller.log, log)
    assert Teller(world, log, leaks).lines() == full.teller.lines()
