"""How objectives change, as rows: after whose calls, to what, and which calls leave what a task needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.inputs.diverting import changed_in
from sim.inputs.objectives import ObjectiveChange
from sim.inputs.schema import Scenario
from sim.inputs.touching import acted_on
from sim.model.laws import law
from sim.model.rows import ChangeRow, Narrowed, weighted


def changes(scenario: Scenario, tools: Mapping[str, int], populations: Mapping[str, int]) -> tuple[ChangeRow, ...]:
    """The rows of a scenario's changes of objective, in order of the file.

    Args:
        tools, populations: their ids.
    """
    if not scenario.objective_changes:
        return ()
    resources = [*scenario.estate.resources.values()]
    untrusted = frozenset(
        tools[tool]
        for tool, touched in acted_on(scenario).items()
        if any(resources[place].untrusted_content for place in touched)
    )
    return tuple(
        ChangeRow(
            name=name,
            title=change.title,
            injected=change.injection is not None,
            chance=_chance(change),
            followed=law(change.injection.followed) if change.injection else None,
            tools=untrusted if change.injection else frozenset(tools.values()),
            populations=frozenset(populations[each] for each in changed_in(scenario, change)),
            calls=weighted(tools, change.calls),
            length=law(change.length),
        )
        for name, change in scenario.objective_changes.items()
    )


def _chance(change: ObjectiveChange) -> float:
    return change.injection.carried if change.injection else change.drift or 0.0


def outside(scenario: Scenario, narrowed: Sequence[Narrowed]) -> tuple[frozenset[int], ...]:
    """By standpoint the tools whose calls touch something that it does not need; none where no objective changes.

    Args:
        narrowed: standpoints of delegated tasks, which come after those of the kinds.
    """
    if not scenario.objective_changes:
        return ()
    places = {name: place for place, name in enumerate(scenario.estate.resources)}
    touched = [*acted_on(scenario).values()]
    needs = [frozenset(places[name] for name in kind.needs) for kind in scenario.tasks.values()]
    needs += [each.needs for each in narrowed]
    return tuple(
        frozenset(tool for tool, acts_on in enumerate(touched) if not own.issuperset(acts_on)) for own in needs
    )
