"""A results folder that is read again, by another command or another day."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from sim.core.errors import ResultsError
from sim.inputs.files import shown_name
from sim.measure.budgets import Verdict
from sim.measure.statistics import Estimate
from sim.outputs import budgets, store
from sim.outputs.summary import FORMAT

T = TypeVar("T")


@dataclass(frozen=True)
class Saved:
    """What lies in a results folder; tables are read when they are asked for.

    Attributes:
        shown: the folder as it was named.
    """

    folder: Path
    shown: str
    manifest: Mapping[str, Any]
    summary: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return str(self.manifest["scenario"])

    @property
    def title(self) -> str:
        """Title of the scenario."""
        return str(self.summary["title"])

    @property
    def baseline(self) -> str:
        """What the others were compared with."""
        return str(self.manifest["baseline"])

    @property
    def command(self) -> str:
        """What made the results."""
        return str(self.manifest["command"])

    @property
    def asked(self) -> int:
        """Replications that were asked for."""
        return int(self.manifest["replications_asked"])

    @property
    def replications(self) -> int:
        """Replications that were finished."""
        return len(self.manifest["replications"])

    @property
    def strategies(self) -> tuple[str, ...]:
        """Those that were compared, in order."""
        return tuple(self.summary["strategies"])

    @cached_property
    def estimates(self) -> dict[str, dict[str, Estimate]]:
        """Strategy → metric → estimate, of summary.json."""
        return {
            name: {key: Estimate(one["low"], one["estimate"], one["high"]) for key, one in found.items()}
            for name, found in self.summary["strategies"].items()
        }

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The budgets, as they were judged."""
        return budgets.read(self.summary["budgets"])


def read(folder: Path) -> Saved:
    """The results in a folder.

    Raises:
        ResultsError: there are none, they are incomplete, or another version of the program made them.
    """
    shown = shown_name(folder)
    try:
        if not folder.is_dir():
            what = "is a file" if folder.exists() else "is no folder"
            raise ResultsError(f"{shown}: {what}; name a results folder, such as results/quickstart")
    except (OSError, ValueError) as error:
        raise ResultsError(f"{shown}: cannot be read") from error
    manifest = content(folder, shown, store.MANIFEST, store.FORMAT)
    summary = content(folder, shown, store.SUMMARY, FORMAT)
    saved = Saved(folder, shown, manifest, summary)
    try:
        _ = saved.name, saved.title, saved.command, saved.asked, saved.replications, saved.estimates, saved.verdicts
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise strange(shown) from error
    _check_keys(shown, manifest)
    return saved


def _check_keys(shown: str, manifest: Mapping[str, Any]) -> None:
    """Raise unless what is read later is there, and of its kind."""
    kinds = {"seed": int, "code": str, "baseline": str, "versions": dict, "addresses": dict, "scenario_hash": str}
    kinds["horizon_hours"] = float
    if not all(isinstance(manifest.get(key), kind) for key, kind in kinds.items()):
        raise strange(shown)


def content(folder: Path, shown: str, name: str, known: int) -> Mapping[str, Any]:
    """One of the folder's JSON files, of the format that this version knows.

    Raises:
        ResultsError: it is missing, is something else, or is of another version.
    """
    found = _content(folder, shown, name)
    _check_version(shown, name, found, known)
    return found


def _content(folder: Path, shown: str, name: str) -> Mapping[str, Any]:
    try:
        text = (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ResultsError(
            f"{shown}: holds no results of afterleak ({name} is missing); afterleak compare makes such a folder"
        ) from error
    except (OSError, ValueError) as error:
        raise ResultsError(f"{shown}: {name} cannot be read") from error
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise strange(shown) from error
    if not isinstance(content, dict) or content.get("tool") != "afterleak":
        raise ResultsError(f"{shown}: holds no results of afterleak ({name} is something else)")
    return content


def _check_version(shown: str, name: str, content: Mapping[str, Any], known: int) -> None:
    if content.get("format") != known:
        written = content.get("format")
        which = f"format {written}" if isinstance(written, int) else "no format"
        raise ResultsError(
            f"{shown}: was made by another version of afterleak ({name} has {which}, this version reads {known}); "
            "compare again with this one"
        )


def table(one: Saved, name: str, read: Callable[[Path], T]) -> T:
    """What a function reads from a results folder, of which it needs this file.

    Raises:
        ResultsError: it is missing or damaged.
    """
    if not (one.folder / name).is_file():
        raise ResultsError(f"{one.shown}: {name} is missing; compare again")
    try:
        return read(one.folder)
    except (OSError, ValueError, KeyError) as error:  # pyarrow's errors are of these kinds
        raise strange(one.shown) from error


def strange(shown: str) -> ResultsError:
    """An error about a folder whose content is not what was written there."""
    return ResultsError(f"{shown}: its files are damaged; compare again")


__all__ = ["Saved", "content", "read", "strange", "table"]
