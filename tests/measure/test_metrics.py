"""Every column of a replication's row, computed again from the raw log in another way, over random scenarios."""

import copy
import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.core.events import Event, Flag, Outcome
from sim.core.units import FOREVER, HOUR, SECOND
from sim.inputs.schema import Scenario
from sim.measure.tally import LATE, Tally
from sim.model.reach import Reach
from sim.model.world import build
from tests.cli.test_fuzz_compare import BASE
from tests.support import merged, simulated

HORIZON = 2 * 24 * HOUR


def length(spans):
    """Ticks covered by half-open spans, by cutting time at every end and counting the pieces that are covered."""
    ends = sorted({end for span in spans for end in span})
    pieces = itertools.pairwise(ends)
    return sum(right - left for left, right in pieces if any(a <= left and right <= b for a, b in spans))


class Again:
    """One pass over the rows, credential by credential, with no thought for speed."""

    def __init__(self, log, bound=False, kept=False):
        self.bound, self.kept = bound, kept
        self.takeovers, self.usable, self.accesses = [], {}, {}
        self.rows = [dict(zip(log.dtype.names, row, strict=True)) for row in log.tolist()]
        self.issued, self.until, self.orphan_from, self.needs, self.asked = {}, {}, {}, {}, {}
        self.leaked, self.captures, self.tried, self.compromised = {}, {}, {}, {}
        self.reach, self.how = {}, {}
        for row in self.rows:
            self.see(Event(row["kind"]), row["credential"], row)

    def see(self, kind, credential, row):
        if kind in (Event.ISSUED, Event.OBTAINED):
            self.issued.setdefault(credential, (row["at"], kind))
            self.until[credential] = row["until"]
            if kind is Event.ISSUED and row["flags"] & Flag.ORPHAN:
                self.orphan_from[credential] = row["at"]
        elif kind in (Event.RENEWED, Event.SHORTENED, Event.DIED):
            self.until[credential] = row["until"]
        elif kind is Event.ORPHANED:
            self.orphan_from[credential] = row["at"]
        elif kind is Event.IDLE:
            self.needs.setdefault(credential, []).append((row["was"], row["at"]))
        elif kind is Event.ASKED:
            self.asked.setdefault(credential, row["at"])
        elif kind is Event.CAPTURED:
            self.leaked.setdefault(credential, (row["at"], row["edge"], row["intrusion"]))
            self.captures[credential] = self.captures.get(credential, 0) + 1
            self.usable.setdefault(credential, []).append((row["at"], self.usable_until(row)))
        elif kind is Event.TAKEN_OVER:
            self.takeovers.append((row["agent"], row["other"], row["at"], row["until"]))
        elif kind is Event.REGAINED:
            self.accesses[credential].append((row["at"], row["until"]))
        elif kind in (Event.BLOCKED, Event.COMPROMISED):
            if kind is Event.COMPROMISED:
                self.accesses[credential] = [(row["at"], row["until"])]
            self.tried.setdefault(credential, row["at"])
            if kind is Event.COMPROMISED:
                self.compromised[credential] = (row["at"], row["intrusion"])
        elif kind is Event.REACHED:
            self.reach.setdefault(row["intrusion"], []).append((row["other"], row["at"], credential, row["until"]))

    def usable_until(self, row):
        """Of what is bound or kept, the use is captured, while the workload is taken over; copies of bound ones are
        of none."""
        taken = [u for agent, channel, at, u in self.takeovers if (agent, channel) == (row["agent"], row["other"])
                 and at <= row["at"] < u]  # fmt: skip
        if taken:
            return max(taken) if self.bound or self.kept else FOREVER
        return row["at"] if self.bound else FOREVER

    def within(self, spans, credential):
        """What of the spans lies before the credential's death and the horizon."""
        end = min(self.until[credential], HORIZON)
        return [(at, min(until, end)) for at, until in spans if at < min(until, end)]

    def of(self, *kinds):
        return [row for row in self.rows if row["kind"] in kinds]

    def alive(self, credential, since=None):
        start = self.issued[credential][0] if since is None else since
        return start, max(start, min(self.until[credential], HORIZON))

    def own(self):
        return [credential for credential, (_, kind) in self.issued.items() if kind is Event.ISSUED]

    def standing(self):
        total = 0
        for credential in self.own():
            start, end = self.alive(credential)
            needed = [(max(a, start), min(b, end)) for a, b in self.needs.get(credential, []) if a < end]
            total += end - start - length([span for span in needed if span[0] < span[1]])
        return total / HOUR

    def orphaned(self):
        spans = [self.alive(credential, since) for credential, since in self.orphan_from.items()]
        return sum(end - start for start, end in spans) / HOUR

    def late(self):
        """Uses at or after the moment at which revocation was asked for, found by looking the moment up again."""
        kinds = (Event.USED, Event.COMPROMISED, Event.REGAINED, Event.REACHED)
        uses = [(row["at"], row["credential"]) for row in self.of(*kinds)]
        uses += [(row["at"], row["was"]) for row in self.of(Event.OBTAINED)]
        return sum(at >= self.asked.get(credential, FOREVER) for at, credential in uses)

    def exposures(self):
        return [length(self.within(spans, c)) for c, spans in self.usable.items()]

    def exploitable(self):
        return [length(self.within(spans, c)) for c, spans in self.accesses.items()]

    def held(self, rows):
        return [span for _, at, credential, _ in rows for span in self.holding(at, credential)]

    def holding(self, at, credential):
        """From a moment on, as long as accesses follow each other without a gap."""
        until = self.until[credential]
        if credential in self.accesses:
            ends = [at]
            while more := [u for a, u in self.accesses[credential] if a <= ends[-1] < u]:
                ends.append(max(more))
            until = min(until, ends[-1])
        return [(at, min(until, HORIZON))]

    def resource_hours(self):
        places = {place for rows in self.reach.values() for place, *_ in rows}
        everything = [row for rows in self.reach.values() for row in rows]
        return sum(length(self.held([r for r in everything if r[0] == place])) for place in places) / HOUR

    def reviewed(self):
        """Records of compromised credentials from their leak on; rows in the log's order, so ties need no rule."""
        total = 0
        for credential in self.compromised:
            seen = False
            for row in self.rows:
                kind = row["kind"]
                through = row["was"] if kind == Event.OBTAINED else row["credential"]
                if through != credential:
                    continue
                if kind == Event.CAPTURED:
                    seen = True
                total += seen and kind in (
                    Event.USED, Event.COMPROMISED, Event.REGAINED, Event.REACHED, Event.OBTAINED
                )  # fmt: skip
        return total


@st.composite
def scenarios(draw):
    """The base of the fuzz test with its knobs turned: every mechanism, at a small scale."""
    pick = st.sampled_from
    delay = pick(["0s", "1m", "1h", "7h"])
    revocation = {"by": draw(pick(["automatic", "manual"])), "delay": draw(delay), "fails": draw(pick([0, 0.5]))}
    base = merged(
        BASE,
        {
            "leaks": {
                "log": {
                    "per-use": draw(pick([0.05, 0.3, 1.0])),
                    "remediation": draw(delay),
                    "custody": draw(pick([["agent"], ["broker"], ["agent", "broker"]])),
                },
                "hijack": {
                    "takeover": draw(pick(["0/d", "1/d", "4/d"])),
                    "lasting": draw(pick(["1h", "9h"])),
                    "discovery": {"time": draw(pick(["0s", "2h"]))},
                    "detection": {"chance": 0.3, "time": draw(delay)},
                },
            },
            "issuer": {
                "capacity": draw(pick([1, 3])),
                "fails": draw(pick([0, 0.3])),
                "service": draw(pick(["0s", "90s"])),
            },
            "agents": {"bot": {"concurrency": draw(pick([1, 2])), "arrivals": {"every": {"interval": "40m"}}}},
            "estate": {
                "tools": {
                    "call": {
                        "fails": draw(pick([0, 0.4])),
                        "duration": draw(pick(["1m", "50m"])),
                        "needs-credential-until-end": draw(st.booleans()),
                    }
                }
            },
        },
    )
    triggers = {"retirement": revocation, "detection": revocation}
    base["strategies"] = {
        "standing": {
            "issuance": "standing",
            "sharing": draw(pick(["agent", "kind", "fleet"])),
            "redeployment": draw(delay),
            "revocation": copy.deepcopy(triggers),
        },
        "rotated": {
            "issuance": "standing",
            "rotation": {"every": "9h", "overlap": draw(delay), "rollout": draw(delay)},
        },
        "leased": {
            "issuance": "leased",
            "lifetime": "2h",
            "revocation": copy.deepcopy(triggers),
            "renewal": {"at": 0.5, "max-life": draw(pick(["2h", "5h", "3d"]))},
        },
        "jit": {
            "issuance": "per-task",
            "lifetime": draw(pick(["5m", "2h"])),
            "scope": draw(pick(["role", "task"])),
            "revocation": {"task-end": copy.deepcopy(revocation)} | copy.deepcopy(triggers),
        },
    }
    for strategy in base["strategies"].values():
        strategy |= {
            "binding": draw(pick(["bearer", "bearer", "sender-constrained"])),
            "custody": draw(pick(["agent", "agent", "broker"])),
        }
    return base, draw(pick(list(base["strategies"]))), draw(st.integers(0, 2**32 - 1))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(scenarios())
def test_every_column_again(case):
    content, strategy, seed = case
    row, leaks, log = simulated(content, strategy, seed=seed)
    knobs = content["strategies"][strategy]
    again = Again(log, knobs["binding"] != "bearer", knobs["custody"] == "broker")
    ended = again.of(Event.TASK_ENDED)
    waited = np.array([r["until"] for r in ended]) / SECOND
    served = again.of(Event.SERVED)
    capacity = content["issuer"]["capacity"]
    uses = again.of(Event.USED)
    expected = {
        "captures": len(again.of(Event.CAPTURED)),
        "leaks": len(again.leaked),
        "compromises": len(again.compromised),
        "exposure_hours": sum(again.exposures()) / HOUR,
        "exploitable_hours": sum(again.exploitable()) / HOUR,
        "standing_hours": again.standing(),
        "orphan_hours": again.orphaned(),
        "late_uses": again.late(),
        "reached_resources": sum(len({place for place, *_ in rows}) for rows in again.reach.values()),
        "resource_hours": again.resource_hours(),
        "loss": sum(1000 * any(place == 0 for place, *_ in rows) for rows in again.reach.values()),
        "uses": len(uses),
        "review_records": again.reviewed(),
        "takeovers": len(again.takeovers),
        "taken_over_hours": sum(min(until, HORIZON) - at for *_, at, until in again.takeovers) / HOUR,
        "tasks_done": sum(r["other"] == Outcome.DONE for r in ended),
        "tasks_failed": sum(r["other"] != Outcome.DONE for r in ended),
        "tasks_failed_credential": sum(r["other"] == Outcome.CREDENTIAL for r in ended),
        "tasks_ended": len(ended),
        "latency_seconds": waited.sum(),
        "issuances": len(again.own()) + sum(not r["flags"] & Flag.ATTACKERS for r in again.of(Event.RENEWED)),
        "issuer_requests": len(served),
        "issuer_wait_seconds": sum(r["at"] - r["was"] for r in served) / SECOND,
        "issuer_load": sum(min(r["until"], HORIZON) - r["at"] for r in served) / HORIZON / capacity,
        "outage_hours": sum(min(r["until"], HORIZON) - min(r["was"], HORIZON) for r in again.of(Event.OUTAGE)) / HOUR,
    }
    assert {key: row[key] for key in expected} == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert_potential(content, strategy, again, row)
    if len(waited):
        assert row["latency_p50_seconds"] == sorted(waited)[-(-len(waited) // 2) - 1]
    assert len(leaks) == row["leaks"]
    assert all(leak["exposure_hours"] >= leak["exploitable_hours"] for leak in leaks)


def assert_potential(content, strategy, again, row):
    parsed = Scenario.model_validate(content)
    world = build(parsed)
    chosen = parsed.strategies[strategy]
    reach = Reach(world.edges, world.secret_roles, chosen.issuance == "standing")
    found = [
        reach.resources(role, world.kinds[kind].needs if chosen.scope == "task" else None)
        for credential, (_, role, kind) in again.leaked.items()
        if any(at < until for at, until in again.usable[credential])
    ]
    assert row["potential_resources"] == sum(len(places) for places in found)
    assert row["potential_weight"] == sum(world.sensitivities[r] for places in found for r in places)
    assert row["reached_resources"] <= row["potential_resources"]


def test_attributable_uses_by_hand():
    """Two tasks of one agent share its standing credential for half of the time; per-task ones are never shared."""
    content = merged(
        BASE,
        {
            "horizon": "10h",
            "agents": {
                "bot": {"count": 1, "concurrency": 2, "tenure": None, "arrivals": {"every": {"interval": "1h"}}}
            },
            "tasks": {"job": {"steps": ["call", "call"]}},
            "estate": {"tools": {"call": {"duration": "40m"}}},
            "issuer": None,
            "leaks": None,
        },
    )
    # A task begins every hour and runs for 80 minutes: its first call, at the hour, falls into the task before; its
    # second, 40 minutes later, into no other. Of ten tasks only the first has nothing before it.
    row, _, _ = simulated(content, "only")
    assert row["uses"] == 20
    assert row["uses_attributable"] == 10 + 1
    jit, _, _ = simulated(merged(content, {"strategies": {"jit": {"lifetime": "9h"}}}), "jit")
    assert jit["uses"] == jit["uses_attributable"]


@pytest.mark.parametrize("fault", ["needed", "late", "orphaned"])
def test_the_second_computation_sees_faults(monkeypatch, fault):
    """Planted faults: a Tally that forgets one thing disagrees with the second computation."""
    content = merged(BASE, {"strategies": {"only": {"revocation": {"detection": {"by": "manual", "delay": "9h"}}}}})
    column, second = {
        "needed": ("standing_hours", "standing"),
        "late": ("late_uses", "late"),
        "orphaned": ("orphan_hours", "orphaned"),
    }[fault]
    row, _, log = simulated(content, "only", seed=4)
    assert row[column] == pytest.approx(getattr(Again(log), second)())
    add = Tally.add

    def forgetful(self, chunk):
        add(self, chunk)
        if fault == "late":
            self.sorts[LATE] = 0
        else:
            setattr(self, fault, 0)

    monkeypatch.setattr(Tally, "add", forgetful)
    row, _, log = simulated(content, "only", seed=4)
    assert row[column] != pytest.approx(getattr(Again(log), second)())
