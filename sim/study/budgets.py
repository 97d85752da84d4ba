"""Budgets of saved results, for pipelines."""

from __future__ import annotations

from pathlib import Path

from sim.core.errors import UsageError
from sim.inputs.load import load
from sim.measure.budgets import judge
from sim.outputs import folders
from sim.outputs.budgets import FORMS, Judged
from sim.study.settings import one_of


def budgets(results: Path, scenario: str | Path | None = None, form: str = "text") -> Judged:
    """The verdicts on a results folder.

    Args:
        scenario: judge by the budgets of this scenario instead of those that the results were compared with.

    Raises:
        ResultsError: the folder holds no results, or those of another version.
        ScenarioError: the scenario is wrong.
        UsageError: there are no budgets, or no such form of telling them.
    """
    one_of("format", FORMS, form)
    kept = folders.read(results)
    verdicts = kept.verdicts
    if scenario is not None:
        verdicts = judge(load(scenario).scenario.budgets, kept.estimates, kept.replications)
    if not verdicts:
        raise UsageError(
            f"{kept.shown}: the scenario has no budgets, so there is nothing to judge; "
            "write some into its section budgets, or name a scenario that has with --scenario"
        )
    return Judged(verdicts, kept.name, kept.title, kept.command, kept.replications, kept.asked)
