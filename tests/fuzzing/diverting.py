"""Changes of objective, laid over every other random scenario or so; the others stay what they are."""

from __future__ import annotations

from typing import Any

from sim.inputs.chaining import called_by
from sim.inputs.diverting import connected
from sim.inputs.schema import Scenario
from tests.fuzzing.dice import COUNTS, SHAPES, Dice

Content = dict[str, Any]
APART = 3_000_000
"""Its draws are those of a number that much higher, so that they depend on no other overlay; even, as the grid is by
odd and even."""
LEFT_OUT = frozenset({18, 42, 49, 58, 60, 62, 64, 67, 71, 73, 80, 84, 92, 94, 95})
"""Places with much of something, or with a planted fault that this would hide."""
PLACES = (
    frozenset(
        {7, 12, 16, 18, 19, 25, 32, 35, 36, 38, 40, 41, 42, 45, 47, 49, 50, 54, 55, 56, 57, 58, 59, *range(60, 100)}
    )
    - LEFT_OUT
)
"""Of a hundred numbers, those in which objectives change."""
WHOLE = 8
"""A size of so much is certain, as a chance."""


def with_changes(number: int, place: int, content: Content, beat: int) -> Content:
    """The scenario of a number, with ways for objectives to change if the number is to have any; beat: in minutes."""
    if place in PLACES:
        dice = Dice(number + APART)
        dice.beat = beat
        _Overlay(dice, content).lay()
    return content


class _Overlay:
    def __init__(self, dice: Dice, content: Content) -> None:
        self.dice, self.content = dice, content
        self.estate = content["estate"]
        self.tools = list(self.estate["tools"])

    def lay(self) -> None:
        dice, content = self.dice, self.content
        for resource in self.estate["resources"].values():
            resource["untrusted-content"] = dice.often(0.15)
        for population in content["agents"].values():
            if dice.often(0.6):
                population["also-calls"] = dice.some(self.tools)
        self.parsed = Scenario.model_validate(content)
        self.can = connected(self.parsed)
        for task in content["tasks"].values():
            if dice.often(0.9):
                task["needs"] = task["needs"][:1]
        issued = [each for each in content["strategies"].values() if each["issuance"] in ("leased", "per-task")]
        for number, one in enumerate(dice.some(issued, 2, 3)):
            content["strategies"][f"narrow{number}"] = {**one, "issuance": "per-task", "scope": "task"}
        if not any(self.shared([name]) for name in content["agents"]):
            return
        content["objective-changes"] = {f"way{n}": self.change() for n in range(dice.whole(1, 4))}
        if dice.often(0.8):
            content["leaks"] |= {f"out{n}": self.channel() for n in range(dice.whole(1, 2))}

    def change(self) -> Content:
        dice, agents = self.dice, list(self.content["agents"])
        affected = dice.some(agents) if dice.often(0.4) else agents
        shared = self.shared(affected)
        if not shared:
            affected = [next(name for name in agents if self.shared([name]))]
            shared = self.shared(affected)
        change: Content = {"calls": dice.weights(dice.some(shared, 1, 4))}
        change |= {"agents": affected} if affected != agents or dice.often(0.2) else {}
        families = COUNTS if dice.often(0.5) else COUNTS[::-1]
        change["length"] = dice.law(0, 4, lambda size: dice.pick([round(size), round(size, 2)]), families)
        if dice.often(0.3):
            return change | {"drift": dice.chance(0.02, 0.2)}
        self.expose(affected)
        return change | {"injection": {"carried": dice.chance(0.1, 0.7), "followed": self.share()}}

    def shared(self, affected: list[str]) -> list[str]:
        """What agents of these populations can all call, and hands no task over."""
        return [tool for tool in self.tools if all(tool in self.can[name] for name in affected) and self.keeps(tool)]

    def keeps(self, tool: str) -> bool:
        tools = self.parsed.estate.tools
        return not any(tools[each].delegates for each in called_by(tools, [tool]))

    def expose(self, affected: list[str]) -> None:
        """Something that these agents read is open to outsiders."""
        tool = self.estate["tools"][self.dice.pick(sorted(self.can[affected[0]]))]
        place = tool.get("touches") or list(self.estate["roles"][tool["uses"]]["can"])
        self.estate["resources"][self.dice.pick(place)]["untrusted-content"] = True

    def share(self) -> Any:
        families = SHAPES if self.dice.often(0.5) else SHAPES[::-1]
        return self.dice.law(0, 4, lambda size: round(min(size / WHOLE, 1), 4), families)

    def channel(self) -> Content:
        dice = self.dice
        channel: Content = {"sent-out": dice.chance(0.1, 0.9), "discovery": {"time": dice.times(0, 8)}}
        channel |= {"tools": dice.some(self.tools)} if dice.often(0.3) else {}
        channel |= {"agents": dice.some(list(self.content["agents"]))} if dice.often(0.3) else {}
        return channel | ({"detection": {"time": dice.times(0, 12), "chance": 0.5}} if dice.often(0.5) else {})
