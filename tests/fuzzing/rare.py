"""Scenarios for what hardly any random one meets: long lists, crowds, many versions at once, crossed memories.

Each leads both engines to a place of the compiled one that only much of one thing reaches; that it does is asserted in
tests/engine/test_rare_paths.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.fuzzing.compare import Case
from tests.support import scenario

Content = dict[str, Any]
STEPS = 470
"""Calls of a task, so that a step of a later task is remembered at the place of a step of an earlier one."""
OVERLAPS = 4
"""How many times the time between rotations an old version lives on."""


def _exponential(mean: str) -> Content:
    return {"exponential": {"mean": mean}}


# --- long lists: credentials of an agent that will retire ---
def long_lists() -> Case:
    """Hundreds of credentials for tasks are alive at two agents; many others are dead, some of them while in use."""
    lasting = {"issuance": "per-task", "lifetime": "2d"}
    retirement = {"delay": _exponential("10m"), "fails": 0.1}
    some_die = {
        "lifetime": "8h",
        "renewal": {"at": 0.5, "max-life": "12h"},
        "revocation": {
            "task-end": {"delay": _exponential("30m"), "fails": 0.3},
            "retirement": retirement,
            "detection": {"delay": "1m"},
        },
    }
    often, seldom = {"every": {"interval": "1m"}}, {"every": {"interval": "7m", "first": "1m"}}
    content = scenario(
        horizon="1d",
        estate={"tools": {"call": {"duration": _exponential("8m"), "fails": 0.2, "back-off": {"first": "5m"}}}},
        agents={
            "bot": {"arrivals": often, "concurrency": 30, "tenure": "20h"},
            "temp": {"count": 1, "arrivals": seldom, "concurrency": 4, "tenure": "21h", "tasks": {"job": 1}},
        },
        leaks={"log": {"per-use": 0.2, "discovery": {"chance": 0, "time": "1m"}, "detection": {"time": "10m"}}},
    )
    strategies = {
        "all-live": lasting | {"revocation": {"retirement": retirement}},
        "some-die": lasting | some_die,
        "most-expire": lasting | {"lifetime": "20m"},
    }
    return Case(content | {"strategies": strategies})


# --- many versions of a standing credential at once ---
def many_versions() -> Case:
    """Old versions outlive several rotations.

    No scenario file can say so, as the overlap has to be shorter than the time between rotations: with that, one older
    version is alive at most. The engines are told by their plan, and do not rely on it.
    """
    revocation = {
        "detection": {"delay": _exponential("3h"), "fails": 0.2},
        "retirement": {"delay": _exponential("1h")},
    }
    strategy = {
        "issuance": "standing",
        "redeployment": _exponential("30m"),
        "rotation": {"every": "2h", "overlap": "1h", "rollout": _exponential("3h"), "phase": "aligned"},
        "revocation": revocation,
    }
    content = scenario(
        horizon="4d",
        agents={"bot": {"count": 3, "arrivals": {"every": {"interval": "20m"}}, "tenure": "73h"}},
        leaks={
            "log": {
                "per-use": 0.1,
                "discovery": {"time": _exponential("2h")},
                "detection": {"chance": 0.5, "time": _exponential("1h")},
            }
        },
        defender={"intrusion": {"detection": {"time": _exponential("3h")}, "eviction": "1h"}},
    )
    content["strategies"] = {sharing: strategy | {"sharing": sharing} for sharing in ("agent", "fleet")}
    case = Case(content)
    case.plans = {name: replace(plan, overlap=OVERLAPS * plan.rotate_every - 1) for name, plan in case.plans.items()}
    return case


# --- crowds: intruders who all know the same secrets ---
SECRETS, INTRUDERS = 40, 30


def crowds() -> Case:
    """Thirty intruders know forty secrets, and when one is evicted, all others read all of them again."""
    secrets = {f"s{n}": {"opens": "clerk"} | ({"rotated-every": "3d"} if n % 4 == 0 else {}) for n in range(SECRETS)}
    per_task = {"issuance": "per-task", "lifetime": "20d"}
    content = scenario(
        estate={
            "resources": {"box": {"stores": list(secrets)}, "desk": {"sensitivity": 1}},
            "secrets": secrets,
            "roles": {"clerk": {"can": {"desk": "read"}}},
        },
        agents={"bot": {"count": INTRUDERS, "arrivals": {"every": {"interval": "1h"}, "until": "90m"}}},
        leaks={"log": {"per-use": 1, "discovery": {"time": "1h"}}},
        attacker={"hop": {"mixture": [{"weight": 1, "of": "0s"}, {"weight": 1, "of": _exponential("1h")}]}},
        defender={
            "intrusion": {
                "detection": {"chance": 0.15, "time": "4d"},
                "eviction": {"mixture": [{"weight": 1, "of": "0s"}, {"weight": 1, "of": "1d"}]},
            }
        },
    )
    return Case(content | {"strategies": {"standing": {"issuance": "standing"}, "task": per_task}})


# --- crossed memories: steps whose draws are remembered at the same place ---
def crossed_memories() -> Case:
    """A few tasks of many calls, under two strategies."""
    content = scenario(
        horizon="2d",
        estate={"tools": {"call": {"duration": _exponential("1m"), "fails": 0.1, "back-off": {"first": "1s"}}}},
        tasks={"job": {"steps": ["call"] * STEPS, "thinking": _exponential("10s")}},
        agents={"bot": {"count": 2, "arrivals": {"every": {"interval": "1h"}, "until": "4h"}, "concurrency": 2}},
    )
    leased = {"issuance": "leased", "lifetime": "1h"}
    return Case(content | {"strategies": {"standing": {"issuance": "standing"}, "leased": leased}})


# --- handed down: what tasks three levels below work with ---
def handed_down() -> Case:
    """The one in the middle holds nothing that the last one needs; what calls get in exchange leaks and is found.

    The last one drifts now and then to what nobody needs, where such credentials are refused.
    """
    quiet, tool = {"arrivals": {"poisson": {"rate": "0/d"}}}, {"duration": _exponential("1m"), "fails": 0.1}
    content = scenario(
        horizon="10d",
        estate={
            "resources": {"box": {}, "desk": {}, "attic": {}, "vault": {}},
            "roles": {
                "worker": {"can": {"box": "read", "desk": "read", "vault": "read"}},
                "clerk": {"can": {"attic": "read"}},
            },
            "tools": {
                "call": tool | {"touches": ["box"]},
                "pry": tool | {"uses": "worker", "touches": ["vault"]},
                "ask": tool | {"uses": "clerk", "delegates": {"to": "lead", "task": "lead"}},
                "tell": tool | {"uses": "clerk", "delegates": {"to": "hand", "task": "hand"}},
            },
        },
        tasks={
            "job": {"needs": ["box", "desk"], "steps": ["call", "ask"]},
            "lead": {"needs": ["attic", "box", "desk"], "steps": ["tell"], "thinking": "1s"},
            "hand": {"needs": ["box", "desk"], "steps": ["call", "call"], "thinking": "1s"},
        },
        agents={
            "lead": quiet | {"count": 2, "tasks": {"lead": 1}},
            "hand": quiet | {"count": 1, "tasks": {"hand": 1}, "also-calls": ["pry"]},
        },
        leaks={"log": {"per-use": 0.3, "discovery": {"time": _exponential("1m")}}},
    )
    content["objective-changes"] = {"whim": {"drift": 0.05, "agents": ["hand"], "calls": {"pry": 1}, "length": 1}}
    action = {"issuance": "per-action", "lifetime": "1h", "scope": "action", "delegation": "exchange"}
    return Case(
        content | {"strategies": {"standing": {"issuance": "standing", "delegation": "passthrough"}, "action": action}}
    )


RARE: Mapping[str, Callable[[], Case]] = {
    "long-lists": long_lists,
    "many-versions": many_versions,
    "crowds": crowds,
    "crossed-memories": crossed_memories,
    "handed-down": handed_down,
}
