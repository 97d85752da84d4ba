"""Threads that run replications and tell one thread, which alone talks to the rest of the program."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue

from sim.core.stops import heed
from sim.measure.records import Finished
from sim.trials.runner import Runner

POLL = 0.2
"""Seconds that a wait may last without a look at whether somebody pressed Ctrl-C: on Windows no wait is woken by it."""


class _Dismissed(BaseException):
    """Ends a replication that nobody waits for any more; no `except Exception` on the way holds it up."""


class Crew:
    """A few threads, each with a runner of its own.

    Args:
        runner: makes one; called in the thread that it is for.
        workers: how many threads.
    """

    def __init__(self, runner: Callable[[], Runner], workers: int) -> None:
        self._runner, self._workers = runner, workers
        self._orders: SimpleQueue[int | None] = SimpleQueue()
        self._told: SimpleQueue[Finished | BaseException | None] = SimpleQueue()
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def work(self, replications: Sequence[int], tick: Callable[[int], None]) -> Generator[Finished, None, None]:
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
            elif isinstance(said, Finished):
                under_way -= 1
                yield said
            else:
                self.dismiss()
                yield from self._rest()
                raise said

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

    def _hear(self) -> Finished | BaseException | None:
        while True:
            heed()
            with suppress(Empty):
                return self._told.get(timeout=POLL)

    def _rest(self) -> Generator[Finished, None, None]:
        with suppress(Empty):
            while True:
                said = self._told.get_nowait()
                if isinstance(said, Finished):
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
