"""Where charts are drawn: here, and in a process beside this one if there is a core for it.

The process beside gets ready while this one simulates, because loading matplotlib takes as long as drawing a few.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import TYPE_CHECKING

from sim.core.processes import cores, live_with_parent

if TYPE_CHECKING:  # light enough to be there before the rest of the program
    from sim.outputs.sheets import Sheet

Task = tuple[Path, "Sheet", str]
"""A folder, what to draw into it, and the theme's name."""


class Studio:
    """Draws the sheets of a comparison; without a pool, all of them here."""

    def __init__(self, pool: ProcessPoolExecutor | None = None) -> None:
        self._pool = pool

    def draw(self, folder: Path, sheets: Sequence[Sheet]) -> None:
        """Draw every sheet in both themes into the folder; the files are the same wherever they are drawn.

        Raises:
            OSError: one could not be written.
        """
        tasks = deque((folder, sheet, theme) for theme in ("light", "dark") for sheet in sheets)
        with ThreadPoolExecutor(1) as messenger:
            theirs = messenger.submit(self._draw_beside, tasks)
            try:
                # From the last on, until this process meets the other, which begins with the first.
                _draw_here(tasks)
                theirs.result()
                _draw_here(tasks)
            finally:
                tasks.clear()

    def _draw_beside(self, tasks: deque[Task]) -> None:
        while self._pool and (task := _taken(tasks.popleft)) is not None:
            try:
                self._pool.submit(_draw, task).result()
            except BrokenProcessPool:  # killed, perhaps for lack of memory
                tasks.append(task)
                return


def _draw_here(tasks: deque[Task]) -> None:
    while (task := _taken(tasks.pop)) is not None:
        _draw(task)


def _taken(take: Callable[[], Task]) -> Task | None:
    """The next task, or None when the other process has taken the last."""
    try:
        return take()
    except IndexError:
        return None


@contextmanager
def beside() -> Iterator[Studio]:
    """A studio with a process of its own, which ends when this is left."""
    before = set(active_children())
    pool = _pool() if cores() > 1 else None
    own = set(active_children()) - before
    try:
        yield Studio(pool)
    finally:
        for process in own:
            process.kill()
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)


def _pool() -> ProcessPoolExecutor | None:
    """One process that is getting ready; None where the machine has no room for one."""
    try:
        pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=live_with_parent)
        pool.submit(_get_ready)
    except (ImportError, OSError, NotImplementedError):  # without semaphores, for one
        return None
    return pool


def _get_ready() -> None:
    from sim.outputs.charts import gallery  # noqa: F401 - loading it is the point


def _draw(task: Task) -> None:
    from sim.outputs.charts.gallery import draw_sheet

    draw_sheet(*task)
