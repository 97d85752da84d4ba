"""Agents at work: tasks start, think, call tools, retry, end.

A task is a state machine: an event puts it into a state, and it goes on from there until it has to wait. The common
way is that of the event loop: `started`, `next_step`, `thought`, `called`, `over`; `advance` knows all others.
"""

from __future__ import annotations

from typing import Any

from sim.engine import rules
from sim.engine.compiled import approvals, chains, custody, delegation, laws, objectives, policy, pools, schedule
from sim.engine.compiled.arrivals import leave, next_in_loop
from sim.engine.compiled.draws import nth, uniform
from sim.engine.compiled.following import LONGEST, follows
from sim.engine.compiled.jit import hot, rare
from sim.engine.compiled.leaks import copied, sent_out
from sim.engine.compiled.log import emit
from sim.engine.compiled.memory import captured, recall
from sim.engine.compiled.schedule import later
from sim.engine.compiled.taking import give_back
from sim.engine.compiled.words import (
    ATTRIBUTABLE,
    BACK_OFF,
    BY_POLICY,
    CUT,
    DEADLINE,
    DIVERTED,
    DONE,
    DURATION,
    FAILED,
    FAILURE,
    FALLBACK,
    LATE,
    LEAKED,
    LENGTH,
    NO_APPROVAL,
    NO_CREDENTIAL,
    OUT_OF_SCOPE,
    PASSED,
    REJECTED,
    TASK_ENDED,
    TASK_STARTED,
    TOOL_FAILED,
    USED,
)

ATTEMPT, AGAIN = 16, 24

(WAITING, NEXT_STEP, THOUGHT, ASK, ACQUIRE, FOUND, NOT_FOUND, TRY_AGAIN, OVER) = range(9)
"""States of a task. WAITING: an event goes on with it."""


@hot
def started(sim: Any, task: int) -> int:
    """The task has a place."""
    t = sim.tasks[task]
    if sim.rules[0].looks_at_running:
        chains.join(sim.agents[t.agent].running, sim.tasks.in_running, task)
    emit(sim, TASK_STARTED, -1, t.kind, t.agent, t.number)
    kind = sim.kinds[t.kind]
    if kind.start < 0:
        t.length = kind.count
    else:
        _draw_length(sim, task)
    return NEXT_STEP


@rare
def _draw_length(sim: Any, task: int) -> None:
    t = sim.tasks[task]
    u = nth(sim, LENGTH, t.who, t.which)
    t.length = min(laws.ticks(sim, sim.kinds[t.kind].length, u), LONGEST)


@hot
def _too_late(sim: Any, task: int) -> bool:
    t = sim.tasks[task]
    deadline = sim.kinds[t.kind].deadline
    return deadline >= 0 and sim.now[0].time - t.arrived > deadline


@hot
def next_step(sim: Any, task: int) -> int:
    """The task's next call, if it has one."""
    if sim.rules[0].chains and follows(sim, task):
        return THOUGHT
    t = sim.tasks[task]
    if t.step - t.chained >= t.length:
        t.outcome = DEADLINE if _too_late(sim, task) else DONE
        return OVER
    if sim.rules[0].changes and t.change >= 0:
        later(sim, objectives.next_call(sim, task), schedule.THOUGHT, task)
        return WAITING
    memo = sim.memo[recall(sim, task)]
    t.tool, t.took, t.fails, t.hit, t.turns = memo.tool, memo.took, memo.fails, memo.hit, memo.turns
    later(sim, memo.thinking, schedule.THOUGHT, task)
    return WAITING


@hot
def _thought(sim: Any, task: int) -> int:
    t = sim.tasks[task]
    if _too_late(sim, task):
        t.outcome = DEADLINE
        return OVER
    if sim.rules[0].policed and not policy.permits(sim, task):
        t.outcome = BY_POLICY
        return OVER
    t.attempt, t.again, t.approvals = 0, 0, 0
    return ASK


@rare
def approval_answered(sim: Any, task: int) -> int:
    """The task goes on if its call was approved, and not too late."""
    t = sim.tasks[task]
    if not approvals.answered(sim, task):
        t.outcome = NO_APPROVAL
    elif _too_late(sim, task):
        t.outcome = DEADLINE
    else:
        return ACQUIRE
    custody.call_over(sim, task)
    return OVER


@hot
def _found(sim: Any, task: int) -> int:
    """The task has a credential: it is let in with it, or refused."""
    t, now = sim.tasks[task], sim.now[0].time
    custody.take_it(sim, task)
    used = rules.alive(sim.credentials[t.credential].dies, now)
    stopped = used and sim.rules[0].changes and objectives.out_of_scope(sim, task)
    _say(sim, OUT_OF_SCOPE if stopped else USED if used else REJECTED, task)
    if used and not t.hit and t.again == 0 and t.attempt == 0 and t.change < 0:
        later(sim, t.took, schedule.CALLED, task)
        return WAITING
    return _let_in(sim, task, used, stopped)


@rare
def _let_in(sim: Any, task: int, used: bool, stopped: bool) -> int:
    """What follows from a call that was let in, or refused, but for the plainest."""
    t = sim.tasks[task]
    place = t.again << AGAIN | t.attempt << ATTEMPT | t.step
    first = t.again == 0 and t.attempt == 0
    if t.hit if first else captured(sim, t.who, t.which, place):
        copied(sim, task, place)
    if stopped:
        custody.call_over(sim, task)
        return OVER
    if used:
        if sim.rules[0].sends and t.change >= 0:
            sent_out(sim, task, place)
        if t.attempt > 0:
            _draw_again(sim, task)
        later(sim, t.took, schedule.CALLED, task)
        return WAITING
    custody.drop(sim, task)
    t.again += 1
    return NOT_FOUND if t.again > sim.rules[0].tries else ASK


@hot
def _draw_again(sim: Any, task: int) -> None:
    """What befalls an attempt that is not the first."""
    t = sim.tasks[task]
    tool, place = sim.tools[t.tool], t.attempt << ATTEMPT | t.step
    t.took = laws.ticks(sim, tool.duration, uniform(sim, DURATION, t.who, t.which, place, 0))
    t.fails = tool.fails > 0.0 and uniform(sim, FAILURE, t.who, t.which, place, 0) < tool.fails


@hot
def called(sim: Any, task: int) -> int:
    """The attempt has come to its end, or to where it hands a task over."""
    t = sim.tasks[task]
    tool = sim.tools[t.tool]
    t.cut = tool.until_end and not rules.alive(sim.credentials[t.credential].dies, sim.now[0].time)
    if not t.cut and not t.fails:
        if tool.to >= 0:
            if delegation.hand_over(sim, task):
                return WAITING
            return _failed(sim, task)
        custody.call_over(sim, task)
        if t.turns:
            objectives.called(sim, task)
        t.step += 1
        return NEXT_STEP
    return _failed(sim, task)


@rare
def returned(sim: Any, task: int) -> int:
    """The task that the attempt handed over has ended, and with it the attempt."""
    t, now = sim.tasks[task], sim.now[0].time
    t.took += now - t.handed_at
    t.cut = sim.tools[t.tool].until_end and not rules.alive(sim.credentials[t.credential].dies, now)
    if t.cut or t.returned != DONE:
        return _failed(sim, task)
    custody.call_over(sim, task)
    if t.turns:
        objectives.called(sim, task)
    t.step += 1
    return NEXT_STEP


@rare
def _failed(sim: Any, task: int) -> int:
    t = sim.tasks[task]
    tool = sim.tools[t.tool]
    _say(sim, CUT if t.cut else FAILED, task)
    if t.cut:
        t.waited += t.took
        custody.drop(sim, task)
    if t.attempt >= tool.retries:
        custody.call_over(sim, task)
        t.outcome = NO_CREDENTIAL if t.cut else TOOL_FAILED
        return OVER
    if t.cut:
        return TRY_AGAIN
    place = t.attempt << ATTEMPT | t.step
    u = uniform(sim, BACK_OFF, t.who, t.which, place, 0) if tool.wait_jitter > 0.0 else 0.0
    wait = rules.back_off(tool.wait_first, tool.wait_factor, tool.wait_most, tool.wait_jitter, t.attempt, u)
    later(sim, wait, schedule.WAITED, task)
    return WAITING


@hot
def over(sim: Any, task: int) -> int:
    """The task has ended."""
    t = sim.tasks[task]
    if sim.rules[0].looks_at_running:
        chains.part(sim.agents[t.agent].running, sim.tasks.in_running, task)
    custody.task_over(sim, task)
    if t.change >= 0:
        t.outcome = DIVERTED
    emit(sim, TASK_ENDED, -1, t.outcome, t.agent, t.number, -1, -1, t.held_up, t.waited)
    if t.source < 0 or sim.populations[sim.agents[t.agent].population].receives:
        leave(sim, t.agent)
    if t.source >= 0 or t.parent >= 0:
        _tell(sim, task)
    if t.marked:
        _wipe(sim, task)
    give_back(sim, pools.TASKS, sim.tasks, task)
    return WAITING


@rare
def _tell(sim: Any, task: int) -> None:
    """Who waits for the task's end goes on."""
    t = sim.tasks[task]
    if t.source >= 0:
        next_in_loop(sim, t.source)
    delegation.done(sim, task, t.outcome)


@rare
def _wipe(sim: Any, task: int) -> None:
    """The task's rows are as those of a new one."""
    for place in range(sim.rules[0].most_roles):
        sim.asked[task, place] = 0
        sim.elevated[task, place] = 0


@hot
def thought(sim: Any, task: int) -> int:
    """The task has thought."""
    state = _thought(sim, task)
    if state == ASK:
        state = _ask(sim, task)
    return _found(sim, task) if state == FOUND else state


@rare
def advance(sim: Any, task: int, state: int) -> int:
    """Go on with a task as far as it goes; the state to go on from, WAITING most times.

    In the order in which states follow each other.
    """
    if state == TRY_AGAIN:
        sim.tasks[task].attempt += 1
        sim.tasks[task].again = 0
        state = ASK
    if state == NEXT_STEP:
        state = _next_step(sim, task)
    if state == THOUGHT:
        state = _thought(sim, task)
    if state == ASK:
        state = _ask(sim, task)
    if state == ACQUIRE:
        state = searched(sim, task, custody.begin(sim, task))
    if state == FOUND:
        state = _found(sim, task)
    if state == NOT_FOUND:
        custody.call_over(sim, task)
        sim.tasks[task].outcome = NO_CREDENTIAL
        state = OVER
    return over(sim, task) if state == OVER else state


@rare
def _next_step(sim: Any, task: int) -> int:
    return next_step(sim, task)


@hot
def _ask(sim: Any, task: int) -> int:
    """A credential for the call, once the call is approved where that is needed."""
    return WAITING if approvals.sought(sim, task) else searched(sim, task, custody.begin(sim, task))


@hot
def searched(sim: Any, task: int, answer: int) -> int:
    """The state of a task after a search for a credential, whose time counts as waiting."""
    if answer == custody.PENDING:
        return WAITING
    t = sim.tasks[task]
    t.waited += sim.now[0].time - t.began
    return FOUND if answer == custody.READY else NOT_FOUND


@hot
def _say(sim: Any, event: int, task: int) -> None:
    t = sim.tasks[task]
    c, flags = sim.credentials[t.credential], 0
    if sim.now[0].time >= c.asked:
        flags |= LATE
    if c.leaked:
        flags |= LEAKED
    if sim.terms[c.role].fallback:
        flags |= FALLBACK
    if t.parent >= 0 and sim.passed[task, custody.place_of(sim, task)]:
        flags |= PASSED
    elif c.needed == 1 and (c.slot < 0 or sim.slots[c.slot].count == 1):
        flags |= ATTRIBUTABLE
    if sim.rules[0].changes:
        flags |= objectives.flags(sim, task)
    emit(sim, event, c.id, t.tool, t.agent, t.number, t.step, t.attempt, 0, 0, flags)
