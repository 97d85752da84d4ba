"""One line for a person: what is wrong and what is allowed, without any value of the file."""

from __future__ import annotations

import bisect
import difflib
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

_PLAIN_KEY = re.compile(r"[\w.<>/@:+ -]{1,64}")
MOST_LISTED = 24
MOST_COMPARED = 2_000
"""Names that a misspelt one is compared with."""


def shown_key(key: object) -> str:
    """A key in quotes, or words for one that is too odd to be shown."""
    text = str(key)
    return f"'{text}'" if _PLAIN_KEY.fullmatch(text) else "with these characters"


def guess(given: object, allowed: Collection[str]) -> str:
    """`did you mean 'role'?`, or nothing if nothing is near."""
    text = str(given)[:100]
    near = difflib.get_close_matches(text, _neighbours(text, allowed), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""


def _neighbours(text: str, allowed: Collection[str]) -> list[str]:
    """All that is allowed; of very many those that come next in the alphabet, for comparing takes long."""
    if len(allowed) <= MOST_COMPARED:
        return list(allowed)
    names = sorted(allowed)
    at = bisect.bisect(names, text)
    return names[max(0, at - MOST_COMPARED // 2) : at + MOST_COMPARED // 2]


def instead(given: object, allowed: Collection[str], these: str) -> str:
    """`did you mean 'role'?`, or else everything that is allowed."""
    near = guess(given, allowed)
    if near:
        return near
    if not allowed:
        return f"there are no {these}"
    names = [*allowed][:MOST_LISTED]
    return f"{these}: {', '.join(names)}{', …' if len(allowed) > MOST_LISTED else ''}"


def unknown_key(key: object, allowed: Collection[str]) -> str:
    """An unknown key, and the known ones."""
    return f"unknown key {shown_key(key)}; {instead(key, allowed, 'allowed keys')}"


def unknown_name(thing: str, name: object, allowed: Collection[str]) -> str:
    """A reference to something that is not there."""
    return f"there is no {thing} called {shown_key(name)}; {instead(name, allowed, _plural(thing))}"


def _plural(thing: str) -> str:
    return thing[:-1] + "ies" if thing.endswith("y") else thing + "s"


_YAML = (
    (
        "mapping values are not allowed",
        "a second ': ' in a line, or wrong indentation; put quotes around text with ': '",
    ),
    ("cannot start any token", "this character cannot start a value; indent with spaces, not tabs, or use quotes"),
    ("found unexpected end of stream", "a quotation mark is opened here and never closed"),
    ("found unexpected document indicator", "a quotation mark is opened here and never closed"),
    ("expected ',' or ']'", "the list that [ opens here is not closed with ], or a comma is missing in it"),
    ("expected ',' or '}'", "the mapping that { opens here is not closed with }, or a comma is missing in it"),
    ("expected key", "the indentation does not fit the lines above, or a key is missing"),
    ("expected <block end>", "the indentation does not fit the lines above, or a key is missing"),
    ("expected '-' indicator", "a list and a mapping are mixed at the same indentation"),
    ("could not find expected ':'", "a ':' after a key is missing"),
    ("escape", "after \\ in double quotes comes a character that means nothing there; use single quotes"),
    ("hexdecimal", "after \\ in double quotes comes a character that means nothing there; use single quotes"),
    ("document start", "something stands outside of the document"),
    ("directive", "a line that starts with % is not allowed"),
    ("unknown escape", "after \\ in double quotes comes a character that means nothing there; use single quotes"),
    ("tab character", "indent with spaces, not tabs"),
    ("anchor", "after & and * comes a name of letters and digits"),
    ("alphabetic or numeric", "after & and * comes a name of letters and digits"),
    ("tag", "tags (!…) are not allowed; write the plain value"),
    ("undefined tag handle", "tags (!…) are not allowed; write the plain value"),
    ("node content", "a value is missing here"),
    ("comment or line break", "nothing but a comment may follow | or > in its line"),
    ("indentation", "the indentation does not fit the lines above"),
    ("block sequence entries are not allowed", "a list cannot start here; put it in its own line"),
    ("block mapping", "a mapping cannot start here; put it in its own line"),
)


def opened_earlier(problem: str) -> bool:
    """Whether the place to show is where something was opened, not where its end was missed."""
    return any(part in problem for part, words in _YAML if "opens here" in words or "opened here" in words)


def yaml_problem(context: str, problem: str) -> str:
    """The YAML parser's finding in plain words."""
    for part, words in _YAML:
        if part in problem:
            return f"not valid YAML: {words}"
    for part, words in _YAML:
        if part in context:
            return f"not valid YAML: {words}"
    return "not valid YAML here"


def _limit(words: str, key: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda limits: f"the number must be {words.format(format(limits[key], '.15g'))}"


_SCHEMA: dict[str, str | Callable[[Mapping[str, Any]], str]] = {
    "bool_type": "true or false is expected here",
    "bool_parsing": "true or false is expected here",
    "int_type": "a whole number is expected here",
    "int_parsing_size": "the whole number is too large",
    "int_from_float": "a whole number is expected here",
    "float_type": "a number is expected here",
    "finite_number": "not a finite number; a number is expected here",
    "string_type": "text is expected here",
    "list_type": "a list is expected here, such as [a, b]",
    "dict_type": "a mapping is expected here: lines of the form name: value",
    "too_short": "at least one entry is needed here",
    "too_long": lambda limits: f"at most {limits['max_length']} entries are allowed here",
    "greater_than": _limit("above {}", "gt"),
    "greater_than_equal": _limit("{} or more", "ge"),
    "less_than": _limit("below {}", "lt"),
    "less_than_equal": _limit("{} or less", "le"),
}


def schema_problem(error: Mapping[str, Any], keys: Collection[str], given: object) -> str:
    """A validation error in plain words.

    Args:
        error: one of pydantic's `errors()`.
        keys: the keys allowed at the place, where a group of keys is expected.
        given: what stands at the place, only compared with the allowed words, never shown.
    """
    kind, limits = str(error["type"]), error.get("ctx", {})
    if kind == "afterleak":
        return str(limits["problem"])
    if kind == "missing":
        return f"the key '{error['loc'][-1]}' is missing here"
    if kind == "literal_error":
        return one_of(re.findall(r"'([^']*)'", str(limits["expected"])) or [str(limits["expected"])], given)
    if kind == "extra_forbidden":
        return unknown_key(error["loc"][-1], keys)
    if kind in ("model_type", "model_attributes_type"):
        return f"a group of keys is expected here: {', '.join(keys)}"
    words = _SCHEMA.get(kind, "this value is not allowed here")
    return words if isinstance(words, str) else words(limits)


def one_of(words: Collection[str], given: object) -> str:
    """A choice between words, with a guess at which one was meant."""
    near = guess(given, words) if isinstance(given, str) else ""
    listed = ", ".join(words)
    allowed = f"one of these is expected here: {listed}" if len(words) > 1 else f"only {listed} is allowed here"
    return f"{allowed}; {near}" if near else allowed
