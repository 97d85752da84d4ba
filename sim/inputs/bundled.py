"""The scenarios that come with the project: inside an installed wheel, or beside the package in a clone."""

from __future__ import annotations

from pathlib import Path

from sim.core.errors import ScenarioError
from sim.inputs.files import read_source
from sim.inputs.tree import Scalar
from sim.inputs.yaml_tree import parse

_PACKAGE = Path(__file__).parents[1]


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


def bundled() -> list[tuple[str, str, Path]]:
    """Name, title and file of each bundled scenario; the title of one that cannot be read is empty."""
    return [(name, _title(path), path) for name, path in _files().items()]


def shown(name: str) -> str:
    """How a bundled scenario's file is called in messages, wherever it is installed."""
    return f"scenarios/{name.removesuffix('.yaml')}.yaml"


def _files() -> dict[str, Path]:
    root = folder()
    found = {
        path.relative_to(root).with_suffix("").as_posix(): path
        for path in root.rglob("*.yaml")
        if not any(part.startswith(("_", ".")) for part in path.relative_to(root).parts)
    }
    return dict(sorted(found.items(), key=lambda item: (item[0].count("/"), item[0])))


def _title(path: Path) -> str:
    try:
        title = parse(read_source(path, path.name)).get("title")
    except ScenarioError:
        return ""
    return str(title.value) if isinstance(title, Scalar) else ""
