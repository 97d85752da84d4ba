"""World and Plan → arrays. Names of columns are those of sim.model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core import laws
from sim.core.laws import Law
from sim.engine.compiled import rows, terms
from sim.engine.compiled.decisions import decisions
from sim.engine.compiled.laws import LAW, LawTable
from sim.model.calendar import Calendar
from sim.model.credentials import Plan
from sim.model.graph import Edge
from sim.model.rows import KindRow, PopulationRow, ToolRow, Weighted
from sim.model.world import World

Array = npt.NDArray[Any]
RELATIONS = ("can", "stores", "assumes", "mints")


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
    then: Array
    """Kind × tool → choice of what follows the tool."""
    choices: Array
    things: Array
    weights: Array
    needs: Array
    """Kind × resource: is the resource one of the task's?"""
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


class Collected:
    """What the tables of a world are made of, shared by all its plans."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.laws = LawTable()
        self._calendars: list[Calendar] = []
        self._choices: list[tuple[int, int]] = []
        self._things: list[int] = []
        self._weights: list[float] = []
        self.fixed = self._fixed()

    def _fixed(self) -> dict[str, Array]:
        world = self.world
        columns = self._tasks() | self._agents() | self._estate()
        columns["tools"] = terms.named([self._tool(row) for row in world.tools], rows.TOOL)
        columns["channels"] = self._channels()
        columns["watches"] = terms.matrix(world.channels, len(world.tools), lambda row: row.tools)
        columns["serves"] = terms.matrix(world.channels, len(world.populations), lambda row: row.populations)
        return columns

    def calendar(self, calendar: Calendar) -> int:
        """The row of a calendar."""
        self._calendars.append(calendar)
        return len(self._calendars) - 1

    def _choice(self, choice: Weighted | None) -> int:
        if choice is None:
            return -1
        self._choices.append((len(self._things), len(choice.things)))
        self._things += choice.things
        self._weights += choice.edges
        return len(self._choices) - 1

    def _tool(self, row: ToolRow) -> dict[str, float]:
        return {
            "role": row.role,
            "duration": self.laws.add(row.duration),
            "retries": row.retries,
            "until_end": row.until_end,
            "fails": row.fails,
            "wait_first": row.waits.first,
            "wait_factor": row.waits.factor,
            "wait_most": row.waits.most,
            "wait_jitter": row.waits.jitter,
        }

    def _tasks(self) -> dict[str, Array]:
        kinds, tools = self.world.kinds, len(self.world.tools)
        steps: list[int] = []
        found: list[tuple[int, ...]] = []
        then = np.full((len(kinds), tools), -1, np.int64)
        for number, kind in enumerate(kinds):
            found.append(self._kind(kind, len(steps)))
            steps += kind.steps
            for tool, choice in kind.then.items():
                then[number, tool] = self._choice(choice)
        return {
            "kinds": np.array(found, rows.KIND),
            "steps": _ints(steps),
            "then": then,
            "needs": terms.matrix(kinds, len(self.world.resources), lambda kind: kind.needs),
        }

    def _kind(self, kind: KindRow, steps: int) -> tuple[int, ...]:
        chain = kind.start is not None and kind.length is not None
        return (
            -1 if kind.deadline is None else kind.deadline,
            self.laws.add(kind.thinking),
            self.laws.add(kind.length) if chain else -1,
            self._choice(kind.start) if chain else -1,
            steps,
            len(kind.steps),
        )

    def _agents(self) -> dict[str, Array]:
        world = self.world
        roles: list[int] = []
        found: list[tuple[int, ...]] = []
        places = np.full((len(world.populations), len(world.tools)), -1, np.int64)
        for number, row in enumerate(world.populations):
            found.append(self._population(row, len(roles)))
            roles += row.roles
            for tool, tool_row in enumerate(world.tools):
                if tool_row.role in row.roles:
                    places[number, tool] = row.roles.index(tool_row.role)
        return {"populations": np.array(found, rows.POPULATION), "roles_of": _ints(roles), "place_of": places}

    def _population(self, row: PopulationRow, roles: int) -> tuple[int, ...]:
        gap = self.laws.add(Law(laws.exponential(1.0 / row.rate))) if row.rate else -1
        tasks, calendar = self._choice(row.tasks), self.calendar(row.calendar)
        pause, tenure = self.laws.add(row.pause), self.laws.add(row.tenure)
        numbers = (row.until, row.every, row.first, row.concurrency)
        return (*numbers, tasks, gap, calendar, pause, tenure, roles, len(row.roles))

    def _channels(self) -> Array:
        add = self.laws.add
        found = [
            {
                "per_use": row.per_use,
                "discovery_chance": row.discovery.chance,
                "discovery_time": add(row.discovery.time),
                "detection_chance": row.detection.chance if row.detection else -1.0,
                "detection_time": add(row.detection.time) if row.detection else -1,
                "gap": add(Law(laws.exponential(row.gap))) if row.gap else -1,
                "remediation": add(row.remediation),
            }
            for row in self.world.channels
        ]
        return terms.named(found, rows.CHANNEL)

    def _estate(self) -> dict[str, Array]:
        world = self.world
        edges = [(RELATIONS.index(edge.relation), edge.target, edge.level) for edge in world.edges]
        starts, hops = _grouped((e for e in world.edges if e.relation != "stores"), len(world.roles))
        lives = zip(world.sessions, (_or_none(life) for life in world.minted_lives), strict=True)
        secrets = zip((_or_none(life) for life in world.secret_lives), world.secret_roles, strict=True)
        return {
            "edges": np.array(edges, rows.EDGE),
            "roles": np.array([(*life, *start) for life, start in zip(lives, starts, strict=True)], rows.ROLE),
            "role_edges": hops,
            "secrets": np.array(list(secrets), rows.SECRET),
        }

    def calendars(self) -> dict[str, Array]:
        """All calendars that were added."""
        return {
            "calendar_weights": np.array([c.weights for c in self._calendars], np.float64),
            "calendar_before": np.array([c.before for c in self._calendars], np.float64),
            "calendar_open": np.array([c.open for c in self._calendars], np.uint8),
        }

    def choices(self) -> dict[str, Array]:
        """All weighted choices that were added."""
        return {
            "choices": np.array(self._choices, rows.CHOICE),
            "things": _ints(self._things),
            "weights": np.array(self._weights, np.float64),
        }


def tables(collected: Collected, plan: Plan) -> Tables:
    """The arrays of a world under a plan; seed and replication are left 0."""
    world, add = collected.world, collected.laws.add
    hops = (e for e in world.edges if e.relation == "stores" and e.target not in plan.absent)
    starts, stored = _grouped(hops, len(world.resources))
    losses = [add(law) for law in world.losses]
    changing = terms.of_plan(world, plan, add) | {"rules": _rules(collected, plan), "resource_edges": stored}
    found = collected.fixed | collected.calendars() | collected.choices()
    found["resources"] = np.array([(law, *s) for law, s in zip(losses, starts, strict=True)], rows.RESOURCE)
    found["asking"] = _ints([bool(plan.approval and tool in plan.approval.tools) for tool in range(len(world.tools))])
    rows_, numbers = collected.laws.arrays()
    found |= decisions(plan.policy)
    return Tables(laws=rows_, numbers=numbers, **changing, **found)


def empty_tables() -> Tables:
    """Tables without rows, for their types."""
    plain: dict[str, Any] = {"numbers": np.float64, "weights": np.float64}
    plain |= dict.fromkeys(("steps", "things", "roles_of", "role_edges", "resource_edges", "asking"), np.int64)
    plain |= {"verdicts": np.uint8, "call_steps": np.int64, "age_steps": np.int64}
    flat = {name: np.zeros(0, dtype) for name, dtype in plain.items()}
    flat |= {name: np.zeros(0, dtype) for name, dtype in _ROWS.items()}
    square: dict[str, Any] = dict.fromkeys(("calendar_weights", "calendar_before"), np.float64)
    square |= dict.fromkeys(("then", "place_of", "first_entry"), np.int64)
    square |= dict.fromkeys(("needs", "touches", "watches", "serves", "calendar_open"), np.uint8)
    return Tables(**flat, **{name: np.zeros((0, 0), dtype) for name, dtype in square.items()})


_ROWS = {
    "rules": rows.RULES,
    "terms": rows.TERMS,
    "laws": LAW,
    "tools": rows.TOOL,
    "kinds": rows.KIND,
    "choices": rows.CHOICE,
    "populations": rows.POPULATION,
    "channels": rows.CHANNEL,
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
        "tools": len(world.tools),
        "kinds": len(world.kinds),
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


def _grouped(edges: Iterable[Edge], sources: int) -> tuple[list[tuple[int, int]], Array]:
    """(first, count) for each source, and the edges' ids grouped by source, in order of the file within each."""
    by_source: list[list[int]] = [[] for _ in range(sources)]
    for edge in edges:
        by_source[edge.source].append(edge.id)
    starts: list[tuple[int, int]] = []
    ids: list[int] = []
    for group in by_source:
        starts.append((len(ids), len(group)))
        ids += group
    return starts, _ints(ids)


def _ints(values: Sequence[int]) -> Array:
    return np.array(values, np.int64)


def _or_none(life: int | None) -> int:
    return -1 if life is None else life
