"""Rows of the arrays that change during a run. -1 stands for none; references are places in the array of their kind.

Rows that come and go are taken from a pool and given back; `link` chains the free ones, or whatever list a row is in.
"""

from __future__ import annotations

import numpy as np

from sim.engine.compiled.rows import row

LIST = row("head tail")
LINKS = row("before after")
"""A list of rows, and a row's neighbours in one; see sim.engine.compiled.chains."""

MOST = row("met room")
"""The most of something that an event may have to deal with: so many so far; so many there is room for."""

LOG_FULL = 2
NOW = row(
    """
    time order events pause_at begun low sources exposures threats slots
    heap heap_most urgent_head urgent_tail urgent_most urgent_mask soon_head soon_tail soon_most soon_mask
    rows rows_most credentials intrusions intrusions_most notes notes_most notes_mask
    in_use outages theoretical up_at takeovers delegated needs
    """,
    queue=LIST,
    crowd=MOST,
    orphans=MOST,
    hold=MOST,
)
"""The moment, and the counters of everything. Compiled code does not know how long arrays are: what it needs is here.

`order` is the insertion number of the heap's next event; `low`: a buffer is nearly full, Python must make room
(LOG_FULL alone: the log is); `pause_at`: number of events at which Python wants to breathe; `credentials`: how many
were issued; `takeovers`, `delegated`: how many there were, how many tasks were handed over; `needs`: how often a
credential came to be needed; `queue`: requests that wait for the issuer; `orphans`: credentials alive at an agent, or
older versions of a slot; `crowd`: credentials that an intruder holds, or others who know what an intruder holds;
`hold`: takeovers of an agent that go on.
"""

EVENT = row("at order what")
"""`what` is who << 6 | the kind of event (sim.engine.compiled.schedule)."""

POOL = row("free room spare")
"""`spare`: rows that one event may take; fewer left in `room` than that ends the loop."""

SOURCE = row("at agent kind number place", floats="worked")
"""Where an agent's tasks come from, or its retirement; `kind` as in `workload`."""

AGENT = row(
    """
    population holdings retired in_use live_count live_most tenured
    """,
    queue=LIST,
    running=LIST,
    live=LIST,
    takeovers=LIST,
)
"""`holdings`: its first row there; `live`: credentials, `live_count` of them, cleared of dead ones at `live_most`;
`takeovers`: in order of their start; those that are over are forgotten when another one starts."""

HOLDING = row("lease asking requests slot member", waiting=LIST)
"""An agent and one of its roles. `asking`: a lease is being asked for; `waiting`: tasks that wait for the answer."""

TASK = row(
    """
    arrived waited began took link agent number kind source step length attempt again tool credential request
    tries nth cut fails hit held outcome asked_at in_time held_up approvals approved turns change
    who which stand parent depth handed_at returned top next left chained place marked
    """,
    in_running=LINKS,
)
"""`held`: roles that it holds a credential for. `asked_at`, `in_time`: of its last request for approval, and whether
that is answered before it is void; `approvals`: requests for the present call; `approved`: the step of the last call
that was; `held_up`: ticks it waited for approval. `turns`: by the draws the objective may change after this call;
`change`: how it has.

`who`, `which`: address of all its draws; `stand`: as in sim.model.World.needs; `parent`: the task that waits for this
one, `depth`: how many do; `handed_at`, `returned`: when its call handed a task over, and how that ended. `top`: the
task's own tool whose calls follow now, the next one's place (`next`) and how many are left; `chained`: calls so far
that were not its own; `place`: of the role that it gets a credential for, among its agent's roles; `marked`: there is
something in its rows of `asked` or `elevated`."""

CREDENTIAL = row(
    """
    issued expires dies latest asked needed_since needed_nth link id role agent task task_kind slot nth cause needed
    references renewals secret tool scope usable intrusion swept name0 name1
    """,
    flags="leaked compromised orphan attackers listed",
    in_live=LINKS,
)
"""`needed_nth`: what `needs` was when it came to be needed; `latest`: no renewal reaches past it; `secret`: whose value
it is; `references`: how many refer to the row, or will; `listed`: it is in its agent's live list; `tool`: whose call it
was issued for, if for a call; `scope` as in rows.TERMS; `usable`: when an attacker who has it can use it no longer, if
it lives so long; `intrusion`: that began with it, if it is compromised; `swept`: the takeover at whose start it was
captured last; `name0`, `name1`: address of the delegated task that it was issued for, 0: none."""

SLOT = row("group role current version left members count aged captured captured_version", older=LIST)
"""members[members : members + count] keep it; `older`: older versions, `aged` of them;
`captured`: when a takeover captured one last, and which version."""

MEMBER = row("ready agent before")
REQUEST = row("let_in i j link kind owner sub entity tries agent task role")
"""What the issuer is asked for; `owner`: a task, or the credential to be renewed."""

REVOCATION = row("entity i j link credential cause")
CAPTURE = row("leaked name0 name1 link credential channel references usable noticed")
"""`usable`: when who has it can use it no longer; `noticed`: when the defender notices, FOREVER for never."""

EXPOSURE = row("channel agent role place count")
THREAT = row("channel agent count")
"""An agent whose workload is taken over through a channel, again and again."""

TAKEOVER = row("until noticed name0 name1 link channel agent number")
INTRUSION = row("name0 name1 held_count over", held=LIST)
WALK = row("link intrusion credential edge")
NODE = row("link what")
"""An element of a list: a credential that an intruder holds, an intruder who knows a secret's present value."""

KNOWN = row("value knowers last count")
"""A secret: the credential that is its present value, and who knows it, by number of intrusion."""

MEMO = row("owner thinking fails took hit tool turns")
"""Draws of a step's first attempt, for the next strategy: the same under each."""

ENTRY = np.dtype([("key", "i8"), ("first", "i8"), ("second", "i8")], align=True)
"""A note of an intruder in the hash table; key -1: free."""

(TASKS, CREDENTIALS, REQUESTS, REVOCATIONS, CAPTURES, WALKS, NODES, TAKEOVERS) = range(8)
"""Places of the pools."""
