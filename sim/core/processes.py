"""Processes beside this one: how many the machine has room for, and how they behave."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading


def cores() -> int:
    """Cores that this process may use."""
    # macOS and Windows have no affinity to ask for.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def live_with_parent() -> None:
    """Called in a new process: it lets its parent answer interrupts, and ends when its parent does."""
    # An interrupt, or the terminal's end, reaches every process of the terminal.
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A parent that was killed can end nobody; its children would go on, and then wait for ever.
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
