"""The event log: what an engine says, row by row, and all that metrics and stories are made from.

Rows are in order of time; equal times keep the order in which things happened. Unused fields are -1 (0 for `flags`,
`was` and `until`). A credential is alive in [issued, until).
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

LOG = np.dtype(
    [
        ("at", "i8"),
        ("was", "i8"),
        ("until", "i8"),
        ("kind", "i4"),
        ("flags", "i4"),
        ("agent", "i4"),
        ("task", "i4"),
        ("step", "i4"),
        ("attempt", "i4"),
        ("credential", "i4"),
        ("other", "i4"),
        ("intrusion", "i4"),
        ("edge", "i4"),
    ],
    align=True,
)
"""`at`, `was` and `until` are ticks; the meaning of `was`, `until` and `other` is that of the row's `Event`."""


class Event(IntEnum):
    """Kinds of row."""

    TASK_STARTED = 1  # other: task kind
    TASK_ENDED = 2  # other: Outcome; until: ticks the task waited for credentials; was: ticks it waited for approval
    RETIRED = 3  # agent
    ISSUED = 4  # credential; other: role; until: expiry; agent, task: holder (-1: shared, or not bound to a task)
    RENEWED = 5  # was: expiry before; until: expiry now; other: Cause of its death then
    SHORTENED = 6  # rotated, dies at the end of the overlap; was, until, other as for RENEWED
    ASKED = 7  # revocation of a credential was asked for; other: Cause
    SPARED = 8  # that revocation failed; other: Cause
    DIED = 9  # before its expiry; other: Cause; was: expiry before
    ORPHANED = 10  # every holder is retired; until: expiry
    NEEDED = 11  # a task needs the credential, and none did before
    IDLE = 12  # no task needs it any more; was: since when it was needed; until: min(now, its death)
    USED = 13  # an attempt was let in with it; other: tool
    REJECTED = 14  # an attempt was refused, the credential being dead; other: tool
    FAILED = 15  # an attempt failed for a reason of its own; other: tool
    CUT = 16  # an attempt failed at its end, its credential having died on the way; other: tool
    REQUESTED = 17  # of the issuer; other: role
    SERVED = 18  # a place was free for it; was: when it was let in; until: when it is done
    REFUSED = 19  # other: Refusal
    ISSUER_DOWN = 20  # until: when it is up again
    OUTAGE = 21  # a holder has no working standing credential; was: from; until: to
    CAPTURED = 22  # other: channel; was: issued; until: expiry; step: Cause then; edge: role; intrusion: World.needs;
    #                attempt: the tool whose call it was issued for; passed on: agent: its holder; task: where it was
    LEAK_NOTICED = 23  # other: channel
    BLOCKED = 24  # an attacker's try failed; other: Barrier; edge: channel; was: its capture
    COMPROMISED = 25  # an attacker's try worked; intrusion: its number; edge: channel; was: its capture;
    #                   until: when the attacker can use it no longer, if it lives so long
    OBTAINED = 26  # credential: the new one; was: the one it was got through; other: role; until: expiry; edge
    REACHED = 27  # credential: the one used; other: resource; until: loss in cents; edge
    INTRUSION_NOTICED = 28
    EVICTED = 29
    APPROVAL_ASKED = 30  # other: tool; was: when a person begins on it; until: when it is answered or void
    APPROVAL_ANSWERED = 31  # other: Answer; was: when it was asked; until: end of the elevation, 0 if there is none
    PERMITTED = 32  # a policy lets a call begin; other: tool; edge: entry in the table of decisions
    DENIED = 33  # a policy does not, and the task ends; other: tool; edge: entry in the table of decisions
    TAKEN_OVER = 34  # an agent's running workload; other: channel; until: its end
    CONFINED = 35  # what was captured in the row before is of use until the end of the takeover only: until
    REGAINED = 36  # a further try of a compromised credential gives access for longer; as for COMPROMISED
    DELEGATED = 37  # a call handed a task over; other: tool; intrusion: the delegate; edge: number of its task;
    #                 until: how deep it is delegated
    OBJECTIVE_CHANGED = 38  # after a call; other: how; until: number of calls that the task makes for the other one
    OUT_OF_SCOPE = 39  # an attempt was refused, its call touching more than its task's credential may; other: tool


LIFE_CHANGES = (Event.RENEWED, Event.SHORTENED, Event.DIED)
"""Rows that say that a credential dies at another time than it was to."""


class Flag(IntEnum):
    """Facts about a row, told where they are known; `flags` is their sum."""

    LATE = 1  # revocation of the credential had been asked for
    ATTRIBUTABLE = 2  # the use points to one agent and one task
    LEAKED = 4  # the credential had been captured before
    ORPHAN = 8  # every holder of the credential is retired
    ATTACKERS = 16  # the credential was got by an attacker: a session, a minted or a found one
    ERROR = 32  # denied because a policy failed; nothing else stood against it
    FALLBACK = 64  # the attempt was made with a credential of the strategy's fallback
    PASSED = 128  # the credential was passed on to a delegated task, and this is there
    CHANGED = 256  # the call follows another objective than its task's own
    OUTSIDE = 512  # and touches something that its task does not need; of approvals: nothing of it was let in before


FIRST_DELEGATED = 1 << 30
"""Numbers of delegated tasks begin here, in the order in which they are handed over; other tasks' are lower."""


class Outcome(IntEnum):
    """How a task ended."""

    DONE = 0
    TOOL = 1  # a call failed more often than it is retried
    CREDENTIAL = 2  # no working credential was to be had
    DEADLINE = 3
    APPROVAL = 4  # a person refused a call, or nobody answered in time
    POLICY = 5  # a call was denied
    DIVERTED = 6  # it followed another objective, whatever ended that


class Cause(IntEnum):
    """Why a credential died."""

    EXPIRED = 0
    ROTATED = 1
    TASK_END = 2
    RETIREMENT = 3
    DETECTION = 4
    EVICTION = 5
    ACTION_END = 6


class Refusal(IntEnum):
    """Why the issuer gave nothing."""

    OUTAGE = 1
    RATE = 2
    FAILURE = 3


class Barrier(IntEnum):
    """Why an attacker's try failed."""

    DEAD = 1
    BOUND = 2  # to its workload
    KEPT = 3  # by its broker, and the takeover is over


class Answer(IntEnum):
    """What came of a request for approval."""

    APPROVED = 1
    REFUSED = 2
    EXPIRED = 3  # nobody had answered when it became void


class Verdict(IntEnum):
    """What a policy set says to a call."""

    ALLOWED = 0
    DENIED = 1
    BY_ERROR = 2  # denied because a policy failed; nothing else stood against it


OUTCOMES = (
    "done",
    "tool failed",
    "no credential",
    "deadline passed",
    "no approval",
    "denied by policy",
    "other objective",
)
CAUSES = ("expired", "rotated", "task-end", "retirement", "detection", "eviction", "action-end")
REFUSALS = ("", "outage", "rate limit", "failure")
ANSWERS = ("", "approved", "refused", "expired")
