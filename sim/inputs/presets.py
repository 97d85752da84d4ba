"""Strategy presets: data in `sim/data/strategies.yaml`, and how a scenario's strategies start from them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from functools import cache, partial

from sim.inputs.distributions import Model
from sim.inputs.evidence import DATA
from sim.inputs.files import read_source
from sim.inputs.merge import merge
from sim.inputs.messages import instead, shown_key, unknown_name
from sim.inputs.names import name as checked_name
from sim.inputs.shapes import allowed_keys, shape
from sim.inputs.strategy import Knobs, Strategy
from sim.inputs.tree import Entry, Group, Key, Problems, Scalar, Tree, nothing
from sim.inputs.yaml_tree import parse

SHOWN = "sim/data/strategies.yaml"
FALLBACK = "fallback"
NOTHING_TO_TAKE = "there is nothing here to take away; for a preset as it is, write {}"
_OF_STRATEGIES = {
    FALLBACK: "it has one itself",
    "approval": "calls are approved whatever serves them; give approval to the strategy",
}
"""What a strategy has and a fallback cannot, and why."""


def presets() -> Mapping[str, Group]:
    """Name of the preset → its knobs as written.

    Raises:
        ScenarioError: if the file is broken.
    """
    return presets_in(SHOWN)


@cache
def presets_in(shown: str) -> Mapping[str, Group]:
    """Name of the preset → its keys as written, in a file of the folder `sim/data`.

    Raises:
        ScenarioError: if the file is broken.
    """
    tree = parse(read_source(DATA / shown.rpartition("/")[2], shown))
    return {checked_name(key): entry.tree for key, entry in tree.entries.items() if isinstance(entry.tree, Group)}


def with_presets(scenario: Group, problems: Problems) -> Group:
    """The scenario with each strategy written out in full: its preset, and the changes made to it."""
    strategies = scenario.entries.get("strategies")
    if strategies is None or not isinstance(strategies.tree, Group):
        return scenario
    full = {key: _expanded(key, entry, problems) for key, entry in strategies.tree.entries.items()}
    changed = Entry(strategies.place, Group(full, strategies.tree.place))
    return Group({**scenario.entries, "strategies": changed}, scenario.place)


def _expanded(key: Key, entry: Entry, problems: Problems) -> Entry:
    written = entry.tree
    if nothing(written):
        problems.add(entry.place, NOTHING_TO_TAKE)
    if not isinstance(written, Group):
        return entry
    changes, starts_over = _with_fallback(key, written.without("preset"), problems)
    preset = _preset(key, entry, written, problems)
    if preset is None:
        return Entry(entry.place, changes)
    base = presets()[preset]
    if key != preset:
        base = base.without("title")  # a changed preset is something else, and goes by its own name
    if starts_over:
        base = base.without(FALLBACK)
    return Entry(entry.place, merge(base, changes, shape(Strategy)))


def _with_fallback(key: Key, written: Group, problems: Problems) -> tuple[Group, bool]:
    """A strategy's keys with the preset that its fallback starts from written out, and whether it starts from one."""
    entry = written.entries.get(FALLBACK)
    if entry is None or not isinstance(entry.tree, Group):
        return written, False
    changes, named = entry.tree.without("preset"), entry.tree.get("preset")
    full: Tree = changes
    if named is not None and not nothing(named):
        preset = _preset(key, entry, entry.tree, problems)
        base = presets()[preset] if preset else Group({}, named.place)
        for part, why in _OF_STRATEGIES.items():
            if part in base.entries:
                problems.add(named.place, f"{shown_key(preset)} cannot be a fallback: {why}")
        full = merge(base.without("title", *_OF_STRATEGIES), changes, shape(Knobs))
    return Group({**written.entries, FALLBACK: Entry(entry.place, full)}, written.place), full is not changes


def _preset(key: Key, entry: Entry, written: Group, problems: Problems) -> str | None:
    """The name of the preset that a strategy starts from, if any."""
    named = written.entries.get("preset")
    if named is not None and not nothing(named.tree):
        return named_preset(named, presets(), problems)
    if key in presets():
        return str(key)
    if "issuance" not in written.entries and not misspelt(written, Strategy, ("preset", "issuance")):
        problems.add(entry.place, partial(_neither, key))
    return None


def named_preset(named: Entry, known: Mapping[str, Group], problems: Problems) -> str | None:
    """The name under the key `preset`, if there is a preset of that name."""
    chosen = named.tree.value if isinstance(named.tree, Scalar) else None
    if isinstance(chosen, str) and chosen in known:
        return chosen
    unknown = partial(unknown_name, "preset", chosen, known)
    problems.add(named.tree.place, unknown if isinstance(chosen, str) else "the name of a preset is expected here")
    return None


def misspelt(written: Group, model: type[Model], missing: Sequence[str]) -> bool:
    """Whether one of the missing keys is there with a slip of the pen, which is told instead."""
    unknown = [str(key)[:100] for key in written.entries if key not in allowed_keys(model)]
    return any(difflib.get_close_matches(key, missing) for key in unknown)


def _neither(key: Key) -> str:
    guess = instead(key, presets(), "presets")
    return f"{shown_key(key)} is not a preset, and has neither preset nor issuance; {guess}"
