"""Distributions by the parameters people know; a plain value is a constant.

`Distribution[Duration]` holds durations in ticks, `Distribution[Money]` money, `Distribution[Number]` counts.
"""

from __future__ import annotations

from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.inputs.quantities import Number, Positive, Probability, quantity_name, wrong

Q = TypeVar("Q")


def kebab(name: str) -> str:
    """`at_least` → `at-least`: how keys are written in scenario files."""
    return name.replace("_", "-")


class Model(BaseModel):
    """What every part of a scenario shares: kebab-case keys, no unknown keys, no changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=kebab, populate_by_name=False)

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """`Distribution[Duration]` is called `DistributionOfDuration` wherever its name is shown."""
        return f"{cls.__name__}Of{''.join(quantity_name(each) for each in params)}"


class Lognormal(Model, Generic[Q]):
    """Two of: median, mean, p95, sigma (the standard deviation of the logarithm)."""

    median: Q | None = None
    mean: Q | None = None
    p95: Q | None = None
    sigma: Positive | None = None

    @model_validator(mode="after")
    def _identified(self) -> Self:
        given = {name for name in ("median", "mean", "p95", "sigma") if getattr(self, name) is not None}
        if given not in ({"median", "p95"}, {"median", "sigma"}, {"mean", "sigma"}, {"median", "mean"}):
            raise wrong("lognormal takes median and p95, median and sigma, mean and sigma, or median and mean")
        low, high = self.median, self.p95 if self.p95 is not None else self.mean
        if low is not None and low <= 0:  # type: ignore[operator]
            raise wrong("the median of a lognormal must be above 0")
        if low is not None and high is not None and high <= low:  # type: ignore[operator]
            raise wrong("p95 and mean of a lognormal must be above its median")
        return self


class Exponential(Model, Generic[Q]):
    """Memoryless: the same chance in every moment."""

    mean: Q


class Weibull(Model, Generic[Q]):
    """Shape below 1: early or very late; 1: exponential; above 1: around the scale."""

    shape: Positive
    scale: Q


class Uniform(Model, Generic[Q]):
    """Anything from low to high alike."""

    low: Q
    high: Q

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.high < self.low:  # type: ignore[operator]
            raise wrong("uniform: low must not be above high")
        return self


class Triangular(Model, Generic[Q]):
    """From low to high, most often around mode."""

    low: Q
    mode: Q
    high: Q

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.mode <= self.high:  # type: ignore[operator]
            raise wrong("triangular: low, mode and high must be in order")
        return self


class Gamma(Model, Generic[Q]):
    """A sum of `shape` memoryless waits, with this mean."""

    shape: Positive
    mean: Q


class Beta(Model, Generic[Q]):
    """A Beta(a, b) stretched over [low, high]."""

    a: Positive
    b: Positive
    low: Q
    high: Q

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.high < self.low:  # type: ignore[operator]
            raise wrong("beta: low must not be above high")
        return self


class NegativeBinomial(Model):
    """Counts 0, 1, 2…; variance is mean + mean²/k."""

    mean: Positive
    k: Positive

    @model_validator(mode="after")
    def _countable(self) -> Self:
        if self.mean > 10_000 or self.mean > 1_000 * self.k:
            raise wrong("the mean of negative-binomial counts is at most 10000, and at most 1000 times k")
        return self


class Geometric(Model):
    """Counts 1, 2, 3…: tries up to the first success."""

    mean: Positive

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.mean < 1:
            raise wrong("the mean of a geometric count is 1 or more")
        return self


class Empirical(Model, Generic[Q]):
    """Quantiles, probability → value, joined by straight lines; or a one-column CSV file of observations."""

    quantiles: dict[float, Q] | None = None
    file: str | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if (self.quantiles is None) == (self.file is None):
            raise wrong("empirical takes either quantiles or file")
        if self.quantiles is not None:
            at = list(self.quantiles)
            if len(at) < 2 or any(not 0 <= p <= 1 for p in at):
                raise wrong("quantiles: at least two, each at a probability from 0 to 1")
            values = [self.quantiles[p] for p in at]
            if at != sorted(at) or values != sorted(values):  # type: ignore[type-var]
                raise wrong("quantiles must be in rising order, of probability and of value")
        return self


class Part(Model, Generic[Q]):
    """One of the distributions of a mixture, and how often it is drawn from."""

    weight: Positive
    of: Distribution[Q]


FAMILIES = (
    "constant",
    "lognormal",
    "exponential",
    "weibull",
    "uniform",
    "triangular",
    "gamma",
    "beta",
    "negative_binomial",
    "geometric",
    "empirical",
    "mixture",
)

COUNTS_ONLY = ("negative_binomial", "geometric")


class Distribution(Model, Generic[Q]):
    """One family, and where wanted the values to cut it at."""

    constant: Q | None = None
    lognormal: Lognormal[Q] | None = None
    exponential: Exponential[Q] | None = None
    weibull: Weibull[Q] | None = None
    uniform: Uniform[Q] | None = None
    triangular: Triangular[Q] | None = None
    gamma: Gamma[Q] | None = None
    beta: Beta[Q] | None = None
    negative_binomial: NegativeBinomial | None = None
    geometric: Geometric | None = None
    empirical: Empirical[Q] | None = None
    mixture: list[Part[Q]] | None = Field(default=None, min_length=1)
    at_least: Q | None = Field(default=None, description="values below this become this")
    at_most: Q | None = Field(default=None, description="values above this become this")

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return value if isinstance(value, dict | Distribution) else {"constant": value}

    @model_validator(mode="after")
    def _one_family(self) -> Self:
        if len(self.families) != 1:
            names = ", ".join(kebab(f) for f in FAMILIES)
            raise wrong(f"a distribution is a plain value or exactly one of: {names}")
        if self.family in COUNTS_ONLY and not self.counts():
            raise wrong(f"{kebab(self.family)} draws counts, which have no unit; it cannot stand here")
        if self.at_least is not None and self.at_most is not None and self.at_most < self.at_least:  # type: ignore[operator]
            raise wrong("at-least must not be above at-most")
        return self

    @classmethod
    def counts(cls) -> bool:
        """Whether this draws plain numbers, rather than durations or money."""
        return cls.__pydantic_generic_metadata__["args"] == (Number,)

    @property
    def families(self) -> list[str]:
        """The families that are given; exactly one once validated."""
        return [name for name in FAMILIES if getattr(self, name) is not None]

    @property
    def family(self) -> str:
        """The family's name in this class, such as `negative_binomial`."""
        return self.families[0]


class Chance(Model, Generic[Q]):
    """Something that happens with a probability, and then after a time."""

    chance: Probability = Field(default=1.0, description="probability that it happens at all")
    time: Distribution[Q] = Field(description="how long it then takes")


__all__ = ["FAMILIES", "Chance", "Distribution", "Model", "Number", "kebab"]
