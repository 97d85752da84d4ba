"""The generator against Random123's published answers, and what addressed draws promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.core import draws
from sim.core.draws import Draws, Stream, philox, unit

WORDS = st.integers(0, draws.WORD)
# Random123 (D. E. Shaw Research), examples/kat_vectors, philox4x32 with 10 rounds.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((draws.WORD,) * 4, (draws.WORD,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_known_answers(counter, key, answer):
    assert philox(counter, key) == answer


def test_nine_rounds_would_not_do(monkeypatch):
    monkeypatch.setattr(draws, "ROUNDS", 9)
    assert all(philox(counter, key) != answer for counter, key, answer in KNOWN)


@given(st.integers(0, 255), WORDS, WORDS, WORDS, st.integers(0, 2**24 - 1), WORDS, WORDS)
def test_blocks_agree_with_single_draws(stream, entity, i, j, sub, seed, replication):
    one = Draws(seed, replication)
    assert one.uniform(stream, entity, i, j, sub) == one.once(stream, entity, i, j, sub)


@given(WORDS, WORDS)
def test_unit_lies_strictly_between_0_and_1_and_is_not_rounded(high, low):
    value = unit(high, low)
    assert 0.0 < value < 1.0
    assert value * 2**53 == int(value * 2**53)


def test_extreme_words():
    assert unit(0, 0) == 2.0**-53
    assert unit(draws.WORD, draws.WORD) == 1 - 2.0**-53


def test_every_word_of_the_address_and_of_the_key_matters():
    base = {"stream": 3, "entity": 5, "i": 7, "j": 11, "sub": 13}
    values = {Draws(0, 0).once(**base), Draws(1, 0).once(**base), Draws(0, 1).once(**base)}
    values |= {Draws(0, 0).once(**(base | {word: base[word] + 1})) for word in base}
    assert len(values) == 8


def test_seed_0_is_a_seed_and_repeats():
    first = [Draws(0, 4).once(Stream.HOP, n, 1) for n in range(5)]
    assert first == [Draws(0, 4).once(Stream.HOP, n, 1) for n in range(5)]
    assert first != [Draws(1, 4).once(Stream.HOP, n, 1) for n in range(5)]


def test_order_of_asking_does_not_matter():
    forwards, backwards = Draws(9, 9), Draws(9, 9)
    places = [(Stream.CAPTURE, e, i, j) for e in range(3) for i in (0, 63, 64) for j in (0, 15, 16)]
    there = {place: forwards.uniform(*place) for place in places}
    assert there == {place: backwards.uniform(*place) for place in reversed(places)}


@pytest.mark.parametrize("key", [(-1, 0), (2**32, 0), (0, 2**32), (0, -1)])
def test_keys_out_of_range_are_refused(key):
    with pytest.raises(ValueError, match="seed and replication"):
        Draws(*key)


@pytest.mark.parametrize("address", [(1, -1, 0), (1, 2**32, 0), (1, 0, 2**32), (1, 0, 0, 2**32), (1, 0, 0, 0, 2**24)])
def test_addresses_out_of_range_are_refused(address):
    with pytest.raises(ValueError, match="out of range"):
        Draws(0, 0).once(*address)
    with pytest.raises(ValueError, match="out of range"):
        Draws(0, 0).uniform(*address)


def test_draws_look_uniform_and_independent():
    grid = np.array([[Draws(0, 0).uniform(Stream.FAILURE, e, i) for i in range(64)] for e in range(64)]).ravel()
    # Mean of 4096 uniforms: standard error 0.0045; correlation of neighbours: 0.0156.
    assert abs(grid.mean() - 0.5) < 4 * 0.0045
    assert abs(np.corrcoef(grid[1:], grid[:-1])[0, 1]) < 4 * 0.0156
