"""What can go wrong, as one tree.

AfterleakError                 anything a user can cause and should read as one line
├── ScenarioError              a scenario file says something that cannot be meant
├── ResultsError               a results folder cannot be read or written, or must not be overwritten
├── RunError                   a simulation broke off, as when a worker process is killed
├── UsageError                 a command was asked for something that does not exist
└── Stopped                    the user stopped it (exit code 130; all others: 2)
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class AfterleakError(Exception):
    """Base of every error that is shown to a user as one line, without a traceback."""

    exit_code: ClassVar[int] = 2


class UsageError(AfterleakError):
    """A command names a strategy, replication or option value that does not exist."""


class ResultsError(AfterleakError):
    """A results folder is missing, is not one of ours, or must not be overwritten."""


class RunError(AfterleakError):
    """A simulation broke off before its end through no fault of the scenario."""


class Stopped(AfterleakError):  # noqa: N818 - not an error, but an end that was asked for
    """The user stopped a command (Ctrl-C, SIGTERM, a closed terminal); the text says what is left of it."""

    exit_code: ClassVar[int] = 130


class ScenarioError(AfterleakError):
    """A scenario file is wrong at a place.

    Args:
        file: the file as the user named it.
        line: 1-based line, 0 when the file as a whole is meant.
        column: 1-based column, 0 when the file as a whole is meant.
        problem: what is wrong and what is allowed, in one line, without any value of the file.
    """

    def __init__(self, file: str | Path, line: int, column: int, problem: str) -> None:
        self.file, self.line, self.column, self.problem = str(file), line, column, problem
        super().__init__(f"{self.file}:{line}:{column}: {problem}")
