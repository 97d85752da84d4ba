"""The event loop: what happens next, and who goes on with it."""

from __future__ import annotations

from typing import Any

from sim.engine.compiled import (
    arrivals,
    custody,
    defence,
    delegation,
    intruder,
    issuer,
    leaks,
    renewals,
    revocations,
    schedule,
    standing,
    takeovers,
)
from sim.engine.compiled import special as _special  # noqa: F401  # makes the shared functions known
from sim.engine.compiled import workload as work
from sim.engine.compiled.jit import entry, hot, rare
from sim.engine.compiled.pools import TASKS
from sim.engine.compiled.revocations import retire
from sim.engine.compiled.schedule import KIND, next_event, starts
from sim.engine.compiled.taking import give_back

OVER, NO_ROOM, BREATH = 0, 1, 2
"""Why the loop came back: all is done, a buffer is nearly full, or Python wants to breathe."""


@entry
def run(sim: Any) -> int:
    """Process events up to the horizon, or until Python has something to do; then call it again."""
    now = sim.now[0]
    if not now.begun:
        now.begun = 1
        begin(sim)
    done, most, why = 0, now.pause_at - now.events, NO_ROOM
    while now.low == 0:
        if done >= most:
            why = BREATH
            break
        what = next_event(sim)
        if what == schedule.NOTHING:
            why = OVER
            break
        done += 1
        kind, who, state = what & (1 << KIND) - 1, what >> KIND, work.WAITING
        # Tasks go on here; everything else is off the common path.
        if kind <= schedule.PLACE_RELEASED:
            _for_agent(sim, kind, who)
        elif kind == schedule.PLACE_GRANTED:
            state = _granted(sim, who)
        elif kind == schedule.THOUGHT:
            state = work.thought(sim, who)
        elif kind == schedule.CALLED:
            state = work.called(sim, who)
        else:
            _off_path(sim, kind, who)
        if state == work.NEXT_STEP:
            state = work.next_step(sim, who)
        if state == work.OVER:
            state = work.over(sim, who)
        while state != work.WAITING:
            state = work.advance(sim, who, state)
    now.events += done
    return why


@rare
def begin(sim: Any) -> None:
    """What starts at time 0, in the reference engine's order."""
    standing.open_slots(sim)
    if sim.rules[0].outage_gap >= 0:
        starts(sim, schedule.OUTAGE_STARTS, 0)
    for number in range(sim.now[0].sources):
        starts(sim, schedule.SOURCE_STARTS, number)
    for number in range(sim.now[0].exposures):
        starts(sim, schedule.EXPOSURE_STARTS, number)
    for number in range(sim.now[0].threats):
        starts(sim, schedule.TAKEOVER_STARTS, number)


@hot
def _for_agent(sim: Any, kind: int, who: int) -> None:
    """A task comes to an agent, or leaves it."""
    if kind == schedule.SOURCE:
        arrivals.source_comes(sim, who)
    elif kind == schedule.TASK_COMES:
        arrivals.line_up(sim, who)
    else:
        arrivals.grant(sim, who)


@rare
def _off_path(sim: Any, kind: int, who: int) -> None:
    if kind == schedule.PAUSED:
        task = arrivals.comes_in_loop(sim, who)
        if task >= 0:
            _go_on(sim, task, work.started(sim, task))
    elif kind == schedule.RETIRES:
        retire(sim, sim.sources[who].agent)
    elif kind == schedule.WAITED:
        _go_on(sim, who, work.TRY_AGAIN)
    elif kind <= schedule.ISSUER_AGAIN:
        _credentials(sim, kind, who)
    else:
        _elsewhere(sim, kind, who)


@rare
def _credentials(sim: Any, kind: int, who: int) -> None:
    """Somebody waits for a credential, or the issuer goes on."""
    if kind == schedule.ISSUER_RELEASED:
        issuer.grant(sim)
    elif schedule.ISSUER_GRANTED <= kind <= schedule.ISSUER_AGAIN:
        _issuer(sim, kind, who)
    elif kind == schedule.STANDING_AGAIN:
        _go_on(sim, who, work.searched(sim, who, custody.standing_again(sim, who)))
    elif kind == schedule.ANSWERED:
        _answered(sim, who)
    else:
        arrivals.source_starts(sim, who)


@hot
def _answered(sim: Any, task: int) -> None:
    """All tasks that waited for an agent's lease look again."""
    while task >= 0:
        after = sim.tasks[task].link
        _go_on(sim, task, work.searched(sim, task, custody.leased(sim, task)))
        task = after


@rare
def _go_on(sim: Any, task: int, state: int) -> None:
    while state != work.WAITING:
        state = work.advance(sim, task, state)


@hot
def _granted(sim: Any, task: int) -> int:
    """The task has a place at its agent, which may be gone meanwhile."""
    agent = sim.tasks[task].agent
    if not sim.agents[agent].retired:
        return work.started(sim, task)
    arrivals.leave(sim, agent)
    delegation.done(sim, task, delegation.NEVER_STARTED)
    give_back(sim, TASKS, sim.tasks, task)
    return work.WAITING


@hot
def _issuer(sim: Any, kind: int, number: int) -> None:
    """The issuer goes on with a request; when it has answered, who asked goes on."""
    if kind == schedule.ISSUER_GRANTED:
        answer = issuer.granted(sim, number)
    elif kind == schedule.ISSUER_DONE:
        answer = issuer.served(sim, number)
    else:
        answer = issuer.again(sim, number)
    if answer == issuer.PENDING:
        return
    r = sim.requests[number]
    if r.kind == issuer.RENEWAL:
        renewals.renewed(sim, number, answer)
    else:
        task = r.owner
        _go_on(sim, task, work.searched(sim, task, custody.answered(sim, task, answer)))


@rare
def _elsewhere(sim: Any, kind: int, who: int) -> None:
    if kind <= schedule.OUTAGE_ENDS:
        issuer.outage(sim, kind)
    elif kind <= schedule.REVOCATION:
        _lives(sim, kind, who)
    elif kind <= schedule.REMEDIED:
        _leaks(sim, kind, who)
    elif kind == schedule.APPROVAL:
        _go_on(sim, who, work.approval_answered(sim, who))
    elif kind == schedule.RETURNED:
        _go_on(sim, who, work.returned(sim, who))
    elif kind > schedule.APPROVAL:
        _takeovers(sim, kind, who)
    else:
        _attack(sim, kind, who)


@rare
def _lives(sim: Any, kind: int, who: int) -> None:
    if kind == schedule.RENEWAL_STARTS:
        renewals.renew(sim, who)
    elif kind == schedule.RENEWAL:
        renewals.renewal(sim, who)
    elif kind == schedule.ROTATION_STARTS:
        standing.rotation_starts(sim, who)
    elif kind == schedule.ROTATION:
        standing.rotate(sim, who)
    elif kind == schedule.REVOCATION_STARTS:
        revocations.begin(sim, who)
    else:
        revocations.end(sim, who)


@rare
def _leaks(sim: Any, kind: int, who: int) -> None:
    if kind == schedule.EXPOSURE_STARTS:
        leaks.next_exposure(sim, who)
    elif kind == schedule.EXPOSURE:
        leaks.expose(sim, who)
    elif kind == schedule.FOUND_STARTS:
        leaks.finding_starts(sim, who)
    elif kind == schedule.FOUND:
        leaks.found(sim, who)
    elif kind == schedule.NOTICED_STARTS:
        leaks.noticing_starts(sim, who)
    elif kind == schedule.NOTICED:
        leaks.noticed(sim, who)
    else:
        leaks.remedied(sim, who)


@rare
def _takeovers(sim: Any, kind: int, who: int) -> None:
    if kind == schedule.TAKEOVER_STARTS:
        takeovers.next_takeover(sim, who)
    elif kind == schedule.TAKEOVER:
        takeovers.take_over(sim, who)
    elif kind == schedule.HANDED_STARTS:
        standing.handing_starts(sim, who)
    else:
        takeovers.handed(sim, who)


@rare
def _attack(sim: Any, kind: int, who: int) -> None:
    if kind == schedule.WALK_STARTS:
        intruder.walk_starts(sim, who)
    elif kind == schedule.WALKED:
        intruder.walked(sim, who)
    elif kind == schedule.KEPT:
        intruder.keep_role(sim, who)
    elif kind in (schedule.READ_STARTS, schedule.READ_AGAIN):
        intruder.reading_starts(sim, who)
    elif kind == schedule.READ:
        intruder.read(sim, who)
    elif kind == schedule.DEFENCE_STARTS:
        defence.begin(sim, who)
    elif kind == schedule.INTRUSION_NOTICED:
        defence.noticed(sim, who)
    else:
        defence.evict(sim, who)
