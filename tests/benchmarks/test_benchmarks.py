"""The benchmarks measure what they say: logs that differ and counts that are wrong would be noticed."""

import pytest

from benchmarks import engines, growth, mm1, point, report, tables
from benchmarks.__main__ import SUITES
from benchmarks.libraries import EXPECTED, checked_wait, libraries
from benchmarks.mm1_c import Program, compiler
from benchmarks.subjects import Case, Effort, Log, MismatchError, checked_logs, reference_log, same
from benchmarks.subjects import engines as engines_here
from benchmarks.tables import Column, Table, write
from benchmarks.timing import Measured, Spread, interleaved
from sim.core.draws import Draws
from sim.inputs.schema import Scenario
from tests.support import scenario

QUICK = Effort(quick=True, repeats=1)
FEW = {"quickstart", "coding-agents", "oracles/ephemeral-100-agents"}
needs_c = pytest.mark.skipif(compiler() is None, reason="no C compiler")


@pytest.fixture(scope="module")
def queue():
    return mm1.case(2_000)


def test_every_scenario_and_strategy_is_measured_and_its_log_compared(monkeypatch):
    assert set(engines.bundled_names()) >= FEW  # all of them would take half a minute
    monkeypatch.setattr(engines, "bundled_names", lambda: sorted(FEW))
    scenarios, strategies = engines.suite(QUICK)
    assert {row["name"] for row in scenarios.rows} == FEW
    assert len(strategies.rows) == 9
    for row in scenarios.rows + strategies.rows:
        assert row["events"] > row["rows"] > 0
        assert all(len(sha256) == 64 for sha256 in row["sha256"])
        assert ("ratio" in row) == (len(engines_here()) == 2)


def test_a_log_that_differs_in_one_row_is_noticed(queue):
    log = reference_log(queue, queue.plans[0], Draws(mm1.SEED, 0))
    same(log, Log(log.sha256, log.rows, events=0), "counts of events may differ")
    with pytest.raises(MismatchError):
        same(log, Log("0" * 64, log.rows, log.events), "a hash")
    other = reference_log(queue, queue.plans[0], Draws(mm1.SEED, 1))
    with pytest.raises(MismatchError):
        same(log, other, "another replication")


def test_events_counted_are_those_of_the_model_before_the_horizon():
    # A task every hour for ten days, each with seven events: it comes, its process starts, it is let in, it thinks, it
    # has called its tool, it leaves its place, its process ends. And the stream of tasks starts and ends.
    case = Case.of(Scenario.model_validate(scenario()))
    assert checked_logs(case, 0)["only"].events == 240 * 7 + 2


def test_a_report_is_measured_and_is_the_same_again():
    ((row,),) = (table.rows for table in report.suite(QUICK))
    assert (row["name"], row["strategies"]) == ("quickstart", 3)
    assert 100_000 < row["bytes"] < 3_000_000
    assert row["leaks"] > 0


@needs_c
def test_the_c_loop_writes_the_log_of_the_reference(queue):
    logs = mm1.logs(queue)
    assert len({(log.sha256, log.rows) for log in logs.values()}) == 1
    assert mm1.C in logs and logs[mm1.C].rows > 8_000


@needs_c
def test_the_c_loop_with_another_order_of_equal_times_writes_another_log(queue):
    right, wrong = Program(queue, mm1.SEED).log(), Program(queue, mm1.SEED, "FAULT").log()
    assert wrong.rows == right.rows
    with pytest.raises(MismatchError):
        same(right, wrong, "planted fault")


@needs_c
def test_the_c_loop_runs_over_many_chunks_and_counts_alike_with_and_without_a_reader(queue):
    program = Program(mm1.case(10_000), mm1.SEED)
    assert program.run() == program.run()
    assert program.run().rows == program.log().rows > 2 * 16_384


def test_mm1_tables_have_every_subject():
    same_algorithm, others = mm1.suite(QUICK)
    expected = {*engines_here(), *([mm1.C] if compiler() else []), *([mm1.KERNEL] if len(engines_here()) == 2 else [])}
    assert {row["subject"] for row in same_algorithm.rows} == expected
    assert len({row["sha256"] for row in same_algorithm.rows}) == 1
    assert {row["subject"] for row in others.rows} == {*libraries(), *(f"Afterleak, {e}" for e in engines_here())}


def test_a_library_that_simulates_another_queue_is_noticed():
    with pytest.raises(MismatchError):
        checked_wait("half as busy", lambda customers, seed: EXPECTED / 9, 100_000, 1)
    assert checked_wait("right", lambda customers, seed: EXPECTED, 100_000, 1) == EXPECTED


def test_a_point_of_growth_counts_what_the_reference_counts():
    wanted = {"of": "graph", "number": 90, "strategy": "standing"}
    measured = [point.main(wanted | {"engine": engine}) for engine in engines_here()]
    assert {(row["rows"], row["leaks"], row["tasks"]) for row in measured} == {(measured[0]["rows"], 1, 1)}
    # Ten roles with seven resources each, nine secrets: all of them are reached, and every hop is a row.
    assert measured[0]["rows"] > 70 + 9
    assert all(row["peak"] > 10_000_000 and row["more"] >= 0 for row in measured)


def test_growth_is_measured_in_processes_of_its_own():
    row = growth._point("one", of="agents", number=2, horizon="3d", strategy="static")
    assert row["events"] > 0 and row["per_event"] > 0 and row["more"] >= 0


def test_rounds_are_interleaved_and_ratios_are_those_of_a_round():
    calls = []
    measured = interleaved({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 3, 0.0)
    assert "".join(calls) == "ababab"
    assert {name: len(rounds) for name, rounds in measured.rounds.items()} == {"a": 3, "b": 3}
    drifting = Measured({"slow": [4.0, 40.0, 8.0], "fast": [2.0, 20.0, 2.0]})
    assert drifting.ratio("slow", "fast") == Spread(2.0, 2.0, 4.0)
    assert Spread.of([1.0, 2.0, 4.0]).each(lambda took: 8 / took) == Spread(4.0, 2.0, 8.0)


def test_tables_are_written_between_their_markers_and_nowhere_else(tmp_path):
    document = tmp_path / "page.md"
    document.write_text("above\n<!-- generated: one -->\nold\n<!-- end -->\nbelow\n", encoding="utf-8")
    table = Table(
        "one", "One", (Column("a", "A"), Column("b", "B", tables.seconds)), [{"a": "x", "b": 0.012}, {"a": "y"}]
    )
    assert write([table, Table("two", "Two", (), [])], document) == ["two"]
    assert document.read_text(encoding="utf-8") == (
        "above\n<!-- generated: one -->\n\n| A | B |\n| --- | --: |\n| x | 12 ms |\n| y | – |\n\n<!-- end -->\nbelow\n"
    )


def test_numbers_are_shown_with_three_figures():
    assert [tables.seconds(v) for v in (123.4, 1.234, 0.01234, 0.0001234, 2e-8)] == [
        "123 s", "1.23 s", "12.3 ms", "123 µs", "20 ns",
    ]  # fmt: skip
    assert [tables.times(v) for v in (41.26, 412.6)] == ["41.3 ×", "413 ×"]
    assert [tables.short(v) for v in (12, 1_234, 1_234_567)] == ["12", "1.23 k", "1.23 M"]


def test_the_document_has_a_place_for_every_table():
    text = tables.DOCUMENT.read_text(encoding="utf-8")
    names = ("machine", "engines", "strategies", "mm1", "libraries", "replications", "commands", "report")
    names += ("growth", "graph", "year", "reach")
    for name in names:
        assert text.count(f"<!-- generated: {name} -->") == 1, name
    assert set(SUITES) == {"engines", "mm1", "throughput", "report", "growth", "reach"}
    assert text.count("<!-- generated:") == text.count("<!-- end -->") == len(names)
