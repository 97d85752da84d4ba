"""Finished replications on disk as soon as they are finished, so that no interrupt and no crash loses one.

The journal is a folder beside the results folder-to-be: `job.json` says what is being simulated, `finished.jsonl`
holds one line per finished replication. A later run of the same job takes them over; any other job starts anew.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from sim.measure.records import Finished

PACKAGE = Path(__file__).parent.parent


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
        folder: made if missing; emptied if it belongs to another job.
        job: what identifies the job, JSON-safe.
    """

    def __init__(self, folder: Path, job: dict[str, Any]) -> None:
        self.folder = folder
        self._lines = folder / "finished.jsonl"
        self._places: dict[int, int] = {}
        identity = json.dumps(job | {"code": code_version()}, sort_keys=True)
        if _text(folder / "job.json") != identity:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            (folder / "job.json").write_text(identity, encoding="utf-8")
            self._lines.touch()
        self._find_finished()
        self._file = self._lines.open("ab")

    def _find_finished(self) -> None:
        """Index complete lines; cut off a torn last one."""
        sound = 0
        with self._lines.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._places[json.loads(line)["replication"]] = sound
                sound += len(line)
        with self._lines.open("ab") as file:
            file.truncate(sound)

    @property
    def replications(self) -> list[int]:
        """Numbers of the finished replications, rising."""
        return sorted(self._places)

    def add(self, finished: Finished) -> None:
        """Keep a finished replication."""
        line = json.dumps(asdict(finished), allow_nan=False).encode() + b"\n"
        self._places[finished.replication] = self._file.seek(0, 2)
        self._file.write(line)
        self._file.flush()

    def read(self, numbers: list[int]) -> Iterator[Finished]:
        """The kept replications of these numbers, in this order, one in memory at a time."""
        with self._lines.open("rb") as file:
            for number in numbers:
                file.seek(self._places[number])
                yield Finished(**json.loads(file.readline()))

    def close(self) -> None:
        """Stop writing; what was kept stays."""
        self._file.close()

    def remove(self) -> None:
        """The results are saved elsewhere: the journal has done its work."""
        self.close()
        shutil.rmtree(self.folder)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return ""
