"""How much of the estate a fallback serves, in words: of tools and roles by the inputs, of uses by the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.inputs.schema import Scenario
from sim.inputs.serving import Share, shares
from sim.measure.statistics import Comparison
from sim.outputs import words

USES = "served_by_fallback"


def of_inputs(scenario: Scenario) -> Iterator[str]:
    """A line for each strategy with a fallback: `saas-escrow: its fallback, static-key, serves 1 of 4 tools…`."""
    for name, share in shares(scenario).items():
        fallback = scenario.strategies[name].fallback
        kind = fallback.kind if fallback else ""
        yield (
            f"{words.tidy(name)}: its fallback ({kind}) serves {_part(share.tools, share.of_tools, 'tool')} and "
            + _part(share.roles, share.of_roles, "role")
        )


def of_uses(comparison: Comparison) -> Iterator[str]:
    """A line for each strategy whose fallback served something."""
    for name in comparison.strategies:
        found = comparison.estimates[name][USES]
        if words.known(found.best):
            yield f"{words.tidy(name)}: its fallback served {words.estimate(found, 'share')} of uses"


def rows(comparison: Comparison, found: Mapping[str, Share]) -> Iterator[tuple[str, str, str, str]]:
    """Strategy, share of tools, of roles, of uses, for strategies with a fallback that serves something."""
    for name in comparison.strategies:
        share = found.get(name)
        if share is not None and share.tools:
            uses = words.estimate(comparison.estimates[name][USES], "share")
            yield name, _part(share.tools, share.of_tools, ""), _part(share.roles, share.of_roles, ""), uses


def _part(some: int, of: int, what: str) -> str:
    counted = words.counted(of, what) if what else words.number(of, 0)
    return f"{words.number(some, 0)} of {counted} ({words.share(some, of)})"
