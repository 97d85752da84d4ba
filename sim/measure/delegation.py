"""Metrics of agents that hand tasks to agents: how many, and how many uses have lost who acts for whom."""

from __future__ import annotations

from sim.measure.metric import Metric, ratio, total

METRICS: tuple[Metric, ...] = (
    total(
        "delegations",
        "Delegated tasks",
        "",
        "friction",
        "tasks that a call handed over to another agent, per replication",
        "neither",
        True,
    ),
    ratio(
        "passed_on",
        "Uses of passed-on credentials",
        "share of uses",
        "audit",
        "uses_passed_on",
        "uses",
        "share of agents' uses with a credential that a delegating task passed on, so that they look like its own",
    ),
)
"""Columns come from the Tally."""
