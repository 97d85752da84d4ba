"""Files besides results: a drawn access graph, a scenario to start from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sim.core.errors import ResultsError
from sim.inputs.files import shown_name
from sim.inputs.load import load
from sim.inputs.new import new_scenario
from sim.outputs.estate import estate_files
from sim.study.settings import named


@dataclass(frozen=True)
class Drawn:
    """A drawn access graph: what it shows, and its files."""

    says: str
    files: tuple[Path, ...]


def graph(scenario: str | Path, role: str | None, out: Path) -> Drawn:
    """Draw the access graph with the reach of a role (None: of the one that leads furthest), and export it.

    Raises:
        ScenarioError, UsageError: as for compare; also for a role that does not exist.
    """
    loaded = load(scenario)
    roles = loaded.scenario.estate.roles
    if role is not None:
        (role,) = named("role", roles, (role,))
    try:
        return Drawn(*estate_files(out, loaded.scenario, role))
    except OSError as error:
        raise ResultsError(f"{out}: cannot be written ({error.strerror})") from error


def new(file: Path) -> None:
    """Write a scenario to start from.

    Raises:
        ResultsError: the file exists, or cannot be written.
    """
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(new_scenario(file.stem))
    except FileExistsError as error:
        raise ResultsError(f"{file}: exists already; nothing was written") from error
    except OSError as error:
        raise ResultsError(f"{file}: cannot be written ({error.strerror})") from error


def write(file: Path, text: str) -> None:
    """Write a text that was asked for, in place of what is there.

    Raises:
        ResultsError: it cannot be written.
    """
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ResultsError(f"{shown_name(file)}: cannot be written ({error.strerror})") from error
