"""The verbs of `afterleak`. No logic: parse, call, print."""

from __future__ import annotations

import gc
import io
import os
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import Engine, Results, ScenarioName, Seed, StrategyNames, Workers
from sim.cli.process import command, end_as_with_ctrl_c, loading
from sim.core.errors import AfterleakError, Stopped

app = typer.Typer(
    name="afterleak",
    help="When an AI agent's credential leaks: how long does it stay usable, what can it reach, and what does each "
    "way of issuing credentials cost?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"afterleak {version('afterleak')}")
        raise typer.Exit


@app.callback()
def afterleak(
    version: Annotated[  # its callback answers
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """When an AI agent's credential leaks: how long is it usable, what can it reach, and what does prevention cost?"""


@app.command()
def compare(
    scenario: ScenarioName = "coding-agents",
    strategy: StrategyNames = None,
    baseline: Annotated[
        str | None, typer.Option(metavar="NAME", help="What others are compared with. Default: as the scenario says.")
    ] = None,
    replications: Annotated[int | None, typer.Option("--replications", "-n", help="Default: the scenario's.")] = None,
    seed: Seed = None,
    workers: Workers = None,
    engine: Engine = "auto",
    out: Annotated[Path | None, typer.Option(help="Results folder. Default: results/SCENARIO.")] = None,
) -> None:
    """Simulate a scenario under its strategies, compare them, and save tables, charts and a report."""
    from sim.outputs.studio import beside

    with beside() as studio:  # its process gets ready while this one loads the rest
        with loading():
            from sim import study
            from sim.outputs import screen
            from sim.outputs.progress import Progress

        request = study.Request(
            scenario, tuple(strategy or ()), baseline, replications, seed, workers, out, command(), engine
        )
        with Progress() as progress:
            done = study.compare(request, progress, studio)
    screen.show_comparison(done)
    if done.ran.interrupted:
        raise typer.Exit(Stopped.exit_code)


@app.command()
def budgets(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="A results folder of compare.")],
    scenario: Annotated[
        str | None, typer.Option(metavar="SCENARIO", help="Judge by its budgets. Default: those of the results.")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="NAME", help="text, md (for a comment), json or junit.")
    ] = "text",
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write JUnit XML there as well.")] = None,
) -> None:
    """Judge results by budgets: exit code 0 all passed, 1 some failed, 3 some undecided and none failed."""
    from sim import study
    from sim.outputs.budgets_table import print_budgets
    from sim.outputs.screen import console

    judged = study.budgets(results, scenario, form)
    if junit is not None:
        study.write(junit, judged.text("junit"))
    print_budgets(console(), judged, form)
    raise typer.Exit(judged.exit_code)


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="A results folder of compare.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="Another one.")],
    form: Annotated[str, typer.Option("--format", metavar="NAME", help="text, md (for a comment) or json.")] = "text",
) -> None:
    """Tell what changed in the inputs from results A to results B, and which numbers moved by how much."""
    from sim import study
    from sim.outputs.diff_table import print_diff
    from sim.outputs.screen import console

    print_diff(console(), study.diff(before, after, form), form)


@app.command()
def trace(
    scenario: ScenarioName = "coding-agents",
    strategy: Annotated[
        str | None, typer.Option("--strategy", "-s", metavar="NAME", help="Default: the baseline.")
    ] = None,
    replication: Annotated[int, typer.Option("--replication", "-k", min=0, help="Which replication, from 0.")] = 0,
    seed: Seed = None,
    engine: Engine = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Every event as one JSON object per line.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Tasks, calls and issuances too.")] = False,
) -> None:
    """Tell the story of one replication: leaks, attackers, defenders, as a timeline."""
    from sim import study
    from sim.outputs import screen
    from sim.outputs.progress import Progress

    with Progress() as progress:
        told = study.trace(scenario, strategy, replication, seed, engine, progress, whole=as_json or everything)
    if as_json:
        screen.show_events(told)
    else:
        screen.show_story(told, everything)


@app.command()
def graph(
    scenario: ScenarioName = "coding-agents",
    role: Annotated[
        str | None, typer.Option(metavar="NAME", help="Show what a leaked credential of it leads to.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for estate.svg, estate.png and estate.graphml.")] = Path(),
) -> None:
    """Draw the access graph, with the reach of a role, and export it as GraphML."""
    from sim import study
    from sim.outputs import screen

    screen.show_graph(study.graph(scenario, role, out))


@app.command()
def report(
    results: Results,
    kind: Annotated[str, typer.Option("--format", metavar="NAME", help="html, md, json or csv.")] = "html",
    out: Annotated[
        Path | None, typer.Option(help="The file to write, - for the screen. Default: report.FORMAT among the results.")
    ] = None,
) -> None:
    """Make the report again from a results folder: one HTML page, Markdown, JSON, or its numbers as CSV."""
    from sim import study
    from sim.outputs import screen

    screen.show_written(study.report(results, kind, out))


@app.command()
def chart(
    results: Results,
    name: Annotated[str, typer.Argument(metavar="NAME", help="survival, frontier …: the names of the charts in it.")],
    out: Annotated[Path | None, typer.Option(help="The file to write. Default: NAME.svg here.")] = None,
    kind: Annotated[
        str | None, typer.Option("--format", metavar="NAME", help="svg or png. Default: as the file's name says.")
    ] = None,
    dark: Annotated[bool, typer.Option("--dark", help="For a dark background.")] = False,
) -> None:
    """Draw one chart from a results folder."""
    from sim import study
    from sim.outputs import screen

    screen.show_written(study.chart(results, name, out, kind, dark))


@app.command()
def check(files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Scenario files.")]) -> None:
    """Check scenario files; the first problem of each is told as file:line:column."""
    from sim.inputs.load import load
    from sim.outputs import screen
    from sim.outputs.progress import Progress

    wrong = 0
    for file in files:
        try:
            with Progress(hidden=True) as progress:
                loaded = load(file, progress.reading)
            screen.show_checked(file, loaded)
        except AfterleakError as error:
            wrong += 1
            screen.show_error(str(error))
    if wrong:
        raise typer.Exit(2)


@app.command()
def claims(
    claim: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CLAIM…]", help="Claim files, or names of bundled ones. Default: all bundled ones."),
    ] = None,
    replications: Annotated[
        int | None, typer.Option("--replications", "-n", help="Of each scenario. Default: as it says.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of all draws. Default: each scenario's.")] = None,
    workers: Workers = None,
    engine: Engine = "auto",
    out: Annotated[Path | None, typer.Option(help="Folder for claims.md, claims.json, a forest plot, sweeps.")] = None,
) -> None:
    """Put claims about strategies to the test: effect, verdict, and where each stops being true."""
    from sim import study
    from sim.outputs import claims_screen
    from sim.outputs.progress import Progress

    request = study.Claims(tuple(claim or ()), replications, seed, workers, engine, out, command())
    with Progress() as progress:
        tried = study.try_claims(request, progress)
    claims_screen.show_claims(tried, out)


@app.command()
def warmup() -> None:
    """Compile the fast engine ahead of time; otherwise the first large comparison does."""
    from sim import study
    from sim.outputs import screen
    from sim.outputs.progress import Progress

    with Progress() as progress:
        warmed = study.warm_up(progress)
    screen.show_warmed(warmed)


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for completion in an editor."""
    import json

    from sim.inputs.json_schema import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))


@app.command()
def scenarios() -> None:
    """List the bundled scenarios."""
    from sim.inputs.bundled import bundled
    from sim.outputs import screen

    screen.show_scenarios(bundled())


@app.command()
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not exist.")],
) -> None:
    """Write a small, commented scenario to start from."""
    from sim import study

    study.new(file)
    typer.echo(f"{file}: written; next: afterleak check {shlex.quote(str(file))}")


@app.command()
def evidence(
    key: Annotated[str | None, typer.Argument(metavar="KEY", help="One entry in full, or the start of some.")] = None,
) -> None:
    """Show the evidence that scenario values can cite, with sources and grades."""
    from sim.inputs.evidence import catalogue
    from sim.outputs import screen

    screen.show_evidence(catalogue(), key)


@app.command()
def standards(
    scenario: ScenarioName = "coding-agents",
    strategy: StrategyNames = None,
    as_json: Annotated[bool, typer.Option("--json", help="All identifiers with their evidence, as JSON.")] = False,
) -> None:
    """Show which identifiers of published frameworks a scenario says something about, and through what."""
    import json

    from sim import study
    from sim.outputs import screen

    found = study.standards(scenario, tuple(strategy or ()))
    if as_json:
        typer.echo(json.dumps(found.json(), indent=2, ensure_ascii=False))
    else:
        screen.show_standards(found.title, found.found)


def main() -> None:
    """Entry point: errors that a user can cause become one line and exit code 2, or 130 when they stopped it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # not every terminal can show every name
    end_as_with_ctrl_c()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads for large matrices, of which there are none
    try:
        app()
    except AfterleakError as error:
        from sim.outputs import screen

        screen.show_error(f"afterleak: {error}")
        sys.exit(error.exit_code)
    finally:
        gc.freeze()  # nothing is collected from what the end of the process frees anyway
