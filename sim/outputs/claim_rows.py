"""A claim's row in tables and in the forest plot."""

from __future__ import annotations

from dataclasses import dataclass

from sim.measure.estimates import Estimate
from sim.measure.verdicts import Predicted, Verdict


@dataclass(frozen=True)
class ClaimRow:
    """One claim, tried.

    Attributes:
        key: name of the claim's file, without its ending.
        title: a few words.
        claim: the claim in one sentence.
        metric: key in the catalogue.
        arm: what was tried: a strategy, `jit-task`, or one in a variant of the scenario, `static, many tools`.
        against: what it was compared with.
        predicts: on which side of `against` (of `times` as much) the arm was predicted to lie.
        times: as a multiple of what it was compared with; 1: lower, or higher, at all.
        effect: arm - times × against, in the metric's unit, with its 95 % interval. Where the claim is about a
            difference that is larger than another one: the difference of the two differences.
        multiple: arm / against with its 95 % interval, 1 for no difference; undefined for differences of differences
            and where nothing was seen on the other side.
        verdict: supported, if the interval lies on the predicted side as a whole.
        without: the verdict where the mechanism is switched off.
        breaks: where along the claim's parameter it stops being true, in words.
    """

    key: str
    title: str
    claim: str
    metric: str
    arm: str
    against: str
    predicts: Predicted
    times: float
    effect: Estimate
    multiple: Estimate
    verdict: Verdict
    without: Verdict
    breaks: str
