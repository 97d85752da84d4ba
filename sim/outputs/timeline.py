"""One replication's credentials as plain data: when each was valid, when it was needed, what happened to it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Lane:
    """One credential. Moments are ticks since the start; intervals are half-open.

    Attributes:
        label: what a person calls it: `deployer of coder-3`, `deployer, fleet`.
        dead_us: None: alive at the horizon.
        needs: when a task of its holder needed it.
        leaks: captures, as (moment, channel).
        blocked_us: attackers' tries that failed.
        compromised_us: first use by an attacker.
        detected_us: the defender noticed the leak.
        asked_us: revocation was asked for.
        takeovers: stretches in which an attacker inside a workload had its use, but not itself.
        death: why it died, as in leaks.parquet; empty while it is alive.
    """

    label: str
    role: str
    issued_us: int
    dead_us: int | None
    needs: tuple[tuple[int, int], ...] = ()
    leaks: tuple[tuple[int, str], ...] = ()
    blocked_us: tuple[int, ...] = ()
    compromised_us: int | None = None
    detected_us: int | None = None
    asked_us: int | None = None
    takeovers: tuple[tuple[int, int], ...] = ()
    death: str = ""


@dataclass(frozen=True)
class Timeline:
    """Some credentials of one replication under one strategy, chosen by whoever made it.

    Attributes:
        start_us, end_us: the stretch of time shown; bars are cut at its ends.
        lanes: at most `MOST_LANES` are drawn.
        chosen: how they were chosen and out of how many, for the caption: `the 20 with the longest exposure, of 812`.
    """

    strategy: str
    replication: int
    start_us: int
    end_us: int
    lanes: tuple[Lane, ...] = field(default=())
    chosen: str = ""

    def death_of(self, lane: Lane) -> int:
        """When the lane's bar ends: its death, or the end of the stretch."""
        return self.end_us if lane.dead_us is None else min(lane.dead_us, self.end_us)

    def valid_us(self) -> int:
        """Total time that the shown credentials are valid within the stretch, in ticks."""
        return sum(max(0, self.death_of(lane) - max(lane.issued_us, self.start_us)) for lane in self.lanes)

    def needed_us(self) -> int:
        """Total time that a task needs them while they are valid, in ticks; needs of a lane do not overlap."""
        return sum(
            max(0, min(to, self.death_of(lane)) - max(since, lane.issued_us, self.start_us))
            for lane in self.lanes
            for since, to in lane.needs
        )


MOST_LANES = 25
