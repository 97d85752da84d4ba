"""Requests to stop, remembered: an interrupt that is lost on its way is heeded all the same.

A signal's handler raises KeyboardInterrupt in whatever the main thread is doing. Where that is a library that takes
any exception for an answer, as numba does while it looks at its arguments, the interrupt is lost. So the handler takes
a note as well, and whoever works for long looks at it now and then.
"""

from __future__ import annotations

import threading

_asked = threading.Event()


def stop(*_: object) -> None:
    """The handler of signals that ask for an end.

    Raises:
        KeyboardInterrupt: always.
    """
    _asked.set()
    raise KeyboardInterrupt


def heed() -> None:
    """Go on, unless somebody asked for an end.

    Raises:
        KeyboardInterrupt: somebody did, perhaps long ago.
    """
    if _asked.is_set():
        raise KeyboardInterrupt


def forget() -> None:
    """Nobody asked for anything."""
    _asked.clear()
