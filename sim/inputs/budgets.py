"""Budgets: what a scenario asks of a metric's value, in the metric's own unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, model_validator

from sim.core.units import HOUR, SECOND
from sim.inputs.distributions import Model
from sim.inputs.names import Name, Text, name
from sim.inputs.quantities import duration, money, number, probability, wrong

_KEYS = {
    "": "captures leaks compromises late_uses tasks_done tasks_failed tasks_failed_credential uses_per_task issuances "
    "tasks_failed_policy decisions denials_by_error approvals tasks_failed_approval "
    "takeovers delegations objective_changes objective_changes_injected objective_changes_drift out_of_task_allowed "
    "out_of_task_blocked out_of_task_blocked_scope out_of_task_blocked_policy out_of_task_blocked_approval "
    "credentials_sent_out",
    "h": "exposure_window_hours exposure_window_hours_p50 exposure_window_hours_p95 exploitable_window_hours",
    "credential-h": "standing_hours orphan_hours",
    "workload-h": "taken_over_hours",
    "resources": "blast_radius_potential blast_radius_reached",
    "share of resources": "blast_radius_potential_share blast_radius_reached_share",
    "sensitivity points": "blast_radius_potential_weighted blast_radius_reached_weighted",
    "resource-h": "resource_hours",
    "currency": "loss loss_per_year loss_year_var95 loss_year_cvar95",
    "share of uses": "audit_attributable served_by_fallback passed_on",
    "uses": "review_records",
    "s": "added_latency_seconds added_latency_seconds_p50 added_latency_seconds_p95 issuer_wait_seconds "
    "approval_wait_seconds approval_wait_seconds_p95",
    "share of capacity": "issuer_load",
    "share of calls decided": "denied_share",
    "share of out-of-task calls": "out_of_task_blocked_share",
    "holder-h": "outage_hours",
    "share of working time": "approver_load",
}
UNITS: Mapping[str, str] = {key: unit for unit, keys in _KEYS.items() for key in keys.split()}
"""Key of each metric of sim/measure/catalogue.py → its unit. The catalogue lies on a higher floor; a test compares."""

_DURATION = "this metric is a time, so its limit is a duration with its unit, such as 90s, 15m, 8h or 27d"
_SUMMED = "this metric is time summed over what has it, so its limit is a duration with its unit, such as 500h or 90d"
_SHARE = "this metric is a share, so its limit is a number from 0 to 1"
_MONEY = "this metric is money, so its limit is an amount with k, M or B if wanted, such as 603k or 32M"
_NUMBER = "this metric is a number without a unit, so its limit is a plain number, 0 or more"


def metric(value: Any) -> str:
    """A metric's key; whether there is such a one is checked with the other references."""
    return name(value)


def limit(value: Any, info: ValidationInfo) -> float:
    """A limit in the unit of the metric that stands beside it: `90m` → 1.5 for hours."""
    unit = UNITS.get(info.data.get("metric", ""))
    if unit is None:  # told where the metric stands
        return 0.0
    try:
        return _in_unit(value, unit)
    except ValueError as error:
        raise wrong(_expected(unit)) from error


def _in_unit(value: Any, unit: str) -> float:
    if unit == "s":
        return duration(value) / SECOND
    if _is_time(unit):
        return duration(value) / HOUR
    if unit.startswith("share"):
        return probability(value)
    return money(value) if unit == "currency" else number(value)


def _is_time(unit: str) -> bool:
    return unit in ("s", "h") or unit.endswith("-h")


def _expected(unit: str) -> str:
    """What a limit of this unit looks like."""
    if _is_time(unit):
        return _DURATION if unit in ("s", "h") else _SUMMED
    if unit.startswith("share"):
        return _SHARE
    return _MONEY if unit == "currency" else _NUMBER


Metric = Annotated[str, BeforeValidator(metric), WithJsonSchema({"enum": list(UNITS)})]
"""A metric's key in summary.json."""
Limit = Annotated[
    float, BeforeValidator(limit), WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}]})
]
"""In the metric's unit: hours, seconds, a share, money, a number."""


class Budget(Model):
    """What a metric must stay within, judged by its 95 % interval: passed, failed, or undecided."""

    title: Text = Field(default="", description="why it matters, for the reader of the report")
    metric: Metric = Field(description="key of a metric, as in summary.json")
    strategies: list[Name] | None = Field(
        default=None, min_length=1, description="only under these strategies; none: under all"
    )
    at_most: Limit | None = Field(default=None, description="upper limit, itself included")
    at_least: Limit | None = Field(default=None, description="lower limit, itself included")

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if (self.at_most is None) == (self.at_least is None):
            raise wrong("a budget takes either at-most or at-least")
        return self


__all__ = ["UNITS", "Budget", "Limit", "Metric"]
