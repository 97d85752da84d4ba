"""Tools that call tools and agents that hand tasks to agents, laid over many random scenarios; the others stay."""

from __future__ import annotations

from typing import Any

from sim.inputs.delegation import circles
from sim.inputs.schema import Scenario
from tests.fuzzing.dice import Dice

Content = dict[str, Any]
APART = 4_000_000
"""Its draws are those of a number that much higher, so that they depend on no other overlay."""
PLACES = frozenset({7, 12, 16, 18, 19, 25, 32, 35, 36, 38, 40, 41, 42, 45, 47, 49, 50, 54, 55, 56, 57, 58, 59, 60, 61,
                    62, 63, 64, 65, 67, 69, 71, 75, 77, 79, 80, 83, 84, 86, 91, 93, 95, 97, 99})  # fmt: skip
"""Of a hundred numbers, those with the overlay."""
NOBODY_ELSE = "q"
"""A population that is there for what others hand to it."""


def with_delegation(number: int, place: int, content: Content, beat: int) -> Content:
    """The scenario of a number, with chains and delegation if the number is to have any."""
    if place in PLACES:
        dice = Dice(number + APART)
        dice.beat = beat
        _chain(content, dice)
        _delegate(content, dice)
        for strategy in content["strategies"].values():
            strategy["delegation"] = dice.pick(_allowed(strategy))
    return content


def _chain(content: Content, dice: Dice) -> None:
    """Tools call some that come later in the file, now and then one of them twice."""
    names = list(content["estate"]["tools"])
    for at, name in enumerate(names[:-1]):
        if dice.often(0.5):
            calls = dice.some(names[at + 1 :], 1, 2)
            content["estate"]["tools"][name]["calls"] = calls + (calls[:1] if dice.often(0.2) else [])


def _delegate(content: Content, dice: Dice) -> None:
    """Calls hand tasks over, to populations with work of their own or without, as long as none waits for itself."""
    agents, kinds = content["agents"], list(content["tasks"])
    if len(agents) == 1 or dice.often(0.4):
        agents[NOBODY_ELSE] = _idle(content, dice, kinds)
    tools = list(content["estate"]["tools"].values())
    for tool in dice.some(tools, 1, 3):
        tool["delegates"] = {"to": dice.pick(list(agents)[1:]), "task": dice.pick(kinds)}
        if _circular(content):
            del tool["delegates"]
    # Kinds of their own make sure that somebody delegates, three levels deep where there are as many populations.
    for above, below in zip(list(agents), list(agents)[1:], strict=False):
        _level(content, dice, above, below)


def _circular(content: Content) -> bool:
    return any(circles(Scenario.model_validate(content)))


def _level(content: Content, dice: Dice, above: str, below: str) -> None:
    """A tool that hands to the population below, and a task kind of the one above that calls it."""
    tools, tasks = content["estate"]["tools"], content["tasks"]
    copied = dice.pick(list(tools.values()))
    kept = {key: value for key, value in copied.items() if key not in ("calls", "delegates")}
    handing, kind = f"to-{below}", f"for-{below}"
    tools[handing] = {**kept, "delegates": {"to": below, "task": dice.pick(list(tasks))}}
    if dice.often(0.3):
        tools[handing]["needs-credential-until-end"] = True
    others = dice.some(list(tools), 0, 2)
    tasks[kind] = {
        "needs": dice.some(list(content["estate"]["roles"][kept["uses"]]["can"])),
        "thinking": dice.times(0, 1),
        "steps": [*others, handing],
    }
    content["agents"][above]["tasks"][kind] = dice.pick([1, 2])
    if _circular(content):
        tasks[kind]["steps"] = [handing]
    if _circular(content):
        del content["agents"][above]["tasks"][kind], tasks[kind], tools[handing]


def _idle(content: Content, dice: Dice, kinds: list[str]) -> Content:
    """Agents without work of their own; now and then they are retired when others are."""
    population: Content = {
        "count": dice.whole(1, 3),
        "arrivals": {"poisson": {"rate": "0/h"}},
        "tasks": {dice.pick(kinds): 1},
        "concurrency": dice.whole(1, 2),
    }
    tenures = [row["tenure"] for row in content["agents"].values() if "tenure" in row]
    return population | ({"tenure": dice.pick(tenures)} if tenures and dice.often(0.5) else {})


def _allowed(strategy: Content) -> list[str]:
    """Ways that make sense under a strategy, those that are not just its own more often."""
    ways = ["own"]
    if strategy.get("binding") != "sender-constrained":
        ways += ["passthrough"] * 2
    if strategy["issuance"] != "standing" and not strategy.get("escrow"):
        ways += ["exchange"] * 2
    return ways


def sensible(content: Content) -> Content:
    """What is bound, or kept by a broker, is not passed on."""
    for strategy in content["strategies"].values():
        kept = strategy.get("binding") == "sender-constrained" or strategy.get("custody") == "broker"
        if strategy.get("delegation") == "passthrough" and kept:
            strategy["delegation"] = "own"
    return content
