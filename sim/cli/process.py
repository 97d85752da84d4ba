"""What concerns the process as a whole: how it was called, how it is ended, what it need not collect."""

from __future__ import annotations

import gc
import os
import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sim.core.stops import stop


def command() -> str:
    """How to make it again."""
    # Where the locale is not UTF-8, arguments come with bytes that could not be decoded, and no file could hold those.
    return os.fsencode(shlex.join(["afterleak", *sys.argv[1:]])).decode("utf-8", "replace")


@contextmanager
def loading() -> Iterator[None]:
    """Loading the program makes many objects and no garbage: looking for that would take a tenth of a second."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()  # nor is it looked for among these objects later


def end_as_with_ctrl_c() -> None:
    """A request to end, or a closed terminal, keeps what is finished, like Ctrl-C; and none of them is lost."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        # What is ignored, as by nohup, is meant to be.
        if number is not None and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, stop)
