"""Afterleak: when an AI agent's credential leaks, how long is it usable, what can it reach, what does prevention cost?

>>> from sim import Request, compare, load
>>> load("quickstart").scenario.title
'Quickstart, three agents and one stored key'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.inputs.load import load
    from sim.study import Request, compare

__all__ = ["Request", "compare", "load"]


def __getattr__(name: str) -> Any:
    # Imported when asked for: `afterleak --help` needs none of it.
    if name == "load":
        from sim.inputs.load import load

        return load
    if name in ("Request", "compare"):
        from sim import study

        return getattr(study, name)
    raise AttributeError(name)
