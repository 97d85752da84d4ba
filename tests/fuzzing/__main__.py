"""Compare the engines on many random scenarios: `python -m tests.fuzzing --cases 5000`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context

from tests.fuzzing.compare import ENGINES, Verdict, each

BLOCK = 10
"""Scenarios that a process takes at a time."""


@dataclass
class Total:
    """What all comparisons gave so far."""

    scenarios: int = 0
    logs: int = 0
    rows: int = 0
    mismatches: list[str] = field(default_factory=list)

    def add(self, one: Verdict) -> None:
        self.scenarios += 1
        self.logs += one.logs
        self.rows += one.rows
        self.mismatches += one.mismatches

    def summary(self) -> str:
        many = len(self.mismatches)
        bad = f"{many:,} mismatch{'es' * (many > 1)}" if many else "no mismatch"
        return f"{self.scenarios:,} scenarios, {self.logs:,} logs, {self.rows:,} rows, {bad}"


def verdicts(numbers: range, engine: str, workers: int) -> Iterator[Verdict]:
    """Verdicts on all numbers as they come; a process that dies is a mismatch of the numbers it may have had."""
    blocks = [numbers[at : at + BLOCK] for at in range(0, len(numbers), BLOCK)]
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        waiting: dict[Future[list[Verdict]], range] = {pool.submit(each, block, engine): block for block in blocks}
        try:
            for done in as_completed(waiting):
                yield from done.result()
        except BrokenProcessPool:
            left = [block[0] for future, block in waiting.items() if not future.done() or future.exception()]
            again = f"--workers 1 --first {min(left)} --cases {BLOCK * (workers + 1)}"
            yield Verdict(min(left), 0, 0, (f"a process died; to find the scenario, run again with {again}",))
        finally:
            pool.shutdown(cancel_futures=True)


def progress(total: Total, cases: int, began: float) -> None:
    """One line that overwrites itself, where somebody is looking."""
    if sys.stderr.isatty():
        rate = total.scenarios / max(time.monotonic() - began, 1e-9)
        end = "\n" if total.scenarios == cases else ""
        print(f"\r{total.summary()}, of {cases:,}, {rate:.0f} a second ", end=end, file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000, help="how many random scenarios (default: 1000)")
    parser.add_argument("--first", type=int, default=0, help="number of the first one (default: 0)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (default: one per core)")
    parser.add_argument("--engine", choices=tuple(ENGINES), default="compiled", help="compared with the reference")
    return parser.parse_args()


def main() -> int:
    """Compare, tell each mismatch as it is found, then sum up; 1 if there was any."""
    asked = arguments()
    total, began = Total(), time.monotonic()
    for one in verdicts(range(asked.first, asked.first + asked.cases), asked.engine, asked.workers):
        total.add(one)
        for mismatch in one.mismatches:
            print(mismatch, flush=True)
        progress(total, asked.cases, began)
    print(total.summary())
    return 1 if total.mismatches else 0


if __name__ == "__main__":
    sys.exit(main())
