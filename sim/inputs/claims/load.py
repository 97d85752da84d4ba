"""A claim file → a checked `Claim` and the scenarios of its experiment, through the loader of scenarios."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from sim.inputs.bundled import CLAIMS, bundled_claims
from sim.inputs.claims.schema import VALUE, Arm, Claim
from sim.inputs.load import Kind, Loaded, Reading, checked, opened, validated
from sim.inputs.merge import merge
from sim.inputs.messages import unknown_name
from sim.inputs.schema import Scenario
from sim.inputs.shapes import shape
from sim.inputs.tree import Entry, Group, Items, Problems, Scalar, Tree, find, walk
from sim.inputs.yaml_tree import parse, unwatched

AS_IS: Final = "as it is"
OFF: Final = "off"
Condition = str | int
"""The scenario as it is, with the mechanism off, or with one of the sweep's values, by its number."""

KIND = Kind(
    "claim",
    lambda: list(bundled_claims()),
    lambda name: bundled_claims().get(name.removesuffix(".yaml")),
    lambda name: f"scenarios/{CLAIMS}/{name.removesuffix('.yaml')}.yaml",
)


@dataclass(frozen=True)
class LoadedClaim:
    """A claim that was read and checked.

    Attributes:
        name: file name without its ending, or the name of a bundled claim.
        file: as shown in messages.
    """

    name: str
    file: str
    claim: Claim
    tree: Group
    base: Group
    reading: Reading

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All under which the experiment is made."""
        sweep = self.claim.sweep
        return (AS_IS, OFF, *range(len(sweep.values) if sweep else 0))

    @property
    def arms(self) -> tuple[Arm, ...]:
        """Every side of the experiment once."""
        experiment = self.claim.experiment
        more = (experiment.elsewhere.arm, experiment.elsewhere.against) if experiment.elsewhere else ()
        return tuple(dict.fromkeys((experiment.arm, experiment.against, *more)))

    def scenario(self, condition: Condition, variant: str | None) -> Loaded:
        """The scenario of a side under a condition.

        Raises:
            ScenarioError: at the first problem.
        """
        tree = self.base
        change, where = self._change(condition)
        if change is not None and where is None:
            tree = _changed(tree, change)
        if variant is not None:
            tree = _changed(tree, find(self.tree, "variants", variant).tree)
        if change is not None and where is not None and where == variant:
            tree = _changed(tree, change)
        return checked(self.name, tree, self.reading)

    def _change(self, condition: Condition) -> tuple[Tree | None, str | None]:
        """What a condition changes, and in which variant; None: in the scenario itself, before any variant."""
        sweep = self.claim.sweep
        if condition == OFF:
            return find(self.tree, "off", "change").tree, self.claim.off.variant
        if isinstance(condition, int) and sweep is not None:
            value = find(self.tree, "sweep", "values", condition).tree
            return _filled(find(self.tree, "sweep", "change").tree, value), sweep.variant
        return None, None


def load_claim(what: str | Path, metrics: Collection[str]) -> LoadedClaim:
    """Read a claim file, or a bundled claim by its name, and check all scenarios of its experiment.

    Args:
        metrics: keys of those that there are.

    Raises:
        ScenarioError: at the first problem.
    """
    name, source = opened(what, KIND)
    reading = Reading(unwatched)
    tree = parse(source, room=reading.room)
    problems = Problems((source.shown,))
    claim = validated(Claim, tree, problems, 0)
    _check(claim, tree, metrics, problems)
    problems.raise_first()
    reading.sources.append(source)
    written = find(tree, "scenario").tree
    base = reading.over_bases(source, written) if isinstance(written, Group) else tree
    loaded = LoadedClaim(name, source.shown, claim, tree, base, reading)
    for path, arm in _sides(claim):
        strategies = loaded.scenario(AS_IS, arm.variant).scenario.strategies
        if arm.strategy not in strategies:
            place = find(tree, *path, "strategy").tree.place
            problems.add(place, unknown_name("strategy", arm.strategy, strategies))
    problems.raise_first()
    return loaded


def _sides(claim: Claim) -> Iterator[tuple[tuple[str, ...], Arm]]:
    experiment = claim.experiment
    yield ("experiment", "arm"), experiment.arm
    yield ("experiment", "against"), experiment.against
    if experiment.elsewhere:
        yield ("experiment", "elsewhere", "arm"), experiment.elsewhere.arm
        yield ("experiment", "elsewhere", "against"), experiment.elsewhere.against


def _check(claim: Claim, tree: Group, metrics: Collection[str], problems: Problems) -> None:
    """Names that must be there, and what a sweep and an experiment need to be one."""
    if claim.experiment.metric not in metrics:
        place = find(tree, "experiment", "metric").tree.place
        problems.add(place, partial(unknown_name, "metric", claim.experiment.metric, metrics))
    named = [((*path, "variant"), arm.variant) for path, arm in _sides(claim)]
    named += [((part, "variant"), each.variant) for part, each in (("off", claim.off), ("sweep", claim.sweep)) if each]
    for path, variant in named:
        if variant is not None and variant not in claim.variants:
            problems.add(find(tree, *path).tree.place, partial(unknown_name, "variant", variant, claim.variants))
    if claim.experiment.arm == claim.experiment.against and claim.experiment.elsewhere is None:
        place = find(tree, "experiment", "against").tree.place
        problems.add(place, "this is the very side that it is to be compared with")
    if claim.sweep and not any(_is_value(each) for each in walk(find(tree, "sweep", "change").tree)):
        place = find(tree, "sweep", "change").tree.place
        problems.add(place, f"the word {VALUE} stands nowhere in it; write it where each of the values is to stand")


def _changed(base: Group, change: Tree) -> Group:
    merged = merge(base, change, shape(Scenario))
    return merged if isinstance(merged, Group) else base


def _filled(tree: Tree, value: Tree) -> Tree:
    """The change with a value of the sweep wherever the word for it stands."""
    if _is_value(tree):
        return value
    if isinstance(tree, Items):
        return Items(tuple(_filled(each, value) for each in tree.items), tree.place)
    if isinstance(tree, Group):
        return Group({k: Entry(e.place, _filled(e.tree, value)) for k, e in tree.entries.items()}, tree.place)
    return tree


def _is_value(tree: Tree) -> bool:
    return isinstance(tree, Scalar) and tree.value == VALUE
