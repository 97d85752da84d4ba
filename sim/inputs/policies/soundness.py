"""What is wrong with a set of policies, policy by policy, each with its place.

Cedar's strict validation is asked, and beside it what it lets pass: names that do not exist, attributes that `has` asks
for in vain, comparisons that the steps cannot tell, and policies that can never apply.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.inputs.messages import instead, shown_key
from sim.inputs.policies import cedar
from sim.inputs.policies.space import CONTEXT, RESOURCE, Space
from sim.inputs.policies.table import table
from sim.inputs.policies.writing import Statement, Writing
from sim.inputs.tree import Problems

MOST_REQUESTS = 500_000
"""That are tabled; Cedar decides some fifteen thousand in a second."""
DEEPEST, LONGEST = 30, 1_000
"""Brackets within each other, and words and signs, of a policy: with thousands Cedar's parser breaks down."""
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_POLICY = re.compile(r"^for policy `policy\d+`[,:] ")
_QUOTED = re.compile(r"`([^`]*)`")
_NAMED = re.compile(r"`([^`]+)`|: (\S+)$")
_HARMLESS = re.compile(r'[^"`]{1,64}|[A-Za-z:]+::"[A-Za-z][A-Za-z0-9_.-]{0,63}"')
_NO_ATTRIBUTE = re.compile(r"attribute `(\w+)` (?:in context for .*|on entity type `(\w+)`) not found")
_ATTRIBUTES = {"context": CONTEXT, "resource": RESOURCE, "principal": {}}
_COMPARED = {"<": 0, ">=": 0, ">": 1, "<=": 1, "==": None, "!=": None}
_REVERSED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
"""Comparison → what is added to a number to get the first value at which it changes; None: at it and after it."""


@dataclass
class Soundness:
    """Looks at one policy set; what is wrong goes to `problems`."""

    writing: Writing
    space: Space
    problems: Problems
    skips: bool
    _policies: Sequence[Mapping[str, Any]] = field(default_factory=list)
    _statements: Sequence[Statement] = field(default_factory=list)

    def check(self) -> None:
        """Note what is wrong; each step is taken only if nothing is wrong so far."""
        self._statements = list(self.writing.statements())
        steps = (self._parse, self._identify, self._names, self._validate, self._compare, self._opposed, self._table)
        for step in steps:
            if self.problems.found:
                return
            step()

    def _say(self, at: int, name: str, problem: str) -> None:
        self.problems.add(self.writing.place(at), self.writing.lead(at, name) + problem)

    # --- as text ---
    def _parse(self) -> None:
        if not self._statements:
            self._say(0, "", "there is no policy here")
        for one in self._statements:
            if one.depth > DEEPEST or len(one.tokens) > LONGEST:
                self._say(
                    one.at, one.id,
                    f"a policy holds at most {LONGEST} words and signs, with brackets at most {DEEPEST} deep",
                )  # fmt: skip
                return
        for one in self._statements:
            error = cedar.syntax_error(one.text)
            if error:
                self._say(_wrong_token(one, error), one.id, f"not valid Cedar: {_told(error)}")
                return
        try:
            self._policies, templates = cedar.parsed(self.writing.text)
        except RecursionError:
            self._say(0, "", "a policy is nested too deeply")
            return
        if templates:
            place = next((s for s in self._statements if any(token.text == "?" for token in s.tokens)), None)
            where = place or self._statements[0]
            self._say(where.at, where.id, "a template stands for no policy here; write the policies themselves")

    def _identify(self) -> None:
        seen: set[str] = set()
        for one, policy in zip(self._statements, self._policies, strict=True):
            name = _id(policy)
            if not _ID.fullmatch(name):
                self._say(
                    one.at, "",
                    'a policy begins with its name, @id("…"): a letter, then at most 63 letters, digits, '
                    "'.', '_', '-'",
                )  # fmt: skip
            elif name in seen:
                self._say(one.at, name, "another policy before has the same @id")
            seen.add(name)

    # --- against the scenario ---
    def _each(self) -> Iterator[tuple[Statement, str, Any]]:
        """Each policy's statement, @id, and all nodes of its JSON."""
        for one, policy in zip(self._statements, self._policies, strict=True):
            for node in _nodes({key: value for key, value in policy.items() if key != "annotations"}):
                yield one, _id(policy), node

    def _names(self) -> None:
        for one, name, node in self._each():
            if node.keys() == {"type", "id"} and isinstance(node["id"], str):
                self._entity(one, name, node["type"], node["id"])
            elif node.keys() == {"has"}:
                self._has(one, name, node["has"])

    def _entity(self, one: Statement, name: str, kind: str, given: str) -> None:
        known = self.space.names.get(kind)
        if known is None:
            guess = instead(kind, list(self.space.names), "types")
            self._say(one.find(kind), name, f"there is no type of entity called {shown_key(kind)}; {guess}")
        elif given not in known:
            said = "tool" if kind == "Action" else kind
            at = one.find(f'{kind}::"{given}"')
            self._say(at, name, f"there is no {said} called {shown_key(given)}; {instead(given, known, 'known')}")

    def _has(self, one: Statement, name: str, asked: Mapping[str, Any]) -> None:
        known = _ATTRIBUTES.get(asked["left"].get("Var", "")) if isinstance(asked.get("left"), dict) else None
        attribute = asked.get("attr")
        if known is not None and isinstance(attribute, str) and attribute not in known:
            self._say(one.find(attribute), name, _no_attribute(attribute, asked["left"]["Var"]))

    def _validate(self) -> None:
        for number, error in cedar.validation(self.writing.text, self.space.schema()):
            one, name = self._statements[number], _id(self._policies[number])
            missing = _NO_ATTRIBUTE.search(error)
            if missing:
                of = (missing[2] or "context").lower().replace("agent", "principal")
                self._say(one.find(missing[1]), name, _no_attribute(missing[1], of))
            else:
                self._say(one.at, name, _told(error))

    def _compare(self) -> None:
        steps = {"calls": self.space.call_steps, "credential_age": self.space.age_steps}
        for one, name, node in self._each():
            for sign, sides in node.items():
                if sign in _COMPARED and isinstance(sides, dict) and sides.keys() == {"left", "right"}:
                    attribute, number, way = _comparison(sign, sides)
                    if attribute in steps and number is not None:
                        self._between(one, name, attribute, _changes(way, number), steps[attribute])

    def _between(self, one: Statement, name: str, attribute: str, changes: Sequence[int], steps: Sequence[int]) -> None:
        for change in changes:
            if change > 0 and change not in steps:
                key = attribute.replace("_", "-")
                unit = "s" if attribute == "credential_age" else ""
                self._say(
                    one.find(attribute), name,
                    f"this comparison changes at {change}{unit}, which the steps do not tell apart; "
                    f"add it to steps.{key}, or compare with a step by >= or <",
                )  # fmt: skip

    # --- against each other, and against all requests ---
    def _opposed(self) -> None:
        seen: dict[str, tuple[str, str]] = {}
        for one, policy in zip(self._statements, self._policies, strict=True):
            rest = {key: value for key, value in policy.items() if key not in ("effect", "annotations")}
            effect, other = seen.setdefault(json.dumps(rest, sort_keys=True), (policy["effect"], _id(policy)))
            if effect != policy["effect"]:
                self._say(one.at, _id(policy), f"says the opposite of policy '{other}' of the very same requests")

    def _table(self) -> None:
        if self.space.size > MOST_REQUESTS:
            self.problems.add(
                self.writing.beside,
                f"too many decisions to table: {self.space.size}, at most {MOST_REQUESTS}; fewer steps make it fewer",
            )
            return
        idle = set(range(len(self._policies))) - table(self.writing.text, self.skips, self.space).effective
        for number in sorted(idle - self._satisfied(idle)):
            one, name = self._statements[number], _id(self._policies[number])
            self._say(one.at, name, "can never apply: no request of this scenario satisfies it")

    def _satisfied(self, idle: set[int]) -> set[int]:
        """Those of the permits that apply somewhere, though a forbid decides there."""
        numbers = [n for n in sorted(idle) if self._policies[n]["effect"] == "permit"]
        if not numbers:
            return set()
        text = "\n".join(self._statements[number].text for number in numbers)
        space, found = self.space, set[int]()
        engine = cedar.Engine(text, space.schema(), space.entities(), whole=not space.missing)
        for answer in engine.answers(space.requests()):
            found.update(numbers[n] for n in (*answer.reasons, *answer.failed))
        return found


def ids(text: str) -> tuple[str, ...]:
    """The @id of each policy of a sound set, in order."""
    return tuple(_id(policy) for policy in cedar.parsed(text)[0])


def _id(policy: Mapping[str, Any]) -> str:
    return str(policy.get("annotations", {}).get("id") or "")


def _wrong_token(one: Statement, error: str) -> int:
    """Where the first token stands up to which no policy can begin so; else what the error names, or the policy."""
    if error == cedar.END:
        return one.tokens[-1].at
    low, high = 1, len(one.tokens)
    while low < high:
        middle = (low + high) // 2
        last = one.tokens[middle - 1]
        begun = one.text[: last.at + len(last.text) - one.at]
        if cedar.syntax_error(begun) in ("", cedar.END):
            low = middle + 1
        else:
            high = middle
    if low < len(one.tokens):
        return one.tokens[low - 1].at
    named = _NAMED.search(error)
    return one.find(named[1] or named[2]) if named else one.at


def _told(error: str) -> str:
    """Cedar's words, without its numbers of policies and without texts that may be anybody's."""
    words = _POLICY.sub("", error).replace("__cedar::internal::", "")
    return _QUOTED.sub(lambda found: f"'{found[1]}'" if _HARMLESS.fullmatch(found[1]) else "this", words)


def _no_attribute(given: str, of: str) -> str:
    known = list(_ATTRIBUTES[of])
    other = instead(given, known, "attributes") if known else 'ask for its groups: in Role::"…", in Population::"…"'
    return f"{of} has no attribute {shown_key(given)}; {other}"


def _nodes(tree: Any) -> Iterator[Mapping[str, Any]]:
    """Every object within, in no promised order, without recursion."""
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _comparison(sign: str, sides: Mapping[str, Any]) -> tuple[str, int | None, str]:
    """(attribute of the context, number, sign) of `context.calls >= 5`, whichever side is which; "": no such thing."""
    for here, there, way in (("left", "right", sign), ("right", "left", _REVERSED[sign])):
        value = sides[there].get("Value") if isinstance(sides[there], dict) else None
        access = sides[here].get(".") if isinstance(sides[here], dict) else None
        number = value if isinstance(value, int) and not isinstance(value, bool) else None
        if isinstance(access, dict) and access.get("left") == {"Var": "context"} and number is not None:
            return str(access["attr"]), number, way
    return "", None, sign


def _changes(sign: str, number: int) -> tuple[int, ...]:
    """The values at which a comparison with a number changes."""
    after: int | None = _COMPARED[sign]
    return (number, number + 1) if after is None else (number + after,)
