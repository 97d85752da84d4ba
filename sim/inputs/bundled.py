"""The scenarios and claims that come with the project: inside an installed wheel, or beside the package in a clone."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sim.core.errors import ScenarioError
from sim.inputs.files import read_source
from sim.inputs.tree import Scalar, Tree
from sim.inputs.yaml_tree import parse

_PACKAGE = Path(__file__).parents[1]
CLAIMS = "claims"
"""The folder, among the scenarios, of the claims; they are no scenarios."""


def folder() -> Path:
    """Where the bundled scenarios lie."""
    installed = _PACKAGE / "bundled" / "scenarios"
    return installed if installed.is_dir() else _PACKAGE.parent / "scenarios"


def bundled_path(name: str) -> Path | None:
    """The file of a bundled scenario, if there is one of that name: `quickstart`, `oracles/ephemeral-100-agents`."""
    return _files().get(name.removesuffix(".yaml"))


def bundled_names() -> list[str]:
    """Names of the bundled scenarios, those at the top first."""
    return list(_files())


class Bundled(NamedTuple):
    """A bundled scenario; title and decision of one that cannot be read are empty."""

    name: str
    title: str
    decision: str
    path: Path


def bundled() -> list[Bundled]:
    """The bundled scenarios, those at the top first."""
    return [Bundled(name, *_told(path), path) for name, path in _files().items()]


def shown(name: str) -> str:
    """How a bundled scenario's file is called in messages, wherever it is installed."""
    return f"scenarios/{name.removesuffix('.yaml')}.yaml"


def bundled_claims() -> dict[str, Path]:
    """Name → file of each bundled claim."""
    return _below(folder() / CLAIMS)


def _files() -> dict[str, Path]:
    return {name: path for name, path in _below(folder()).items() if not name.startswith(f"{CLAIMS}/")}


def _below(root: Path) -> dict[str, Path]:
    """Name → file, those at the top first; what begins with `_` or `.` is only for others to extend."""
    found = {
        path.relative_to(root).with_suffix("").as_posix(): path
        for path in root.rglob("*.yaml")
        if not any(part.startswith(("_", ".")) for part in path.relative_to(root).parts)
    }
    return dict(sorted(found.items(), key=lambda item: (item[0].count("/"), item[0])))


def _told(path: Path) -> tuple[str, str]:
    """Title and decision."""
    try:
        tree = parse(read_source(path, path.name))
    except ScenarioError:
        return "", ""
    title, decision = tree.get("title"), tree.get("decision")
    return _text(title), _text(decision)


def _text(tree: Tree | None) -> str:
    return str(tree.value) if isinstance(tree, Scalar) else ""
