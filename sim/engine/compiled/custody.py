"""Getting a credential, holding it, letting it go."""

from __future__ import annotations

from typing import Any

from sim.core.units import FOREVER
from sim.engine import rules
from sim.engine.compiled import chains, delegation, issuer, schedule
from sim.engine.compiled.jit import hot, rare
from sim.engine.compiled.lives import idle, issue, needed, refer, release
from sim.engine.compiled.log import emit
from sim.engine.compiled.renewals import keep_renewing
from sim.engine.compiled.revocations import ask
from sim.engine.compiled.rows import LEASED, PER_ACTION, PER_TASK, STANDING
from sim.engine.compiled.schedule import later
from sim.engine.compiled.standing import kept
from sim.engine.compiled.takeovers import acquired
from sim.engine.compiled.words import ACTION_END, REJECTED, TASK_END

PENDING, READY, NONE = 0, 1, 2
"""How the search for a credential stands; READY: it is in the task's `credential`."""


@hot
def place_of(sim: Any, task: int) -> int:
    """The place of the role that the task needs for its present call, among its agent's roles."""
    t = sim.tasks[task]
    return sim.place_of[sim.agents[t.agent].population, t.tool]


@hot
def begin(sim: Any, task: int) -> int:
    """A credential for the present call: the first look."""
    t = sim.tasks[task]
    t.began, t.tries, t.place = sim.now[0].time, 0, place_of(sim, task)
    if t.parent >= 0 and _passed_on(sim, task):
        return READY
    issuance = sim.terms[sim.tools[t.tool].role].issuance
    if issuance == STANDING:
        return _standing(sim, task)
    return _leased_or_own(sim, task)


@rare
def _leased_or_own(sim: Any, task: int) -> int:
    t = sim.tasks[task]
    terms = sim.terms[sim.tools[t.tool].role]
    if terms.issuance == LEASED and not (t.parent >= 0 and terms.exchanges):
        return leased(sim, task)
    return _own(sim, task)


@rare
def _passed_on(sim: Any, task: int) -> bool:
    """Whether the task works with what a task on the way to it holds."""
    t = sim.tasks[task]
    place = t.place
    if not delegation.passed_on(sim, task, place):
        return False
    if sim.rules[0].takes_over and sim.held[task, place] != t.credential:
        acquired(sim, t.agent, t.credential, t.number)
    return True


# --- standing ---
@hot
def _standing(sim: Any, task: int) -> int:
    t = sim.tasks[task]
    place = t.place
    holding = sim.holdings[sim.agents[t.agent].holdings + place]
    has = kept(sim, holding.slot, holding.member)
    if rules.alive(sim.credentials[has].dies, sim.now[0].time):
        t.credential = has
        return READY
    return _without(sim, task, has)


@rare
def _without(sim: Any, task: int, has: int) -> int:
    """What the task has is dead: wait for a new one, as long as tries allow."""
    t = sim.tasks[task]
    place = t.place
    emit(sim, REJECTED, sim.credentials[has].id, -1, t.agent, t.number)
    if t.tries >= sim.rules[0].tries:
        return NONE
    nth = sim.asked[task, place]
    sim.asked[task, place] += 1
    t.marked = 1
    sub = sim.tools[t.tool].role * issuer.KINDS + issuer.TASK
    later(sim, issuer.wait(sim, sub, t.who, t.which, nth & 0xFFFFFF, t.tries), schedule.STANDING_AGAIN, task)
    return PENDING


@rare
def standing_again(sim: Any, task: int) -> int:
    """The wait for a new one is over: look again."""
    sim.tasks[task].tries += 1
    return _standing(sim, task)


# --- one for the task, or for the call ---
@hot
def _own(sim: Any, task: int) -> int:
    t = sim.tasks[task]
    place = t.place
    has = sim.held[task, place]
    if has >= 0 and sim.now[0].time < sim.credentials[has].expires:
        t.credential = has
        return READY
    return _asks(sim, task)


@rare
def _asks(sim: Any, task: int) -> int:
    t = sim.tasks[task]
    place = t.place
    t.nth = sim.asked[task, place]
    sim.asked[task, place] += 1
    t.marked = 1
    role, kind = sim.tools[t.tool].role, issuer.TASK
    if sim.terms[role].issuance == PER_ACTION:
        kind, t.nth = issuer.ACTION, issuer.of_action(t.step, t.nth)
    t.request = issuer.request(sim, kind, task, role, t.agent, t.which, t.nth, t.number)
    sim.requests[t.request].entity = t.who
    return answered(sim, task, issuer.ask(sim, t.request))


# --- leased ---
@rare
def leased(sim: Any, task: int) -> int:
    """The agent's lease, if it is good as far as one knows; else ask for one, or wait for who is asking."""
    t = sim.tasks[task]
    holding = sim.holdings[sim.agents[t.agent].holdings + t.place]
    lease = holding.lease
    if lease >= 0 and sim.now[0].time < sim.credentials[lease].expires:
        t.credential = lease
        return READY
    if holding.asking:
        chains.append(holding.waiting, sim.tasks, task)
        return PENDING
    holding.asking = 1
    chains.clear(holding.waiting)
    t.nth = holding.requests
    holding.requests += 1
    role = sim.tools[t.tool].role
    t.request = issuer.request(sim, issuer.LEASE, task, role, t.agent, t.nth, 0, t.number)
    return answered(sim, task, issuer.ask(sim, t.request))


@hot
def _latest(sim: Any, task: int) -> int:
    """The moment that a credential issued for the call must not outlive: the end of its elevation, of an exchange."""
    elevated = sim.rules[0].elevation > 0 and sim.asking[sim.tasks[task].tool]
    latest = sim.elevated[task, sim.tasks[task].place] if elevated else FOREVER
    return latest if sim.tasks[task].parent < 0 else delegation.latest(sim, task, latest)


@rare
def answered(sim: Any, task: int, answer: int) -> int:
    """What the issuer said to a task's request."""
    if answer == issuer.PENDING:
        return PENDING
    t = sim.tasks[task]
    r = sim.requests[t.request]
    served, role, is_lease = answer == issuer.YES, r.role, r.kind == issuer.LEASE
    issuer.done_with(sim, t.request)
    if served and not is_lease:
        t.credential = issue(sim, role, t.agent, t.nth, t.number, t.kind, _latest(sim, task))
        if sim.terms[role].issuance == PER_ACTION:
            sim.credentials[t.credential].tool = t.tool
        if t.parent >= 0:
            delegation.mark(sim, task)
        keep_renewing(sim, t.credential)
        acquired(sim, t.agent, t.credential)
    if is_lease:
        holding = sim.holdings[sim.agents[t.agent].holdings + t.place]
        if served:
            if holding.lease >= 0:
                release(sim, holding.lease)
            t.credential = issue(sim, role, t.agent, t.nth, -1, -1)
            holding.lease = t.credential
            refer(sim, t.credential)
            keep_renewing(sim, t.credential)
            acquired(sim, t.agent, t.credential)
        holding.asking = 0
        if holding.waiting.head >= 0:
            later(sim, 0, schedule.ANSWERED, holding.waiting.head)
    return READY if served else NONE


# --- holding ---
@hot
def take_it(sim: Any, task: int) -> None:
    """The task works with the credential that it got."""
    t = sim.tasks[task]
    place = t.place
    has = sim.held[task, place]
    if has == t.credential:
        return
    refer(sim, t.credential)
    if has >= 0:
        let_go(sim, task, place)
    sim.held[task, place] = t.credential
    sim.order[task, t.held] = place
    t.held += 1
    needed(sim, t.credential)


@rare
def let_go(sim: Any, task: int, place: int) -> None:
    """The task works no longer with what it has for a role."""
    t, has = sim.tasks[task], sim.held[task, place]
    if has < 0:
        return
    sim.held[task, place] = -1
    at = 0
    while sim.order[task, at] != place:
        at += 1
    t.held -= 1
    for later_one in range(at, t.held):
        sim.order[task, later_one] = sim.order[task, later_one + 1]
    _needs_no_more(sim, has)
    release(sim, has)


@hot
def _needs_no_more(sim: Any, has: int) -> None:
    c = sim.credentials[has]
    c.needed -= 1
    if c.needed == 0:
        idle(sim, has)


@rare
def drop(sim: Any, task: int) -> None:
    """The holder learnt that its credential is dead."""
    t, place = sim.tasks[task], place_of(sim, task)
    holding = sim.holdings[sim.agents[t.agent].holdings + place]
    has = sim.held[task, place]
    if holding.lease == has and has >= 0:
        holding.lease = -1
        release(sim, has)
    let_go(sim, task, place)


@hot
def call_over(sim: Any, task: int) -> None:
    """Let go of the call's own credential, if it has one, and ask for its revocation where the strategy does."""
    if sim.terms[sim.tools[sim.tasks[task].tool].role].issuance == PER_ACTION:
        _give_back(sim, task)


@rare
def _give_back(sim: Any, task: int) -> None:
    t, place = sim.tasks[task], place_of(sim, task)
    sim.asked[task, place] = 0
    has = sim.held[task, place]
    if has >= 0:
        refer(sim, has)
        let_go(sim, task, place)
        if not (t.parent >= 0 and sim.passed[task, place]):
            ask(sim, has, ACTION_END, t.who, t.which, t.step)
        release(sim, has)


@hot
def task_over(sim: Any, task: int) -> None:
    """Let go of the task's credentials and ask for their revocation where the strategy does."""
    t = sim.tasks[task]
    for at in range(t.held):
        place = sim.order[task, at]
        has = sim.held[task, place]
        sim.held[task, place] = -1
        _needs_no_more(sim, has)
        own = not (t.parent >= 0 and sim.passed[task, place])
        if own and sim.terms[sim.credentials[has].role].issuance == PER_TASK:
            ask(sim, has, TASK_END, t.who, t.which, sim.credentials[has].role)
        release(sim, has)
    t.held = 0
