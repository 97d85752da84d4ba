"""Texts of a scenario made harmless in Markdown: shown as they are, never as markup, link, formula or HTML."""

from __future__ import annotations

import re

from sim.outputs import words

_LONGEST = 400
_MARKS = re.compile(r"[\\`*_\[\]{}~^$]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "@": "&#64;", "\uff1c": "&lt;", "\uff1e": "&gt;"}
_ENTITY = re.compile("[" + re.escape("".join(_ENTITIES)) + "]")
_START = re.compile(r"^(#|\d+(?=[.)]\s))")
_LINK = re.compile(r"(?i)(https?|ftp|mailto|xmpp):|\bwww\.")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?%?")


class Markdown(str):
    """Text that is Markdown already."""

    __slots__ = ()


def escape(value: object, limit: int = _LONGEST) -> str:
    """One line of Markdown that shows the value's text; `Markdown` and numbers stay as they are.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    if isinstance(value, Markdown):
        return str(value)
    text = words.tidy(str(value), limit)
    if _NUMBER.fullmatch(text):
        return text
    formula = text[:1] in ("=", "+", "-", "@")
    text = _ENTITY.sub(lambda found: _ENTITIES[found[0]], text)
    text = _MARKS.sub(lambda found: "\\" + found[0], text)
    text = _LINK.sub(lambda found: found[0].replace(":", "&#58;").replace(".", "&#46;"), text)
    if formula:
        return "'" + text
    return _START.sub(lambda found: f"&#{ord(found[0][0])};{found[0][1:]}", text)


def link(text: str, address: str) -> Markdown:
    """A link to a web address; only its text where the address is none."""
    if not re.fullmatch(r"https?://[!-~]+", address):
        return Markdown(escape(text))
    quoted = "".join(mark if mark not in "()<>[]\\|\"'`" else f"%{ord(mark):02X}" for mark in address)
    return Markdown(f"[{escape(text)}]({quoted})")


def image(says: str, path: str) -> Markdown:
    """A picture beside the report, with what it says for those who cannot see it."""
    return Markdown(f"![{escape(says)}]({path})")


def code(text: str) -> Markdown:
    """A fenced block of one line that no text can end."""
    line = words.tidy(text, 2_000)
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", line)), 3)
    return Markdown(f"{fence}sh\n{line}\n{fence}")


def row(*cells: object) -> Markdown:
    """A row of a table."""
    return Markdown("| " + " | ".join(escape(cell) for cell in cells) + " |")
