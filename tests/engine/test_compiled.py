"""The compiled engine from within: its arithmetic bit for bit, its buffers, its memory, and what ends a run early."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.core.events import LOG
from tests.fuzzing.compare import Case
from tests.fuzzing.scenarios import random_scenario
from tests.support import scenario

numba = pytest.importorskip("numba", reason="the compiled engine needs numba, which is not installed")
from sim.engine.compiled import cache as kept  # noqa: E402
from sim.engine.compiled import room, simulation, state  # noqa: E402
from sim.engine.compiled.simulation import Engine  # noqa: E402

CROWDED, LONG, MANY_STRATEGIES = 13, 38, 9
"""Random scenarios: one with leases and ties, the longest, one with four strategies."""


def log_of(engine: Any, case: Case, strategy: str, seed: int = 5, replication: int = 1, **breath: Any) -> bytes:
    chunks: list[bytes] = []
    engine.run(case.plans[strategy], seed, replication, lambda rows: chunks.append(rows.tobytes()), **breath)
    return b"".join(chunks)


@cache
def case(number: int) -> Case:
    return Case(random_scenario(number))


@cache
def expected(number: int, strategy: str, seed: int = 5, replication: int = 1) -> bytes:
    return case(number).log(strategy, seed, replication, "reference").tobytes()


# --- buffers ---
SMALL = {
    "chunks": [(room, "CHUNK", 1)],
    "crowds": [(room, "CROWD", 0)],
    "breaths": [(simulation, "BREATH", 1)],
    "all": [(room, "CHUNK", 1), (room, "CROWD", 0), (simulation, "BREATH", 7)],
}


@pytest.mark.parametrize("number", [CROWDED, LONG])
@pytest.mark.parametrize("small", SMALL)
def test_small_buffers_give_the_same_log(small, number, monkeypatch):
    for module, name, value in SMALL[small]:
        monkeypatch.setattr(module, name, value)
    engine = Engine(case(number).world)
    for strategy in case(number).plans:
        assert log_of(engine, case(number), strategy) == expected(number, strategy), strategy


def test_a_long_log_comes_in_several_chunks_of_whole_rows():
    chunks: list[int] = []
    plans = case(LONG).plans
    for plan in plans.values():
        Engine(case(LONG).world).run(plan, 5, 1, lambda rows: chunks.append(rows.nbytes))
    assert len(chunks) > len(plans)
    assert all(size > 0 and size % LOG.itemsize == 0 for size in chunks)


# --- one engine, many runs ---
def runs(number: int) -> list[tuple[str, int, int]]:
    return [(name, seed, again) for name in case(number).plans for seed, again in ((5, 1), (5, 2), (6, 1), (1, 5))]


@pytest.mark.parametrize("shuffle", range(3))
def test_no_run_leaves_anything_to_the_next(shuffle):
    """In any order, so that what is remembered of draws is now of this replication, now of another."""
    order = runs(MANY_STRATEGIES)
    random.Random(shuffle).shuffle(order)
    engine = Engine(case(MANY_STRATEGIES).world)
    for run in order:
        assert log_of(engine, case(MANY_STRATEGIES), *run) == expected(MANY_STRATEGIES, *run), run


def test_whatever_lies_in_the_buffers_is_forgotten():
    """All buffers are filled with rubbish between two runs; the memory of draws is what it is for."""
    made, junk = case(MANY_STRATEGIES), np.random.default_rng(0)
    engine = Engine(made.world)
    for strategy, seed, replication in runs(MANY_STRATEGIES):
        for name, array in engine._buffers.items():
            if name != "memo":
                array.view(np.uint8)[...] = junk.integers(0, 256, array.view(np.uint8).shape, np.uint8)
        wanted = expected(MANY_STRATEGIES, strategy, seed, replication)
        assert log_of(engine, made, strategy, seed, replication) == wanted


def test_two_engines_at_once():
    """Each thread has its own; compiled code runs without the interpreter's lock."""

    def work(number: int) -> list[bool]:
        engine = Engine(case(number).world)
        return [log_of(engine, case(number), *run) == expected(number, *run) for run in runs(number) * 3]

    for number in (MANY_STRATEGIES, CROWDED):
        for run in runs(number):
            expected(number, *run)
    with ThreadPoolExecutor(2) as threads:
        assert all(all(found) for found in threads.map(work, [MANY_STRATEGIES, CROWDED]))


# --- ended early ---
class Enough(Exception):
    pass


def raises(*_: Any) -> None:
    raise Enough


def test_what_the_sink_raises_ends_the_run():
    made = case(LONG)
    engine = Engine(made.world)
    for strategy in made.plans:
        with pytest.raises(Enough):
            engine.run(made.plans[strategy], 5, 1, raises)
        assert log_of(engine, made, strategy) == expected(LONG, strategy)


def test_what_breath_raises_ends_the_run(monkeypatch):
    made = case(CROWDED)
    engine = Engine(made.world)
    monkeypatch.setattr(simulation, "BREATH", 100)
    for strategy in made.plans:
        with pytest.raises(Enough):
            log_of(engine, made, strategy, breath=raises)
        breaths: list[int] = []
        assert log_of(engine, made, strategy, breath=lambda seen=breaths: seen.append(1)) == expected(CROWDED, strategy)
        assert breaths


# --- bounded memory ---
BUSY: dict[str, Any] = {
    "agents": {"bot": {"count": 5, "arrivals": {"every": {"interval": "10m"}}, "concurrency": 2}},
    "estate": {"tools": {"call": {"duration": {"exponential": {"mean": "5m"}}, "fails": 0.1}}},
    "issuer": {"service": {"exponential": {"mean": "20s"}}, "fails": 0.05},
    "strategies": {
        "only": None,
        "static": {"issuance": "standing", "rotation": {"every": "1d", "overlap": "1h"}},
        "leased": {"issuance": "leased", "lifetime": "1h", "renewal": {"at": 0.5, "max-life": "4h"}},
        "task": {"issuance": "per-task", "lifetime": "20m", "revocation": {"task-end": {"delay": "1m", "fails": 0.1}}},
    },
}
TENURED = {"agents": {"bot": {"tenure": {"uniform": {"low": "200d", "high": "300d"}}}}}
LEAKS = {
    "leaks": {
        "log": {
            "per-use": 0.05,
            "discovery": {"chance": 0.5, "time": {"exponential": {"mean": "10m"}}},
            "detection": {"chance": 0.5, "time": "1h"},
        }
    }
}


def sizes(content: dict[str, Any], strategy: str) -> dict[str, int]:
    made = Case(content)
    engine = Engine(made.world)
    engine.run(made.plans[strategy], 0, 0, lambda _: None)
    return {name: len(engine._buffers[name]) for name in (*state.POOLED, "heap", "log", "urgent", "soon")}


@pytest.mark.parametrize("tenure", [{}, TENURED], ids=["for ever", "for a time"])
@pytest.mark.parametrize("strategy", ["static", "leased", "task"])
def test_a_longer_simulation_needs_no_more_room(strategy, tenure):
    def content(horizon: str) -> dict[str, Any]:
        busy = scenario(**BUSY)
        for agents in busy["agents"].values():
            agents.update(tenure.get("agents", {}).get("bot", {}))
        return busy | {"horizon": horizon}

    assert sizes(content("100d"), strategy) == sizes(content("10d"), strategy)


def links(rows: Any, place: int, link: str = "link") -> Iterator[int]:
    while place >= 0:
        yield int(place)
        place = rows[link][place]


def in_hand(start: Any, left: dict[str, Any]) -> tuple[set[int], int]:
    """Rows of credentials that agents, secrets and intruders refer to; how many nodes the lists of intruders have."""
    nodes, credentials = left["nodes"], left["credentials"]
    inside = left["intrusions"][: left["now"]["intrusions"][0]]
    held = [node for head in inside["held"]["head"] for node in links(nodes, head)]
    knowers = [node for head in left["known"]["knowers"] for node in links(nodes, head)]
    found = {*start.slots["current"], *start.members["before"], *start.holdings["lease"], *left["known"]["value"]}
    found |= {*nodes["what"][held]} | {old for head in start.slots["older"]["head"] for old in links(credentials, head)}
    return {int(place) for place in found if place >= 0}, len(held) + len(knowers)


@pytest.mark.parametrize("strategy", ["static", "leased", "task"])
def test_when_all_is_over_every_row_is_free(strategy, monkeypatch):
    """Tasks stop coming long before the horizon; only what somebody has in hand is left."""
    content = scenario(**BUSY, **LEAKS)
    content["agents"]["bot"]["arrivals"] = {"every": {"interval": "10m"}, "until": "5d"}
    content["estate"]["secrets"] = {"key": {"opens": "worker", "rotated-every": "9h"}}
    content["estate"]["resources"]["box"]["stores"] = ["key"]
    made, begun, starts = Case(content), Engine._begun, []
    monkeypatch.setattr(Engine, "_begun", lambda *arguments: starts.append(begun(*arguments)) or starts[-1])
    engine = Engine(made.world)
    engine.run(made.plans[strategy], 0, 0, lambda _: None)
    left = engine._buffers
    rooms = zip(state.POOLED, left["pools"]["room"].tolist(), strict=True)
    used = {name: len(left[name]) - free for name, free in rooms}
    credentials, nodes = in_hand(starts[0], left)
    assert nodes > 0
    assert {name: many for name, many in used.items() if many} == {"credentials": len(credentials), "nodes": nodes}


# --- compiled code on disk ---
def test_the_key_follows_the_sources(tmp_path, monkeypatch):
    for room_name in ("core", "model", "engine"):
        (tmp_path / room_name / "deep").mkdir(parents=True)
        (tmp_path / room_name / "deep" / "one.py").write_text("1")
    monkeypatch.setattr(kept, "SIM", tmp_path)
    keys = [kept.key.__wrapped__()]
    assert kept.key.__wrapped__() == keys[0]
    for _ in changes(tmp_path):
        keys.append(kept.key.__wrapped__())
    assert len(set(keys)) == len(keys)


def changes(folder: Any) -> Iterator[None]:
    """Edits of sources that compiled code may depend on."""
    for room_name in ("core", "model", "engine"):
        (folder / room_name / "deep" / "one.py").write_text("2")
        yield
    (folder / "core" / "two.py").write_text("")
    yield
    (folder / "core" / "two.py").rename(folder / "core" / "three.py")
    yield


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_that_cannot_be_written_is_done_without(there, tmp_path, monkeypatch):
    from sim.engine.compiled.jit import entry

    parent = tmp_path / "parent"
    parent.write_text("a file, where a folder should be") if there else None
    folder = parent / "compiled"
    monkeypatch.setattr(kept, "cache_folder", lambda: folder)

    def double(x: int) -> int:
        return 2 * x

    before = numba.config.CACHE_DIR
    assert (entry(double)(21), numba.config.CACHE_DIR) == (42, before)
    assert kept.is_warm() is False
    kept.mark_warm()
    assert kept.is_warm() is not there
    assert [file for file in tmp_path.rglob("*.nbi") if file.is_file()] == [] if there else any(tmp_path.rglob("*.nbi"))


def test_old_versions_are_forgotten(tmp_path, monkeypatch):
    folders = [tmp_path / f"version{n}" for n in range(kept.KEPT + 3)]
    for age, folder in enumerate(folders):
        folder.mkdir()
        os.utime(folder, (1_000_000 - age, 1_000_000 - age))
    new = tmp_path / "new"
    new.mkdir()
    monkeypatch.setattr(kept, "cache_folder", lambda: new)
    kept.mark_warm()
    assert sorted(tmp_path.iterdir()) == sorted([new, *folders[: kept.KEPT - 1]])
