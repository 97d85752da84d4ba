"""The verbs as people use them: what they print, what they write, how they fail."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import networkx as nx
import pyarrow.parquet as pq
import pytest

from sim.measure.catalogue import BY_KEY, COLUMNS
from sim.measure.leaks import LeakRow
from tests.support import scenario, write

AFTERLEAK = [sys.executable, "-m", "sim.cli"]


def run(*arguments, cwd, timeout=120):
    return subprocess.run(
        [*AFTERLEAK, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "120"},
    )


LEAKY = scenario(
    leaks={"log": {"per-use": 0.2, "discovery": {"chance": 0.5, "time": "1h"}}},
    strategies={"only": None, "static": {"issuance": "standing"}, "jit": {"issuance": "per-task", "lifetime": "15m"}},
)


def test_compare_writes_a_whole_folder(tmp_path):
    done = run("compare", write(tmp_path, LEAKY), "--out", "out", "--seed", 0, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("jit cuts the mean exposure window from")
    out = tmp_path / "out"
    assert {p.name for p in out.iterdir()} == {
        "summary.json",
        "replications.parquet",
        "leaks.parquet",
        "inputs.parquet",
        "manifest.json",
        "report.md",
        "report.html",
        "facts.json",
        "lanes.parquet",
        "arrivals.parquet",
        "charts",
    }
    summary = json.loads((out / "summary.json").read_text())
    assert list(summary["strategies"]) == ["static", "jit"]
    assert set(summary["strategies"]["jit"]) == set(BY_KEY)
    for key in (
        "leaks",
        "compromises",
        "exposure_window_hours",
        "exploitable_window_hours",
        "standing_hours",
        "orphan_hours",
        "late_uses",
        "blast_radius_potential",
        "blast_radius_reached",
        "resource_hours",
        "audit_attributable",
        "review_records",
        "tasks_done",
        "tasks_failed",
        "tasks_failed_credential",
        "added_latency_seconds",
        "issuances",
    ):
        assert set(summary["strategies"]["jit"][key]) == {"estimate", "low", "high"}
    assert summary["seed"] == 0
    rows = pq.read_table(out / "replications.parquet")
    assert rows.column_names == ["strategy", "replication", *COLUMNS]
    assert rows.num_rows == 4
    assert pq.read_table(out / "leaks.parquet").column_names == list(LeakRow.__annotations__)
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["files"][0]["text"] == (tmp_path / "case.yaml").read_text()
    assert manifest["command"].endswith("--seed 0")
    assert {"survival.svg", "survival.png", "reach.svg", "frontier.svg", "timeline.svg"} <= {
        p.name for p in (out / "charts").iterdir()
    }
    assert not list(tmp_path.glob("*.partial"))
    assert not list(tmp_path.glob("*.new"))


def test_running_again_replaces_the_folder_and_gives_the_same_bytes(tmp_path):
    file = write(tmp_path, LEAKY)
    first = run("compare", file, "--out", "out", cwd=tmp_path)
    before = {p.relative_to(tmp_path): p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    again = run("compare", file, "--out", "out", cwd=tmp_path)
    assert first.stdout == again.stdout
    assert before == {p.relative_to(tmp_path): p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("compare", "nowhere.yaml"), "nowhere.yaml"),
        (("compare", "case.yaml", "--strategy", "jitt"), "did you mean jit?"),
        (("compare", "case.yaml", "--baseline", "none"), "no such strategy"),
        (("compare", "case.yaml", "--strategy", "jit", "--baseline", "static"), "not among the strategies"),
        (("compare", "case.yaml", "--replications", "0"), "replications must lie between 1 and 100000"),
        (("compare", "case.yaml", "--seed", "-1"), "seed must lie between 0 and 4294967295"),
        (("compare", "case.yaml", "--workers", "0"), "workers must lie between 1 and 256"),
        (("compare", "case.yaml", "--out", "case.yaml"), "is a file"),
        (("compare", "case.yaml", "--out", "full"), "not afterleak results"),
        (("compare", "case.yaml", "--out", "."), "name a folder below this one"),
        (("compare", "case.yaml", "--out", ".."), "name a folder below this one"),
        (("compare", "case.yaml", "--out", "x" * 300), "cannot be"),
        (("compare", "x" * 300), "there is no such file"),
        (("compare", "x" * 300 + ".yaml"), "cannot be read"),
        (("trace", "case.yaml", "--strategy", "jut"), "did you mean jit?"),
        (("graph", "case.yaml", "--role", "wroker"), "did you mean worker?"),
        (("check", "case.yaml", "nowhere.yaml"), "nowhere.yaml"),
        (("new", "case.yaml"), "exists already"),
        (("compare", "case.yaml", "--replications", "many"), "Invalid value"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2_and_writes_nothing(tmp_path, arguments, says):
    write(tmp_path, LEAKY)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "diary.txt").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "full" / "diary.txt").read_text() == "mine"


def test_an_interrupt_keeps_what_is_finished_and_the_same_command_goes_on(tmp_path):
    content = LEAKY | {"horizon": "60d", "replications": 12}
    file = write(tmp_path, content)
    command = [*AFTERLEAK, "compare", str(file), "--out", "out", "--workers", "2"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "120"}
    started = subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    journal = tmp_path / "out.partial" / "finished.jsonl"
    while not (journal.exists() and journal.read_bytes().count(b"\n") >= 2):
        assert started.poll() is None, started.stderr.read()
        time.sleep(0.05)
    os.killpg(started.pid, signal.SIGINT)
    shown, errors = started.communicate(timeout=60)
    assert started.returncode == 130, errors
    assert "Traceback" not in errors
    assert "of 12 replications were finished and are kept" in shown
    part = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert 2 <= part["replications"] < 12
    resumed = run("compare", file, "--out", "out", "--workers", 2, cwd=tmp_path)
    assert "taken over from an earlier, unfinished run" in resumed.stdout
    run("compare", file, "--out", "fresh", "--workers", 2, cwd=tmp_path)
    for name in ("summary.json", "replications.parquet", "leaks.parquet"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "fresh" / name).read_bytes()
    assert not (tmp_path / "out.partial").exists()


def test_trace_tells_a_story_and_gives_events(tmp_path):
    file = write(tmp_path, LEAKY)
    told = run("trace", file, "--strategy", "jit", "--replication", 1, cwd=tmp_path)
    assert told.returncode == 0
    assert "leaks through log" in told.stdout
    assert "credentials leaked" in told.stdout
    events = run("trace", file, "--strategy", "jit", "--replication", 1, "--json", cwd=tmp_path)
    rows = [json.loads(line) for line in events.stdout.splitlines()]
    assert [row["at_us"] for row in rows] == sorted(row["at_us"] for row in rows)
    captured = [row for row in rows if row["event"] == "captured"]
    assert len(captured) == told.stdout.count("leaks through log")
    assert captured[0]["channel"] == "log"
    assert captured[0]["role"] == "worker"
    every = run("trace", file, "--strategy", "jit", "--replication", 1, "--all", cwd=tmp_path)
    assert len(every.stdout.splitlines()) > len(rows)


def test_graph_draws_and_exports(tmp_path):
    done = run("graph", write(tmp_path, LEAKY), "--role", "worker", "--out", "estate", cwd=tmp_path)
    assert done.stdout.startswith("A credential of worker leads to 1 of 1 resource")
    graph = nx.read_graphml(tmp_path / "estate" / "estate.graphml")
    assert graph.edges["role:worker", "resource:box"]["level"] == "read"
    assert (tmp_path / "estate" / "estate.svg").read_text().startswith("<?xml")


def test_new_check_and_compare(tmp_path):
    assert run("new", "mine.yaml", cwd=tmp_path).returncode == 0
    checked = run("check", "mine.yaml", cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr
    assert "mine.yaml: sound" in checked.stdout
    done = run("compare", "mine.yaml", "--replications", 2, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "results" / "mine" / "report.md").exists()


def test_lists(tmp_path):
    assert "coding-agents" in run("scenarios", cwd=tmp_path).stdout
    schema = json.loads(run("schema", cwd=tmp_path).stdout)
    assert "estate" in json.dumps(schema)
    assert "remed.median_days.dbir2025" in run("evidence", "remed", cwd=tmp_path).stdout
    assert "median: " not in run("evidence", "remed", cwd=tmp_path).stdout
    assert "94" in run("evidence", "remed.median_days.dbir2025", cwd=tmp_path).stdout


def test_markup_in_titles_is_shown_and_not_obeyed(tmp_path):
    content = LEAKY | {"title": "[red]=cmd|' /C calc'!A0[/red] <script>alert(1)</script> $x^2$ | `x`"}
    done = run("compare", write(tmp_path, content), "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    report = (tmp_path / "out" / "report.md").read_text()
    assert "<script>" not in report
    assert "<script>" not in (tmp_path / "out" / "charts" / "survival.svg").read_text()
    told = run("trace", tmp_path / "case.yaml", cwd=tmp_path)
    assert "[red]=cmd" in told.stdout


def test_a_closed_pipe_ends_without_a_word(tmp_path):
    file = write(tmp_path, LEAKY)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    reader = subprocess.Popen(
        [*AFTERLEAK, "trace", str(file), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    reader.stdout.readline()
    reader.stdout.close()
    with reader.stderr as errors:
        assert errors.read() == b""
    assert reader.wait(60) == 1


def test_standards_are_shown_and_told_as_json(tmp_path):
    file = write(tmp_path, LEAKY)
    shown = run("standards", file, cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert re.search(r"^NHI2:2025 +Secret Leakage +Leaks by use", shown.stdout, re.MULTILINE)
    assert "Not exercised by this scenario: Leaks at rest" in shown.stdout
    assert "no claim that" in shown.stdout
    told = json.loads(run("standards", file, "--json", "-s", "static", cwd=tmp_path).stdout)
    assert (told["scenario"], told["strategies"]) == ("case", ["static"])
    status = {each["id"]: each["status"] for each in told["identifiers"]}
    assert (status["NHI2:2025"], status["AC-2(8)"], status["ASI06"]) == ("exercised", "not exercised", "not modelled")
    unknown = run("standards", file, "--strategy", "jti", cwd=tmp_path)
    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)
    assert "did you mean jit?" in unknown.stderr


def test_the_report_has_the_table_of_standards(tmp_path):
    done = run("compare", write(tmp_path, LEAKY), "--out", "out", "-s", "static", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "out" / "report.md").read_text().split("## Standards")[1]
    assert "| OWASP NHI | NHI2:2025 | Secret Leakage | Leaks by use" in text
    assert "| AC-2(8) |" not in text
    assert "Issuance per task (AC-2(8)" in text
