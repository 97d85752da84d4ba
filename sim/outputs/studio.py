"""Where charts are drawn: here, and in a process beside this one if there is a core for it.

The process beside gets ready while this one simulates, because loading matplotlib takes as long as drawing a few.
"""

from __future__ import annotations

import gc
import json
import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from typing import IO, TYPE_CHECKING, Any

from sim.core.processes import cores

if TYPE_CHECKING:  # light enough to be there before the rest of the program
    from sim.outputs.sheets import Sheet

Task = tuple[Path, "Sheet", str]
"""A folder, what to draw into it, and the theme's name."""


@dataclass(frozen=True)
class Line:
    """Objects that two processes send each other through pipes.

    Both methods raise EOFError, OSError or UnpicklingError when the other process is gone.
    """

    incoming: IO[bytes]
    outgoing: IO[bytes]

    def send(self, what: object) -> None:
        """Send one object."""
        pickle.dump(what, self.outgoing)
        self.outgoing.flush()

    def receive(self) -> Any:
        """The next object, once it is there."""
        return pickle.load(self.incoming)


class Studio:
    """Draws the sheets of a comparison.

    Args:
        line: to the process beside, which takes tasks and answers each with None or an error; None: all is drawn here.
    """

    def __init__(self, line: Line | None = None) -> None:
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
                error = self._line.receive()
            except (EOFError, OSError, pickle.UnpicklingError):  # the process was killed, perhaps for lack of memory
                tasks.append(task)
                return
            if error is not None:
                raise error


@contextmanager
def beside() -> Iterator[Studio]:
    """A studio with a process of its own, which ends when this is left."""
    command = [sys.executable, "-c", SERVE, json.dumps(sys.path)]
    try:
        process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL) if cores() > 1 else None
    except OSError:  # the machine has no room for it
        process = None
    if process is None:
        yield Studio()
        return
    assert process.stdin
    assert process.stdout
    try:
        yield Studio(Line(process.stdout, process.stdin))
    finally:
        process.kill()
        process.communicate()


SERVE = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from sim.outputs.studio import serve; serve()"
"""Not multiprocessing, which would load the program that was started once more before it draws anything."""


def serve() -> None:
    """In the process beside: draw what is asked for until the other one ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # reaches every process of the terminal; the other one answers it
    line = Line(sys.stdin.buffer, sys.stdout.buffer)
    sys.stdout = sys.stderr  # nothing that prints may disturb the line
    gc.disable()  # what a few charts leave is little, and looking for it takes as long as drawing one
    from sim.outputs.charts import gallery  # noqa: F401 - loading it takes longest

    while True:
        try:
            task = line.receive()
        except EOFError:
            return
        try:
            _draw(task)
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
