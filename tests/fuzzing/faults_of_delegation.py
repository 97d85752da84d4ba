"""Faults planted where tools call tools and agents hand tasks to agents; see `faults`."""

from __future__ import annotations

from tests.fuzzing.planting import edit

DELEGATION = {
    "nothing follows a call": edit(18, "following.follows", ("if t.left == 0:", "if True:")),
    "a chain goes on from the last tool that was called": edit(
        18, "following.follows", ("t.tool, t.top = t.top, -1", "t.top = -1")
    ),
    "calls of tools count as the task's own": edit(18, "workload.next_step", ("t.step - t.chained >=", "t.step >=")),
    "each attempt hands to the same delegate": edit(
        71, "delegation._chosen", ("t.which, place, 0)", "t.which, t.step, 0)")
    ),
    "the retired are handed tasks": edit(18, "delegation._chosen", ("if not sim.agents[agent].retired", "if True")),
    "what an attempt hands over draws as the first call's": edit(
        71, "delegation.hand_over", ("t.who, t.which, place)", "t.who, t.which, 0)")
    ),
    "delegated tasks draw by their number": edit(
        71, "delegation.hand_over", ("h.who, h.which = delegated_name(sim, t.who, t.which, place)", "pass")
    ),
    "a delegated task goes on with its delegator at once": edit(
        49, "delegation.done", ("later(sim, 0, schedule.RETURNED", "starts(sim, schedule.RETURNED")
    ),
    "nobody tells that a delegate is gone": edit(
        67, "loop._granted", ("delegation.done(sim, task, delegation.NEVER_STARTED)", "pass")
    ),
    "a delegated task that failed is as good": edit(71, "workload.returned", (" or t.returned != DONE", "")),
    "waiting for a delegate is no part of a call": edit(
        49, "workload.returned", ("t.took += now - t.handed_at", "pass")
    ),
    "a credential is needed until a task is handed over": edit(
        49,
        "workload.returned",
        ("t.cut = sim.tools[t.tool].until_end and not rules.alive(sim.credentials[t.credential].dies, now)", "pass"),
    ),
    "loops do not wait for their turn": edit(64, "arrivals.comes_in_loop", ("if not population.receives", "if True")),
    "policies know nothing of depth": edit(49, "policy.permits", ("(t.depth * ", "(0 * ")),
    "dead credentials are passed on": edit(
        71, "delegation._above", (" and rules.alive(sim.credentials[held].dies, sim.now[0].time)", "")
    ),
    "only what the delegating task holds is passed on": edit(
        "handed-down", "delegation._above", ("above = t.parent", "above = -1")
    ),
    "what was passed on is revoked when the delegated task ends": edit(18, "custody.task_over", ("if own and ", "if ")),
    "what was passed on is revoked when the delegated call ends": edit(
        42, "custody._give_back", ("if not (t.parent >= 0 and sim.passed[task, place])", "if True")
    ),
    "what was passed on looks like a use of its own": edit(71, "workload._say", ("flags |= PASSED", "pass")),
    "a leak of what was passed on is the delegate's": edit(60, "leaks.capture", ("if passed:", "if False:")),
    "what was passed on lies nowhere": edit(60, "leaks.expose", ("alone or sim.rules[0].delegates", "alone")),
    "a lease serves instead of an exchange": edit(
        60, "custody._leased_or_own", (" and not (t.parent >= 0 and terms.exchanges)", "")
    ),
    "what is got in exchange outlives what it was got for": edit(
        71,
        "custody._latest",
        ("latest if sim.tasks[task].parent < 0 else delegation.latest(sim, task, latest)", "latest"),
    ),
    "an exchange narrows to the delegated task": edit(
        71, "delegation.mark", ("c.task_kind = t.stand", "c.task_kind = t.kind")
    ),
    "an exchange for a call reaches what its tasks need": edit(
        "handed-down", "delegation.mark", ("BY_BOTH if c.scope == BY_ACTION else BY_TASK", "BY_TASK")
    ),
    "renewals for delegated tasks draw by number": edit(80, "renewals.renewal", ("if c.name0 > 0", "if False")),
    "orphans of delegated tasks draw by number": edit(58, "revocations._orphan", ("if c.name0 > 0", "if False")),
    "of several delegated tasks robbed one is found": edit(
        49, "leaks._expose_tasks", ("name0, name1, t.which)", "name0, name1, 0)")
    ),
}
