"""The only wiring: what each verb does, from its request to what it shows."""

from sim.study.comparing import Silent, Study, Watcher, compare
from sim.study.files import Drawn, graph, new
from sim.study.replays import Traced, replay, trace
from sim.study.settings import Request

__all__ = ["Drawn", "Request", "Silent", "Study", "Traced", "Watcher", "compare", "graph", "new", "replay", "trace"]
