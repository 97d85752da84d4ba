"""Arguments and options that several verbs have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of a bundled one.")]
StrategyNames = Annotated[
    list[str] | None, typer.Option("--strategy", "-s", metavar="NAME", help="Only this strategy; may be repeated.")
]
Engine = Annotated[
    str,
    typer.Option(metavar="NAME", help="auto, compiled (fast; compiles once) or reference; never changes a result."),
]
Workers = Annotated[int | None, typer.Option(help="Processes or threads; never changes a result. Default: all cores.")]
Seed = Annotated[int | None, typer.Option(help="Seed of all draws, 0 to 4294967295. Default: the scenario's.")]
Results = Annotated[Path, typer.Argument(metavar="RESULTS", help="A results folder that compare has written.")]
