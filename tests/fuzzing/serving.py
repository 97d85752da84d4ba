"""Credentials for a single action, and fallbacks for tools that accept little, laid over many random scenarios."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fuzzing.dice import Dice

Content = dict[str, Any]
Draw = Callable[[], Content]
PLACES = frozenset({0, 3, 4, 5, 10, 11, 12, 14, 16, 17, 19, 20, 23, 25, 26, 27, 30, 31, 33, 36, 41, 42, 43, 46, 47,
                    50, 52, 53, 56, 57, 59, 60, 63, 66, 67, 70, 75, 76, 81, 83, 86, 87, 90, 97, 98})  # fmt: skip
"""Of a hundred numbers, those with the overlay."""
KINDS = ("static-key", "token", "workload-identity")


def with_serving(place: int, content: Content, dice: Dice, strategy: Draw) -> Content:
    """The scenario of a number, with the overlay if it has one; place: of the number in its hundred.

    Args:
        strategy: draws the knobs of a further strategy.
    """
    if place not in PLACES:
        return content
    for tool in content["estate"]["tools"].values():
        can = list(content["estate"]["roles"][tool["uses"]]["can"])
        if dice.often(0.6):
            tool["touches"] = dice.some(can)
    for channel in content["leaks"].values():
        if "holds" in channel and dice.often(0.7):
            channel["holds"] = [*channel["holds"], "per-action"]
    made = dict(content["strategies"]) | {f"y{n}": strategy() for n in range(2)}
    content["strategies"] = {name: _varied(one, dice) for name, one in made.items()}
    if dice.often(0.8):
        _fall_back(content, dice, strategy)
    return content


def _varied(strategy: Content, dice: Dice) -> Content:
    """Some of those for a task are for an action instead, and some that are issued anew hand out keys from escrow."""
    issuance = strategy["issuance"]
    if issuance == "per-task" and dice.often(0.6):
        strategy = {**strategy, "issuance": "per-action"}
        ends = dict(strategy.get("revocation", {}))
        if "task-end" in ends:
            ends["action-end"] = ends.pop("task-end")
            strategy["revocation"] = ends
        if dice.often(0.7):
            strategy["scope"] = dice.pick(["role", "task", "action", "action"])
    if issuance != "standing" and strategy.get("binding") != "sender-constrained" and dice.often(0.4):
        strategy = {**strategy, "escrow": dice.often(0.8)}
    return strategy


def _kind(strategy: Content) -> str:
    if strategy.get("binding") == "sender-constrained":
        return "workload-identity"
    return "static-key" if strategy["issuance"] == "standing" or strategy.get("escrow") else "token"


def _fall_back(content: Content, dice: Dice, strategy: Draw) -> None:
    """Tools of one role accept the same kinds, and each strategy's own kind or else its fallback's is among them."""
    first, second, third = dice.some(KINDS, 3, 3)
    accepted = [[first, second, third], [second], [first, second], [second, third]]
    if third not in {_kind(one) for one in content["strategies"].values()}:
        accepted = [[first, second, third], [first], [second], [first, second]]
    tools = content["estate"]["tools"].values()
    by_role = {role: dice.pick(accepted) for role in dict.fromkeys(tool["uses"] for tool in tools)}
    for tool in tools:
        if len(by_role[tool["uses"]]) < len(KINDS) or dice.often(0.5):
            tool["accepts"] = by_role[tool["uses"]]
    for one in content["strategies"].values():
        one["fallback"] = _of_kind(first if _kind(one) == second else second, dice, strategy)


def _of_kind(kind: str, dice: Dice, strategy: Draw) -> Content:
    """Knobs of a strategy whose credentials are of a kind."""
    while True:
        found = _varied(strategy(), dice)
        if kind == "workload-identity":
            return {**{key: value for key, value in found.items() if key != "escrow"}, "binding": "sender-constrained"}
        if _kind(found) == kind:
            return found
