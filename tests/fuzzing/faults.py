"""Faults planted in the compiled engine's source, each with a scenario that gives it away.

A fault is a change of a few characters: in the source of a function, or in a rule that both engines share, for the
compiled one alone. It is planted in the interpreted engine (see `interpreted`), as compiling takes about a minute.
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

from tests.fuzzing.faults_of_delegation import DELEGATION
from tests.fuzzing.faults_of_haste import HASTE
from tests.fuzzing.faults_of_objectives import OBJECTIVES
from tests.fuzzing.planting import Edit, Fault, Rule, edit, rule

ENGINE = "sim.engine.compiled"
ORDER = {
    "equal times in any order": edit(22, "schedule._before", (" or (one.at == at and one.order < order)", "")),
    "without delay means at once": edit(
        29,
        "schedule.next_event",
        (" and (now.heap == 0 or heap[0].at > now.time)", ""),
    ),
    "starts have no priority": edit(
        29, "schedule.next_event", ("!= now.urgent_tail", "!= now.urgent_tail and now.soon_head == now.soon_tail")
    ),
    "the horizon is reached": edit(21, "schedule.next_event", (">= sim.rules[0].horizon", "> sim.rules[0].horizon")),
    "the issuer serves within the asker's event": edit(
        29, "issuer.grant", ("later(sim, 0, schedule.ISSUER_GRANTED, ", "granted(sim, ")
    ),
    "the issuer's place is passed on at once": edit(
        34, "issuer._leave", ("later(sim, 0, schedule.ISSUER_RELEASED, 0)", "grant(sim)")
    ),
    "the issuer lets in several at a time": edit(
        51, "issuer.grant", ("if now.queue.head >=", "while now.queue.head >=")
    ),
    "the agent's place is passed on at once": edit(
        9, "arrivals.leave", ("later(sim, 0, schedule.PLACE_RELEASED, number)", "grant(sim, number)")
    ),
    "who waits for a lease goes on within the asker's event": edit(
        13, "custody.answered", ("later(sim, 0, schedule.ANSWERED", "starts(sim, schedule.ANSWERED")
    ),
    "running tasks are robbed last first": edit(
        8, "leaks._expose_tasks", ("running.head", "running.tail"), ("in_running.after", "in_running.before")
    ),
    "a task lets go last first": edit(
        37, "custody.task_over", ("sim.order[task, at]", "sim.order[task, t.held - 1 - at]")
    ),
    "orphans are found last first": edit(
        29, "revocations.retire", ("a.live.head", "a.live.tail"), ("in_live.after", "in_live.before")
    ),
    "older versions are forgotten": edit(
        44, "standing._age", ("chains.append(slot.older, sim.credentials, older)", "pass")
    ),
    "the horizon comes for the last first": edit(
        6, "simulation._idle_at_last", ('np.argsort(needed["needed_nth"])', 'np.argsort(-needed["needed_nth"])')
    ),
    "who knew a secret first reads it first": edit(
        92, "intruder._know", ("before >= 0 and sim.nodes[before].what > intrusion", "False")
    ),
}
RULES = {
    "dead a tick later": rule(29, "alive", lambda dies, now: now <= dies),
    "renewals end a tick too far": rule(
        29, "renewed_until", lambda now, issued, life, most: min(now + life, issued + most + 1)
    ),
    "renewals know no end": rule(29, "renewed_until", lambda now, issued, life, most: now + life),
    "one more in a burst": rule(
        29, "admitted", lambda theoretical, now, spacing, burst: theoretical - now <= burst * spacing
    ),
    "secrets change by their first reader": rule(22, "value_ends", lambda now, life, phase: now + life),
    "overlap a tick longer": edit(44, "standing.rotate", ("now + plan.overlap", "now + plan.overlap + 1")),
    "the retired are told of outages": edit(6, "standing._hand_out", (" and not sim.agents[m.agent].retired", "")),
    "the issuer's clients wait a try longer": edit(21, "issuer._refused", ("r.i, j, r.tries)", "r.i, j, r.tries + 1)")),
    "who stands in line is served in an outage": edit(6, "issuer.granted", ("now.time < now.up_at", "False")),
    "who retires works off the line": edit(29, "loop._granted", ("not sim.agents[agent].retired", "True")),
    "retired agents' leases are renewed": edit(29, "renewals._still_wanted", ("if agent.retired", "if False")),
    "sessions end before they are renewed": edit(22, "intruder.keep_role", ("dies - 1 - now", "dies - now")),
    "losses count at each visit": edit(22, "intruder._reach", ("not noted(sim, about) and ", "")),
    "a secret's new value is not read again": edit(28, "defence.evict", ("if alive and c.attackers", "if False")),
    "people work at night": edit(
        8, "revocations.begin", ("calendar.next_open(now, sim.calendar_open[sim.rules[0].staffed])", "now")
    ),
    "managed secrets stay": edit(21, "tables.tables", ("e.target not in plan.absent", "True")),
}
DRAWS = {
    "words of an address swapped": edit(44, "draws.uniform", ("entity, i, j)", "entity, j, i)")),
    "words of the key swapped": edit(
        44, "draws.uniform", ("rules.seed, rules.replication", "rules.replication, rules.seed")
    ),
    "a round less": edit(44, "draws.philox", ("range(ROUNDS)", "range(ROUNDS - 1)")),
    "retries draw as the first attempt did": edit(29, "workload._let_in", ("if t.attempt > 0", "if False")),
    "each try at the issuer draws alike": edit(6, "issuer.granted", ("r.j + (r.tries << TRY)", "r.j")),
    "several tasks robbed are found as one": edit(
        8, "leaks._expose_tasks", ("credential, own0, own1", "credential, name0, name1")
    ),
}
MEMORY = {
    "a renewal does not hold on to its credential": edit(21, "renewals.keep_renewing", ("refer(sim, place)", "pass")),
    "a capture does not hold on to its credential": edit(2, "leaks.capture", ("refer(sim, place)", "pass")),
    "an intruder does not hold on to a credential": edit(22, "walks.walk", ("refer(sim, credential)", "pass")),
    "a capture is forgotten when it is noticed": edit(
        22, "leaks._forget", ("if capture.references == 0", "if capture.references >= 0")
    ),
    "credentials that nobody works with are no orphans": edit(
        29, "lives.release", ("return  # it may become an orphan", "pass")
    ),
    "who is asking for a lease is forgotten": edit(29, "custody.answered", ("holding.asking = 0", "pass")),
    "a full pool is not noticed": edit(39, "taking.take", ("pool.room < pool.spare", "False")),
    "a larger queue starts in the middle": edit(
        48, "room._ring", ("np.arange(head, tail) & (len(ring) - 1)", "np.arange(tail - head)")
    ),
    "a larger table of notes loses some": edit(15, "room._spread", ("while taken[place]:", "while False:")),
    "a run begins with the last one's secrets": edit(
        24, "room.reset", ('sim.known["count"] = 0', 'sim.known["count"] = 0; return')
    ),
}
MUCH = {
    "what nobody works with is cleared from a list": edit(
        "long-lists", "lives._sweep", ("not rules.alive(c.dies, now)", "c.references == 0")
    ),
    "one older version is remembered": edit(
        "many-versions", "standing._age", ("chains.append(", "chains.clear(slot.older); chains.append(")
    ),
    "older versions are kept newest first": edit(
        "many-versions",
        "standing._age",
        (
            "chains.append(slot.older, sim.credentials, older)",
            "sim.credentials[older].link = slot.older.head; slot.older.head = older",
        ),
    ),
    "no room is made for many readers": edit("crowds", "defence._many_follow", ("follow <= now.crowd.room", "True")),
    "who is evicted when there is room comes last": edit(
        "crowds",
        "defence._many_follow",
        ("starts(sim, schedule.EVICTION, number)", "later(sim, 0, schedule.EVICTION, number)"),
    ),
    "who is evicted when there is no room is evicted twice": edit(
        "crowds", "defence._many_follow", ("return True", "return False")
    ),
    "tasks at the same place are taken for each other": edit(
        "crossed-memories", "memory.recall", ("memo.owner != owner", "memo.owner < 0")
    ),
}
APPROVAL = {
    "an answer at the moment of expiry counts": edit(11, "approvals._ask", ("now, done < void", "now, done <= void")),
    "people finish what is void": edit(20, "approvals._ask", ("_occupy(sim, ends)", "_occupy(sim, done)")),
    "whoever is free last takes the next request": edit(
        27, "approvals._occupy", ("or sim.approvers[below] >= until", "or True")
    ),
    "people begin at night": edit(
        3, "approvals._ask", ("calendar.next_open(max(now, sim.approvers[0]), hours)", "max(now, sim.approvers[0])")
    ),
    "nights count as work": edit(
        10, "approvals._ask", ("calendar.worked_until(begins, ", "(begins + "), ("u), hours)", "u))")
    ),
    "each request of a call draws alike": edit(30, "approvals._ask", ("t.approvals << AGAIN | t.step", "t.step")),
    "good requests are taken for bad ones": edit(
        1, "approvals.answered", ("task, not objectives.outside", "task, objectives.outside")
    ),
    "retries of a call ask again": edit(23, "approvals._approved", ("sim.tasks[task].step", "-2")),
    "an elevation is good at its very end": edit(
        33, "approvals._approved", ("time < sim.elevated", "time <= sim.elevated")
    ),
    "an elevation is good for all roles": edit(31, "approvals._approved", ("place_of(sim, task)", "0")),
    "credentials outlive elevations": edit(11, "custody._latest", ("if elevated else", "if False else")),
    "what needs no approval dies with the elevation": edit(
        43, "custody._latest", (" and sim.asking[sim.tasks[task].tool]", "")
    ),
    "renewals reach past elevations": edit(53, "renewals.renewed", (", c.latest)", ", FOREVER)")),
    "an approval after the deadline is as good": edit(
        10, "workload.approval_answered", ("_too_late(sim, task)", "False")
    ),
    "a task begins with the last one's elevations": edit(
        17, "workload._wipe", ("sim.elevated[task, place] = 0", "pass")
    ),
    "waiting for approval is waiting for credentials": edit(
        0, "approvals.answered", ("t.held_up += now - t.asked_at", "t.waited += now - t.asked_at")
    ),
}
POLICY = {
    "a step of calls begins a call later": edit(1, "policy.permits", ("<= t.step", "< t.step")),
    "a step of ages begins a tick later": edit(43, "policy.permits", ("<= age:", "< age:")),
    "what a task holds has no age": edit(34, "policy.permits", ("if has >= 0 else 0", "if False else 0")),
    "populations share their decisions": edit(
        10, "policy.permits", ("+ population) * plan.kinds", "+ 0) * plan.kinds")
    ),
    "nothing is ever approved for policies": edit(1, "policy.permits", ("sim.asking[t.tool]", "0")),
    "a failed policy is not told": edit(
        10, "policy.permits", ("ERROR if verdict == BY_ERROR", "0 if verdict == BY_ERROR")
    ),
    "a failed policy is skipped": edit(
        10, "policy.permits", ("return bool(verdict == ALLOWED)", "return bool(verdict != 1)")
    ),
    "who is denied has missed the deadline": edit(
        1, "workload._thought", ("t.outcome = BY_POLICY", "t.outcome = DEADLINE")
    ),
    "policies are asked about tasks that are too late": edit(
        52,
        "workload._thought",
        (
            "if _too_late(sim, task):",
            "if _too_late(sim, task) and (not sim.rules[0].policed or policy.permits(sim, task)):",
        ),
    ),
}
SERVING = {
    "a call keeps its credential for the next": edit(4, "custody.call_over", ("== PER_ACTION", "== -1")),
    "requests for a call count on from the last": edit(
        10, "custody._give_back", ("sim.asked[task, place] = 0", "pass")
    ),
    "a call's credential reaches what its task needs": edit(
        27,
        "intruder._within",
        ("c.scope != BY_ACTION and ", ""),
        ("bool(c.scope == BY_TASK or sim.touches[c.tool, resource])", "True"),
    ),
    "a call's credential reaches all that its role can": edit(26, "lives.issue", ("c.scope = plan.scope", "pass")),
    "a call's credential tells nothing of its tool": edit(
        5, "custody.answered", ("sim.credentials[t.credential].tool = t.tool", "pass")
    ),
    "revocation at a call's end is drawn by request": edit(
        46, "custody._give_back", ("t.which, t.step)", "t.which, t.nth)")
    ),
    "the fallback is never asked": edit(3, "terms.of_plan", ("served[list(plan.by_fallback)] = 1", "pass")),
    "the fallback revokes as the strategy does": edit(
        0, "terms._part", ('"revoking": number * len(Cause)', '"revoking": 0')
    ),
    "exposures know nothing of the fallback": edit(14, "layout._exposures", ("part = plan.of(role)", "part = plan")),
    "uses of the fallback are not told": edit(3, "workload._say", ("flags |= FALLBACK", "pass")),
}
CUSTODY = {
    "who was taken over once is taken over no more": edit(
        1, "takeovers.take_over", ("    next_takeover(sim, number)", "    pass")
    ),
    "the retired are taken over": edit(1, "takeovers.take_over", ("now.time >= retires", "False")),
    "a takeover outlives the workload": edit(
        1, "takeovers.take_over", ("min(takeover.until, retires)", "takeover.until")
    ),
    "a takeover goes on when it is noticed": edit(
        4, "takeovers._drawn", ("until = min(until, max(noticed, now.time + 1))", "pass")
    ),
    "what is noticed of a takeover is noticed late": edit(
        1,
        "leaks.noticing_starts",
        ("max(sim.captures[number].noticed - sim.now[0].time, 0)", "sim.captures[number].noticed"),
    ),
    "what is acquired is not captured": edit(
        1, "takeovers.acquired", ("_capture(sim, place, credential, passed_to, False)", "pass")
    ),
    "only the last takeover captures what is acquired": edit(
        1, "takeovers.acquired", ("takeovers.head", "takeovers.tail")
    ),
    "versions are captured before they are handed out": edit(
        4, "standing.handing_starts", ("sim.members[who >> MEMBER].ready - sim.now[0].time", "0")
    ),
    "versions are captured that were never handed out": edit(
        15, "takeovers.handed", ("kept(sim, c.slot, member) == credential", "True")
    ),
    "what replaces what was captured is safe for good": rule(15, "safe_for_now", lambda captured, *_: captured >= 0),
    "what several tasks hold is captured for each": edit(4, "takeovers._capture_once", ("c.swept != number and ", "")),
    "what is dead is captured": edit(1, "takeovers._capture_once", (" and rules.alive(c.dies, sim.now[0].time)", "")),
    "what tasks hold is left": edit(1, "takeovers._capture_live", ("range(sim.tasks[task].held)", "range(0)")),
    "captures of one takeover are found as one": edit(
        1, "takeovers._capture", ("c.name1 if c.name0 > 0 else c.task)", "0)")
    ),
    "later captures are found as the first": edit(1, "takeovers._capture", ("if not first:", "if False:")),
    "bound credentials can be used for ever": edit(
        4, "takeovers._capture", ("plan.bound != 0, plan.kept != 0", "False, plan.kept != 0")
    ),
    "what brokers keep is captured itself": edit(
        1, "takeovers._capture", ("plan.bound != 0, plan.kept != 0", "plan.bound != 0, False")
    ),
    "prompts show what brokers keep": edit(
        4, "leaks._passes", ("sim.terms[sim.credentials[credential].role].kept", "False")
    ),
    "what brokers keep lies with agents": edit(1, "layout._exposures", (" and part.custody in row.custody", "")),
    "intruders go on when the takeover is over": edit(14, "walks.can", ("min(c.dies, c.usable)", "c.dies")),
    "nobody comes back": edit(5, "intruder.attempt", ("elif c.usable < usable:", "elif False:")),
    "who comes back takes no hop again": edit(10, "intruder.attempt", ("if locked_out:", "if False:")),
    "who is inside sets out again": edit(5, "intruder.attempt", ("if locked_out:", "if True:")),
    "takeovers that are over are forgotten at once": edit(
        1, "takeovers._forget_those_over", ("now < sim.takeovers[place].until", "False")
    ),
    "a version that is handed out is not held on to": edit(
        4, "standing._hand_out", ("refer(sim, slot.current)", "pass")
    ),
}
FAULTS: dict[str, Fault] = (
    ORDER | RULES | DRAWS | MEMORY | MUCH | APPROVAL | SERVING | POLICY | CUSTODY | DELEGATION | OBJECTIVES | HASTE
)


# --- planting ---
@contextmanager
def planted(fault: Fault) -> Iterator[None]:
    """The fault is in the interpreted engine, and then no longer."""
    change = fault.change
    undo = _edited(change) if isinstance(change, Edit) else _ruled(change)
    try:
        yield
    finally:
        for owner, name, before in undo:
            setattr(owner, name, before)


Undo = list[tuple[Any, str, Any]]


def _modules() -> list[ModuleType]:
    return [module for name, module in sys.modules.items() if name.startswith(f"{ENGINE}.")]


def _edited(change: Edit) -> Undo:
    """Put the function with the changed source wherever the one without it is."""
    module_name, *path, name = change.where.split(".")
    module = import_module(f"{ENGINE}.{module_name}")
    owner = getattr(module, path[0]) if path else module
    function = getattr(owner, name)
    source = textwrap.dedent(inspect.getsource(function))
    for old, new in change.pairs:
        if source.count(old) != 1:
            raise LookupError(f"{change.where} does not say {old!r} once: the fault is to be planted anew")
        source = source.replace(old, new)
    names: dict[str, Any] = {}
    exec(compile(f"from __future__ import annotations\n{source}", change.where, "exec"), module.__dict__, names)
    return _replaced(function, names[name], [owner, *_modules()])


def _replaced(before: Any, after: Any, owners: list[Any]) -> Undo:
    undo = [(owner, name, before) for owner in owners for name, value in list(vars(owner).items()) if value is before]
    for owner, name, _ in undo:
        setattr(owner, name, after)
    return undo


def _ruled(change: Rule) -> Undo:
    """The compiled engine's modules see other rules; the reference engine's do not."""
    from sim.engine import rules

    return _replaced(rules, SimpleNamespace(**(vars(rules) | {change.name: change.function})), _modules())
