"""One replication as a notebook tells it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.core.units import HOUR
from sim.inputs.load import Loaded
from sim.outputs import frames, notebook, store
from sim.outputs.frames import Kind
from sim.outputs.story import Line, Teller, clock
from sim.outputs.words import tidy
from sim.study import replays


@dataclass(frozen=True)
class Story:
    """One replication under one strategy: what leaked, who found it, what they reached, who noticed.

    A notebook shows it as a timeline.

    >>> story = trace("quickstart", strategy="static", replication=1)
    >>> story.lines().column_names
    ['hours', 'when', 'about', 'text']
    >>> sorted(set(story.leaks()["outcome"].to_pylist()))
    ['compromised', 'unfound']
    """

    title: str
    strategy: str
    replication: int
    seed: int
    _teller: Teller

    def told(self, everything: bool = False) -> list[Line]:
        """Moments in order; with `everything` also tasks, calls and issuances."""
        return list(self._teller.lines(everything))

    def lines(self, kind: Kind = "arrow", *, everything: bool = False) -> Any:
        """A row for each moment: hours since the start, the same as a clock, what it is about, and what happened."""
        rows = [
            {"hours": line.at / HOUR, "when": clock(line.at), "about": line.mark, "text": line.text}
            for line in self.told(everything)
        ]
        return frames.converted(pa.Table.from_pylist(rows, schema=frames.LINES), kind)

    def events(self, kind: Kind = "arrow") -> Any:
        """A row for each event of the log, with names."""
        return frames.converted(pa.Table.from_pylist(list(self._teller.events())), kind)

    def leaks(self, kind: Kind = "arrow") -> Any:
        """A row for each leaked credential, with the path of an intrusion."""
        rows = [dict(leak) for leak in self._teller.leaks]
        return frames.converted(pa.Table.from_pylist(rows, schema=store.LEAK_SCHEMA), kind)

    @property
    def heading(self) -> str:
        """Which replication this is."""
        return f"{tidy(self.title)}: {self.strategy}, replication {self.replication}, seed {self.seed}"

    def _repr_html_(self) -> str:
        return notebook.story_html(self.heading, self.told())

    def __repr__(self) -> str:
        return f"<{self.heading}>"


def trace(
    scenario: str | Path | Loaded = "coding-agents",
    strategy: str | None = None,
    replication: int = 0,
    *,
    seed: int | None = None,
    engine: str = "auto",
) -> Story:
    """Simulate one replication of one strategy and tell what happened.

    Args:
        scenario: a file, the name of a bundled scenario, or one that was loaded.
        strategy: None: the baseline.
        replication: number, from 0; the same as in a comparison with this seed.
        seed: None: the scenario's.
        engine: `auto`, `compiled` or `reference`; never changes a result.

    Raises:
        ScenarioError: the scenario file is wrong.
        UsageError: a strategy or number makes no sense.
    """
    told = replays.trace(scenario, strategy, replication, seed, engine)
    return Story(told.title, told.strategy, told.replication, told.seed, told.teller)
