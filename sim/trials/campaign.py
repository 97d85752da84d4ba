"""All replications of a job: those kept already, and the rest through an executor, each kept as it finishes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from sim.core.stops import heed
from sim.trials.executors import executor
from sim.trials.journal import Journal
from sim.trials.runner import Job


@dataclass(frozen=True)
class Ran:
    """What came of a campaign.

    Attributes:
        replications: numbers of the finished ones, rising.
        taken_over: how many of them an earlier, unfinished run had left.
        interrupted: it was stopped before all were finished.
    """

    replications: list[int]
    taken_over: int
    interrupted: bool


def campaign(
    job: Job,
    replications: int,
    engine: str,
    workers: int,
    journal: Journal,
    began: Callable[[int], None],
    tick: Callable[[int], None],
) -> Ran:
    """Run replications 0 … replications − 1; an interrupt ends the campaign with what is finished.

    Args:
        engine: the name of one that is ready.
        workers: 1 runs in this thread.
        began: told how many replications are kept already.
        tick: told how many strategies of a replication have been finished.
    """
    kept = {number for number in journal.replications if number < replications}
    began(len(kept))
    missing = [number for number in range(replications) if number not in kept]
    interrupted = False
    try:
        if missing:
            # Closed at once when the journal cannot be written: no worker goes on for nobody.
            crew = executor(engine, min(workers, len(missing)))
            with closing(crew.run(job, missing, tick)) as results:
                for finished in results:
                    journal.add(finished)
                    heed()
    except KeyboardInterrupt:
        interrupted = True
    done = [number for number in journal.replications if number < replications]
    return Ran(done, len(kept), interrupted)
