"""Faults planted where objectives change (see `faults`), each with a random scenario that gives it away."""

from __future__ import annotations

from tests.fuzzing.planting import edit

OBJECTIVES = {
    "an objective changes twice": edit(7, "objectives.befall", ("t.turns = 0", "t.turns = 1")),
    "the last change that comes wins": edit(
        7, "objectives.called", ("range(sim.rules[0].changes)", "range(sim.rules[0].changes - 1, -1, -1)")
    ),
    "objectives change in all populations": edit(
        7, "objectives.called", (" or not sim.swayed[change, population]", "")
    ),
    "any content carries injections": edit(35, "objectives.called", ("not sim.turning[change, t.tool] or ", "")),
    "every injection is followed": edit(7, "objectives._follows", ("row.followed < 0", "True")),
    "agents are all as susceptible": edit(
        7, "objectives._follows", ("SUSCEPTIBILITY, t.agent, change", "SUSCEPTIBILITY, 0, change")
    ),
    "susceptibility is another in each task": edit(
        7, "objectives._follows", ("change, 0, 0))", "change, t.which, 0))")
    ),
    "who follows one injection follows all": edit(
        7, "objectives._follows", ("FOLLOWED, t.who, t.which, t.step", "FOLLOWED, t.who, 0, 0")
    ),
    "one call too few for another objective": edit(
        7, "objectives._change", ("t.step + 1 - t.chained", "t.step - t.chained")
    ),
    "other objectives call the same": edit(40, "objectives.next_call", ("t.step, t.change)", "t.step, 0)")),
    "a task goes on by its own chain": edit(
        7, "workload.next_step", ("sim.rules[0].changes and t.change >= 0", "False")
    ),
    "the draws of one change count for all": edit(12, "memory.comes", ("step, change)", "step, 0)")),
    "a task begins with the last one's objective": edit(
        7,
        "arrivals.fresh",
        ("t.held_up, t.approved, t.change, t.marked = 0, -1, -1, 0", "t.held_up, t.approved, t.marked = 0, -1, 0"),
    ),
    "a task that was led away has done well": edit(7, "workload.over", ("t.outcome = DIVERTED", "pass")),
    "task scope stops nobody": edit(7, "objectives.out_of_scope", ("c.scope in (BY_TASK, BY_BOTH)", "False")),
    "task scope stops agents that keep to it": edit(7, "objectives.out_of_scope", ("if t.change < 0:", "if False:")),
    "what is out of scope is tried again": edit(7, "workload._let_in", ("    if stopped:", "    if False:")),
    "bad requests are taken for good ones": edit(
        7, "approvals.answered", ("not objectives.outside(sim, task)", "True")
    ),
    "a retry that is not approved leaves the task": edit(
        41, "approvals.answered", ("CHANGED if t.attempt > 0 else -1", "-1")
    ),
    "policies see no other objective": edit(61, "policy.permits", ("OWN if t.change < 0 else CHANGED", "OWN")),
    "nothing is outside a task": edit(7, "objectives.flags", ("CHANGED | OUTSIDE if", "CHANGED if")),
    "agents that keep to their tasks send credentials out": edit(
        7, "workload._let_in", ("sim.rules[0].sends and t.change >= 0", "sim.rules[0].sends")
    ),
    "what is sent out goes to all channels alike": edit(
        7, "leaks._shown", ("place, channel) < chance", "place, 0) < chance")
    ),
    "what is got in exchange is refused nowhere": edit(
        "handed-down", "objectives.out_of_scope", ("(BY_TASK, BY_BOTH)", "(BY_TASK,)")
    ),
    "more follows from the call before": edit(47, "objectives._change", ("t.left = 0", "pass")),
    "a call that was handed over changes no objective": edit(7, "workload.returned", ("if t.turns:", "if False:")),
    "what follows for another objective is out of memory": edit(
        35, "following.follows", ("sim.rules[0].changes and t.change >= 0", "False")
    ),
}
