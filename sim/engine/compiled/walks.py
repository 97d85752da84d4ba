"""A hop of an intruder that is under way, as a row."""

from __future__ import annotations

from typing import Any

from sim.engine import rules
from sim.engine.compiled import laws, pools
from sim.engine.compiled.draws import uniform
from sim.engine.compiled.jit import hot, rare
from sim.engine.compiled.lives import refer, release
from sim.engine.compiled.schedule import starts
from sim.engine.compiled.taking import give_back, take
from sim.engine.compiled.words import HOP


@rare
def walk(sim: Any, intrusion: int, credential: int, edge: int, kind: int) -> None:
    """An intruder sets out along an edge with a credential."""
    number = take(sim, pools.WALKS, sim.walks)
    w = sim.walks[number]
    w.intrusion, w.credential, w.edge = intrusion, credential, edge
    refer(sim, credential)
    starts(sim, kind, number)


@hot
def forget(sim: Any, number: int) -> None:
    """The way ends here."""
    release(sim, sim.walks[number].credential)
    give_back(sim, pools.WALKS, sim.walks, number)


@hot
def can(sim: Any, number: int) -> bool:
    """Is the intruder still inside, and the credential alive?"""
    w = sim.walks[number]
    c = sim.credentials[w.credential]
    return not sim.intrusions[w.intrusion].over and rules.alive(min(c.dies, c.usable), sim.now[0].time)


@hot
def hop(sim: Any, number: int, again: int) -> int:
    """Ticks that the hop takes when it is taken for the given time (0: the first)."""
    w = sim.walks[number]
    intrusion = sim.intrusions[w.intrusion]
    u = uniform(sim, HOP, intrusion.name0, intrusion.name1, w.edge, again)
    return laws.ticks(sim, sim.rules[0].hop, u)
