"""Reading a text file that a person named, and saying in one line why it cannot be read."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from pathlib import Path

from sim.inputs.tree import Place

LARGEST = 64 << 20
"""Bytes of a scenario file: an estate of 100,000 nodes and a million edges, which loads in half a minute."""
_UNPRINTABLE = re.compile(
    r"[^\t\n\r\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""Control characters, line ends that editors do not count, and marks that turn the direction of text."""


@dataclass(frozen=True)
class Source:
    """The text of a file.

    Attributes:
        shown: the file's name in messages and reports.
        path: where it was read from.
        text: without a byte order mark.
    """

    shown: str
    path: Path
    text: str


def shown_name(path: str | Path) -> str:
    """A file's name as one printable line."""
    text = str(path).encode("utf-8", "replace").decode("utf-8")
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", "?", text) or "?"


def read_source(path: Path, shown: str, at_most: int = LARGEST, wanted: str = "a scenario is a YAML file") -> Source:
    """Read a regular UTF-8 file of limited size.

    Args:
        wanted: what to say of something that is no file.

    Raises:
        ScenarioError: missing, a folder, unreadable, too large, not UTF-8, or with control characters.
    """
    return Source(shown, path, _decoded(_bytes(path, shown, at_most, wanted), shown))


def _bytes(path: Path, shown: str, at_most: int, wanted: str) -> bytes:
    whole = Place(shown, 0, 0)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise whole.error(f"this is a folder; {wanted}")
        if not stat.S_ISREG(status.st_mode):
            raise whole.error(f"this is not a regular file; {wanted}")
        if status.st_size <= at_most:
            with path.open("rb") as stream:
                content = stream.read(at_most + 1)
            if len(content) <= at_most:
                return content
    except FileNotFoundError:
        raise whole.error("there is no such file") from None
    except PermissionError:
        raise whole.error("the file cannot be read: permission denied") from None
    except (OSError, ValueError):
        raise whole.error("the file cannot be read") from None
    raise whole.error(f"the file is too large: at most {at_most // (1 << 20)} MiB are allowed")


def _decoded(content: bytes, shown: str) -> str:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        raise place_at(before, len(before), shown).error("not UTF-8: save the file with that encoding") from None
    text = text.removeprefix("\ufeff")
    bad = _UNPRINTABLE.search(text)
    if bad:
        raise place_at(text, bad.start(), shown).error("control characters are not allowed in a scenario")
    return text


def place_at(text: str, offset: int, shown: str) -> Place:
    """Line and column of a character."""
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    return Place(shown, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
