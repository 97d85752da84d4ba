"""Where each policy stands in its text, as Cedar's own parser does not tell: tokens, policies, places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from sim.inputs.files import place_at
from sim.inputs.tree import Place

_TOKEN = re.compile(r'(?P<gap>\s+|//[^\n]*)|"(?:\\.|[^"\\])*"|[A-Za-z_]\w*|\d+|::|==|!=|<=|>=|&&|\|\||.', re.DOTALL)
_ID = re.compile(r'@\s*id\s*\(\s*"([A-Za-z][A-Za-z0-9_.-]{0,63})"')
_OPENING, _CLOSING = "([{", ")]}"


@dataclass(frozen=True)
class Token:
    """A word or sign, and where it begins."""

    text: str
    at: int


@dataclass(frozen=True)
class Statement:
    """A policy as written, to its semicolon."""

    tokens: tuple[Token, ...]
    text: str

    @property
    def at(self) -> int:
        """Where it begins."""
        return self.tokens[0].at

    @property
    def id(self) -> str:
        """Its @id, as far as that can be told before it is parsed; else empty."""
        found = _ID.search(self.text)
        return found.group(1) if found else ""

    @property
    def depth(self) -> int:
        """How deep its brackets are nested."""
        steps = ((one.text in _OPENING) - (one.text in _CLOSING) for one in self.tokens)
        return max(accumulate(steps), default=0)

    def find(self, text: str) -> int:
        """Where one of its tokens, or several without a gap, stands first; its beginning if they are not there."""
        for number, one in enumerate(self.tokens):
            joined = one.text
            for more in self.tokens[number + 1 :]:
                if len(joined) >= len(text):
                    break
                joined += more.text
            if joined == text:
                return one.at
        return self.at


@dataclass(frozen=True)
class Writing:
    """The text of a policy set, and where it is from.

    Attributes:
        shown: the file's name in messages; empty where it stands in the scenario itself.
        beside: where the scenario names the file, or the text stands.
    """

    text: str
    shown: str
    beside: Place

    def place(self, at: int) -> Place:
        """Line and column of a character; a text within a scenario is one place."""
        return place_at(self.text, at, self.shown) if self.shown else self.beside

    def lead(self, at: int, name: str = "") -> str:
        """What a message about a character begins with: the policy's @id, and the line where the place is not told."""
        line = "" if self.shown else f"line {place_at(self.text, at, '').line} of the text: "
        return line + (f"policy '{name}': " if name else "")

    def statements(self) -> Iterator[Statement]:
        """The policies, and at the end what no semicolon closes."""
        tokens: list[Token] = []
        for found in _TOKEN.finditer(self.text):
            if found["gap"] is None:
                tokens.append(Token(found[0], found.start()))
                if found[0] == ";":
                    yield _statement(self.text, tokens)
                    tokens = []
        if tokens:
            yield _statement(self.text, tokens)


def _statement(text: str, tokens: list[Token]) -> Statement:
    return Statement(tuple(tokens), text[tokens[0].at : tokens[-1].at + len(tokens[-1].text)])
