"""What credentials come with, as arrays: the knobs of a plan for each role, and how its revocations go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.events import Cause
from sim.core.laws import Law
from sim.engine.compiled import rows
from sim.model.credentials import Plan
from sim.model.world import World

Array = npt.NDArray[Any]
Add = Callable[[Law | None], int]
"""Adds a law to the table of laws; where it is there."""
ISSUANCE = {
    "standing": rows.STANDING,
    "per-task": rows.PER_TASK,
    "leased": rows.LEASED,
    "per-action": rows.PER_ACTION,
}


def of_plan(world: World, plan: Plan, add: Add) -> dict[str, Array]:
    """Tables of a plan: terms by role, revoking by part and cause, touches where a credential is narrowed to a call."""
    parts = named([_part(part, number, add) for number, part in enumerate(plan.parts)], rows.TERMS)
    served = np.zeros(len(world.roles), np.int64)
    served[list(plan.by_fallback)] = 1
    of_roles = parts[served]
    of_roles["passes"] = [plan.passes_on(role) for role in range(len(world.roles))]
    of_roles["exchanges"] = [plan.exchanges(role) for role in range(len(world.roles))]
    revoking = np.zeros(len(plan.parts) * len(Cause), rows.REVOCATION_RULE)
    for number, part in enumerate(plan.parts):
        for cause, rule in part.revocation.items():
            revoking[number * len(Cause) + cause] = (add(rule.delay), True, rule.manual, rule.fails)
    narrowed = any(part.action_scope for part in plan.parts)  # of a large estate the table is large
    touches = matrix(world.tools if narrowed else (), len(world.resources), lambda row: row.touches)
    return {"terms": of_roles, "revoking": revoking, "touches": touches}


def _part(plan: Plan, number: int, add: Add) -> dict[str, float]:
    return {
        "issuance": ISSUANCE[plan.issuance],
        "scope": rows.BY_TASK if plan.task_scope else rows.BY_ACTION if plan.action_scope else rows.BY_ROLE,
        "bound": plan.bound,
        "aligned": plan.aligned,
        "lifetime": plan.lifetime,
        "renew_after": plan.renew_after,
        "max_life": plan.max_life,
        "rotate_every": plan.rotate_every,
        "overlap": plan.overlap,
        "rollout": add(plan.rollout),
        "redeployment": add(plan.redeployment),
        "revoking": number * len(Cause),
        "fallback": number,
        "kept": plan.kept,
        "passes": 0,
        "exchanges": 0,
    }


def named(found: Sequence[dict[str, float]], dtype: np.dtype[Any]) -> Array:
    """Rows from values by name of column."""
    names = dtype.names or ()
    return np.array([tuple(row[name] for name in names) for row in found], dtype)


def matrix(things: Sequence[Any], width: int, of: Callable[[Any], Any]) -> Array:
    """Things × width: 1 where a thing has it."""
    found = np.zeros((len(things), max(width, 1)), np.uint8)
    for number, thing in enumerate(things):
        found[number, list(of(thing))] = 1
    return found
