"""Names that lead to one another, in an order in which each follows all that it leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


def components(after: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Names that lead to one another, together; each group after all that it leads to.

    Tarjan's algorithm (Depth-first search and linear graph algorithms, SIAM J. Comput. 1972) without recursion.
    """
    found: dict[str, int] = {}
    low: dict[str, int] = {}
    open_names: list[str] = []
    for root in after:
        path = [] if root in found else [(root, iter(after[root]))]
        while path:
            name, rest = path[-1]
            if name not in found:
                found[name] = low[name] = len(found)
                open_names.append(name)
            following = _unseen(name, rest, found, low)
            if following is not None:
                path.append((following, iter(after[following])))
                continue
            path.pop()
            if path:
                low[path[-1][0]] = min(low[path[-1][0]], low[name])
            if low[name] == found[name]:
                group = _closed(open_names, name)
                low.update(dict.fromkeys(group, len(after)))  # nothing is below these any more
                yield group


def _unseen(name: str, rest: Iterator[str], found: Mapping[str, int], low: dict[str, int]) -> str | None:
    """The next name not yet found; those found on the way count for what this one leads back to."""
    for other in rest:
        if other not in found:
            return other
        # A closed one is no way back: its low lies above all.
        low[name] = min(low[name], found[other] if low[other] <= found[other] else low[other])
    return None


def _closed(open_names: list[str], first: str) -> list[str]:
    """Take a finished group off the open names."""
    group = [open_names.pop()]
    while group[-1] != first:
        group.append(open_names.pop())
    return group
