"""Both engines on what hardly any random scenario meets; each scenario does get where it is meant to get."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.core.events import LIFE_CHANGES, Event, Flag
from tests.fuzzing.compare import Case, first_difference
from tests.fuzzing.rare import INTRUDERS, OVERLAPS, RARE, SECRETS, STEPS

pytest.importorskip("numba", reason="the compiled engine needs numba, which is not installed")
from sim.engine.compiled import room
from sim.engine.compiled.lives import MANY
from sim.engine.compiled.simulation import Engine

RUNS = [(5, 1), (6, 2)]
"""Seeds and replications."""
TWICE = [(name, run) for name in RARE for run in RUNS]


@cache
def case(name: str) -> Case:
    return RARE[name]()


@cache
def log(name: str, strategy: str, run: tuple[int, int]) -> Any:
    return case(name).log(strategy, *run, "reference")


@pytest.mark.parametrize(("name", "run"), TWICE)
def test_both_engines_write_the_same_log(name, run):
    for strategy in case(name).plans:
        expected = log(name, strategy, run)
        assert len(expected) > 4_000
        assert first_difference(expected, case(name).log(strategy, *run, "compiled")) == "", strategy


def kind(rows: Any, *events: Event) -> Any:
    return rows[np.isin(rows["kind"], events)]


def most_alive(rows: Any, agent: int) -> int:
    """How many credentials issued to an agent (-1: to all) are alive at once, at most."""
    ends = {row["credential"]: row["until"] for row in kind(rows, Event.ISSUED, *LIFE_CHANGES)}
    issued = [(row["at"], ends[row["credential"]]) for row in kind(rows, Event.ISSUED) if row["agent"] == agent]
    return max(sum(begins <= now < dies for begins, dies in issued) for now, _ in issued)


def orphans(rows: Any, agent: int) -> int:
    return int(np.count_nonzero(kind(rows, Event.ORPHANED)["agent"] == agent))


# --- long lists ---
@pytest.mark.parametrize("run", RUNS)
def test_lists_are_cleared_of_the_dead_before_their_agents_retire(run):
    assert orphans(log("long-lists", "all-live", run), 0) > 10 * MANY
    for agent in range(2):
        assert most_alive(log("long-lists", "all-live", run), agent) > MANY
    some_die = log("long-lists", "some-die", run)
    assert most_alive(some_die, 0) > 2 * MANY
    assert MANY < orphans(some_die, 0) < np.count_nonzero(kind(some_die, Event.ISSUED)["agent"] == 0) / 4
    assert most_alive(log("long-lists", "most-expire", run), 0) < MANY  # more than once, as most are dead each time


@pytest.mark.parametrize("run", RUNS)
def test_some_in_lists_die_while_in_use(run):
    """They are cleared away by who lets go of them last."""
    needed, died = set(), 0
    for row in log("long-lists", "some-die", run):
        if row["kind"] == Event.NEEDED:
            needed.add(row["credential"])
        elif row["kind"] == Event.IDLE:
            needed.discard(row["credential"])
        elif row["kind"] == Event.DIED:
            died += row["credential"] in needed
    assert died > 30


# --- many versions ---
@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize(("strategy", "agents"), [("agent", (0, 1, 2)), ("fleet", (-1,))])
def test_several_older_versions_are_alive_at_once(strategy, agents, run):
    rows = log("many-versions", strategy, run)
    assert max(most_alive(rows, agent) for agent in agents) == OVERLAPS + 1
    assert max(orphans(rows, agent) for agent in range(3)) > 2  # when the last holder retires


# --- crowds ---
@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("strategy", ["standing", "task"])
def test_more_follows_from_the_first_eviction_than_there_is_room_for(strategy, run):
    rows = log("crowds", strategy, run)
    evicted = int(np.flatnonzero(rows["kind"] == Event.EVICTED)[0])
    got = kind(rows[:evicted], Event.OBTAINED)
    held = got["credential"][got["intrusion"] == rows[evicted]["intrusion"]]
    follow = np.count_nonzero(np.isin(got["credential"], held))
    assert follow >= SECRETS * INTRUDERS * 0.9 > 10 * room.CROWD
    assert np.bincount(got["intrusion"]).max() < room.CROWD  # nothing else asked for more room before
    assert len(np.unique(got["intrusion"])) < room.CROWD
    again = kind(rows[evicted:], Event.OBTAINED)
    assert len(again) > 10 * room.CROWD  # the others do read anew


# --- crossed memories ---
@pytest.mark.parametrize("run", RUNS)
def test_steps_share_places_in_memory(run):
    made, engine = case("crossed-memories"), Engine(case("crossed-memories").world)
    for strategy in made.plans:
        engine.run(made.plans[strategy], *run, lambda _: None)
    places = np.count_nonzero(engine._buffers["memo"]["owner"] != -1)
    calls = [kind(log("crossed-memories", strategy, run), Event.USED) for strategy in made.plans]
    steps = {tuple(row) for rows in calls for row in rows[["agent", "task", "step"]].tolist()}
    assert max(step for _, _, step in steps) > STEPS * 0.95
    assert places < len(steps) - 10


def test_tasks_are_handed_down_two_levels_with_what_the_first_one_holds():
    world = case("handed-down").world
    (bot,), leads, (hand,) = (population.agents for population in world.populations)
    for run in RUNS:
        rows = log("handed-down", "standing", run)
        assert rows["until"][rows["kind"] == Event.DELEGATED].max() == 2
        used = rows[(rows["kind"] == Event.USED) & (rows["flags"] & Flag.PASSED > 0)]
        issued = kind(rows, Event.ISSUED)
        bots = issued["credential"][issued["agent"] == bot]
        assert set(used["agent"]) == {*leads, hand}
        assert set(used["credential"]) <= set(bots)
        # Who is in the middle has nothing of the role that the last one works with.
        boxes = used["credential"][used["agent"] == hand]
        assert len(boxes) > 100
        assert not set(boxes) & set(used["credential"][used["agent"] != hand])
