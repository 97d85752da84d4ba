"""The defaults that a scenario rests on because its file says nothing else; they are assumptions too."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.inputs.delegation import delegating
from sim.inputs.distributions import Distribution
from sim.inputs.estate import Level, Tool
from sim.inputs.reference import written
from sim.inputs.resolve import Input
from sim.inputs.schema import Channel, Issuer, Scenario
from sim.inputs.shapes import Shape, fields, says_something, shape
from sim.inputs.strategy import SHORT, Knobs, Strategy

_RUN = ("seed", "replications", "baseline")
"""Keys at the top that are settings of a run, not inputs of the model."""
_IDLE: Mapping[tuple[type[BaseModel], str], Callable[[Any], bool]] = {
    (Channel, "holds"): lambda channel: channel.at_rest is None,
    (Channel, "tools"): lambda channel: channel.takeover is not None,
    (Channel, "custody"): lambda channel: channel.takeover is not None,
    (Channel, "remediation"): lambda channel: channel.detection is None,
    (Tool, "back-off"): lambda tool: tool.retries == 0 or tool.fails == 0,
    (Issuer, "back-off"): lambda issuer: issuer.retries == 0,
    (Scenario, "budgets"): lambda _: True,  # asked of results, nothing is simulated from them
    (Scenario, "approvers"): lambda scenario: not any(each.approval for each in scenario.strategies.values()),
    (Issuer, "burst"): lambda issuer: issuer.rate_limit is None,
} | {
    (model, key): idle
    for model in (Strategy, Knobs)
    for key, idle in (
        ("escrow", lambda knobs: knobs.issuance == "standing" or knobs.binding == "sender-constrained"),
        ("lifetime", lambda knobs: knobs.issuance == "standing"),
        ("renewal", lambda knobs: knobs.issuance == "standing"),
        ("rotation", lambda knobs: knobs.issuance != "standing"),
        ("redeployment", lambda knobs: knobs.issuance != "standing"),
        ("sharing", lambda knobs: knobs.issuance != "standing"),
        ("scope", lambda knobs: knobs.issuance not in SHORT),
    )
}
"""Keys from which nothing is simulated in some groups."""
_TOUCHES = re.compile(r"estate\.tools\..+\.touches")
"""What calls touch counts for action scope, policies and changes of objective only."""
_DELEGATION = re.compile(r"strategies\..+\.delegation")
"""What delegated tasks work with counts where there are any."""
_NONE = "none: "
"""Stands in a description before what it means that a key is left out."""


def defaults_used(scenario: Scenario) -> tuple[Input, ...]:
    """Every default in use, in reading order; `shown` is as it would be written, or what leaving it out means."""
    strategies = scenario.strategies.values()
    narrowed = any(knobs.scope == "action" for s in strategies for knobs in (s, s.fallback) if knobs)
    touched = narrowed or bool(scenario.objective_changes) or any(s.policy for s in strategies)
    delegated = delegating(scenario)
    return tuple(
        Input(path, shown, None, False, "", 0)
        for path, shown in _within(scenario, "")
        if path not in _RUN
        and (touched or not _TOUCHES.fullmatch(path))
        and (delegated or not _DELEGATION.fullmatch(path))
    )


def grouped(defaults: Sequence[Input], scenario: Scenario) -> tuple[tuple[str, str], ...]:
    """Path and value, one row for the things of a kind that share a default: `estate.tools.*.retries` if all do."""
    families = dict(_families(scenario, ""))
    rows: dict[tuple[str, str, str], list[str]] = {}
    for one in defaults:
        family = next((each for each in families if one.path.startswith(f"{each}.")), "")
        name, rest = _split(one.path, family, families.get(family, ()))
        rows.setdefault((family, rest, one.shown), []).append(name)
    return tuple(
        (f"{family}.{_together(names, families[family])}.{rest}" if family else rest, shown)
        for (family, rest, shown), names in rows.items()
    )


def _within(model: BaseModel, path: str) -> Iterator[tuple[str, str]]:
    """Path and value of the defaults of a group of keys and of all groups within it."""
    shapes = fields(type(model))
    for name, info in type(model).model_fields.items():
        key = info.alias or name
        if _IDLE.get((type(model), key), lambda _: False)(model):
            continue
        value, here = getattr(model, name), f"{path}.{key}" if path else key
        yield from _below(value, here)
        if name not in model.model_fields_set and (shown := _shown(value, info, shapes[key])):
            yield here, shown


def _below(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """The defaults within a value; what is inside a distribution is its own."""
    if isinstance(value, BaseModel) and not isinstance(value, Distribution):
        yield from _within(value, path)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _below(each, f"{path}.{name}")


def _shown(value: Any, info: FieldInfo, at: Shape) -> str:
    """A default in one line; empty for what is no input of the model."""
    leaf = shape(at.inner).leaf if at.kind == "list" else at.leaf
    if value is None:
        _, none, meaning = (info.description or "").rpartition(_NONE)
        return f"none ({meaning})" if none else ""
    if value in ("", [], {}) or (isinstance(value, BaseModel) and not isinstance(value, Distribution)):
        return ""
    return written(value, at) if leaf is None or leaf == Level or says_something(leaf) else ""


def _families(value: BaseModel, path: str) -> Iterator[tuple[str, Collection[str]]]:
    """Path of each map of the user's names to groups of keys → the names."""
    for name, info in type(value).model_fields.items():
        inner, here = getattr(value, name), f"{path}.{info.alias or name}" if path else info.alias or name
        if isinstance(inner, dict) and any(isinstance(each, BaseModel) for each in inner.values()):
            yield here, inner
        elif isinstance(inner, BaseModel) and not isinstance(inner, Distribution):
            yield from _families(inner, here)


def _split(path: str, family: str, names: Collection[str]) -> tuple[str, str]:
    """The user's name in a path, which may hold dots itself, and what follows it."""
    rest = path.removeprefix(f"{family}.") if family else path
    parts = rest.split(".")
    starts = (".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1))
    name = next((start for start in starts if start in names), "")
    return name, rest.removeprefix(f"{name}.")


def _together(names: Sequence[str], of: Collection[str]) -> str:
    """Some of the names of a map: `git`, `*`, `{git, deploy}`, `{all but deploy}`."""
    if len(names) == 1:
        return names[0]
    if len(names) == len(of):
        return "*"
    chosen = set(names)
    others = [name for name in of if name not in chosen]
    return f"{{{', '.join(names)}}}" if len(names) <= len(others) + 1 else f"{{all but {', '.join(others)}}}"


__all__ = ["defaults_used", "grouped"]
