"""Addressed random draws: every draw is a pure function of its address, never of the order of events.

Generator: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC'11). The
address is the 128-bit counter (stream and sub-stream, entity, i, j); seed and replication are the key. So the same
task, failure, leak, attacker and defender occur under every strategy: common random numbers.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

WORD = 0xFFFFFFFF
_M0, _M1 = 0xD2511F53, 0xCD9E8D57
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
ROUNDS = 10
BLOCK_I, BLOCK_J = 64, 8
NEAR = 1 << 16
"""Addresses whose j is lower have neighbours in use: first attempts of a task's steps."""
FAR = 1 << 30
"""Entities from here on are names of delegated tasks, whose addresses have no neighbours in use; agents lie below."""


Hits = dict[tuple[int, int], tuple[int, ...]]
"""(i, j) → the sub-streams whose number there lies below their chance."""


class Stream(IntEnum):
    """What a draw decides; together with the sub-stream the first word of its address."""

    ARRIVAL = 1
    TASK_KIND = 2
    LENGTH = 3
    NEXT_TOOL = 4
    THINKING = 5
    DURATION = 6
    FAILURE = 7
    BACK_OFF = 8
    TENURE = 9
    CAPTURE = 10
    EXPOSURE = 11
    LEAK_NAME = 12
    DISCOVERED = 13
    DISCOVERY_TIME = 14
    DETECTED = 15
    DETECTION_TIME = 16
    REMEDIATION = 17
    REVOKED = 18
    REVOCATION_DELAY = 19
    HOP = 20
    NOTICED = 21
    NOTICE_TIME = 22
    EVICTION = 23
    LOSS = 24
    SERVICE = 25
    SERVICE_FAILURE = 26
    OUTAGE_GAP = 27
    OUTAGE_LENGTH = 28
    ROTATION_PHASE = 29
    ROLLOUT = 30
    REDEPLOYMENT = 31
    SECRET_PHASE = 32
    ISSUER_BACK_OFF = 33
    APPROVAL_RESPONSE = 34
    APPROVAL_DECISION = 35
    TAKEOVER = 36
    TAKEOVER_LENGTH = 37
    OBJECTIVE = 38
    SUSCEPTIBILITY = 39
    FOLLOWED = 40
    DIVERTED_LENGTH = 41
    DIVERTED_TOOL = 42
    DELEGATE = 50
    DELEGATED_NAME = 51


def philox(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Philox4x32 with ten rounds; four 32-bit words in, four out."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(ROUNDS):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & WORD, (p0 >> 32) ^ c3 ^ k1, p0 & WORD
        k0, k1 = (k0 + _W0) & WORD, (k1 + _W1) & WORD
    return c0, c1, c2, c3


def unit(high: int, low: int) -> float:
    """Two words as a number strictly between 0 and 1, a multiple of 2^-53: 52 random bits and a half."""
    return ((high << 20 | low >> 12) + 0.5) * 2.0**-52


def philox_block(
    c0: int, c1: int, i: npt.NDArray[np.uint64], j: npt.NDArray[np.uint64], key: tuple[int, int]
) -> npt.NDArray[np.float64]:
    """`unit` of the first two words of many addresses (c0, c1, i[n], j[n]) at once; shape like i."""
    mask, shift = np.uint64(WORD), np.uint64(32)
    x0, x1 = np.full(i.shape, c0, np.uint64), np.full(i.shape, c1, np.uint64)
    x2, x3 = i, j
    k0, k1 = key
    for _ in range(ROUNDS):
        p0, p1 = np.uint64(_M0) * x0, np.uint64(_M1) * x2
        x0, x1, x2, x3 = (
            (p1 >> shift) ^ x1 ^ np.uint64(k0),
            p1 & mask,
            (p0 >> shift) ^ x3 ^ np.uint64(k1),
            p0 & mask,
        )
        k0, k1 = (k0 + _W0) & WORD, (k1 + _W1) & WORD
    bits = (x0 << np.uint64(20)) | (x1 >> np.uint64(12))
    return (bits.astype(np.float64) + 0.5) * 2.0**-52


class Draws:
    """All draws of one replication, kept for the next strategy; neighbouring addresses are computed together.

    Args:
        seed: 0 ≤ seed < 2^32; 0 is a seed like any other.
        replication: 0 ≤ replication < 2^32.

    Raises:
        ValueError: a word of the key is out of range.
    """

    def __init__(self, seed: int, replication: int) -> None:
        if not (0 <= seed <= WORD and 0 <= replication <= WORD):
            raise ValueError("seed and replication must lie between 0 and 2^32 - 1")
        self.key = (seed, replication)
        self._blocks: dict[tuple[int, int, int, int], list[list[float]]] = {}
        self._single: dict[tuple[int, int, int, int], float] = {}
        self._hits: dict[tuple[int, int, int, int], tuple[tuple[float, ...], Hits]] = {}

    def uniform(self, stream: int, entity: int, i: int, j: int = 0, sub: int = 0) -> float:
        """The number in (0, 1) at the address (stream, sub, entity, i, j); sub < 2^24, the others < 2^32."""
        if j >= NEAR or entity >= FAR:
            return self.once(stream, entity, i, j, sub)
        where = (sub << 8 | stream, entity, i >> 6, j >> 3)
        block = self._blocks.get(where)
        if block is None:
            block = self._blocks[where] = self._block(*where)
        return block[i & 63][j & 7]

    def nth(self, stream: int, entity: int, number: int) -> float:
        """The number in (0, 1) of a plain sequence; its address is (stream, 0, entity, number >> 3, number & 7)."""
        return self.uniform(stream, entity, number >> 3, number & 7)

    def once(self, stream: int, entity: int, i: int, j: int = 0, sub: int = 0) -> float:
        """The same number as `uniform`, for addresses that have no neighbours in use."""
        where = (sub << 8 | stream, entity, i, j)
        value = self._single.get(where)
        if value is None:
            first, second, _, _ = philox(_address(*where), self.key)
            value = self._single[where] = unit(first, second)
        return value

    def below(self, stream: int, chances: tuple[float, ...], entity: int, i: int, j: int) -> tuple[int, ...]:
        """Sub-streams 0, 1… whose number at (stream, sub-stream, entity, i, j) lies below their chance.

        The same answers as asking `uniform` for each, in one look-up: hits are rare, so only they are kept.
        """
        if j >= NEAR or entity >= FAR:
            return tuple(
                s for s, chance in enumerate(chances) if chance and self.once(stream, entity, i, j, s) < chance
            )
        where = (stream, entity, i >> 6, j >> 3)
        hits = self._hits.get(where)
        if hits is None or hits[0] != chances:
            hits = self._hits[where] = chances, self._find_hits(where, chances)
        return hits[1].get((i, j), ())

    def _find_hits(self, where: tuple[int, int, int, int], chances: tuple[float, ...]) -> Hits:
        found: Hits = {}
        stream, entity, i, j = where
        for number, chance in enumerate(chances):
            if chance:
                for row, column in np.argwhere(self._grid(number << 8 | stream, entity, i, j) < chance).tolist():
                    place = (i << 6 | row, j << 3 | column)
                    found[place] = (*found.get(place, ()), number)
        return found

    def name(self, sub: int, entity: int, i: int, j: int) -> tuple[int, int]:
        """Two words that stand for a leak in the addresses of all that follows from it."""
        first, second, _, _ = philox(_address(sub << 8 | Stream.LEAK_NAME, entity, i, j), self.key)
        return first, second

    def delegated(self, entity: int, i: int, j: int) -> tuple[int, int]:
        """Two words that stand for the task that an attempt hands over, in the addresses of all its draws.

        The first lies in [FAR, 2 FAR), the second in [2^31, 2^32), so that neither is an agent's or a task's number.
        """
        first, second, _, _ = philox(_address(Stream.DELEGATED_NAME, entity, i, j), self.key)
        return first % FAR + FAR, second | 1 << 31

    def _block(self, c0: int, entity: int, i: int, j: int) -> list[list[float]]:
        block: list[list[float]] = self._grid(c0, entity, i, j).tolist()
        return block

    def _grid(self, c0: int, entity: int, i: int, j: int) -> npt.NDArray[np.float64]:
        _address(c0, entity, i << 6 | 63, j << 3 | 7)
        rows = np.arange(i << 6, (i << 6) + BLOCK_I, dtype=np.uint64)[:, None]
        columns = np.arange(j << 3, (j << 3) + BLOCK_J, dtype=np.uint64)[None, :]
        grid = np.broadcast_arrays(rows, columns)
        return philox_block(c0, entity, grid[0], grid[1], self.key)


def _address(*words: int) -> tuple[int, int, int, int]:
    c0, c1, c2, c3 = words
    if not (0 <= c0 <= WORD and 0 <= c1 <= WORD and 0 <= c2 <= WORD and 0 <= c3 <= WORD):
        raise ValueError("a word of a draw's address is out of range")
    return c0, c1, c2, c3
