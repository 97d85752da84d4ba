"""Metrics from the log in pieces: where a chunk ends must not matter, and grouping must lose and mix up no row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.events import LOG, Event, Flag
from sim.inputs.schema import Scenario
from sim.measure import chunks
from sim.measure.chunks import KINDS, SORTS, TOLD_APART, Chunk, table
from sim.measure.metrics import Metrics
from sim.model.credentials import plan
from sim.model.reach import under
from sim.model.world import build
from tests.cli.test_fuzz_compare import BASE
from tests.support import merged, simulated

BUSY = merged(
    BASE,
    {
        "leaks": {"log": {"per-use": 0.3}},
        "strategies": {
            "only": {"revocation": {"detection": {"by": "manual", "delay": "9h"}}},
            "jit": {"issuance": "per-task", "lifetime": "2h"},
        },
    },
)


def measured(content, strategy, log, ends):
    """Row and leaks from a log that comes in pieces with these ends."""
    parsed = Scenario.model_validate(content)
    world = build(parsed)
    chosen = plan(strategy, parsed.strategies[strategy], world)
    metrics = Metrics(world, chosen, under(world, chosen))
    for piece in np.split(log, ends):
        metrics.add(piece)
    return metrics.result(0)


@pytest.fixture(scope="module", params=["only", "jit"])
def told(request):
    row, leaks, log = simulated(BUSY, request.param, seed=4)
    assert leaks and len(log) > 100
    return request.param, row, leaks, log


@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data())
def test_where_chunks_end_makes_no_difference(told, data):
    strategy, row, leaks, log = told
    ends = sorted(data.draw(st.lists(st.integers(0, len(log)), max_size=30)))
    assert repr(measured(BUSY, strategy, log, ends)) == repr((row, leaks))


def test_every_row_a_chunk_of_its_own(told):
    strategy, row, leaks, log = told
    assert repr(measured(BUSY, strategy, log, range(1, len(log)))) == repr((row, leaks))


def test_planted_fault_a_chunk_forgets_its_last_row(told, monkeypatch):
    strategy, row, leaks, log = told
    init = Chunk.__init__
    monkeypatch.setattr(Chunk, "__init__", lambda self, rows: init(self, rows[:-1]))
    kinds, credentials = log["kind"], log["credential"]
    end = int(np.flatnonzero((kinds == Event.USED) & np.isin(credentials, [leak["credential"] for leak in leaks]))[-1])
    assert repr(measured(BUSY, strategy, log, [end + 1])) != repr((row, leaks))


@st.composite
def rows(draw):
    many = draw(st.integers(0, 60))
    made = np.zeros(many, LOG)
    made["kind"] = draw(st.lists(st.integers(1, max(Event)), min_size=many, max_size=many))
    made["flags"] = draw(st.lists(st.integers(0, 2 * max(Flag) - 1), min_size=many, max_size=many))
    made["at"] = np.arange(many)
    return made


@settings(max_examples=200, deadline=None, derandomize=True)
@given(rows(), st.sets(st.integers(0, SORTS - 1), max_size=SORTS), st.integers(1, max(Event)))
def test_groups_are_the_rows_asked_for_in_order(given_rows, wanted, kind):
    chunk, sorts = Chunk(given_rows), given_rows["kind"] + KINDS * (given_rows["flags"] & TOLD_APART)
    counted = chunk.counts.tolist()
    assert counted == [int(np.count_nonzero(sorts == sort)) for sort in range(len(counted))]
    assert sum(counted) == len(given_rows)
    assert np.array_equal(chunk.of(kind), given_rows[given_rows["kind"] == kind])
    chosen = table(lambda one, flags: one + KINDS * flags in wanted)
    assert np.array_equal(chunk.those(chosen), given_rows[np.isin(sorts, list(wanted))])


def test_planted_fault_groups_out_of_order(monkeypatch):
    """A grouping that is not stable is seen by the test above."""
    argsort = np.argsort
    monkeypatch.setattr(chunks.np, "argsort", lambda keys, kind: argsort(keys, kind=kind)[::-1])
    with pytest.raises((AssertionError, ExceptionGroup)):
        test_groups_are_the_rows_asked_for_in_order()


def test_a_sort_has_room_for_every_kind_and_for_all_flags_but_those_of_objectives():
    assert max(Event) < KINDS
    assert sum(Flag) == TOLD_APART + Flag.CHANGED + Flag.OUTSIDE
    assert KINDS * (TOLD_APART + 1) == SORTS
