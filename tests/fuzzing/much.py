"""Much of one thing, laid over a few random scenarios: what else they hardly ever reach (see `rare`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.fuzzing.dice import Dice

Content = dict[str, Any]
SECRETS = 24


def long_lists(content: Content, dice: Dice, beats: float) -> None:
    """An agent that will retire has a task each beat, and each task's credentials live for long."""
    content.pop("issuer", None)
    busy = content["agents"][next(iter(content["agents"]))]
    busy |= {"count": 1, "concurrency": dice.whole(4, 12), "arrivals": {"every": {"interval": dice.span(1, 1)}}}
    busy["tenure"] = dice.span(0.7 * beats, 0.95 * beats)
    revocation = {"retirement": {"delay": dice.times(0, 4), "fails": 0.1}, "detection": {"delay": dice.times(0, 1)}}
    lasting = {"issuance": "per-task", "lifetime": dice.span(0.5 * beats, beats), "revocation": revocation}
    fails = {"task-end": {"delay": dice.times(0, 8), "fails": 0.5}}
    content["strategies"] |= {"lasting": lasting, "half": lasting | {"revocation": revocation | fails}}


def crowds(content: Content, dice: Dice, beats: float) -> None:
    """Many secrets lie where the first tool's role leads; who is inside stays for long."""
    estate = content["estate"]
    role = estate["roles"][estate["tools"][next(iter(estate["tools"]))]["uses"]]
    where, level = next(iter(role["can"].items()))
    secrets: Content = {f"much{n}": {"opens": "much", "readable-with": level} for n in range(SECRETS)}
    for secret in dice.some(list(secrets.values()), 0, 5):
        secret["rotated-every"] = dice.span(20, 50)
    estate["roles"]["much"] = {"can": {"attic": "read"}}
    estate["resources"]["attic"] = {"sensitivity": 1}
    estate["resources"][where]["stores"] = list(secrets)
    estate["secrets"] = {**estate["secrets"], **secrets}
    content["leaks"]["much"] = {"per-use": 0.1, "discovery": {"time": dice.times(0, 4)}}
    noticed = {"time": dice.times(0.1 * beats, 0.3 * beats), "chance": 0.1}
    content["defender"]["intrusion"] = {"detection": noticed, "eviction": dice.times(0, 3)}
    endless = {"issuance": "per-task", "lifetime": dice.span(beats, beats)}
    content["strategies"] = {"endless": endless, "standing": {"issuance": "standing"}}


def long_tasks(content: Content, dice: Dice, beats: float) -> None:
    """Tasks of so many calls that two tasks' steps are remembered at the same place."""
    short = {"exponential": {"mean": f"{round(dice.beat * 60 * beats / 2_000)}s"}}
    for tool in content["estate"]["tools"].values():
        tool |= {"duration": short, "retries": 3, "fails": 0.01, "back-off": {"first": "1s", "jitter": 1}}
    tools = content["estate"]["tools"]
    for task in content["tasks"].values():
        task.pop("markov", None)
        task.pop("deadline", None)
        task |= {"steps": [dice.pick(task.get("steps") or list(tools)) for _ in range(dice.whole(460, 500))]}
        task["thinking"] = "0s"
        task["steps"] += list(tools)  # whatever it needs can be touched


OVERLAYS: Mapping[int, Callable[[Content, Dice, float], None]] = {
    62: long_tasks,
    73: crowds,
    84: long_lists,
    94: crowds,
    95: long_lists,
}
"""Of a hundred numbers, those with much of something."""


def with_much(place: int, content: Content, dice: Dice, beats: float) -> Content:
    """The scenario of a number, with its overlay if there is one; place: of the number in its hundred."""
    if place in OVERLAYS:
        OVERLAYS[place](content, dice, beats)
    return content
