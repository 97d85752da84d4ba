"""Every metric: its key, what it means, its unit, and which columns of a replication's row it is made of.

A replication's row holds only totals, so that any metric of many replications is a ratio of sums:
`total` is a mean of one column over replications, `ratio` is Σ numerator / Σ denominator over replications,
`quantile` is a quantile over all leaked credentials of all replications, `value` is a mean of one column over the
replications that have it (it is null in the others).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["total", "ratio", "quantile", "value"]
Better = Literal["lower", "higher", "neither"]


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        key: name in summary.json.
        title: name in tables and charts.
        unit: of the estimate; empty for counts.
        kind: how replications are combined.
        top: numerator, or the column itself; for a quantile a column of the leaks table.
        bottom: denominator of a ratio.
        at: probability of a quantile.
        better: which direction a defender wants.
        group: section of the report: exposure, reach, audit, friction.
        counts: the column counts events, so that 0 in every replication still has an upper limit above 0.
        rare: moves only when an attacker succeeds, so that 0 in every replication bounds nothing from above.
        says: one sentence for the report's glossary.
    """

    key: str
    title: str
    unit: str
    kind: Kind
    top: str
    bottom: str = ""
    at: float = 0.0
    better: Better = "lower"
    group: str = "exposure"
    counts: bool = False
    rare: bool = False
    says: str = ""


def _total(
    key: str,
    title: str,
    unit: str,
    group: str,
    says: str,
    better: Better = "lower",
    counts: bool = False,
    *,
    rare: bool = False,
) -> Metric:
    return Metric(key, title, unit, "total", key, better=better, group=group, counts=counts, rare=rare, says=says)


def _ratio(
    key: str,
    title: str,
    unit: str,
    group: str,
    top: str,
    bottom: str,
    says: str,
    better: Better = "lower",
    *,
    rare: bool = False,
) -> Metric:
    return Metric(key, title, unit, "ratio", top, bottom, better=better, group=group, rare=rare, says=says)


def _quantile(key: str, title: str, unit: str, top: str, at: float, says: str) -> Metric:
    return Metric(key, title, unit, "quantile", top, at=at, says=says)


_CUT = "; windows count up to the end of the time simulated, so this can be lower than the survival chart says"

METRICS: tuple[Metric, ...] = (
    _total(
        "captures",
        "Captures",
        "",
        "exposure",
        "times a credential was copied into a leak channel, per replication",
        "neither",
        True,
    ),
    _total(
        "leaks",
        "Leaked credentials",
        "",
        "exposure",
        "distinct credentials captured at least once, dead ones included, per replication",
        "neither",
        True,
    ),
    _total(
        "compromises",
        "Compromised credentials",
        "",
        "exposure",
        "leaked credentials that an attacker found and used while they were alive, per replication",
        counts=True,
    ),
    _ratio(
        "exposure_window_hours",
        "Exposure window, mean",
        "h",
        "exposure",
        "exposure_hours",
        "leaks",
        "from a credential's first leak until it is dead, cut at the horizon; mean over leaked credentials",
    ),
    _quantile(
        "exposure_window_hours_p50",
        "Exposure window, median",
        "h",
        "exposure_hours",
        0.50,
        "half of the leaked credentials stay usable for less than this" + _CUT,
    ),
    _quantile(
        "exposure_window_hours_p95",
        "Exposure window, 95th percentile",
        "h",
        "exposure_hours",
        0.95,
        "one leaked credential in twenty stays usable for longer than this" + _CUT,
    ),
    _ratio(
        "exploitable_window_hours",
        "Exploitable window, mean",
        "h",
        "exposure",
        "exploitable_hours",
        "leaks",
        "from an attacker's first possible use until the credential is dead; 0 if nobody finds it in time",
        rare=True,
    ),
    _total(
        "standing_hours",
        "Standing access",
        "credential-h",
        "exposure",
        "time that credentials are valid while no task of their holder needs them, per replication",
    ),
    _total(
        "orphan_hours",
        "Orphaned access",
        "credential-h",
        "exposure",
        "time that credentials are valid after every holder was retired, per replication",
    ),
    _total(
        "late_uses",
        "Late uses",
        "",
        "exposure",
        "uses accepted after revocation was asked for, by agents and attackers, per replication",
        counts=True,
    ),
    _ratio(
        "blast_radius_potential",
        "Blast radius, potential",
        "resources",
        "reach",
        "potential_resources",
        "leaks",
        "resources a leaked credential can lead to with no clock; mean over leaked credentials",
    ),
    _ratio(
        "blast_radius_reached",
        "Blast radius, reached",
        "resources",
        "reach",
        "reached_resources",
        "leaks",
        "resources reached before everything the attacker held was dead; mean over leaked credentials",
        rare=True,
    ),
    _ratio(
        "blast_radius_potential_share",
        "Blast radius, potential share",
        "share of resources",
        "reach",
        "potential_share",
        "leaks",
        "potential blast radius as a share of all resources",
    ),
    _ratio(
        "blast_radius_reached_share",
        "Blast radius, reached share",
        "share of resources",
        "reach",
        "reached_share",
        "leaks",
        "reached blast radius as a share of all resources",
        rare=True,
    ),
    _ratio(
        "blast_radius_potential_weighted",
        "Blast radius, potential, by sensitivity",
        "sensitivity points",
        "reach",
        "potential_weight",
        "leaks",
        "sum of the sensitivities of the potential blast radius",
    ),
    _ratio(
        "blast_radius_reached_weighted",
        "Blast radius, reached, by sensitivity",
        "sensitivity points",
        "reach",
        "reached_weight",
        "leaks",
        "sum of the sensitivities of the reached blast radius",
        rare=True,
    ),
    _total(
        "resource_hours",
        "Resource-hours held",
        "resource-h",
        "reach",
        "time during which an attacker could use a resource it had reached, per replication",
        rare=True,
    ),
    _total(
        "loss",
        "Loss",
        "currency",
        "reach",
        "losses drawn for the resources reached, once per intrusion and resource, per replication",
        rare=True,
    ),
    _ratio(
        "audit_attributable",
        "Attributable uses",
        "share of uses",
        "audit",
        "uses_attributable",
        "uses",
        "share of agents' uses that point to exactly one agent and one task",
        "higher",
    ),
    _ratio(
        "review_records",
        "Records to review",
        "uses",
        "audit",
        "review_records",
        "compromises",
        "uses of a compromised credential between its leak and its death; mean per compromise",
        rare=True,
    ),
    _total("tasks_done", "Tasks done", "", "friction", "tasks that ended well, per replication", "higher", True),
    _total(
        "tasks_failed",
        "Tasks failed",
        "",
        "friction",
        "tasks that failed, for whatever reason, per replication",
        counts=True,
    ),
    _total(
        "tasks_failed_credential",
        "Tasks failed for a credential",
        "",
        "friction",
        "tasks that failed because they had no working credential, per replication",
        counts=True,
    ),
    _ratio(
        "added_latency_seconds",
        "Added latency per task, mean",
        "s",
        "friction",
        "latency_seconds",
        "tasks_ended",
        "time a task waits for credentials: queue, service, back-off, calls repeated for a dead credential",
    ),
    Metric(
        "added_latency_seconds_p50",
        "Added latency per task, median",
        "s",
        "value",
        "latency_p50_seconds",
        group="friction",
        says="median over a replication's tasks, then mean over replications",
    ),
    Metric(
        "added_latency_seconds_p95",
        "Added latency per task, 95th percentile",
        "s",
        "value",
        "latency_p95_seconds",
        group="friction",
        says="95th percentile over a replication's tasks, then mean over replications",
    ),
    _ratio(
        "uses_per_task",
        "Uses per task",
        "",
        "friction",
        "uses",
        "tasks_ended",
        "attempts that were let in with a credential, retries included; mean over tasks",
        "neither",
    ),
    _total(
        "issuances",
        "Issuances",
        "",
        "friction",
        "credentials created for agents, renewals included, per replication",
        "neither",
        True,
    ),
    _ratio(
        "issuer_wait_seconds",
        "Wait in the issuer's queue, mean",
        "s",
        "friction",
        "issuer_wait_seconds",
        "issuer_requests",
        "from asking to being served, over requests that were let in",
    ),
    _total("issuer_load", "Issuer load", "share of capacity", "friction", "share of the issuer's places in use"),
    _total(
        "outage_hours",
        "Credential outage",
        "holder-h",
        "friction",
        "time that a holder has no working standing credential after a revocation, per replication",
    ),
)

BY_KEY = {metric.key: metric for metric in METRICS}
COLUMNS = tuple(
    dict.fromkeys(
        column for metric in METRICS if metric.kind != "quantile" for column in (metric.top, metric.bottom) if column
    )
)
"""Columns of a replication's row besides `strategy` and `replication`, in order."""
