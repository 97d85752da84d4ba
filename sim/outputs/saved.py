"""All that a results folder's report says and its charts show, read back from the folder alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.core.errors import ResultsError
from sim.measure.catalogue import METRICS
from sim.measure.statistics import Comparison, Difference, Estimate
from sim.outputs import facts, folders, lane_table, store
from sim.outputs.report import ReportFacts
from sim.outputs.timeline import Timeline


@dataclass(frozen=True)
class Told:
    """What a results folder tells.

    Attributes:
        folder: with its manifest and summary.
    """

    folder: folders.Saved
    facts: ReportFacts
    story: Timeline
    arrivals: pa.Table

    @property
    def comparison(self) -> Comparison:
        """Every metric of every strategy, and the differences."""
        return self.facts.comparison


def read(folder: Path) -> Told:
    """Read a results folder that this version of Afterleak has written.

    Raises:
        ResultsError: it is none, is of another version, or is damaged.
    """
    kept = folders.read(folder)
    if kept.summary.get("metrics", {}).keys() != {metric.key for metric in METRICS}:
        raise ResultsError(
            f"{kept.shown}: was made by another version of afterleak, with other metrics; compare again with this one"
        )
    told = folders.content(folder, kept.shown, store.FACTS, facts.FORMAT)
    try:
        found = ReportFacts(
            comparison=comparison(kept.summary),
            finding=kept.summary["finding"],
            leaks=store.read_leaks(folder),
            denials=store.read_denials(folder),
            budgets=kept.verdicts,
            **facts.parsed(told),
        )
        arrivals = store.read_arrivals(folder)
        story = lane_table.read_lanes(folder / store.LANES)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:  # pyarrow's errors are of these kinds
        raise folders.strange(kept.shown) from error
    return Told(kept, found, story, arrivals)


def comparison(summary: Mapping[str, Any]) -> Comparison:
    """The comparison that a summary.json tells of.

    Raises:
        KeyError, TypeError, AttributeError: it is not one.
    """
    return Comparison(
        strategies=tuple(summary["strategies"]),
        baseline=summary["baseline"],
        replications=summary["replications"],
        estimates={
            name: {m.key: Estimate(*_interval(row[m.key])) for m in METRICS}
            for name, row in summary["strategies"].items()
        },
        differences={
            name: {m.key: _difference(row[m.key]) for m in METRICS} for name, row in summary["differences"].items()
        },
        censored={name: (row["alive_at_horizon"], row["leaks"]) for name, row in summary["censored"].items()},
    )


def _interval(row: Mapping[str, Any]) -> tuple[float | None, float | None, float | None]:
    return row["low"], row["estimate"], row["high"]


def _difference(row: Mapping[str, Any]) -> Difference:
    return Difference(*_interval(row), Estimate(*_interval(row["probability_lower"])), row["compared"])
