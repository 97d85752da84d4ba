"""Rows of the arrays that never change during a run: the World and the Plan as numbers. -1 stands for none."""

from __future__ import annotations

import numpy as np

LENGTHS = tuple(factor << shift for factor in (1, 3, 5, 9) for shift in range(3, 12))


def row(integers: str, *, floats: str = "", flags: str = "", **rows: np.dtype[np.void]) -> np.dtype[np.void]:
    """A structured dtype from names of fields, and rows within the row.

    All integers are alike, or numba would compile variants by the dozen. Every access to a field multiplies the row's
    place by its length: rows are of a length that needs but a shift and an addition.
    """
    plain = ((integers, "i8"), (floats, "f8"), (flags, "u1"))
    fields = [*((name, kind) for names, kind in plain for name in names.split()), *rows.items()]
    names, formats = zip(*fields, strict=True)
    bare = np.dtype(fields, align=True)
    offsets = [bare.fields[name][1] for name in names] if bare.fields else []
    length = min(length for length in LENGTHS if length >= bare.itemsize)
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": length}, align=True)


RULES = row(
    """
    seed replication horizon capacity spacing burst service tries wait_first wait_most outage_gap
    outage_length hop notice_time eviction staffed channels copies remembers tools most_roles
    approvers approver_hours response expires asks elevation
    kinds policed call_steps age_steps takes_over looks_at_running
    populations chains delegates changes sends
    """,
    floats="issuer_fails wait_factor wait_jitter notice_chance approves_bad refuses_good",
)
"""`tries`: retries of the issuer's clients; `copies`: whether any channel copies what is used; `remembers`: whether
draws are kept for another strategy; `approvers`: how many there are; `asks`: whether any call needs approval;
`policed`: whether a policy set is asked; `call_steps`, `age_steps`: how many there are; `takes_over`: whether any
channel takes workloads over; `looks_at_running`: whether anything captures what running tasks hold; `chains`,
`delegates`: whether any tool calls others, or hands tasks over; `changes`: in how many ways objectives change; `sends`:
whether any channel takes what is sent out."""

TERMS = row(
    """
    issuance scope bound aligned lifetime renew_after max_life rotate_every overlap rollout redeployment revoking
    fallback kept passes exchanges
    """
)
"""What credentials of a role come with; one for each role. `revoking`: its first row there; `fallback`: they are those
of the strategy's fallback; `kept`: by a broker; `passes`, `exchanges`: delegated tasks work with the delegating one's,
or get theirs in exchange."""

STANDING, PER_TASK, LEASED, PER_ACTION = 0, 1, 2, 3
"""Values of `issuance`."""
BY_ROLE, BY_TASK, BY_ACTION, BY_BOTH = 0, 1, 2, 3
"""Values of `scope`, of terms and of credentials."""

TOOL = row(
    "role duration retries until_end wait_first wait_most follows followed to task",
    floats="fails wait_factor wait_jitter",
)
"""follows[follows : follows + followed] are called after it; `to`, `task`: as in sim.model.rows.ToolRow."""

KIND = row("deadline thinking length start steps count")
"""`length` and `start` are -1 for fixed steps, which are steps[steps : steps + count]."""

CHOICE = row("first count")
"""things[first : first + count] with their cumulative weights at the same places of `weights`."""

POPULATION = row("until every first concurrency tasks gap calendar pause tenure roles count agents members receives")
"""Its agents are `agents` and the next ones, `members` of them; `receives`: tasks are handed over to it."""

CHANNEL = row(
    "gap takeover_gap lasting discovery_time detection_time remediation takes_agents takes_kept",
    floats="per_use sent_out discovery_chance detection_chance",
)
"""`detection_chance` -1: leaks in this channel are never noticed; `takes_agents`, `takes_kept`: whether it copies what
agents hold, what brokers keep."""

CHANGE = row("followed calls length", floats="chance")
"""A way in which objectives change; `followed` -1: always."""

ROLE = row("session minted edges count")
"""`minted` -1: without end; role_edges[edges : edges + count] are its hops."""

RESOURCE = row("loss edges count")
SECRET = row("life role")
EDGE = row("relation target level")
CAN, STORES, ASSUMES, MINTS = 0, 1, 2, 3
"""Values of `relation`."""

REVOCATION_RULE = row("delay on manual", floats="fails")
"""One for each Cause, of the strategy and then of its fallback."""
