"""A claim's experiment, made: the effect, both sides by themselves, and the verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.inputs.claims import Arm, Experiment
from sim.measure.contrast import Side, Term, contrast, multiple
from sim.measure.estimates import UNDEFINED, Estimate
from sim.measure.verdicts import Verdict, verdict


@dataclass(frozen=True)
class Outcome:
    """What came of an experiment.

    Attributes:
        effect: arm - times × against, or the difference of the two differences.
        multiple: arm / against; undefined for differences of differences.
        sides: arm and against by themselves, then those elsewhere, if any.
    """

    effect: Estimate
    multiple: Estimate
    sides: tuple[Estimate, ...]
    verdict: Verdict


def outcome(experiment: Experiment, side: Callable[[Arm], Side]) -> Outcome:
    """The outcome of an experiment whose sides are these."""
    one, other = side(experiment.arm), side(experiment.against)
    sides, terms = [one, other], [(1.0, one), *_against(experiment, other)]
    if experiment.elsewhere:
        sides += [side(experiment.elsewhere.arm), side(experiment.elsewhere.against)]
        terms += [(-experiment.times, sides[2]), (experiment.times, sides[3])]
    effect = contrast(terms)
    apart = UNDEFINED if experiment.elsewhere else multiple([(1.0, one)], [(1.0, other)])
    return Outcome(effect, apart, tuple(each.estimate for each in sides), verdict(effect, experiment.predicts))


def _against(experiment: Experiment, other: Side) -> list[Term]:
    return [(-1.0 if experiment.elsewhere else -experiment.times, other)]
