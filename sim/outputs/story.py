"""One replication's event log, told: as events with names, and as a timeline that a person can read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from sim.core.events import CAUSES, LOG, OUTCOMES, REFUSALS, Event, Flag, Outcome
from sim.core.units import DAY, FOREVER, HOUR, MINUTE, SECOND, spoken
from sim.measure.leaks import LeakRow
from sim.model.policy import PolicyTable
from sim.model.world import World
from sim.outputs import approvals, decisions, delegations, objectives, takeovers

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ROUTINE = frozenset(
    {
        Event.TASK_STARTED,
        Event.TASK_ENDED,
        Event.ISSUED,
        Event.RENEWED,
        Event.NEEDED,
        Event.IDLE,
        Event.USED,
        Event.FAILED,
        Event.REQUESTED,
        Event.SERVED,
        Event.SHORTENED,
        Event.REJECTED,
        Event.CUT,
        Event.REFUSED,
        *approvals.TOLD,
        Event.PERMITTED,
        *delegations.TOLD,
        Event.CONFINED,
    }
)
"""Told only when everything is asked for."""
Row = dict[str, int]
_OTHERWISE: dict[int, tuple[str, ...]] = {
    Event.CAPTURED: ("attempt", "step", "intrusion"),
    Event.DELEGATED: ("intrusion",),
}
"""Fields that mean something else in rows of a kind."""


@dataclass(frozen=True)
class Line:
    """A moment of the story: `at` in ticks, `mark` one of leak, attack, defence, life, work."""

    at: int
    mark: str
    text: str


def clock(at: int) -> str:
    """Simulated time for people: `day 12 Fri 14:03:22`, days counted from 0."""
    day, rest = divmod(at, DAY)
    return f"day {day:>3} {WEEKDAYS[day % 7]} {rest // HOUR:02}:{rest % HOUR // MINUTE:02}:{rest % MINUTE // SECOND:02}"


class Teller:
    """Puts names to the rows of one replication's log."""

    def __init__(
        self, world: World, log: npt.NDArray[Any], leaks: list[LeakRow], policy: PolicyTable | None = None
    ) -> None:
        self.world: World = world
        self.log, self.leaks, self.policy = log, leaks, policy
        self.delegates: dict[int, int] = {}
        """Delegated task → who does it."""
        self.roles: dict[int, int] = {}
        self.holders: dict[int, int] = {}
        self._leaked = {leak["credential"] for leak in leaks}
        for row in self._rows():
            if row["kind"] in (Event.ISSUED, Event.OBTAINED):
                self.roles[row["credential"]] = row["other"]
                self.holders[row["credential"]] = row["agent"]
            elif row["kind"] == Event.DELEGATED:
                self.delegates[row["edge"]] = row["intrusion"]

    def _rows(self) -> Iterator[Row]:
        for values in self.log.tolist():
            yield dict(zip(LOG.names or (), values, strict=True))

    # --- as events -----------------------------------------------------------------------------------------------
    def events(self) -> Iterator[dict[str, Any]]:
        """Every row as a JSON-safe mapping with names; times in microseconds since the start."""
        for row in self._rows():
            event: dict[str, Any] = {"at_us": row["at"], "event": Event(row["kind"]).name.lower().replace("_", "-")}
            if row["agent"] >= 0:
                event["agent"] = self.world.agents[row["agent"]].name
            other = _OTHERWISE.get(row["kind"], ())
            keys = ("task", "credential", "attempt", "step", "intrusion")
            event |= {key: row[key] for key in keys if row[key] >= 0 and key not in other}
            event |= _NAMED.get(Event(row["kind"]), _no_more)(self, row)
            flags = [flag.name.lower() for flag in Flag if row["flags"] & flag and flag.name]
            yield event | ({"flags": flags} if flags else {})

    # --- as a timeline -------------------------------------------------------------------------------------------
    def lines(self, everything: bool = False) -> list[Line]:
        """The timeline: what matters to leaks and access, or every row of the log."""
        found = [self._line(row) for row in self._rows() if everything or self._matters(row)]
        found += [
            Line(leak["dead_us"], "life", f"{self.credential(leak['credential'])} expires")
            for leak in self.leaks
            if leak["death"] == "expired" and leak["dead_us"] is not None and leak["dead_us"] >= leak["leaked_us"]
        ]
        return sorted(found, key=lambda line: line.at)

    def _matters(self, row: Row) -> bool:
        kind = Event(row["kind"])
        if objectives.followed(row):
            return True
        if kind is Event.REJECTED and row["other"] < 0:
            return False  # waiting for a new one, try by try
        if kind in (Event.ASKED, Event.SPARED, Event.DIED, Event.SHORTENED, Event.REJECTED):
            return row["credential"] in self._leaked
        if kind is Event.TASK_ENDED:
            return row["other"] in (Outcome.CREDENTIAL, Outcome.APPROVAL, Outcome.DIVERTED)
        return kind not in ROUTINE

    def _line(self, row: Row) -> Line:
        mark, tell = _TOLD[Event(row["kind"])]
        return Line(row["at"], mark, tell(self, row))

    def credential(self, number: int) -> str:
        """`credential 12 (role dev, coder-3)`."""
        role = self.world.roles[self.roles[number]] if number in self.roles else "?"
        agent = self.holders.get(number, -1)
        return f"credential {number} (role {role}" + (f", {self.agent(agent)})" if agent >= 0 else ")")

    def agent(self, number: int) -> str:
        """The agent's name."""
        return self.world.agents[number].name if number >= 0 else "nobody"

    def role(self, number: int) -> str:
        """The role's name."""
        return self.world.roles[number]

    def policies(self, entry: int) -> tuple[str, ...]:
        """Names of the policies that a decision rests on."""
        return self.policy.reasons[entry] if self.policy else ()

    def edge(self, number: int) -> str:
        """`reads secret DEPLOY_KEY in ci`, `steps into role x`, `mints a credential for role x`."""
        hop, world = self.world.edges[number], self.world
        if hop.relation == "stores":
            secret = f"{world.secret_titles[hop.target] or 'secret'} {world.secrets[hop.target]}"
            return f"reads {secret} in {world.resources[hop.source]}"
        if hop.relation == "assumes":
            return f"steps into role {world.roles[hop.target]}"
        return f"mints a credential for role {world.roles[hop.target]}"


def _expiry(until: int) -> str:
    return "without expiry" if until >= FOREVER else f"until {clock(until)}"


Tell = Callable[[Teller, Row], str]
_TOLD: dict[Event, tuple[str, Tell]] = {
    Event.TASK_STARTED: (
        "work",
        lambda t, r: f"{t.agent(r['agent'])} starts {delegations.task(r['task'])} ({t.world.kind_names[r['other']]})",
    ),
    Event.TASK_ENDED: (
        "work",
        lambda t, r: (
            f"{t.agent(r['agent'])} ends {delegations.task(r['task'])}: {OUTCOMES[r['other']]}{approvals.waiting(r)}"
        ),
    ),
    Event.RETIRED: ("life", lambda t, r: f"{t.agent(r['agent'])} is retired"),
    Event.ISSUED: ("life", lambda t, r: f"{t.credential(r['credential'])} is issued {_expiry(r['until'])}"),
    Event.RENEWED: ("life", lambda t, r: f"{t.credential(r['credential'])} is renewed {_expiry(r['until'])}"),
    Event.SHORTENED: (
        "life",
        lambda t, r: f"{t.credential(r['credential'])} is rotated out, valid {_expiry(r['until'])}",
    ),
    Event.ASKED: (
        "defence",
        lambda t, r: f"revocation of {t.credential(r['credential'])} is asked for ({CAUSES[r['other']]})",
    ),
    Event.SPARED: (
        "defence",
        lambda t, r: f"revocation of {t.credential(r['credential'])} fails ({CAUSES[r['other']]})",
    ),
    Event.DIED: ("defence", lambda t, r: f"{t.credential(r['credential'])} is dead ({CAUSES[r['other']]})"),
    Event.ORPHANED: (
        "life",
        lambda t, r: f"{t.credential(r['credential'])} has lost its last holder, valid {_expiry(r['until'])}",
    ),
    Event.NEEDED: ("work", lambda t, r: f"{t.credential(r['credential'])} is needed"),
    Event.IDLE: ("work", lambda t, r: f"{t.credential(r['credential'])} is no longer needed"),
    Event.USED: (
        "work",
        lambda t, r: (
            f"{t.agent(r['agent'])} calls {t.world.tool_names[r['other']]} with {t.credential(r['credential'])}"
            + (", from the fallback" if r["flags"] & Flag.FALLBACK else "")
            + (", passed on" if r["flags"] & Flag.PASSED else "")
            + objectives.aside(r)
        ),
    ),
    Event.REJECTED: ("work", lambda t, r: f"{t.agent(r['agent'])} is refused: {t.credential(r['credential'])} is dead"),
    Event.FAILED: (
        "work",
        lambda t, r: f"{t.agent(r['agent'])}: {t.world.tool_names[r['other']]} fails, attempt {r['attempt'] + 1}",
    ),
    Event.CUT: (
        "work",
        lambda t, r: f"{t.agent(r['agent'])}: {t.world.tool_names[r['other']]} fails, its credential died on the way",
    ),
    Event.REQUESTED: (
        "work",
        lambda t, r: f"{t.agent(r['agent'])} asks for a credential for role {t.role(r['other'])}",
    ),
    Event.SERVED: ("work", lambda t, r: f"the issuer serves {t.agent(r['agent'])} after {spoken(r['at'] - r['was'])}"),
    Event.REFUSED: ("work", lambda t, r: f"the issuer refuses {t.agent(r['agent'])}: {REFUSALS[r['other']]}"),
    Event.ISSUER_DOWN: ("life", lambda t, r: f"the issuer is down for {spoken(r['until'] - r['at'])}"),
    Event.OUTAGE: (
        "defence",
        lambda t, r: (
            f"{t.agent(r['agent'])} has no working credential for role "
            f"{t.role(t.roles[r['credential']])} for {spoken(r['until'] - r['was'])}"
        ),
    ),
    Event.CAPTURED: (
        "leak",
        lambda t, r: (
            f"{t.credential(r['credential'])} {'is sent out' if t.world.channels[r['other']].sent_out else 'leaks'} "
            f"through {t.world.channels[r['other']].name}"
            + delegations.where(t, r)
            + ("" if r["until"] > r["at"] else ", already dead")
        ),
    ),
    Event.LEAK_NOTICED: (
        "defence",
        lambda t, r: f"the leak of {t.credential(r['credential'])} is noticed ({t.world.channels[r['other']].name})",
    ),
    Event.OBTAINED: ("attack", lambda t, r: f"intrusion {r['intrusion']} {t.edge(r['edge'])}"),
    Event.REACHED: (
        "attack",
        lambda t, r: (
            f"intrusion {r['intrusion']} reaches {t.world.resources[r['other']]} as role "
            f"{t.role(t.world.edges[r['edge']].source)}"
        ),
    ),
    Event.INTRUSION_NOTICED: ("defence", lambda t, r: f"intrusion {r['intrusion']} is noticed"),
    Event.EVICTED: ("defence", lambda t, r: f"intrusion {r['intrusion']} is evicted: all it held is dead"),
    **takeovers.TOLD,
    **approvals.TOLD,
    **decisions.TOLD,
    **delegations.TOLD,
    **objectives.TOLD,
}

_NAMED: dict[Event, Callable[[Teller, Row], dict[str, Any]]] = {
    Event.TASK_STARTED: lambda t, r: {"task_kind": t.world.kind_names[r["other"]]},
    Event.TASK_ENDED: lambda t, r: {"outcome": OUTCOMES[r["other"]], "waited_us": r["until"], **approvals.waited(r)},
    Event.ISSUED: lambda t, r: {"role": t.role(r["other"]), "expires_us": _never(r["until"])},
    Event.RENEWED: lambda t, r: {"expired_us": _never(r["was"]), "expires_us": _never(r["until"])},
    Event.SHORTENED: lambda t, r: {"expired_us": _never(r["was"]), "expires_us": _never(r["until"])},
    Event.ASKED: lambda t, r: {"cause": CAUSES[r["other"]]},
    Event.SPARED: lambda t, r: {"cause": CAUSES[r["other"]]},
    Event.DIED: lambda t, r: {"cause": CAUSES[r["other"]] if r["other"] >= 0 else "", "expired_us": _never(r["was"])},
    Event.ORPHANED: lambda t, r: {"expires_us": _never(r["until"])},
    Event.IDLE: lambda t, r: {"needed_since_us": r["was"], "until_us": r["until"]},
    Event.USED: lambda t, r: {"tool": t.world.tool_names[r["other"]]},
    Event.REJECTED: lambda t, r: {"tool": t.world.tool_names[r["other"]]} if r["other"] >= 0 else {},
    Event.FAILED: lambda t, r: {"tool": t.world.tool_names[r["other"]]},
    Event.CUT: lambda t, r: {"tool": t.world.tool_names[r["other"]]},
    Event.REQUESTED: lambda t, r: {"role": t.role(r["other"])},
    Event.SERVED: lambda t, r: {"asked_us": r["was"], "done_us": r["until"]},
    Event.REFUSED: lambda t, r: {"reason": REFUSALS[r["other"]]},
    Event.ISSUER_DOWN: lambda t, r: {"until_us": r["until"]},
    Event.OUTAGE: lambda t, r: {"from_us": r["was"], "until_us": r["until"]},
    Event.CAPTURED: lambda t, r: (
        {
            "channel": t.world.channels[r["other"]].name,
            "role": t.role(r["edge"]),
            "issued_us": r["was"],
            "expires_us": _never(r["until"]),
        }
        | _issued_for(t, r["intrusion"], r["attempt"])
    ),
    Event.LEAK_NOTICED: lambda t, r: {"channel": t.world.channels[r["other"]].name},
    Event.OBTAINED: lambda t, r: {
        "role": t.role(r["other"]),
        "through": r["was"],
        "expires_us": _never(r["until"]),
        "hop": t.edge(r["edge"]),
    },
    Event.REACHED: lambda t, r: {"resource": t.world.resources[r["other"]], "loss": r["until"] / 100},
    **takeovers.NAMED,
    **approvals.NAMED,
    **decisions.NAMED,
    **delegations.NAMED,
    **objectives.NAMED,
}


def _no_more(teller: Teller, row: Row) -> dict[str, Any]:
    return {}


def _never(until: int) -> int | None:
    return None if until >= FOREVER else until


def _issued_for(teller: Teller, stand: int, tool: int) -> dict[str, str]:
    task = {"task_kind": teller.world.kind_names[teller.world.kind_of(stand)]} if stand >= 0 else {}
    return task | ({"tool": teller.world.tool_names[tool]} if tool >= 0 else {})
