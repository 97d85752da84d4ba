"""Where compiled code is kept, keyed by the sources that it was compiled from: numba does not see edits elsewhere."""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import suppress
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

SIM = Path(__file__).parent.parent.parent
READY = "ready"
KEPT = 4
"""So many versions of the compiled code are kept."""


@cache
def key() -> str:
    """A hash of the sources that the compiled code can depend on, and of where they are: numba asks for both."""
    digest = hashlib.sha256(str(SIM).encode() + b"\0")
    for room in ("core", "model", "engine"):
        for file in sorted((SIM / room).rglob("*.py")):
            digest.update(file.relative_to(SIM).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """The folder of this version's compiled code; it need not exist."""
    return user_cache_path("afterleak", appauthor=False) / "compiled" / key()


def is_warm() -> bool:
    """Has this version been compiled here before?"""
    return (cache_folder() / READY).exists()


def prepared() -> Path | None:
    """The folder, made if missing; None: it cannot be made, so nothing will be kept."""
    try:
        cache_folder().mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return cache_folder()


def mark_warm() -> None:
    """Remember that all is compiled, and forget the oldest versions."""
    with suppress(OSError):
        (cache_folder() / READY).touch()
        os.utime(cache_folder())  # in use, and so not the oldest
        versions = sorted(cache_folder().parent.iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)
        for each in versions[KEPT:]:
            shutil.rmtree(each, ignore_errors=True)
