"""Threads that run replications and tell one thread, which alone talks to the rest of the program."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Generic, Protocol, TypeVar

from sim.core.stops import heed
from sim.engine.choice import Breath

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

POLL = 0.2
"""Seconds that a wait may last without a look at whether somebody pressed Ctrl-C: on Windows no wait is woken by it."""


class _Dismissed(BaseException):
    """Ends a replication that nobody waits for any more; no `except Exception` on the way holds it up."""


class Worker(Protocol[T_co]):
    """Does numbered pieces of work, one at a time; for one thread."""

    def replication(self, number: int, done: Callable[[], None], breath: Breath, /) -> T_co:
        """Do piece `number`; `done` is called after each step of it, and what `breath` raises ends it."""
        ...


class Crew(Generic[T]):
    """A few threads, each with a runner of its own.

    Args:
        runner: makes one; called in the thread that it is for.
        workers: how many threads.
    """

    def __init__(self, runner: Callable[[], Worker[T]], workers: int) -> None:
        self._runner, self._workers = runner, workers
        self._orders: SimpleQueue[int | None] = SimpleQueue()
        self._told: SimpleQueue[T | BaseException | None] = SimpleQueue()
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def work(self, replications: Sequence[int], tick: Callable[[int], None]) -> Generator[T, None, None]:
        """Yield every replication once, as they finish; one more than there are threads is under way at most.

        What goes wrong in a thread ends the others, and is raised here after all that was finished by then.
        """
        self._begin()
        waiting, under_way = list(reversed(replications)), 0
        while waiting or under_way:
            while waiting and under_way <= self._workers:
                self._orders.put(waiting.pop())
                under_way += 1
            said = self._hear()
            if said is None:
                tick(1)
            elif isinstance(said, BaseException):
                self.dismiss()
                yield from self._rest()
                raise said
            else:
                under_way -= 1
                yield said

    def dismiss(self) -> None:
        """End every thread, within the time between two breaths of a simulation."""
        self._over.set()
        for _ in range(self._workers):
            self._orders.put(None)
        for thread in self._threads:
            while thread.is_alive():
                thread.join(POLL)

    def _begin(self) -> None:
        for number in range(self._workers):
            # As daemons they hold up no exit, should a second Ctrl-C break into `dismiss`.
            thread = threading.Thread(target=self._serve, name=f"afterleak-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def _hear(self) -> T | BaseException | None:
        while True:
            heed()
            with suppress(Empty):
                return self._told.get(timeout=POLL)

    def _rest(self) -> Generator[T, None, None]:
        with suppress(Empty):
            while True:
                said = self._told.get_nowait()
                if said is not None and not isinstance(said, BaseException):
                    yield said

    # --- in a thread of the crew ---
    def _serve(self) -> None:
        try:
            runner = self._runner()
            while (number := self._orders.get()) is not None:
                self._breathe()
                self._told.put(runner.replication(number, lambda: self._told.put(None), self._breathe))
        except _Dismissed:
            pass
        except BaseException as error:
            self._told.put(error)

    def _breathe(self) -> None:
        if self._over.is_set():
            raise _Dismissed
