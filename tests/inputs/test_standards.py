"""The data file of standards: what it may say, what is refused, and that it fits the program."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from sim.core.errors import ScenarioError
from sim.inputs.exercised import PREDICATES
from sim.inputs.files import Source
from sim.inputs.schema import Scenario
from sim.inputs.shapes import Shape, fields, shape
from sim.inputs.standards import Standards, read_standards, standards
from sim.inputs.strategy import Revocations, Strategy
from sim.measure.catalogue import METRICS

FORMS = {
    "owasp-agentic": r"ASI\d\d",
    "owasp-nhi": r"NHI\d+:2025",
    "maestro": r"L[1-7]",
    "ai-rmf": r"(GOVERN|MAP|MEASURE|MANAGE) \d\.\d+",
    "sp-800-53": r"[A-Z]{2}-\d+(\(\d+\))?",
    "attack": r"T\d{4}(\.\d{3})?",
    "atlas": r"AML\.[TM]\d{4}(\.\d{3})?",
}
WHOLE = {"owasp-agentic": 10, "owasp-nhi": 10, "maestro": 7}
"""Frameworks that are short enough to be told in full."""
GOOD = """\
frameworks:
  one:
    title: One
    short: One
    edition: "1"
    address: https://example.org
    read: all of it
    identifiers: {A1: First, A2: Second, A3: Third}
mechanisms:
  walk: {title: Walk, keys: [attacker.hop], ids: [A1], why: It walks.}
  fly: {title: Fly, planned: true, ids: [A2], why: It would fly.}
metrics:
  steps: {also: [jumps], measures: [walk], ids: [A1], why: It counts.}
no-identifier: [rests]
outside: {A3: nobody swims}
"""


def read(text: str) -> Standards:
    return read_standards(Source("standards.yaml", Path("standards.yaml"), text))


# --- what is refused ---
def test_a_good_file() -> None:
    found = read(GOOD)
    assert found.title("A2") == "Second"
    assert list(found.modelled) == ["walk"]


@pytest.mark.parametrize(
    ("before", "after", "line", "problem"),
    [
        (
            "ids: [A1], why: It w",
            "ids: [A1, B7], why: It w",
            10,
            "there is no identifier 'B7'; identifiers: A1, A2, A3",
        ),
        ("ids: [A1], why: It c", "ids: [A1, A1], why: It c", 13, "'A1' stands here twice"),
        ("{A1: First,", "{A1: First, A1: Again,", 8, "the key 'A1' stands here twice; first in line 8"),
        (
            "mechanisms:",
            "  two: {title: T, short: T, edition: '2', address: https://a.b, read: it, identifiers: {A1: Other}}\n"
            "mechanisms:",
            9,
            "'A1' is an identifier of one as well",
        ),
        ("A3: Third", "A3: Third, A4: Fourth", 8, "'A4' is evidenced by nothing; map it, or say in outside why not"),
        ("outside: {", "outside: {A2: no, ", 8, "'A2' is evidenced by something, and outside as well"),
        ("outside: {", "outside: {B7: no, ", 15, "there is no identifier 'B7'; identifiers: A1, A2, A3"),
        ("measures: [walk]", "measures: [fly]", 13, "there is no mechanism 'fly'; mechanisms: walk"),
        ("[rests]", "[rests, jumps]", 14, "the metric 'jumps' has another entry as well"),
        ("also: [jumps]", "also: [steps]", 13, "the metric 'steps' has another entry as well"),
        ("planned: true", "planned: true, keys: [a]", 11, "a mechanism has keys in a scenario, or is planned"),
        ("keys: [attacker.hop], ", "", 10, "a mechanism has keys in a scenario, or is planned"),
        (", why: It walks.", "", 10, "the key 'why' is missing here"),
        ("title: Walk", "titel: Walk", 10, "the key 'title' is missing here"),
        ("read: all", "red: x\n    read: all", 7, "unknown key 'red'; did you mean 'read'?"),
        ("https:", "file:", 6, "this value is not allowed here"),
        ("ids: [A2]", "ids: []", 11, "at least one entry is needed here"),
    ],
)
def test_planted_faults_are_refused(before: str, after: str, line: int, problem: str) -> None:
    assert GOOD.count(before) == 1
    with pytest.raises(ScenarioError) as raised:
        read(GOOD.replace(before, after))
    assert (raised.value.problem, raised.value.line) == (problem, line)


# --- the file ---
def odd(found: Standards) -> list[str]:
    """Identifiers that are not of their framework's form."""
    return [
        identifier
        for name, framework in found.frameworks.items()
        for identifier in framework.identifiers
        if not re.fullmatch(FORMS.get(name, ""), identifier)
    ]


def test_identifiers_have_the_form_of_their_framework() -> None:
    assert list(standards().frameworks) == list(FORMS)
    assert odd(standards()) == []
    assert odd(read(GOOD)) == ["A1", "A2", "A3"]


def test_short_frameworks_are_told_in_full() -> None:
    for name, number in WHOLE.items():
        numbers = [int(re.findall(r"\d+", each)[0]) for each in standards().frameworks[name].identifiers]
        assert numbers == list(range(1, number + 1))


def test_each_reason_is_one_sentence() -> None:
    for _, key, entry in standards().entries:
        assert re.fullmatch(r"[A-Z][^.]*\.", entry.why), key
    for identifier, why in standards().outside.items():
        assert re.fullmatch(r"[a-z][^.]*[a-z]", why), identifier


# --- that it fits the program ---
def unmatched(modelled: Collection[str], predicates: Collection[str]) -> set[str]:
    return {*modelled} ^ {*predicates}


def test_each_modelled_mechanism_has_a_predicate_and_no_planned_one_has() -> None:
    known = standards()
    assert unmatched(known.modelled, PREDICATES) == set(), "sim/inputs/exercised.py, sim/data/standards.yaml"
    assert unmatched(known.mechanisms, PREDICATES) == {key for key, each in known.mechanisms.items() if each.planned}
    assert unmatched(known.modelled, {*PREDICATES} - {"sharing"}) == {"sharing"}


def unknown_keys(found: Standards) -> list[str]:
    """Keys that no scenario can have."""
    return [key for each in found.mechanisms.values() for key in each.keys if not exists(shape(Scenario), key)]


def exists(at: Shape, path: str) -> bool:
    first, _, rest = path.partition(".")
    if not path:
        return True
    if at.kind == "named":
        return first == "NAME" and exists(at.within, rest)
    inside = fields(at.model) if at.model is not None and at.kind == "group" else {}
    return first in inside and exists(inside[first], rest)


def test_keys_are_keys_of_a_scenario() -> None:
    assert unknown_keys(standards()) == []
    assert unknown_keys(read(GOOD.replace("attacker.hop", "attacker.walk"))) == ["attacker.walk"]
    assert unknown_keys(read(GOOD.replace("attacker.hop", "leaks.NAME.detection.often"))) == [
        "leaks.NAME.detection.often"
    ]


def unmapped_knobs(found: Standards) -> list[str]:
    """Knobs of a strategy that stand in no mechanism's keys."""
    knobs = [key for key in fields(Strategy) if key not in ("title", "revocation")]
    knobs += [f"revocation.{key}" for key in fields(Revocations)]
    keys = {key for each in found.mechanisms.values() for key in each.keys}
    return [knob for knob in knobs if f"strategies.NAME.{knob}" not in keys]


def test_each_knob_of_a_strategy_is_a_mechanism() -> None:
    assert unmapped_knobs(standards()) == [], "each needs an entry in sim/data/standards.yaml"
    assert "issuance" in unmapped_knobs(read(GOOD))


def strange_metrics(found: Standards, known: Collection[str]) -> Mapping[str, set[str]]:
    listed = {*found.metrics, *found.no_identifier, *(key for each in found.metrics.values() for key in each.also)}
    return {"without an entry": {*known} - listed, "not in the catalogue": listed - {*known}}


def test_each_metric_is_mapped_or_said_to_evidence_nothing() -> None:
    nothing: Mapping[str, set[str]] = {"without an entry": set(), "not in the catalogue": set()}
    keys = [metric.key for metric in METRICS]
    assert strange_metrics(standards(), keys) == nothing, "sim/data/standards.yaml: metrics, no-identifier"
    assert strange_metrics(standards(), [*keys, "new"])["without an entry"] == {"new"}
    assert strange_metrics(standards(), keys[1:])["not in the catalogue"] == {keys[0]}
