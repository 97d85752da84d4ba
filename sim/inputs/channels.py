"""Leak channels as presets: data in `sim/data/channels.yaml`, and how a scenario's channels start from them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from sim.inputs.merge import merge
from sim.inputs.messages import instead, shown_key
from sim.inputs.presets import NOTHING_TO_TAKE, misspelt, named_preset, presets_in
from sim.inputs.schema import Channel
from sim.inputs.shapes import shape
from sim.inputs.tree import Entry, Group, Key, Problems, nothing

SHOWN = "sim/data/channels.yaml"
WAYS = ("per-use", "at-rest", "takeover", "sent-out")
"""Keys that say how a channel captures."""


def channels() -> Mapping[str, Group]:
    """Name of the preset → its keys as written.

    Raises:
        ScenarioError: if the file is broken.
    """
    return presets_in(SHOWN)


def with_channels(scenario: Group, problems: Problems) -> Group:
    """The scenario with each channel written out in full: its preset, and the changes made to it."""
    leaks = scenario.entries.get("leaks")
    if leaks is None or not isinstance(leaks.tree, Group):
        return scenario
    full = {key: _expanded(key, entry, problems) for key, entry in leaks.tree.entries.items()}
    return Group({**scenario.entries, "leaks": Entry(leaks.place, Group(full, leaks.tree.place))}, scenario.place)


def _expanded(key: Key, entry: Entry, problems: Problems) -> Entry:
    written = entry.tree
    if nothing(written):
        problems.add(entry.place, NOTHING_TO_TAKE)
    if not isinstance(written, Group):
        return entry
    changes = written.without("preset")
    preset = _preset(key, entry, written, problems)
    if preset is None:
        return Entry(entry.place, changes)
    base = channels()[preset]
    if key != preset:
        base = base.without("title")  # a changed preset is something else, and goes by its own name
    return Entry(entry.place, merge(base, changes, shape(Channel)))


def _preset(key: Key, entry: Entry, written: Group, problems: Problems) -> str | None:
    """The name of the preset that a channel starts from, if any.

    The names of the presets are everyday words. A channel that says by itself how it captures and who then finds it is
    the scenario's own, though its name be that of a preset: nothing that was not written comes into it.
    """
    named = written.entries.get("preset")
    if named is not None and not nothing(named.tree):
        return named_preset(named, channels(), problems)
    if key in channels() and not _complete(written):
        return str(key)
    if not _says_how(written) and not misspelt(written, Channel, ("preset", *WAYS)):
        problems.add(entry.place, partial(_neither, key))
    return None


def _complete(written: Group) -> bool:
    return _says_how(written) and "discovery" in written.entries


def _says_how(written: Group) -> bool:
    return any(way in written.entries for way in WAYS)


def _neither(key: Key) -> str:
    guess = instead(key, channels(), "presets")
    return f"{shown_key(key)} is not a preset, and has neither preset nor {' nor '.join(WAYS)}; {guess}"
