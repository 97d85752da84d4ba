"""One row per leaked credential: its times, causes, channel and reach. Times are ticks since the start."""

from __future__ import annotations

from typing import TypedDict


class LeakRow(TypedDict):
    """A credential that was captured at least once. Columns of leaks.parquet, in order.

    `None` means that it did not happen before the horizon (or never would).
    """

    strategy: str
    replication: int
    credential: int
    """Serial number of the credential in its replication."""
    role: str
    holder: str
    """`coder-3`, or for shared ones `kind coder` or `fleet`."""
    task_kind: str
    """The task kind of a per-task credential, else empty."""
    channel: str
    """Channel of the first capture."""
    captures: int
    issued_us: int
    leaked_us: int
    """First capture."""
    first_use_us: int | None
    """When an attacker first tried it, dead or alive."""
    used_channel: str
    """Channel of the capture that an attacker used, or tried first; empty: nobody did."""
    used_leak_us: int | None
    """When that capture was."""
    detected_us: int | None
    """When the defender noticed the leak."""
    dead_us: int | None
    """None: alive at the horizon."""
    usable_until_us: int | None
    """When whoever captured it can use it no longer, though it live: the end of the last takeover; for a bound one that
    was copied only, the leak itself. None: as long as it lives."""
    death: str
    """expired, rotated, task-end, retirement, detection, eviction, or `alive` at the horizon."""
    outcome: str
    """unfound, blocked (tried, but dead, bound, or kept by a broker), compromised."""
    compromised_us: int | None
    evicted_us: int | None
    censored: bool
    """It was still of use to whoever captured it at the horizon."""
    exposure_hours: float
    exploitable_hours: float
    potential_resources: int
    potential_share: float
    potential_weight: int
    reached_resources: int
    reached_share: float
    reached_weight: int
    resource_hours: float
    review_records: int
    loss: float
    path: str
    """The way to the most sensitive resource reached, counted from the capture that was used:
    `role coder → ci → CI variable DEPLOY_KEY → role deployer → customer-db at +3 h 12 m`."""
