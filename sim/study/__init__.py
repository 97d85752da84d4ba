"""The only wiring: what each verb does, from its request to what it shows."""

from sim.study import again
from sim.study.again import chart, report
from sim.study.budgets import budgets
from sim.study.claims import Claims, try_claims
from sim.study.comparing import Silent, Study, Watcher, compare
from sim.study.diff import diff
from sim.study.engines import Warmed, warm_up
from sim.study.files import Drawn, graph, new, write
from sim.study.replays import Replay, Traced, replay, trace
from sim.study.settings import Request
from sim.study.standards import Exercised, standards

__all__ = [
    "Claims",
    "Drawn",
    "Exercised",
    "Replay",
    "Request",
    "Silent",
    "Study",
    "Traced",
    "Warmed",
    "Watcher",
    "again",
    "budgets",
    "chart",
    "compare",
    "diff",
    "graph",
    "new",
    "replay",
    "report",
    "standards",
    "trace",
    "try_claims",
    "warm_up",
    "write",
]
