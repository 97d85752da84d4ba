"""Calls that tools make: they follow the call of a task's own tool, without thinking."""

from __future__ import annotations

from typing import Any

from sim.engine.compiled.jit import rare
from sim.engine.compiled.memory import recall
from sim.engine.compiled.objectives import befall

LONGEST = 10_000
"""Calls of a task at most."""


@rare
def follows(sim: Any, task: int) -> bool:
    """Whether another call follows from the one that has ended well; it is the task's present one then."""
    t = sim.tasks[task]
    if t.step == 0:
        return False
    if t.top < 0:
        tool = sim.tools[t.tool]
        t.top, t.next, t.left = t.tool, tool.follows, tool.followed
    if t.step >= LONGEST:
        t.left, t.length = 0, 0
    if t.left == 0:
        t.tool, t.top = t.top, -1
        return False
    t.tool = sim.follows[t.next]
    t.next += 1
    t.left -= 1
    t.chained += 1
    if sim.rules[0].changes and t.change >= 0:
        befall(sim, task)
        return True
    memo = sim.memo[recall(sim, task)]
    t.took, t.fails, t.hit, t.turns = memo.took, memo.fails, memo.hit, memo.turns
    return True
