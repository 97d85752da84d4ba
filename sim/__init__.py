"""Afterleak: when an AI agent's credential leaks, how long is it usable, what can it reach, what does prevention cost?

For notebooks and programs:

>>> from sim import compare, load
>>> load("quickstart").scenario.title
'Quickstart, three agents and one stored key'
>>> result = compare("quickstart", strategies=["static", "jit-task"], replications=5)
>>> result.strategies
('static', 'jit-task')

`compare` simulates and gives a `Result`: estimates, paired differences and tables, as Arrow, pandas or polars. `read`
gives the same for a results folder. `trace` tells the story of one replication. `charts` draws on a matplotlib axes,
`diff` compares two results folders, `try_claims` puts claims to the test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.inputs.load import load
    from sim.outputs import charts
    from sim.study import Claims, Request, diff, try_claims
    from sim.study.api import Result, compare, read
    from sim.study.stories import Story, trace

__all__ = ["Claims", "Request", "Result", "Story", "charts", "compare", "diff", "load", "read", "trace", "try_claims"]
_PLACES = {
    "Claims": "sim.study",
    "Request": "sim.study",
    "Result": "sim.study.api",
    "compare": "sim.study.api",
    "diff": "sim.study",
    "load": "sim.inputs.load",
    "read": "sim.study.api",
    "Story": "sim.study.stories",
    "trace": "sim.study.stories",
    "try_claims": "sim.study",
}


def __getattr__(name: str) -> Any:
    # Imported when asked for: `afterleak --help` needs none of it.
    from importlib import import_module

    if name == "charts":
        return import_module("sim.outputs.charts")
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(name)
