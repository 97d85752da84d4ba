"""The whole suite in the least time: what takes long comes early, and the engine is compiled beside the first tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOMS = (("outputs", "inputs", "fuzzing"), ("browser", "cli", "docs"), (), ("core", "measure", "model"))
"""The order of the rooms; what is not named has the empty place. The first never ask for the compiled engine, the
second hardly; then it should be there. Last come many that take no time, so that no worker waits long for another.
"""
COMPILER = pytest.StashKey[subprocess.Popen[bytes]]()


def _rank(item: pytest.Item) -> int:
    room = item.path.relative_to(TESTS).parts[0]
    return next((place for place, rooms in enumerate(ROOMS) if room in rooms), ROOMS.index(()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_rank)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the engine once, where all tests are run by several processes; else each of them would."""
    config = session.config
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.option.collectonly
    if whole and getattr(config.option, "tx", None) and not hasattr(config, "workerinput"):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        config.stash[COMPILER] = subprocess.Popen([sys.executable, "-m", "sim.cli", "warmup"], **quiet)


def pytest_unconfigure(config: pytest.Config) -> None:
    if (compiler := config.stash.get(COMPILER, None)) is not None:
        compiler.kill()
        compiler.wait()
