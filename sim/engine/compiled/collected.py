"""What the tables of a world are made of, shared by all its plans: rows, laws, choices, calendars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core import laws
from sim.core.laws import Law
from sim.engine.compiled import rows, terms
from sim.engine.compiled.laws import LawTable
from sim.model.calendar import Calendar
from sim.model.graph import Edge
from sim.model.rows import KindRow, PopulationRow, ToolRow, Weighted
from sim.model.world import World

Array = npt.NDArray[Any]
RELATIONS = ("can", "stores", "assumes", "mints")


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
        follows: list[int] = []
        columns["tools"] = terms.named([self._tool(row, follows) for row in world.tools], rows.TOOL)
        columns["follows"] = ints(follows)
        columns["channels"], columns["changes"] = self._channels(), self._changes()
        columns["turning"] = terms.matrix(world.changes, len(world.tools), lambda row: row.tools)
        columns["swayed"] = terms.matrix(world.changes, len(world.populations), lambda row: row.populations)
        columns["outside"] = terms.matrix(world.outside if world.changes else (), len(world.tools), lambda found: found)
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

    def _tool(self, row: ToolRow, follows: list[int]) -> dict[str, float]:
        start = len(follows)
        follows += row.follows
        return {
            "follows": start,
            "followed": len(row.follows),
            "to": row.to,
            "task": row.task,
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
            "steps": ints(steps),
            "then": then,
            "needs": terms.matrix((*kinds, *self.world.narrowed), len(self.world.resources), lambda stand: stand.needs),
            "narrows": self._narrows(),
        }

    def _narrows(self) -> Array:
        world = self.world
        kinds = len(world.kinds)
        found = np.full((kinds + len(world.narrowed) if world.narrowing else 0, kinds), -1, np.int64)
        for (stand, kind), into in world.narrowing.items():
            found[stand, kind] = into
        return found

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
        return {"populations": np.array(found, rows.POPULATION), "roles_of": ints(roles), "place_of": places}

    def _population(self, row: PopulationRow, roles: int) -> tuple[int, ...]:
        gap = self.laws.add(Law(laws.exponential(1.0 / row.rate))) if row.rate else -1
        tasks, calendar = self._choice(row.tasks), self.calendar(row.calendar)
        pause, tenure = self.laws.add(row.pause), self.laws.add(row.tenure)
        numbers = (row.until, row.every, row.first, row.concurrency)
        members = (row.agents[0], len(row.agents), row.receives)
        return (*numbers, tasks, gap, calendar, pause, tenure, roles, len(row.roles), *members)

    def _channels(self) -> Array:
        add = self.laws.add
        found = [
            {
                "per_use": row.per_use,
                "sent_out": row.sent_out,
                "discovery_chance": row.discovery.chance,
                "discovery_time": add(row.discovery.time),
                "detection_chance": row.detection.chance if row.detection else -1.0,
                "detection_time": add(row.detection.time) if row.detection else -1,
                "gap": add(Law(laws.exponential(row.gap))) if row.gap else -1,
                "takeover_gap": add(Law(laws.exponential(row.takeover_gap))) if row.takeover_gap else -1,
                "lasting": add(row.lasting),
                "takes_agents": "agent" in row.custody,
                "takes_kept": "broker" in row.custody,
                "remediation": add(row.remediation),
            }
            for row in self.world.channels
        ]
        return terms.named(found, rows.CHANNEL)

    def _changes(self) -> Array:
        found = [
            {
                "followed": self.laws.add(row.followed),
                "calls": self._choice(row.calls),
                "length": self.laws.add(row.length),
                "chance": row.chance,
            }
            for row in self.world.changes
        ]
        return terms.named(found, rows.CHANGE)

    def _estate(self) -> dict[str, Array]:
        world = self.world
        edges = [(RELATIONS.index(edge.relation), edge.target, edge.level) for edge in world.edges]
        starts, hops = grouped((e for e in world.edges if e.relation != "stores"), len(world.roles))
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
            "things": ints(self._things),
            "weights": np.array(self._weights, np.float64),
        }


def grouped(edges: Iterable[Edge], sources: int) -> tuple[list[tuple[int, int]], Array]:
    """(first, count) for each source, and the edges' ids grouped by source, in order of the file within each."""
    by_source: list[list[int]] = [[] for _ in range(sources)]
    for edge in edges:
        by_source[edge.source].append(edge.id)
    starts: list[tuple[int, int]] = []
    ids: list[int] = []
    for group in by_source:
        starts.append((len(ids), len(group)))
        ids += group
    return starts, ints(ids)


def ints(values: Sequence[int]) -> Array:
    """An array of whole numbers."""
    return np.array(values, np.int64)


def _or_none(life: int | None) -> int:
    return -1 if life is None else life
