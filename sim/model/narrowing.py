"""What delegated tasks can be narrowed to: all that is needed by every task on the way to them."""

from __future__ import annotations

from collections.abc import Mapping

from sim.inputs.delegation import delegating, handed_on
from sim.inputs.schema import Scenario
from sim.model.rows import KindRow, Narrowed


def standpoints(
    scenario: Scenario, numbers: Mapping[str, int], kinds: tuple[KindRow, ...]
) -> tuple[tuple[Narrowed, ...], dict[tuple[int, int], int]]:
    """Standpoints of delegated tasks, and which one a task's standpoint and the kind that it hands over lead to.

    A task that came by itself stands where its kind does, which is its number. Those of delegated tasks have the
    numbers after all kinds; two of the same kind that are narrowed to the same are one.

    Args:
        numbers: of task kinds, by name.
    """
    if not delegating(scenario):
        return (), {}
    handed = {
        numbers[name]: sorted({numbers[kind] for _, kind in handed_on(scenario, task)})
        for name, task in scenario.tasks.items()
    }
    found: dict[Narrowed, int] = {}
    into: dict[tuple[int, int], int] = {}
    start = dict.fromkeys(numbers[kind] for population in scenario.agents.values() for kind in population.tasks)
    queue = [(kind, Narrowed(kind, kinds[kind].needs)) for kind in start]
    for stand, here in queue:
        for kind in handed[here.kind]:
            narrowed = Narrowed(kind, here.needs & kinds[kind].needs)
            if narrowed not in found:
                found[narrowed] = len(kinds) + len(found)
                queue.append((found[narrowed], narrowed))
            into[stand, kind] = found[narrowed]
    return tuple(found), into
