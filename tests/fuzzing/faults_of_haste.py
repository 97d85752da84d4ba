"""Faults where the compiled engine leaves out what is not needed on the common way."""

from __future__ import annotations

from tests.fuzzing.planting import edit

HASTE = {
    "what a call shows at once is forgotten": edit(29, "workload._found", (" and not t.hit", "")),
    "who was led away sends nothing out": edit(7, "workload._found", (" and t.change < 0", "")),
    "a retry is as the first attempt": edit(29, "workload._found", (" and t.attempt == 0", "")),
    "a call with another credential is as the first": edit(7, "workload._found", (" and t.again == 0", "")),
    "a task begins with the last one's requests": edit(29, "custody._asks", ("t.marked = 1", "pass")),
    "nobody wipes off elevations": edit(7, "approvals.answered", ("t.marked = 1", "pass")),
    "the last run's tasks hold on": edit(
        17, "room.reset", ("sim.held[:], sim.asked[:], sim.elevated[:] = -1, 0, 0", "pass")
    ),
    "what the last run needed is needed": edit(12, "room.reset", ('sim.credentials["needed"] = 0', "pass")),
    "takeovers find no running tasks": edit(29, "tables._rules", ("row.takeover_gap or row.gap for", "row.gap for")),
    "exposures find no running tasks": edit(
        7, "tables._rules", ("row.takeover_gap or row.gap for", "row.takeover_gap for")
    ),
    "arrivals draw alike": edit(29, "arrivals.source_comes", ("s.number += 1", "pass")),
}
