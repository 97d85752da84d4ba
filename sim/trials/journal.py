"""Finished replications on disk as soon as they are finished, so that no interrupt and no crash loses one.

The journal is a folder beside the results folder-to-be: `job.json` says what is being simulated, `finished.jsonl`
holds one line per finished replication. A later run of the same job takes them over; any other job starts anew.
Two runs at once are kept apart by a lock. Nothing is ever deleted there but these files.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from sim.core.errors import ResultsError
from sim.measure.arrivals import ArrivalRow
from sim.measure.records import Finished

if sys.platform != "win32":
    import fcntl

PACKAGE = Path(__file__).parent.parent
TOOL = "afterleak"
JOB, LINES, LOCK = "job.json", "finished.jsonl", "lock"
KEYS = ("replication", "rows", "leaks", "denials", "arrivals")


@cache
def code_version() -> str:
    """A hash of the package's sources: the same job under other code is another job."""
    digest = hashlib.sha256()
    for file in sorted(PACKAGE.rglob("*.py")):
        digest.update(file.relative_to(PACKAGE).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


class Journal:
    """The finished replications of one job.

    Args:
        folder: made if missing; what it holds of another job is forgotten.
        job: what identifies the job, JSON-safe.

    Raises:
        ResultsError: the folder holds something that is not ours, or another run is using it.
    """

    def __init__(self, folder: Path, job: dict[str, Any]) -> None:
        self.folder = folder
        self._lines = folder / LINES
        self._places: dict[int, int] = {}
        _refuse_foreign(folder)
        self._made = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(folder)
        try:
            self._begin(json.dumps(job | {"tool": TOOL, "code": code_version()}, sort_keys=True))
            # Without a buffer: one that could not be written for lack of space would fail once more on closing.
            self._file = self._lines.open("ab", buffering=0)
        except BaseException:
            self._unlock()
            raise

    def _begin(self, identity: str) -> None:
        if _text(self.folder / JOB) != identity:
            self._lines.unlink(missing_ok=True)
            whole = self.folder / f"{JOB}.new"
            whole.write_text(identity, encoding="utf-8")
            whole.replace(self.folder / JOB)
        self._lines.touch()
        self._find_finished()

    def _find_finished(self) -> None:
        """Index complete lines up to the first that is torn or garbled; cut off the rest."""
        sound = 0
        with self._lines.open("rb") as file:
            for line in file:
                number = _replication(line)
                if number is None:
                    break
                self._places[number] = sound
                sound += len(line)
        os.truncate(self._lines, sound)

    @property
    def replications(self) -> list[int]:
        """Numbers of the finished replications, rising."""
        return sorted(self._places)

    def add(self, finished: Finished) -> None:
        """Keep a finished replication."""
        content = {key: getattr(finished, key) for key in KEYS}
        left = memoryview(json.dumps(content, allow_nan=False).encode() + b"\n")
        place = self._file.seek(0, os.SEEK_END)
        while left:
            left = left[self._file.write(left) :]
        self._places[finished.replication] = place  # only now: half a line is no finished replication

    def read(self, numbers: list[int]) -> Iterator[Finished]:
        """The kept replications of these numbers, in this order, one in memory at a time."""
        with self._lines.open("rb") as file:
            for number in numbers:
                file.seek(self._places[number])
                kept = json.loads(file.readline())
                yield Finished(**kept | {"arrivals": [ArrivalRow(*row) for row in kept["arrivals"]]})

    def close(self) -> None:
        """Stop writing and let others in; what was kept stays."""
        self._file.close()
        self._unlock()

    def remove(self) -> None:
        """The journal has done its work, or there is none: leave nothing of it, nor the empty folders made for it."""
        self._file.close()
        for name in (LINES, JOB, LOCK):  # the lock last: nobody else gets in before
            (self.folder / name).unlink(missing_ok=True)
        self._unlock()
        with suppress(OSError):  # someone put something there
            self.folder.rmdir()
            for each in self._made[1:]:
                each.rmdir()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _refuse_foreign(folder: Path) -> None:
    if not os.path.lexists(folder):
        return
    if folder.is_dir():
        names = {each.name for each in folder.iterdir()}
        if names <= {LOCK, f"{JOB}.new"} or _is_ours(_text(folder / JOB)):
            return
    raise ResultsError(
        f"{folder}: is not an afterleak run's, and that name is needed for finished replications; "
        "name another folder with --out"
    )


def _is_ours(text: str) -> bool:
    try:
        job = json.loads(text)
    except ValueError:
        return False
    return isinstance(job, dict) and job.get("tool") == TOOL


def _locked(folder: Path) -> int | None:
    """A lock that goes with the process, however it ends; None: there are no locks on this system."""
    if sys.platform == "win32":
        return None
    taken = ResultsError(f"{folder}: another run is writing there; wait for it, or name another folder with --out")
    file = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A run that has just ended may have deleted the very file that was opened: its lock would keep nobody out.
        if os.stat(folder / LOCK).st_ino == os.fstat(file).st_ino:  # noqa: PTH116
            return file
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError:  # some network file systems have no locks
        return file
    os.close(file)
    raise taken


def _replication(line: bytes) -> int | None:
    """The number in a complete line; None: the line is torn or garbled."""
    try:
        content = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    if not isinstance(content, dict) or content.keys() != set(KEYS):
        return None
    number = content["replication"]
    return number if isinstance(number, int) else None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
