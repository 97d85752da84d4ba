"""Takeovers of workloads, and credentials that brokers keep, laid over half of the random scenarios."""

from __future__ import annotations

from typing import Any

from tests.fuzzing.dice import Dice

Content = dict[str, Any]
APART = 6_000_000
"""Its draws are those of a number that much higher, so that they depend on no other overlay; even, as the grid is by
odd and even."""
LEFT_OUT = frozenset({60, 71})
"""Places with a planted fault that brokers would hide: what they keep is not passed on."""
PLACES = frozenset(place for place in range(100) if place % 10 in (0, 1, 4, 5, 9)) - LEFT_OUT
"""Of a hundred numbers, those with takeovers."""


def with_custody(number: int, place: int, content: Content, beat: int, beats: float) -> Content:
    """The scenario of a number, with the overlay if it has one.

    Args:
        place: of the number in its hundred.
        beats: length of the simulation.
    """
    if place not in PLACES:
        return content
    dice = Dice(number + APART)
    dice.beat = beat
    for name in dice.pick([["hijack"], ["hijack"], ["hijack", "raid"]]):
        content["leaks"][name] = _takeover(dice, list(content["agents"]), beats)
    for channel in content["leaks"].values():
        if "takeover" not in channel and dice.often(0.5):
            channel["custody"] = dice.pick([["agent", "broker"], ["broker", "agent"], ["broker"], ["agent"]])
    accepting = any("accepts" in tool for tool in content["estate"]["tools"].values())
    for one in content["strategies"].values():
        if not (accepting or one.get("escrow") or one.get("fallback")) and dice.often(0.3):
            one["binding"] = "sender-constrained"
    parts = [part for one in content["strategies"].values() for part in (one, one.get("fallback")) if part]
    for part in parts:
        if dice.often(0.5):
            part["custody"] = dice.pick(["broker", "broker", "agent"])
    return content


def _takeover(dice: Dice, populations: list[str], beats: float) -> Content:
    """About so often that an agent meets several, now and then two at a time."""
    found: Content = {"takeover": f"{dice.number(1, 6) * 60 / dice.beat / beats:.6f}/h"}
    found["lasting"] = dice.times(0, dice.pick([2, 8, 30]))
    found["discovery"] = {"time": dice.times(0, dice.pick([0, 1, 6]))}
    found["discovery"] |= {"chance": dice.chance(0.3, 1)} if dice.often(0.4) else {}
    if dice.often(0.6):
        found["detection"] = {"time": dice.times(0, 12), "chance": dice.chance(0.2, 1)}
        found |= {"remediation": dice.times(0, 6)} if dice.often(0.5) else {}
    return found | ({"agents": dice.some(populations)} if dice.often(0.3) else {})
