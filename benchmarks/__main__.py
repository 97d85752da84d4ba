"""All benchmarks in one run: `python -m benchmarks` prints their tables."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import engines, growth, mm1, reach_table, report, throughput
from benchmarks.machine import machine
from benchmarks.subjects import Effort
from benchmarks.tables import DOCUMENT, Table, write

SUITES: dict[str, Callable[[Effort], list[Table]]] = {
    "engines": engines.suite,
    "mm1": mm1.suite,
    "throughput": throughput.suite,
    "report": report.suite,
    "growth": growth.suite,
    "reach": reach_table.suite,
}


def main(arguments: list[str] | None = None) -> None:
    """Run what is asked for."""
    asked = _parser().parse_args(arguments)
    effort = Effort(asked.quick, asked.slow, 2 if asked.quick else asked.repeats)
    console = Console(width=asked.width)
    tables = [machine()]
    for name in asked.only or SUITES:
        began = time.perf_counter()
        made = SUITES[name](effort)
        for table in made:
            table.printed(console)
        console.print(f"suite {name}: {time.perf_counter() - began:.0f} s\n")
        tables += made
    tables[0].printed(console)
    if asked.json:
        found: list[dict[str, Any]] = [table.data() for table in tables]
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if asked.write:
        missing = write(tables)
        console.print(f"written to {DOCUMENT}" + (f", without a place for {', '.join(missing)}" if missing else ""))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see whether everything runs")
    parser.add_argument("--slow", action="store_true", help="also what takes many minutes")
    parser.add_argument("--only", action="append", choices=list(SUITES), metavar="NAME", help=", ".join(SUITES))
    parser.add_argument("--repeats", type=int, default=3, help="rounds of each measurement (default 3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything measured to a file")
    parser.add_argument("--write", action="store_true", help=f"also put the tables into docs/{DOCUMENT.name}")
    parser.add_argument("--width", type=int, default=None, help="columns of the screen")
    return parser


if __name__ == "__main__":
    main()
