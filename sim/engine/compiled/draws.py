"""Addressed draws, compiled: the same numbers as sim.core.draws, without its memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.draws import FAR, ROUNDS, Stream
from sim.engine.compiled.jit import hot

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_WORD, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_HIGH, _LOW = np.uint64(20), np.uint64(12)
LEAK_NAME = Stream.LEAK_NAME.value
DELEGATED_NAME = Stream.DELEGATED_NAME.value


@hot
def philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> Any:
    """The first two words of Philox4x32 with ten rounds."""
    x0, x1, x2, x3 = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    k0, k1 = np.uint64(k0), np.uint64(k1)
    for _ in range(ROUNDS):
        p0, p1 = _M0 * x0, _M1 * x2
        x0, x1, x2, x3 = (p1 >> _HALF) ^ x1 ^ k0, p1 & _WORD, (p0 >> _HALF) ^ x3 ^ k1, p0 & _WORD
        k0, k1 = (k0 + _W0) & _WORD, (k1 + _W1) & _WORD
    return x0, x1


@hot
def unit(seed: int, replication: int, c0: int, c1: int, c2: int, c3: int) -> float:
    """The number strictly between 0 and 1 at an address; see sim.core.draws.unit."""
    high, low = philox(c0, c1, c2, c3, seed, replication)
    bits = np.int64((high << _HIGH) | (low >> _LOW))
    return (bits + 0.5) * 2.0**-52


@hot
def uniform(sim: Any, stream: int, entity: int, i: int, j: int, sub: int) -> float:
    """sim.core.draws.Draws.uniform, and .once."""
    rules = sim.rules[0]
    return unit(rules.seed, rules.replication, sub << 8 | stream, entity, i, j)


@hot
def nth(sim: Any, stream: int, entity: int, number: int) -> float:
    """sim.core.draws.Draws.nth."""
    return uniform(sim, stream, entity, number >> 3, number & 7, 0)


@hot
def words(seed: int, replication: int, c0: int, c1: int, c2: int, c3: int) -> tuple[int, int]:
    """The first two words at an address, as integers."""
    high, low = philox(c0, c1, c2, c3, seed, replication)
    return np.int64(high), np.int64(low)  # type: ignore[return-value]


@hot
def leak_name(sim: Any, sub: int, entity: int, i: int, j: int) -> tuple[int, int]:
    """sim.core.draws.Draws.name."""
    rules = sim.rules[0]
    return words(rules.seed, rules.replication, sub << 8 | LEAK_NAME, entity, i, j)


@hot
def delegated_name(sim: Any, entity: int, i: int, j: int) -> tuple[int, int]:
    """sim.core.draws.Draws.delegated."""
    rules = sim.rules[0]
    first, second = words(rules.seed, rules.replication, DELEGATED_NAME, entity, i, j)
    return first % FAR + FAR, second | 1 << 31
