"""The progress bar: what is being done, and how much of it is left."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress
from rich.text import Text

SIMULATING, READING, CHECKING = "simulating", "reading the scenario", "checking the scenario"
SOON = 2.0
"""Seconds within which a scenario may be read without a word."""


class Progress:
    """A progress bar on standard error, on a terminal only; goes away when it is done.

    Args:
        hidden: until reading takes long.
    """

    def __init__(self, hidden: bool = False) -> None:
        self._began = time.monotonic()
        self._bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not Console(stderr=True).is_terminal,
        )
        self._task = self._bar.add_task(SIMULATING, total=None, visible=not hidden)

    def __enter__(self) -> Progress:
        self._bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.__exit__(kind, error, trace)

    def reading(self, done: int, of: int) -> None:
        """So many characters of a scenario's file are read; with all of them, checking is left."""
        if time.monotonic() - self._began < SOON:
            return
        what = READING if done < of else CHECKING
        self._bar.update(self._task, description=what, completed=100 * done // max(of, 1), total=100, visible=True)

    def compiling(self) -> None:
        """The engine is being compiled."""
        self._bar.update(self._task, description="compiling the engine, once")

    def fell_back(self, why: str) -> None:
        """The reference engine stands in for the compiled one."""
        said = f"{why}; the reference engine simulates instead: the same results, some twenty times slower"
        # Through the bar's own console, so that it moves out of the way.
        self._bar.console.print(Text(f"afterleak: {said}"), soft_wrap=True)

    def began(self, steps: int, done: int) -> None:
        """So many strategy replications in all, so many of them kept from before."""
        self._bar.update(self._task, description=SIMULATING, total=steps, completed=done)

    def tick(self, steps: int) -> None:
        """So many more are finished."""
        self._bar.advance(self._task, steps)

    def saving(self) -> None:
        """Trials are over; statistics and charts follow."""
        self._bar.update(self._task, description="estimating and drawing")
