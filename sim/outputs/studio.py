"""Where charts are drawn: here, and in a process beside this one if there is a core for it.

The process beside gets ready while this one simulates, because loading matplotlib takes as long as drawing a few.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from sim.core.processes import cores, live_with_parent

if TYPE_CHECKING:  # light enough to be there before the rest of the program
    from multiprocessing.connection import Connection

    from sim.outputs.sheets import Sheet

Task = tuple[Path, "Sheet", str]
"""A folder, what to draw into it, and the theme's name."""


class Studio:
    """Draws the sheets of a comparison.

    Args:
        line: to the process beside, which takes tasks and answers each with None or an error; None: all is drawn here.
    """

    def __init__(self, line: Connection | None = None) -> None:
        self._line = line

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
        while self._line is not None and (task := _taken(tasks.popleft)) is not None:
            try:
                self._line.send(task)
                error = self._line.recv()
            except (EOFError, OSError):  # the process was killed, perhaps for lack of memory
                tasks.append(task)
                return
            if error is not None:
                raise error


@contextmanager
def beside() -> Iterator[Studio]:
    """A studio with a process of its own, which ends when this is left."""
    if cores() == 1:
        yield Studio()
        return
    context = get_context("spawn")
    line, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), name="charts", daemon=True)
    try:
        process.start()
    except OSError:  # the machine has no room for it
        yield Studio()
        return
    finally:
        theirs.close()
    try:
        yield Studio(line)
    finally:
        process.kill()
        process.join()
        line.close()


def _serve(line: Connection) -> None:
    """In the process beside: draw what is asked for until it is killed."""
    live_with_parent()
    from sim.outputs.charts import gallery  # noqa: F401 - loading it takes longest

    while True:
        try:
            _draw(line.recv())
        except EOFError:
            return
        except Exception as error:  # whoever asked is told
            line.send(error)
        else:
            line.send(None)


def _draw_here(tasks: deque[Task]) -> None:
    while (task := _taken(tasks.pop)) is not None:
        _draw(task)


def _taken(take: Callable[[], Task]) -> Task | None:
    """The next task, or None when the other process has taken the last."""
    try:
        return take()
    except IndexError:
        return None


def _draw(task: Task) -> None:
    from sim.outputs.charts.gallery import draw_sheet

    draw_sheet(*task)
