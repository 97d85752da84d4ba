"""Quantiles of waits: numpy's as long as they are exact, close and small beyond that, whatever the pieces."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.measure import waits
from sim.measure.waits import DIGITS, Waits

TICKS = st.one_of(st.just(0), st.integers(0, 20), st.integers(0, 2**53))
PROBABILITIES = (0.5, 0.95)


def collected(values, ends=(), exact=10**6):
    found = Waits(exact)
    for piece in np.split(np.array(values, np.int64), ends):
        found.add(piece)
    return found


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(TICKS, min_size=1, max_size=120), st.data())
def test_exact_ones_are_numpys_wherever_the_pieces_end(values, data):
    ends = sorted(data.draw(st.lists(st.integers(0, len(values)), max_size=5)))
    found = collected(values, ends, exact=len(set(values) - {0}) or 1)
    assert (found.count, found.total) == (len(values), sum(values))
    for p in (*PROBABILITIES, 0.0, 0.2, 1.0):
        assert found.quantile(p) == np.quantile(np.array(values), p, method="inverted_cdf")


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(TICKS, min_size=2, max_size=120), st.data())
def test_too_many_are_rounded_alike_wherever_the_pieces_end(values, data):
    ends = sorted(data.draw(st.lists(st.integers(0, len(values)), max_size=5)))
    exact = max(len(set(values) - {0}) // 2, 1)
    found, whole = collected(values, ends, exact), collected(values, (), exact)
    for p in PROBABILITIES:
        true = int(np.quantile(np.array(values), p, method="inverted_cdf"))
        said = found.quantile(p)
        assert said == whole.quantile(p)
        assert true * (1 - 2.0 ** (1 - DIGITS)) <= said <= true
    assert (found.count, found.total) == (len(values), sum(values))


def test_asking_between_changes_nothing():
    one, other = collected(range(50), exact=30), Waits(30)
    for n in range(50):
        other.add(np.array([n]))
        other.quantile(0.5)
    assert [one.quantile(p) for p in PROBABILITIES] == [other.quantile(p) for p in PROBABILITIES]


def test_memory_has_an_end():
    """A hundred thousand different waits over all sizes, of which two thousand may be kept."""
    found, random = Waits(2_000), np.random.default_rng(0)
    for _ in range(100):
        found.add(np.exp(random.uniform(0, np.log(2.0**60), 1_000)).astype(np.int64))
        assert len(found._values) + found._many <= 2_000 + (61 - DIGITS + 2) * 2 ** (DIGITS - 1)
    found.quantile(0.5)
    assert found._rounded


def test_nothing_waited_and_nothing_at_all():
    assert Waits().quantile(0.5) is None
    assert collected([0, 0, 0]).quantile(0.95) == 0


@pytest.mark.parametrize("fault", ["zeros", "rounding"])
def test_planted_faults(monkeypatch, fault):
    if fault == "zeros":
        add = Waits.add
        monkeypatch.setattr(Waits, "add", lambda self, ticks: add(self, ticks[ticks > 0]))
        test = test_exact_ones_are_numpys_wherever_the_pieces_end
    else:
        rounded = waits._rounded
        monkeypatch.setattr(waits, "_rounded", lambda ticks: rounded(rounded(ticks) >> 4) << 4)
        test = test_too_many_are_rounded_alike_wherever_the_pieces_end
    with pytest.raises((AssertionError, ExceptionGroup)):
        test()
