"""What a fault is: a change of a few characters in the compiled engine's source, or another rule for it alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Edit:
    """Other words in a function's source; `where`: module and function, a method after its class."""

    where: str
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Rule:
    """Another function in the place of one of sim.engine.rules."""

    name: str
    function: Callable[..., Any]


@dataclass(frozen=True)
class Fault:
    """What is changed, and the number of a random scenario that shows it, or the name of one of `rare`."""

    change: Edit | Rule
    caught_by: int | str


def edit(caught_by: int | str, where: str, *pairs: tuple[str, str]) -> Fault:
    return Fault(Edit(where, pairs), caught_by)


def rule(caught_by: int, name: str, function: Callable[..., Any]) -> Fault:
    return Fault(Rule(name, function), caught_by)
