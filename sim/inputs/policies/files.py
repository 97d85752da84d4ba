"""Cedar files → text in the scenario, so that a loaded scenario needs no file and its hash counts what they say."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from sim.core.errors import ScenarioError
from sim.inputs.bundled import folder
from sim.inputs.files import Source, read_source, shown_name
from sim.inputs.messages import instead
from sim.inputs.policies.section import LARGEST
from sim.inputs.tree import Entry, Group, Key, Place, Problems, Scalar, Tree

ENDING = ".cedar"
FOLDER = "policies"
"""Where the bundled ones lie among the bundled scenarios."""
WANTED = "policies are a Cedar file"


def with_bundled(scenario: Tree) -> Tree:
    """The scenario with the bundled policies that its strategies ask by name, where it has none of that name itself."""
    own = scenario.get("policies") if isinstance(scenario, Group) else None
    strategies = scenario.get("strategies") if isinstance(scenario, Group) else None
    if not isinstance(scenario, Group) or not isinstance(strategies, Group):
        return scenario
    if own is not None and not isinstance(own, Group):
        return scenario
    known, more = own.entries if own else {}, dict[Key, Entry]()
    for entry in strategies.entries.values():
        named = entry.tree.get("policy") if isinstance(entry.tree, Group) else None
        if isinstance(named, Scalar) and named.value not in known and named.value in as_named():
            file = Scalar(f"{FOLDER}/{named.value}", named.place, "")
            more[named.value] = Entry(named.place, Group({"file": Entry(named.place, file)}, named.place))
    if not more:
        return scenario
    place = own.place if own else next(iter(more.values())).place
    section = Entry(scenario.entries["policies"].place if own else place, Group({**known, **more}, place))
    return Group({**scenario.entries, "policies": section}, scenario.place)


def with_texts(scenario: Tree, folders: Mapping[str, Path], problems: Problems) -> tuple[Tree, Mapping[Key, Source]]:
    """The scenario with the text of each file in its place, and the files by name of the policy set."""
    section = scenario.get("policies") if isinstance(scenario, Group) else None
    if not isinstance(scenario, Group) or not isinstance(section, Group):
        return scenario, {}
    read: dict[Key, Source] = {}
    entries = dict(section.entries)
    for name, entry in section.entries.items():
        named = entry.tree.get("file") if isinstance(entry.tree, Group) else None
        if isinstance(entry.tree, Group) and isinstance(named, Scalar) and isinstance(named.value, str):
            source = _read(named, folders, problems)
            if source is not None and "text" not in entry.tree.entries:
                read[name] = source
                entries[name] = Entry(entry.place, _with_text(entry.tree, named.place, source.text))
    changed = Entry(scenario.entries["policies"].place, Group(entries, section.place))
    return Group({**scenario.entries, "policies": changed}, scenario.place), read


def _with_text(group: Group, place: Place, text: str) -> Group:
    return Group({**group.without("file").entries, "text": Entry(place, Scalar(text, place, ""))}, group.place)


def _read(named: Scalar, folders: Mapping[str, Path], problems: Problems) -> Source | None:
    name = str(named.value)
    beside = folders.get(named.place.file, Path()) / name
    shown = shown_name(Path(named.place.file).parent / name)
    inside = bundled().get(name.removesuffix(ENDING))
    try:
        if inside is not None and not _exists(beside):
            return read_source(inside, f"scenarios/{name.removesuffix(ENDING)}{ENDING}", LARGEST, WANTED)
        if not _exists(beside):
            guess = instead(name.removesuffix(ENDING), list(bundled()), "bundled policies")
            problems.add(
                named.place, f"there is no such file beside this one, nor bundled policies of that name; {guess}"
            )
            return None
        return read_source(beside, shown, LARGEST, WANTED)
    except ScenarioError as error:
        place = Place(error.file, error.line, error.column) if error.line else named.place
        problems.add(place, error.problem if error.line else f"file {shown}: {error.problem}")
    return None


def bundled() -> Mapping[str, Path]:
    """Name of the policies that come with the project, such as `policies/coding-agents` → their file."""
    root = folder()
    return {path.relative_to(root).with_suffix("").as_posix(): path for path in sorted(root.rglob(f"*{ENDING}"))}


@cache
def as_named() -> tuple[str, ...]:
    """What strategies call the policies that come with the project: `coding-agents` for `policies/coding-agents`."""
    return tuple(name.removeprefix(f"{FOLDER}/") for name in bundled() if name.startswith(f"{FOLDER}/"))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # an over-long name, a zero byte
        return False
