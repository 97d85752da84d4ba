"""The fits to tau-bench's airline runs, from the figures in this folder; see README.md.

Run it from anywhere: `python docs/fits/fit_tau_bench.py` prints every number and redraws tau-bench.svg beside it.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

HERE = Path(__file__).resolve().parent
ALL_CALLS = "runs_by_all_calls"
FIRST_TRIES = "runs_by_first_tries"
LEAST_EXPECTED = 5.0
"""Runs that each class of the chi-square test must be expected to hold; smaller classes are merged."""


@dataclass(frozen=True)
class Fit:
    """A negative-binomial fit: variance is mean + mean²/k.

    Attributes:
        mean, sd: of the sample; sd with n − 1.
        k: by moments. k_likely: by maximum likelihood (the mean's estimate is the sample mean either way).
        chi_square, freedom, p: goodness of fit of the fit by moments.
        p_likely: the same of the fit by maximum likelihood.
        none_seen, none_fitted: share of runs without any call, observed and by the fit by moments.
    """

    mean: float
    sd: float
    k: float
    k_likely: float
    chi_square: float
    freedom: int
    p: float
    p_likely: float
    none_seen: float
    none_fitted: float


@dataclass(frozen=True)
class Share:
    """A share k/n with its 95 % Wilson interval."""

    best: float
    low: float
    high: float


def histogram(column: str) -> NDArray[np.int64]:
    """Runs by number of calls: position 0 holds the runs with no call."""
    with (HERE / "tau-bench.csv").open(encoding="utf-8", newline="") as file:
        return np.array([int(row[column]) for row in csv.DictReader(file)])


def counted() -> dict[str, int]:
    """The counts of results, errors and retries, by name."""
    with (HERE / "tau-bench-errors.csv").open(encoding="utf-8", newline="") as file:
        return {row["figure"]: int(row["count"]) for row in csv.DictReader(file)}


def fit(runs: NDArray[np.int64]) -> Fit:
    """Fit a negative binomial to a histogram of counts."""
    calls = np.repeat(np.arange(len(runs)), runs)
    mean, sd = float(calls.mean()), float(calls.std(ddof=1))
    k = mean**2 / (sd**2 - mean)
    likely = optimize.minimize_scalar(
        lambda shape: -float(spread(mean, shape).logpmf(calls).sum()), bounds=(0.1, 50.0), method="bounded"
    )
    chi_square, freedom, p = goodness(runs, mean, k)
    return Fit(
        mean, sd, k, float(likely.x), chi_square, freedom, p, goodness(runs, mean, float(likely.x))[2],
        float(runs[0] / runs.sum()), float(spread(mean, k).pmf(0)),
    )


def spread(mean: float, k: float) -> stats.distributions.rv_frozen:
    """The negative binomial with this mean and k."""
    return stats.nbinom(k, k / (k + mean))


def goodness(runs: NDArray[np.int64], mean: float, k: float) -> tuple[float, int, float]:
    """Pearson's chi-square against a negative binomial, its degrees of freedom and p; small classes are merged."""
    total = int(runs.sum())
    expected = spread(mean, k).pmf(np.arange(len(runs))) * total
    expected[-1] += spread(mean, k).sf(len(runs) - 1) * total
    classes: list[list[float]] = [[0.0, 0.0]]
    for seen, wanted in zip(runs, expected, strict=True):
        if classes[-1][1] >= LEAST_EXPECTED:
            classes.append([0.0, 0.0])
        classes[-1][0] += float(seen)
        classes[-1][1] += float(wanted)
    if classes[-1][1] < LEAST_EXPECTED:
        last = classes.pop()
        classes[-1] = [classes[-1][0] + last[0], classes[-1][1] + last[1]]
    chi_square = sum((seen - wanted) ** 2 / wanted for seen, wanted in classes)
    freedom = len(classes) - 1 - 2  # two parameters were estimated
    return chi_square, freedom, float(stats.chi2.sf(chi_square, freedom))


def wilson(count: int, of: int) -> Share:
    """A share with its 95 % Wilson score interval."""
    z = float(stats.norm.ppf(0.975))
    share = count / of
    middle = (share + z**2 / (2 * of)) / (1 + z**2 / of)
    half = z / (1 + z**2 / of) * math.sqrt(share * (1 - share) / of + z**2 / (4 * of**2))
    return Share(share, middle - half, middle + half)


def shares() -> dict[str, Share]:
    """The shares that errors and retries come to."""
    n = counted()
    retried = n["failed calls retried at once with the same tool"]
    return {
        "results that are errors": wilson(n["error results"], n["tool results"]),
        "errors retried at once with the same tool": wilson(retried, n["error results"]),
        "such retries that fail again": wilson(n["retries that failed again"], retried),
        "errors among results after an error": wilson(
            n["error results after an error result"], n["results after an error result"]
        ),
        "first tries that fail": wilson(n["first tries that failed"], n["tool results"] - retried),
        "failed first tries retried at once": wilson(
            n["failed first tries retried at once"], n["first tries that failed"]
        ),
    }


def draw(path: Path) -> None:
    """Observed runs by number of calls against the fit by moments; the same bytes every time."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    with plt.rc_context({"svg.hashsalt": "afterleak", "svg.fonttype": "path", "font.size": 10}):
        figure, axes = plt.subplots(1, 2, figsize=(9.6, 3.8), sharey=True, layout="constrained")
        titles = {ALL_CALLS: "All tool calls", FIRST_TRIES: "Without immediate retries of a failed call"}
        for axis, (column, title) in zip(axes, titles.items(), strict=True):
            runs, found = histogram(column), fit(histogram(column))
            calls = np.arange(len(runs))
            fitted = spread(found.mean, found.k).pmf(calls) * runs.sum()
            axis.bar(calls, runs, width=0.9, color="#9db8d2", label="observed, 200 runs")
            label = f"negative binomial, mean {found.mean:.3f}, k {found.k:.3f}"
            axis.plot(calls, fitted, "o-", color="#a63d2f", markersize=3, linewidth=1.2, label=label)
            axis.set(title=title, xlabel="tool calls in a run", xlim=(-0.8, 27.8))
            axis.legend(frameon=False)
            axis.spines[["top", "right"]].set_visible(False)
        axes[0].set_ylabel("runs")
        kind = path.suffix.removeprefix(".")
        figure.savefig(path, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)
        plt.close(figure)


def report() -> str:
    """Every fitted number, as text."""
    lines = []
    for name, column in (("all calls", ALL_CALLS), ("first tries", FIRST_TRIES)):
        found = fit(histogram(column))
        lines += [
            f"{name}: mean {found.mean:.3f}, sd {found.sd:.3f}",
            f"  k by moments {found.k:.3f}; by maximum likelihood {found.k_likely:.3f}",
            f"  chi-square {found.chi_square:.2f} on {found.freedom} degrees, p = {found.p:.4f}",
            f"  chi-square of the maximum likelihood fit: p = {found.p_likely:.4f}",
            f"  runs without a call: {found.none_seen:.3f} observed, {found.none_fitted:.3f} fitted",
        ]
    lines += [f"{name}: {s.best:.4f} [{s.low:.4f}, {s.high:.4f}]" for name, s in shares().items()]
    lines.append(f"longest run of retries: {counted()['longest run of retries']}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
    draw(HERE / "tau-bench.svg")
