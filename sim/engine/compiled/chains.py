"""Lists of rows: whoever has the list keeps its ends (pools.LIST), its members keep who is next to them.

A row is in one list at a time by its `link`, which leads on only. Of a list that members leave from anywhere, they have
links both ways (pools.LINKS), a pair for each such list that they can be in.
"""

from __future__ import annotations

from typing import Any

from sim.engine.compiled.jit import hot


@hot
def clear(chain: Any) -> None:
    """The list is empty from now on."""
    chain.head, chain.tail = -1, -1


# --- by `link` ---
@hot
def append(chain: Any, rows: Any, place: int) -> None:
    """The row comes last."""
    rows[place].link = -1
    if chain.tail >= 0:
        rows[chain.tail].link = place
    else:
        chain.head = place
    chain.tail = place


@hot
def take_first(chain: Any, rows: Any) -> int:
    """The first row, which is in the list no longer."""
    place = chain.head
    chain.head = rows[place].link
    if chain.head < 0:
        chain.tail = -1
    return place


# --- by links both ways ---
@hot
def join(chain: Any, links: Any, place: int) -> None:
    """The row comes last."""
    own = links[place]
    own.before, own.after = chain.tail, -1
    if chain.tail >= 0:
        links[chain.tail].after = place
    else:
        chain.head = place
    chain.tail = place


@hot
def part(chain: Any, links: Any, place: int) -> None:
    """The row is in the list no longer."""
    own = links[place]
    if own.before >= 0:
        links[own.before].after = own.after
    else:
        chain.head = own.after
    if own.after >= 0:
        links[own.after].before = own.before
    else:
        chain.tail = own.before
