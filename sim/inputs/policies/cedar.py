"""The Cedar engine, which is asked here and nowhere else: parsing, validation, decisions.

What it says about its input is put into words for people elsewhere; positions it does not know.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import cedarpy

PACKAGE = "cedarpy"
BATCH = 2_000
"""Requests that are asked at a time."""
END = "unexpected end of input"
"""What the parser says of text that may yet become policies."""
_FAILED = re.compile(r"while evaluating policy `policy(\d+)`")
_NUMBERED = re.compile(r"policy(\d+)")


def installed() -> bool:
    """Whether the Cedar engine is there."""
    return find_spec(PACKAGE) is not None


@dataclass(frozen=True)
class Answer:
    """What the engine makes of one request.

    Attributes:
        allowed: as the engine decides by itself, which skips policies that fail.
        decided: it came to a decision at all.
        reasons: numbers of the policies that decided, rising.
        failed: numbers of the policies that failed, rising.
    """

    allowed: bool
    decided: bool
    reasons: tuple[int, ...]
    failed: tuple[int, ...]


def syntax_error(text: str) -> str:
    """What the parser says against a text; empty: nothing."""
    import cedarpy

    try:
        cedarpy.PolicySet.from_str(text)
    except ValueError as error:
        return str(error) or "not valid"
    return ""


def parsed(text: str) -> tuple[list[Mapping[str, Any]], int]:
    """Policies as Cedar's JSON has them, in order of the text, and how many templates there are.

    Raises:
        RecursionError: a policy is nested too deeply.
    """
    import cedarpy

    found = json.loads(cedarpy.policies_to_json_str(text))
    static = found["staticPolicies"]
    return [static[name] for name in sorted(static, key=_number)], len(found["templates"])


def _number(name: str) -> int:
    return int(name.removeprefix("policy"))


def validation(text: str, schema: str) -> list[tuple[int, str]]:
    """(number of the policy, what is wrong with it) by strict validation against a schema."""
    import cedarpy

    found = cedarpy.validate_policies(text, schema)
    errors = [(_number(one.policy_id) if _NUMBERED.fullmatch(one.policy_id) else 0, one.error) for one in found.errors]
    return errors or ([] if found.validation_passed else [(0, "not valid")])


class Engine:
    """Policies, entities and a schema, parsed once.

    Args:
        entities: as Cedar's JSON has them.
        whole: requests have all that the schema asks for, and are held against it.
    """

    def __init__(self, text: str, schema: str, entities: Sequence[Mapping[str, Any]], whole: bool) -> None:
        self._text, self._schema_text, self._whole = text, schema, whole
        self._entities_text = json.dumps(entities)

    @cached_property
    def _policies(self) -> cedarpy.PolicySet:
        import cedarpy

        return cedarpy.PolicySet.from_str(self._text)

    @cached_property
    def _schema(self) -> cedarpy.Schema:
        import cedarpy

        return cedarpy.Schema.from_str(self._schema_text)

    @cached_property
    def _entities(self) -> cedarpy.Entities:
        import cedarpy

        return cedarpy.Entities.from_json_str(self._entities_text, self._schema)

    def answers(self, requests: Iterable[dict[str, Any]]) -> Iterator[Answer]:
        """An answer to each request, in order."""
        import cedarpy

        schema = self._schema if self._whole else None
        waiting = iter(requests)
        while some := list(islice(waiting, BATCH)):
            for one in cedarpy.is_authorized_batch(some, self._policies, self._entities, schema):
                told = one.diagnostics
                failed = (match for error in told.errors for match in _FAILED.findall(error))
                yield Answer(
                    allowed=one.decision is cedarpy.Decision.Allow,
                    decided=one.decision is not cedarpy.Decision.NoDecision,
                    reasons=tuple(sorted(_number(name) for name in told.reasons)),
                    failed=tuple(sorted({int(number) for number in failed})),
                )
