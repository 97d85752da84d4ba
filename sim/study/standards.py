"""What a scenario exercises of published frameworks, without simulating it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.inputs.load import load
from sim.outputs.standards import Exercise, as_json, exercise
from sim.study.settings import named


@dataclass(frozen=True)
class Exercised:
    """A scenario's name and title, and what it exercises under some of its strategies."""

    name: str
    title: str
    strategies: tuple[str, ...]
    found: Exercise

    def json(self) -> dict[str, Any]:
        """All of it as plain data."""
        return as_json(self.found, self.name, self.title, self.strategies)


def standards(scenario: str | Path, strategies: tuple[str, ...] = ()) -> Exercised:
    """What a scenario exercises under some of its strategies; none: under all.

    Raises:
        ScenarioError, UsageError: as for compare.
    """
    loaded = load(scenario)
    chosen = named("strategy", loaded.scenario.strategies, strategies)
    return Exercised(loaded.name, loaded.scenario.title, chosen, exercise(loaded.scenario, chosen))
