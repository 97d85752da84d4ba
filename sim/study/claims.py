"""Claims from their files to their verdicts: load → simulate every condition → contrast → save."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.core.errors import ResultsError, Stopped
from sim.core.processes import cores
from sim.engine import choice
from sim.inputs.bundled import bundled_claims
from sim.inputs.claims import AS_IS, OFF, Arm, LoadedClaim, load_claim
from sim.inputs.load import Loaded
from sim.measure.catalogue import BY_KEY
from sim.measure.claims import Outcome, outcome
from sim.measure.contrast import CONTRASTED, Side, side
from sim.outputs import store
from sim.outputs.claims import Tried, write
from sim.study.comparing import Silent, Watcher
from sim.study.engines import ready
from sim.study.settings import MANY_EVENTS, number
from sim.study.settings import engine as known_engine
from sim.trials.runner import Job
from sim.trials.series import Piece, series
from sim.trials.work import expected_events


@dataclass(frozen=True)
class Claims:
    """Which claims to try, and how; None: as each claim's scenario says, or for workers as the machine has.

    Attributes:
        claims: files, or names of bundled claims; empty: all that are bundled.
        out: folder for the results; None: they are not saved.
    """

    claims: tuple[str, ...] = ()
    replications: int | None = None
    seed: int | None = None
    workers: int | None = None
    engine: str = choice.AUTO
    out: Path | None = None
    command: str = ""


@dataclass(frozen=True)
class Cell:
    """One scenario of a claim's experiment, and the strategies of it that are sides."""

    loaded: Loaded
    strategies: tuple[str, ...]
    seed: int
    replications: int

    @property
    def key(self) -> tuple[str, tuple[str, ...], int, int]:
        """Cells with the same key give the same."""
        return self.loaded.hash, self.strategies, self.seed, self.replications

    @property
    def piece(self) -> Piece:
        """The work that it takes."""
        return Piece(Job(self.loaded.scenario, self.strategies, self.seed), self.replications)

    @property
    def events(self) -> float:
        """Expected scheduler events."""
        return expected_events(self.loaded.scenario, self.strategies) * self.replications


Key = tuple[str, tuple[str, ...], int, int]
Place = tuple[str | int, str | None]
"""Condition and variant."""


@dataclass(frozen=True)
class _Plan:
    """A claim with all scenarios of its experiment."""

    loaded: LoadedClaim
    cells: dict[Place, Cell]


def try_claims(request: Claims, watcher: Watcher | None = None) -> tuple[Tried, ...]:
    """Put claims to the test.

    Raises:
        ScenarioError: a claim file is wrong.
        UsageError: a number or an engine in the request makes no sense.
        ResultsError: the results folder must not or cannot be written.
        RunError: a worker process was killed.
        Stopped: by the user; nothing was written.
    """
    watcher = watcher or Silent()
    try:
        if request.out is not None:
            store.check_target(request.out)
        plans = [_plan(load_claim(what, CONTRASTED), request) for what in request.claims or bundled_claims()]
        found = _simulated(plans, request, watcher)
        watcher.saving()
        tried = tuple(_tried(plan, found) for plan in plans)
        if request.out is not None:
            _save(tried, request, request.out)
    except KeyboardInterrupt:
        raise Stopped("stopped; nothing was written") from None
    return tried


def _plan(loaded: LoadedClaim, request: Claims) -> _Plan:
    cells = {}
    for condition in loaded.conditions:
        for variant in dict.fromkeys(arm.variant for arm in loaded.arms):
            what = loaded.scenario(condition, variant)
            strategies = tuple(dict.fromkeys(arm.strategy for arm in loaded.arms if arm.variant == variant))
            cells[condition, variant] = Cell(
                what,
                strategies,
                number(request.seed, what.scenario.seed, "seed", 0, 2**32 - 1),
                number(request.replications, what.scenario.replications, "replications", 1, 100_000),
            )
    return _Plan(loaded, cells)


Sides = dict[tuple[Key, str, str], Side]
"""Of a cell, a strategy and a metric."""


def _simulated(plans: list[_Plan], request: Claims, watcher: Watcher) -> Sides:
    cells = {cell.key: cell for plan in plans for cell in plan.cells.values()}
    wanted = {(cell.key, plan.loaded.claim.experiment.metric) for plan in plans for cell in plan.cells.values()}
    metrics = {key: sorted(metric for each, metric in wanted if each == key) for key in cells}
    # The largest first, so that no worker is left with one at the end.
    keys = sorted(cells, key=lambda key: -cells[key].events)
    events = sum(cell.events for cell in cells.values())
    engine = ready(known_engine(request.engine), events, watcher)
    workers = 1 if request.workers is None and events < MANY_EVENTS else request.workers or cores()
    pieces = [cells[key].piece for key in keys]
    watcher.began(sum(piece.steps for piece in pieces), 0)
    found: Sides = {}
    for place, made in series(pieces, engine, number(workers, 1, "workers", 1, 256), watcher.tick):
        key = keys[place]
        for strategy in cells[key].strategies:
            for metric in metrics[key]:
                found[key, strategy, metric] = side(BY_KEY[metric], made.rows[strategy], made.leaks[strategy])
    return found


def _tried(plan: _Plan, found: Sides) -> Tried:
    loaded, experiment = plan.loaded, plan.loaded.claim.experiment

    def under(condition: str | int) -> Outcome:
        def of(arm: Arm) -> Side:
            return found[plan.cells[condition, arm.variant].key, arm.strategy, experiment.metric]

        return outcome(experiment, of)

    cell = plan.cells[AS_IS, experiment.arm.variant]
    return Tried(
        loaded=loaded,
        scenario=cell.loaded,
        seed=cell.seed,
        replications=cell.replications,
        as_is=under(AS_IS),
        off=under(OFF),
        curve=tuple(under(condition) for condition in _steps(loaded)),
    )


def _steps(loaded: LoadedClaim) -> Iterator[int]:
    return (each for each in loaded.conditions if isinstance(each, int))


def _save(tried: tuple[Tried, ...], request: Claims, folder: Path) -> None:
    try:
        store.replace(folder, lambda fresh: write(fresh, tried, request.command))
    except OSError as error:
        raise ResultsError(f"{folder}: cannot be written ({error.strerror})") from error
