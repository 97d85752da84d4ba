"""Names and free text: what may stand where a person names a thing."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from sim.inputs.quantities import wrong

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
LONGEST_TEXT = 4_000


def name(value: Any) -> str:
    """A letter, then letters, digits, `.`, `_` or `-`: safe as a file name, in markup and in a formula."""
    if not isinstance(value, str) or not _NAME.fullmatch(value) or ".." in value:
        raise wrong("a name starts with a letter and holds only letters, digits, '.', '_' and '-', at most 64")
    return value


def text(value: Any) -> str:
    """Free text without control characters; it is escaped wherever it is shown."""
    if not isinstance(value, str):
        raise wrong("text is expected here")
    if len(value) > LONGEST_TEXT or _CONTROL.search(value):
        raise wrong(f"text holds at most {LONGEST_TEXT} characters and no control characters")
    return value.strip()


Name = Annotated[
    str, BeforeValidator(name), WithJsonSchema({"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$"})
]
Text = Annotated[str, BeforeValidator(text), WithJsonSchema({"type": "string", "maxLength": LONGEST_TEXT})]
