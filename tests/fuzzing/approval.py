"""Approval by people, laid over every third random scenario or so; the others stay what they are."""

from __future__ import annotations

from typing import Any

from tests.fuzzing.dice import Dice

Content = dict[str, Any]
APART = 2_000_000
"""Its draws are those of a number that much higher, so that they depend on no other overlay; even, as the grid is by
odd and even."""
LEFT_OUT = frozenset({13, 21, 37, 51, 73})
"""Places with much of something, or with a planted fault that approval would hide."""
PLACES = frozenset(place for place in range(100) if place % 10 in (0, 1, 3, 7)) - LEFT_OUT
"""Of a hundred numbers, those with approvers."""


def with_approval(number: int, place: int, content: Content, beat: int, beats: float) -> Content:
    """The scenario of a number, with approvers and strategies that ask them, if the number is to have any."""
    if place in PLACES:
        dice = Dice(number + APART)
        dice.beat = beat
        content["approvers"] = _approvers(dice, list(content["profiles"]))
        strategies = list(content["strategies"].values())
        for strategy in dice.some(strategies, max(1, len(strategies) - 1), len(strategies)):
            strategy["approval"] = _approval(dice, list(content["estate"]["tools"]), beats)
    return content


def _approvers(dice: Dice, profiles: list[str]) -> Content:
    approvers: Content = {"response": dice.times(0, dice.pick([0, 1, 3]))}
    approvers |= {"count": dice.pick([1, 1, 2, 3, 5])} if dice.often(0.8) else {}
    approvers |= {"hours": dice.pick(profiles)} if profiles and dice.often(0.6) else {}
    return approvers | ({"expires": dice.span(2, 14)} if dice.often(0.6) else {})


def _approval(dice: Dice, tools: list[str], beats: float) -> Content:
    if dice.often(0.3):
        approval: Content = {"every-call": True}
    else:
        approval = {"tools": dice.some(tools)} if dice.often(0.5) else {}
        approval |= {"sensitivity": dice.whole(2, 5)} if not approval or dice.often(0.3) else {}
    # From next to nothing, so that credentials are dead on arrival, to longer than a task.
    approval |= {"elevation": dice.span(1, dice.pick([2, 8, beats / 4]))} if dice.often(0.65) else {}
    approval |= {"approves-bad": dice.chance(0.1, 0.9)} if dice.often(0.3) else {}
    return approval | ({"refuses-good": dice.chance(0.02, 0.3)} if dice.often(0.4) else {})
