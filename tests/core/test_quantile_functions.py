"""Laws, draws and calendars give the same bits compiled as in Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from sim.core import laws
from sim.core.draws import Draws, Stream
from sim.core.laws import Law, Shape
from sim.core.quantiles import Family
from sim.core.units import DAY, WEEK
from sim.inputs.estate import Profile
from sim.model import calendar
from tests.core.test_draws import KNOWN
from tests.support import scenario

numba = pytest.importorskip("numba", reason="the compiled engine needs numba, which is not installed")
from sim.engine.compiled import draws as compiled_draws  # noqa: E402
from sim.engine.compiled import laws as compiled_laws  # noqa: E402
from sim.engine.compiled import special as _special  # noqa: E402, F401  # makes the shared functions known
from sim.engine.compiled.handle import Handle  # noqa: E402
from sim.engine.compiled.simulation import Engine  # noqa: E402
from tests.fuzzing.compare import Case  # noqa: E402

Dice = np.random.Generator
LAWS, DRAWN = 60, 150
"""Laws of each family, and uniform numbers for each law."""


# --- laws ---
class Arrays(NamedTuple):
    """What compiled laws read, named as in sim.engine.compiled.state."""

    laws: Any
    numbers: Any


@numba.njit
def values(sim: Any, number: int, us: Any, found: Any, ticks: Any, constants: Any) -> None:
    for place in range(len(us)):
        found[place] = compiled_laws.value(sim, number, us[place])
        ticks[place] = compiled_laws.ticks(sim, number, us[place])
        constants[place] = compiled_laws.constant(sim, number)


def size(dice: Dice, low: float = -3, high: float = 12) -> float:
    """A positive number of any magnitude."""
    return float(10.0 ** dice.uniform(low, high))


def rising(dice: Dice, count: int) -> tuple[float, ...]:
    return tuple(np.sort(dice.uniform(0, 1, count)).tolist())


def empirical(dice: Dice) -> Shape:
    count = int(dice.integers(1, 8))
    return laws.empirical(rising(dice, count), tuple(np.sort(dice.exponential(size(dice), count)).tolist()))


def mixture(dice: Dice, depth: int = 0) -> Shape:
    families = [family for family in SHAPES if family is not Family.MIXTURE or depth < 2]
    parts = []
    for _ in range(int(dice.integers(1, 5))):
        family = families[dice.integers(len(families))]
        shape = mixture(dice, depth + 1) if family is Family.MIXTURE else SHAPES[family](dice)
        parts.append(law(dice, shape))
    return laws.mixture(dice.uniform(0.01, 5, len(parts)).tolist(), tuple(parts))


def spread(dice: Dice, count: int) -> list[float]:
    """Rising numbers, sometimes all the same."""
    return [size(dice)] * count if dice.random() < 0.1 else sorted(size(dice) for _ in range(count))


SHAPES: dict[Family, Callable[[Dice], Shape]] = {
    Family.CONSTANT: lambda dice: laws.constant(size(dice)),
    Family.LOGNORMAL: lambda dice: laws.lognormal(dice.normal(15, 10), size(dice, -2, 2)),
    Family.EXPONENTIAL: lambda dice: laws.exponential(size(dice)),
    Family.WEIBULL: lambda dice: laws.weibull(size(dice, -3, 1), size(dice)),
    Family.UNIFORM: lambda dice: laws.uniform(*spread(dice, 2)),
    Family.TRIANGULAR: lambda dice: laws.triangular(*spread(dice, 3)),
    Family.GAMMA: lambda dice: laws.gamma(size(dice, -2, 3), size(dice)),
    Family.BETA: lambda dice: laws.beta(size(dice, -1, 2), size(dice, -1, 2), *spread(dice, 2)),
    Family.GEOMETRIC: lambda dice: laws.geometric(max(1.0, size(dice, -1, 5))),
    Family.COUNTS: lambda dice: laws.counts(rising(dice, int(dice.integers(1, 12)))),
    Family.EMPIRICAL: empirical,
    Family.MIXTURE: mixture,
}


def law(dice: Dice, shape: Shape) -> Law:
    """Cut at one end, at both, or only where all laws are."""
    cuts = sorted(size(dice) for _ in range(2))
    return Law(shape, **[{}, {"low": cuts[0]}, {"high": cuts[1]}, {"low": cuts[0], "high": cuts[1]}][dice.integers(4)])


def uniforms(dice: Dice, shape: Shape) -> list[float]:
    """Random ones, the outermost, and those at the steps of tables."""
    steps = [u for table in shape.tables[:1] for edge in table for u in np.nextafter(edge, [0.0, edge, 1.0]).tolist()]
    return [2.0**-53, 1.0 - 2.0**-53, 0.5, *(u for u in steps if 0.0 < u < 1.0), *dice.random(DRAWN).tolist()]


def test_every_family_is_tried():
    assert set(SHAPES) == set(Family)


@pytest.mark.parametrize("family", SHAPES, ids=lambda family: family.name.lower())
def test_laws_have_the_same_bits_compiled(family):
    dice = np.random.default_rng(family.value)
    drawn = [law(dice, SHAPES[family](dice)) for _ in range(LAWS)]
    table = compiled_laws.LawTable()
    numbers = [table.add(each) for each in drawn]
    arrays = Arrays(*table.arrays())
    for each, number in zip(drawn, numbers, strict=True):
        us = uniforms(dice, each.shape)
        found, (ticks, constants) = np.zeros(len(us)), np.zeros((2, len(us)), np.int64)
        values(arrays, number, np.array(us), found, ticks, constants)
        expected = np.array([each.value(u) for u in us])
        assert found.tobytes() == expected.tobytes(), each
        assert ticks.tolist() == [each.ticks(u) for u in us], each
        assert set(constants.tolist()) == {each.fixed if each.constant else -1}


# --- draws ---
@numba.njit
def drawn(sim: Any, at: Any, found: Any, names: Any) -> None:
    for n in range(len(at)):
        stream, entity, i, j, sub = at[n, 0], at[n, 1], at[n, 2], at[n, 3], at[n, 4]
        found[n, 0] = compiled_draws.uniform(sim, stream, entity, i, j, sub)
        found[n, 1] = compiled_draws.nth(sim, stream, entity, i)
        names[n] = compiled_draws.leak_name(sim, sub, entity, i, j)


@numba.njit
def words(counter: Any, key: Any) -> Any:
    return compiled_draws.words(key[0], key[1], counter[0], counter[1], counter[2], counter[3])


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_known_answers_compiled(counter, key, answer):
    assert words(np.array(counter, np.int64), np.array(key, np.int64)) == answer[:2]


@pytest.mark.parametrize("key", [(0, 0), (7, 3), (2**32 - 1, 0), (1, 2**32 - 1)])
def test_draws_have_the_same_bits_compiled(key):
    case, dice = Case(scenario()), np.random.default_rng(key[0])
    state = Engine(case.world)._begun(case.plans["only"], *key)
    # Small words as most are, large ones as names of leaks are; a leak's sub-stream is the channel's number.
    at = np.stack([dice.integers(1, top, 2_000) for top in (34, 2**32, 2**32, 2**32, 2**24)], axis=1)
    at[::2, 1:] %= [500, 2_000, 1 << 18, 8]
    found, names = np.zeros((len(at), 2)), np.zeros((len(at), 2), np.int64)
    drawn(Handle(state), at, found, names)
    draws = Draws(*key)
    for n, (stream, entity, i, j, sub) in enumerate(at.tolist()):
        here = draws.once(stream, entity, i, j, sub), draws.once(stream, entity, i >> 3, i & 7)
        assert tuple(found[n].tolist()) == here
        assert tuple(names[n].tolist()) == draws.name(sub, entity, i, j)
    for stream in Stream:  # the reference engine's blocks of neighbours give the same, too
        assert draws.uniform(stream, 3, 100, 9) == draws.once(stream, 3, 100, 9)


# --- calendars ---
@numba.njit
def moments(worked: Any, nows: Any, weights: Any, before: Any, is_open: Any, found: Any) -> None:
    for n in range(len(worked)):
        found[n, 0] = calendar.moment(worked[n], weights, before)
        found[n, 1] = calendar.next_open(nows[n], is_open)


PROFILES = [
    None,
    Profile(starts=9, ends=17),
    Profile(starts=0, ends=24, days=["sun"], outside=0.25),
    Profile(starts=23, ends=24, days=["mon", "sat"], outside=0.0),
]


@pytest.mark.parametrize("profile", PROFILES, ids=["always", "office", "sundays", "late"])
def test_calendars_have_the_same_bits_compiled(profile):
    dice, hours = np.random.default_rng(1), calendar.calendar(profile)
    worked = np.concatenate([np.arange(0.0, 2 * WEEK, DAY / 4), dice.uniform(0, 60 * WEEK, 2_000)])
    nows = np.floor(worked).astype(np.int64)
    found = np.zeros((len(worked), 2), np.int64)
    arrays = np.array(hours.weights), np.array(hours.before), np.array(hours.open, np.uint8)
    moments(worked, nows, *arrays, found)
    assert found[:, 0].tolist() == [hours.moment(w) for w in worked.tolist()]
    assert found[:, 1].tolist() == [hours.next_open(now) for now in nows.tolist()]
