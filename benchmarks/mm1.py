"""Suite `mm1`: the same queue through both engines, through a hand-written C loop, and through other libraries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from benchmarks.libraries import EXPECTED, checked_wait, libraries, standard_error
from benchmarks.mm1_c import Program, compiler
from benchmarks.subjects import Case, Effort, Log, MismatchError, bare, checked_logs, compiled_log, engines, same
from benchmarks.tables import Column, Row, Table, count, seconds, spread, times
from benchmarks.timing import Measured
from sim.core.units import SECOND
from sim.engine.choice import COMPILED, REFERENCE
from sim.inputs.load import load

SCENARIO = Path(__file__).with_name("mm1.yaml")
C = "C, by hand"
KERNEL = "the compiled engine's kernel, by hand"
SEED = 1


class ByHand(Protocol):
    """A program for this one scenario."""

    def run(self) -> object:
        """Simulate once, nobody reading the log."""

    def log(self) -> Log:
        """The log of a run that is not timed."""
        ...


def suite(effort: Effort) -> list[Table]:
    """Both tables."""
    return [same_algorithm(effort), other_libraries(effort)]


def case(customers: int) -> Case:
    """The queue, up to a horizon by which about so many customers come."""
    scenario = load(SCENARIO).scenario
    rate = next(iter(scenario.agents.values())).arrivals.poisson
    assert rate is not None
    return Case.of(scenario.model_copy(update={"horizon": round(customers / rate.rate / SECOND) * SECOND}))


def logs(queue: Case) -> dict[str, Log]:
    """The log of each subject; all but the reference also process the same events, one by one.

    Raises:
        MismatchError: two of them differ.
    """
    found = {REFERENCE: checked_logs(queue, SEED)[queue.plans[0].name]}
    if COMPILED in engines():
        found[COMPILED] = compiled_log(queue, queue.plans[0], SEED)
    for name, program in _by_hand(queue).items():
        found[name] = program.log()
        same(found[REFERENCE], found[name], name)
    if len({log.events for name, log in found.items() if name != REFERENCE}) > 1:
        raise MismatchError(f"M/M/1: counts of events differ: {found}")
    return found


def _by_hand(queue: Case) -> dict[str, ByHand]:
    programs: dict[str, ByHand] = {}
    if COMPILED in engines():
        from benchmarks.mm1_kernel import Program as Kernel  # numba

        programs[KERNEL] = Kernel(queue, SEED)
    if compiler():
        programs[C] = Program(queue, SEED)
    return programs


def same_algorithm(effort: Effort) -> Table:
    """Engines against C; every log the same, byte for byte."""
    queue = case(2_000 if effort.quick else 90_000)
    found = logs(queue)
    subjects: dict[str, Callable[[], object]] = {name: bare(queue, name, SEED) for name in engines()}
    subjects |= {name: program.run for name, program in _by_hand(queue).items()}
    measured = effort.measure(subjects)
    return Table("mm1", f"M/M/1, log of {count(found[REFERENCE].rows)} rows", COLUMNS, _rows(found, measured))


COLUMNS = (
    Column("subject", "subject"),
    Column("events", "scheduler events", count),
    Column("seconds", "time", spread(seconds)),
    Column("per_event", "per event", seconds),
    Column("against_c", "times C", spread(times)),
    Column("sha256", "log, SHA-256", lambda text: f"`{text[:12]}`"),
)


def _rows(found: dict[str, Log], measured: Measured) -> list[Row]:
    return [
        {
            "subject": name,
            "events": log.events,
            "rows": log.rows,
            "sha256": log.sha256,
            "seconds": measured.seconds(name),
            "per_event": measured.seconds(name).middle / log.events,
            "against_c": measured.ratio(name, C) if C in found else None,
        }
        for name, log in found.items()
    ]


def other_libraries(effort: Effort) -> Table:
    """Customers a second; the libraries keep the waits that they are asked for, the engines write their log."""
    customers = 2_000 if effort.quick else 20_000
    there = libraries()
    waits = {name: checked_wait(name, simulate, customers, SEED) for name, simulate in there.items()}
    subjects = {name: _fixed(simulate, customers) for name, simulate in there.items()}
    queue = case(customers)
    for name in engines():
        subjects[f"Afterleak, {name}"] = bare(queue, name, SEED)
    measured = effort.measure(subjects)
    fast = f"Afterleak, {engines()[-1]}"
    rows: list[Row] = [
        {
            "subject": name,
            "per_second": measured.seconds(name).each(lambda took: customers / took),
            "ratio": measured.ratio(name, fast),
            "wait": waits.get(name),
        }
        for name in subjects
    ]
    expected = f"mean wait (expected {EXPECTED:.1f} ± {standard_error(customers):.1f})"
    columns = (
        Column("subject", "subject"),
        Column("per_second", "customers per second", spread(count)),
        Column("ratio", f"time, against {fast}", spread(times)),
        Column("wait", expected, "{:.2f}".format),
    )
    return Table("libraries", f"M/M/1, {count(customers)} customers", columns, rows)


def _fixed(simulate: Callable[[int, int], float], customers: int) -> Callable[[], object]:
    return lambda: simulate(customers, SEED)
