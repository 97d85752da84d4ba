"""What policies denied, for the report: most often denied first."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from sim.outputs import words
from sim.outputs.markdown import Markdown

MOST_ROWS = 50
GROUPS = ("strategy", "policies", "by_error", "tool", "task_kind")


def denied(table: pa.Table | None, replications: int) -> Iterator[tuple[object, ...]]:
    """Strategy, policies, tool, task kind and denials per replication.

    Args:
        table: columns of DenialRow; None: nothing was denied.
        replications: that the table is about, those without denials included.
    """
    sums: dict[tuple[object, ...], int] = {}
    for row in table.to_pylist() if table is not None else ():
        group = tuple(row[name] for name in GROUPS)
        sums[group] = sums.get(group, 0) + row["denials"]
    for (strategy, policies, by_error, tool, kind), count in sorted(sums.items(), key=lambda one: -one[1])[:MOST_ROWS]:
        said = f"{policies} (failed)" if by_error else policies
        yield strategy, said, tool, kind, Markdown(words.value(count / replications, "", 3))
