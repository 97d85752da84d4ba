"""What to compare, and how: a request, completed by its scenario."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.core.errors import ResultsError, UsageError
from sim.core.processes import cores
from sim.engine import choice
from sim.inputs.files import shown_name
from sim.inputs.load import Loaded
from sim.trials.runner import Job
from sim.trials.work import expected_events

MANY_EVENTS = 200_000
"""Expected scheduler events, all strategies and replications together, from which more than one worker is worth it."""


@dataclass(frozen=True)
class Request:
    """What to compare, and how; None: as the scenario says, or for workers as the machine has.

    Attributes:
        scenario: a file, the name of a bundled scenario, or one that was loaded.
        strategies: names out of the scenario; empty: all.
        workers: threads for the compiled engine, processes for the reference.
        out: results folder; None: `results/<scenario>` in the working directory.
        command: how to make it again, for the manifest and the report.
        engine: auto, compiled or reference; never changes a result.
    """

    scenario: str | Path | Loaded = "coding-agents"
    strategies: tuple[str, ...] = ()
    baseline: str | None = None
    replications: int | None = None
    seed: int | None = None
    workers: int | None = None
    out: Path | None = None
    command: str = ""
    engine: str = choice.AUTO


@dataclass(frozen=True)
class Settings:
    """A request, completed by its scenario.

    Attributes:
        engine: that was asked for: auto, compiled or reference.
        events: expected scheduler events, all strategies and replications together.
        folder: for the results, with links followed: a link to a folder stays a link.
        named: the same folder as the user named it.
    """

    job: Job
    baseline: str
    replications: int
    engine: str
    events: float
    workers: int
    folder: Path
    named: Path
    command: str


def complete(loaded: Loaded, request: Request) -> Settings:
    """What a request means for its scenario.

    Raises:
        UsageError: a strategy, baseline or number makes no sense.
        ResultsError: the results folder cannot be one.
    """
    scenario = loaded.scenario
    strategies = named("strategy", scenario.strategies, request.strategies)
    job = Job(scenario, strategies, number(request.seed, scenario.seed, "seed", 0, 2**32 - 1))
    named_folder = Path("results") / loaded.name if request.out is None else Path(request.out)
    replications = number(request.replications, scenario.replications, "replications", 1, 100_000)
    events = expected_events(scenario, strategies) * replications
    return Settings(
        job=job,
        baseline=_baseline(loaded, request.baseline, strategies),
        replications=replications,
        engine=engine(request.engine),
        events=events,
        workers=_workers(request.workers, events, replications),
        folder=_resolved(named_folder),
        named=named_folder,
        command=request.command,
    )


def _baseline(loaded: Loaded, asked: str | None, strategies: tuple[str, ...]) -> str:
    if asked:
        named("strategy", loaded.scenario.strategies, (asked,))
        if asked not in strategies:
            raise UsageError(f"the baseline {asked} is not among the strategies to compare: {', '.join(strategies)}")
        return asked
    default = loaded.scenario.baseline
    return default if default in strategies else strategies[0]


def _resolved(folder: Path) -> Path:
    try:
        resolved, here = folder.resolve(), Path.cwd()
    except (OSError, RuntimeError, ValueError) as error:  # a name too long, links in a circle, a zero byte
        raise ResultsError(f"{shown_name(folder)}: cannot be a results folder") from error
    if resolved == here or resolved in here.parents:
        raise ResultsError(
            f"{shown_name(folder)}: holds the working directory; name a folder below this one with --out"
        )
    return resolved


def engine(asked: str) -> str:
    """The engine asked for.

    Raises:
        UsageError: there is none of this name; the message suggests a near one.
    """
    return one_of("engine", choice.ENGINES, asked)


def one_of(what: str, known: Sequence[str], asked: str) -> str:
    """One of a few words that a command knows.

    Raises:
        UsageError: it is none of them; the message suggests a near one.
    """
    if asked not in known:
        raise UsageError(f"no such {what}; {near(asked, known)}there are: {', '.join(known)}")
    return asked


def named(what: str, known: Iterable[str], wanted: Iterable[str]) -> tuple[str, ...]:
    """The wanted names in the scenario's order; none wanted: all.

    Raises:
        UsageError: one is not known; the message suggests a near one.
    """
    names, asked = list(known), list(wanted)
    for name in asked:
        if name not in names:
            raise UsageError(f"no such {what} in this scenario; {near(name, names)}it has: {', '.join(names)}")
    return tuple(name for name in names if not asked or name in asked)


def near(name: str, names: Sequence[str]) -> str:
    """`did you mean this? `, where one of the names is like it; else nothing."""
    like = [one for one in names if one.startswith(name)] or difflib.get_close_matches(name, names, 1)
    return f"did you mean {like[0]}? " if like else ""


def number(asked: int | None, default: int, what: str, low: int, high: int) -> int:
    """The number asked for, or the default.

    Raises:
        UsageError: it is out of range.
    """
    chosen = default if asked is None else asked
    if not low <= chosen <= high:
        raise UsageError(f"{what} must lie between {low} and {high}")
    return chosen


def _workers(asked: int | None, events: float, replications: int) -> int:
    if asked is not None:
        return number(asked, 1, "workers", 1, 256)
    return 1 if events < MANY_EVENTS else min(cores(), replications)
