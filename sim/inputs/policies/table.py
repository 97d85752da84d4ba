"""Decisions on all requests that a scenario can make, asked of Cedar once and looked up from then on.

A call acts on every resource that it touches: each is a request of its own, and all must be allowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.events import Verdict
from sim.inputs.policies import cedar
from sim.inputs.policies.cedar import Answer
from sim.inputs.policies.space import Space

KEPT = 16
"""Tables that are remembered, for the check of a scenario and the threads that simulate it."""


@dataclass(frozen=True)
class Table:
    """Verdicts (core.events.Verdict) by entry: call by call of the Space, Space.block entries each.

    Attributes:
        reasons: for each entry the numbers of the policies that it rests on; none: no policy permits it.
        effective: numbers of the policies that decided or failed in some request.
    """

    verdicts: npt.NDArray[np.uint8]
    reasons: tuple[tuple[int, ...], ...]
    effective: frozenset[int]


@lru_cache(KEPT)
def table(text: str, skips: bool, space: Space) -> Table:
    """The decisions of policies that are known to be sound.

    Args:
        skips: a policy that fails counts as if it were not there; else a request in which one fails is denied.
    """
    engine = cedar.Engine(text, space.schema(), space.entities(), whole=not space.missing)
    answers = engine.answers(space.requests())
    verdicts: list[int] = []
    reasons: list[tuple[int, ...]] = []
    known: dict[tuple[int, ...], tuple[int, ...]] = {}
    effective: set[int] = set()
    for call in space.calls:
        own = [list(islice(answers, space.block)) for _ in call.touches]
        for entry in zip(*own, strict=True):
            verdict, why = _joined(entry, skips)
            verdicts.append(verdict)
            reasons.append(known.setdefault(why, why))
        effective.update(n for each in own for answer in each for n in (*answer.reasons, *answer.failed))
    return Table(_fixed(verdicts), tuple(reasons), frozenset(effective))


def _fixed(verdicts: list[int]) -> npt.NDArray[np.uint8]:
    array: npt.NDArray[Any] = np.array(verdicts, np.uint8)
    array.setflags(write=False)
    return array


def _joined(answers: tuple[Answer, ...], skips: bool) -> tuple[Verdict, tuple[int, ...]]:
    """Verdict and reasons of a call from those of its requests: a plain denial before one by error."""
    singly = [(_verdict(answer, skips), answer) for answer in answers]
    verdict = next(
        (worse for worse in (Verdict.DENIED, Verdict.BY_ERROR) if any(one is worse for one, _ in singly)),
        Verdict.ALLOWED,
    )
    numbers = {
        number
        for one, answer in singly
        if one is verdict
        for number in (answer.failed if verdict is Verdict.BY_ERROR else answer.reasons)
    }
    return verdict, tuple(sorted(numbers))


def _verdict(answer: Answer, skips: bool) -> Verdict:
    if not answer.decided:
        return Verdict.BY_ERROR
    if not answer.allowed:
        return Verdict.DENIED
    return Verdict.ALLOWED if skips or not answer.failed else Verdict.BY_ERROR
