"""World and Plan → arrays. Names of columns are those of sim.model."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.engine.compiled import rows, terms
from sim.engine.compiled.collected import Collected, grouped, ints
from sim.engine.compiled.decisions import decisions
from sim.engine.compiled.laws import LAW
from sim.model.credentials import Plan

Array = npt.NDArray[Any]


class Tables(NamedTuple):
    """A World and a Plan; the dtypes of structured arrays are those of `rows`."""

    rules: Array
    terms: Array
    laws: Array
    numbers: Array
    calendar_weights: Array
    calendar_before: Array
    calendar_open: Array
    tools: Array
    kinds: Array
    steps: Array
    follows: Array
    """Tools that are called after a tool, one tool after the other."""
    then: Array
    """Kind × tool → choice of what follows the tool."""
    choices: Array
    things: Array
    weights: Array
    needs: Array
    """Standpoint × resource: is the resource one of the task's? Kinds come first, then those of delegated tasks."""
    narrows: Array
    """Standpoint × kind → standpoint of a task of the kind that is handed over."""
    touches: Array
    """Tool × resource: does a call of the tool touch it?"""
    populations: Array
    roles_of: Array
    """Roles of each population, rising, one population after the other."""
    place_of: Array
    """Population × tool → place of the tool's role among the population's roles."""
    channels: Array
    watches: Array
    """Channel × tool."""
    serves: Array
    """Channel × population."""
    changes: Array
    turning: Array
    """Change of objective × tool: can it come after a call of the tool?"""
    swayed: Array
    """Change of objective × population: can it come to a task of theirs?"""
    outside: Array
    """Kind × tool: does a call touch what the task does not need? Without rows where no objective changes."""
    roles: Array
    role_edges: Array
    resources: Array
    resource_edges: Array
    edges: Array
    secrets: Array
    revoking: Array
    asking: Array
    """Tool → do its calls need approval?"""
    verdicts: Array
    """By entry of the table of decisions, as in sim.model.policy; so are the next three."""
    first_entry: Array
    call_steps: Array
    age_steps: Array


def tables(collected: Collected, plan: Plan) -> Tables:
    """The arrays of a world under a plan; seed and replication are left 0."""
    world, add = collected.world, collected.laws.add
    hops = (e for e in world.edges if e.relation == "stores" and e.target not in plan.absent)
    starts, stored = grouped(hops, len(world.resources))
    losses = [add(law) for law in world.losses]
    changing = terms.of_plan(world, plan, add) | {"rules": _rules(collected, plan), "resource_edges": stored}
    found = collected.fixed | collected.calendars() | collected.choices()
    found["resources"] = np.array([(law, *s) for law, s in zip(losses, starts, strict=True)], rows.RESOURCE)
    found["asking"] = ints([bool(plan.approval and tool in plan.approval.tools) for tool in range(len(world.tools))])
    rows_, numbers = collected.laws.arrays()
    found |= decisions(plan.policy)
    return Tables(laws=rows_, numbers=numbers, **changing, **found)


def empty_tables() -> Tables:
    """Tables without rows, for their types."""
    plain: dict[str, Any] = {"numbers": np.float64, "weights": np.float64}
    plain |= dict.fromkeys(
        ("steps", "follows", "things", "roles_of", "role_edges", "resource_edges", "asking"), np.int64
    )
    plain |= {"verdicts": np.uint8, "call_steps": np.int64, "age_steps": np.int64}
    flat = {name: np.zeros(0, dtype) for name, dtype in plain.items()}
    flat |= {name: np.zeros(0, dtype) for name, dtype in _ROWS.items()}
    square: dict[str, Any] = dict.fromkeys(("calendar_weights", "calendar_before"), np.float64)
    square |= dict.fromkeys(("then", "place_of", "first_entry", "narrows"), np.int64)
    square |= dict.fromkeys(_BYTES, np.uint8)
    return Tables(**flat, **{name: np.zeros((0, 0), dtype) for name, dtype in square.items()})


_BYTES = ("needs", "touches", "watches", "serves", "turning", "swayed", "outside", "calendar_open")
_ROWS = {
    "rules": rows.RULES,
    "terms": rows.TERMS,
    "laws": LAW,
    "tools": rows.TOOL,
    "kinds": rows.KIND,
    "choices": rows.CHOICE,
    "populations": rows.POPULATION,
    "channels": rows.CHANNEL,
    "changes": rows.CHANGE,
    "roles": rows.ROLE,
    "resources": rows.RESOURCE,
    "edges": rows.EDGE,
    "secrets": rows.SECRET,
    "revoking": rows.REVOCATION_RULE,
}


def _rules(collected: Collected, plan: Plan) -> Array:
    world, add = collected.world, collected.laws.add
    issuer, noticed = world.issuer, world.intrusion
    values: dict[str, float] = {
        "horizon": world.horizon,
        "capacity": issuer.capacity,
        "spacing": issuer.spacing,
        "burst": issuer.burst,
        "issuer_fails": issuer.fails,
        "service": add(issuer.service),
        "tries": issuer.retries,
        "wait_first": issuer.waits.first,
        "wait_factor": issuer.waits.factor,
        "wait_most": issuer.waits.most,
        "wait_jitter": issuer.waits.jitter,
        "outage_gap": add(issuer.outage_gap),
        "outage_length": add(issuer.outage_length),
        "hop": add(world.hop),
        "notice_chance": noticed.chance if noticed else 0.0,
        "notice_time": add(noticed.time) if noticed else -1,
        "eviction": add(world.eviction),
        "staffed": collected.calendar(world.staffed),
        "channels": len(world.channels),
        "copies": any(row.per_use for row in world.channels),
        "takes_over": any(row.takeover_gap for row in world.channels),
        "looks_at_running": any(row.takeover_gap or row.gap for row in world.channels),
        "sends": any(row.sent_out for row in world.channels),
        "changes": len(world.changes),
        "tools": len(world.tools),
        "kinds": len(world.kinds),
        "populations": len(world.populations),
        "chains": any(tool.follows for tool in world.tools),
        "delegates": world.delegates,
        "most_roles": max(len(row.roles) for row in world.populations),
    }
    rules = np.zeros(1, rows.RULES)
    for name, value in (values | _approvers(collected) | _approval(plan)).items():
        rules[name] = value
    return rules


def _approvers(collected: Collected) -> dict[str, float]:
    row = collected.world.approvers
    if row is None:
        return {}
    return {
        "approvers": row.count,
        "approver_hours": collected.calendar(row.hours),
        "response": collected.laws.add(row.response),
        "expires": row.expires,
    }


def _approval(plan: Plan) -> dict[str, float]:
    return {
        "asks": plan.approval is not None,
        "elevation": plan.approval.elevation if plan.approval else 0,
        "approves_bad": plan.approval.approves_bad if plan.approval else 0.0,
        "refuses_good": plan.approval.refuses_good if plan.approval else 0.0,
        "policed": plan.policy is not None,
        "call_steps": len(plan.policy.call_steps) if plan.policy else 0,
        "age_steps": len(plan.policy.age_steps) if plan.policy else 0,
    }
