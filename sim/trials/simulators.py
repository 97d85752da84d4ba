"""The engines behind one call: (plan, seed, replication) → log."""

from __future__ import annotations

from sim.core.draws import Draws
from sim.engine import choice
from sim.engine.choice import Breath, Simulator, Sink
from sim.engine.reference.simulation import run
from sim.model.credentials import Plan
from sim.model.world import World


class Reference:
    """The reference engine; the draws of a replication are kept for its next strategy."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._draws: Draws | None = None

    def run(self, plan: Plan, seed: int, replication: int, sink: Sink, breath: Breath, /) -> None:
        """See `Simulator`."""
        if self._draws is None or self._draws.key != (seed, replication):
            self._draws = Draws(seed, replication)

        def breathing(rows: object) -> None:
            breath()
            sink(rows)  # type: ignore[arg-type]  # rows of the log, whatever they are

        run(self._world, plan, self._draws, breathing)


def simulator(engine: str, world: World, strategies: int) -> Simulator:
    """The engine of this name in a world, for so many strategies of each replication and one thread."""
    return choice.compiled(world, strategies) if engine == choice.COMPILED else Reference(world)
