"""Two results folders against each other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sim.core.units import HOUR
from sim.measure.catalogue import METRICS, Metric
from sim.measure.metric import OF_ROWS
from sim.measure.moved import Side, moves
from sim.outputs import folders, store
from sim.outputs.changes import changes
from sim.outputs.diff import FORMS, Diff
from sim.outputs.folders import Saved
from sim.study.settings import one_of


def diff(before: Path | str, after: Path | str, form: str = "text") -> Diff:
    """What changed in the inputs from `before` to `after`, and what moved.

    Args:
        form: how it will be told; checked here, before anything is read.

    Raises:
        ResultsError: one of the folders holds no results, or those of another version.
        UsageError: there is no such form.
    """
    one_of("format", FORMS, form)
    old, new = folders.read(Path(before)), folders.read(Path(after))
    both = tuple(name for name in new.strategies if name in old.strategies)
    left, right = _side(old, both), _side(new, both)
    metrics = tuple(metric for metric in METRICS if _has(left, metric) and _has(right, metric))
    unpaired = tuple(_unpaired(old, new))
    return Diff(
        before=old,
        after=new,
        changes=changes(*(folders.table(one, store.INPUTS, store.read_inputs) for one in (old, new))),
        moves=moves(left, right, both, metrics, paired=not unpaired),
        unpaired=unpaired,
        left_out=tuple(metric.title for metric in METRICS if metric not in metrics) if both else (),
    )


def _side(one: Saved, strategies: tuple[str, ...]) -> Side:
    rows = folders.table(one, store.REPLICATIONS, store.read_rows)
    samples = folders.table(one, store.LEAKS, lambda folder: store.read_leak_samples(folder, strategies))
    if not {*strategies} <= rows.keys():
        raise folders.strange(one.shown)
    numbers, horizon = np.array(one.manifest["replications"]), round(one.manifest["horizon_hours"] * HOUR)
    leaks = folders.table(one, store.LEAKS, store.read_leaks)
    return Side(rows, samples, store.annual_losses(leaks, numbers, strategies, horizon))


def _has(side: Side, metric: Metric) -> bool:
    """Whether the tables have the columns that a metric is made of."""
    columns = [metric.top, *filter(None, [metric.bottom])] if metric.kind in OF_ROWS else []
    return all(column in row for row in side.rows.values() for column in columns)


def _unpaired(old: Saved, new: Saved) -> Iterator[str]:
    """Why replications are no pairs; nothing: they are."""
    seeds = [one.manifest["seed"] for one in (old, new)]
    if seeds[0] != seeds[1]:
        yield f"their seeds differ ({seeds[0]} and {seeds[1]})"
    numbers = [one.manifest["replications"] for one in (old, new)]
    if numbers[0] != numbers[1]:
        many = [len(each) for each in numbers]
        yield f"their replications differ ({many[0]} and {many[1]})"


__all__ = ["diff"]
