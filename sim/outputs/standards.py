"""What a scenario exercises of published frameworks, as plain rows for the report, the screen and JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.inputs.exercised import evidenced, exercised, measured
from sim.inputs.schema import Scenario
from sim.inputs.standards import Framework, Mechanism, standards
from sim.measure.catalogue import BY_KEY

NO_CLAIM = (
    "To exercise a mechanism in a simulation shows what may follow from it under the inputs given. It is no claim that "
    "anything complies with a framework, nor an assessment of a real system"
)
"""Stands wherever identifiers are shown."""
FORMAT = 1


@dataclass(frozen=True)
class Row:
    """One identifier and what evidences it.

    Attributes:
        framework: key in the data file.
        by: titles of the mechanisms, then of the metrics, that are exercised.
    """

    framework: str
    identifier: str
    title: str
    by: tuple[str, ...]


@dataclass(frozen=True)
class Exercise:
    """What a scenario exercises, and what it does not.

    Attributes:
        rows: identifiers that something exercised evidences, in the frameworks' order.
        idle: title of a mechanism that the scenario does not exercise → its identifiers that nothing exercised
            evidences; also of metrics, where no mechanism tells of theirs.
        planned: the same of mechanisms that are not modelled yet.
        outside: why nothing is said → identifiers with their titles.
    """

    mechanisms: tuple[str, ...]
    metrics: tuple[str, ...]
    rows: tuple[Row, ...]
    idle: Mapping[str, tuple[str, ...]]
    planned: Mapping[str, tuple[str, ...]]
    outside: Mapping[str, tuple[str, ...]]

    @property
    def frameworks(self) -> tuple[Framework, ...]:
        """The frameworks, in reading order."""
        return tuple(standards().frameworks.values())

    @property
    def reworded(self) -> tuple[str, ...]:
        """Frameworks without titles of their own."""
        return tuple(each.title for each in self.frameworks if each.titles == "ours")


def exercise(scenario: Scenario, strategies: Iterable[str] | None = None) -> Exercise:
    """What a scenario exercises under some of its strategies (None: under all)."""
    mechanisms = exercised(scenario, strategies)
    metrics = measured(mechanisms)
    shown = evidenced(mechanisms, metrics)
    idle = {key: each for key, each in standards().modelled.items() if key not in mechanisms}
    planned = {key: each for key, each in standards().mechanisms.items() if each.planned}
    return Exercise(
        mechanisms,
        metrics,
        tuple(_rows(mechanisms, metrics)),
        _lacking(idle.values(), shown) | _unmeasured(metrics, shown | evidenced(idle, ())),
        _lacking(planned.values(), shown),
        outside(),
    )


def _lacking(mechanisms: Iterable[Mechanism], shown: Collection[str]) -> dict[str, tuple[str, ...]]:
    return {each.title: tuple(one for one in each.ids if one not in shown) for each in mechanisms}


def _unmeasured(metrics: Collection[str], told: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Metrics that are not exercised, where some of their identifiers have not been told of yet."""
    rest = {key: each.ids for key, each in standards().metrics.items() if key not in metrics}
    left = {BY_KEY[key].title: tuple(one for one in ids if one not in told) for key, ids in rest.items()}
    return {title: ids for title, ids in left.items() if ids}


def _rows(mechanisms: tuple[str, ...], metrics: tuple[str, ...]) -> Iterable[Row]:
    known = standards()
    by: dict[str, list[str]] = {}
    for group, key, entry in known.entries:
        if key in (mechanisms if group == "mechanisms" else metrics):
            for identifier in entry.ids:
                by.setdefault(identifier, []).append(shown_title(group, key))
    for name, framework in known.frameworks.items():
        for identifier, title in framework.identifiers.items():
            if identifier in by:
                yield Row(name, identifier, title, tuple(by[identifier]))


def shown_title(group: str, key: str) -> str:
    """What a mechanism or a metric is called."""
    return standards().mechanisms[key].title if group == "mechanisms" else BY_KEY[key].title


def remainder(found: Exercise) -> tuple[tuple[str, str], ...]:
    """Heading and text of what a scenario does not exercise, and of what is not modelled."""
    told = [f"{', '.join(each)} ({why})" for why, each in found.outside.items()]
    parts = (
        ("Not exercised by this scenario", _with_lacking(found.idle)),
        ("Not modelled yet", _with_lacking(found.planned)),
        ("Not modelled at all", told),
    )
    return tuple((heading, f"{'; '.join(each)}.") for heading, each in parts if each)


def _with_lacking(titles: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Titles, each with the identifiers that nothing here evidences for want of it."""
    return [f"{title} ({', '.join(ids)})" if ids else title for title, ids in titles.items()]


def outside() -> Mapping[str, tuple[str, ...]]:
    """Why nothing is said about some identifiers → these, with their titles."""
    known, found = standards(), dict[str, tuple[str, ...]]()
    for identifier, why in known.outside.items():
        found[why] = (*found.get(why, ()), f"{identifier} {known.title(identifier)}")
    return found


def as_json(found: Exercise, name: str, title: str, strategies: Iterable[str]) -> dict[str, Any]:
    """All of it as plain data: each identifier with all that evidences it, and whether the scenario exercises that."""
    known = standards()
    return {
        "format": FORMAT,
        "scenario": name,
        "title": title,
        "strategies": list(strategies),
        "note": f"{NO_CLAIM}.",
        "frameworks": {
            key: {"title": each.title, "edition": each.edition, "address": each.address, "titles": each.titles}
            for key, each in known.frameworks.items()
        },
        "identifiers": [
            _identifier(key, identifier, found)
            for key, framework in known.frameworks.items()
            for identifier in framework.identifiers
        ],
    }


def _identifier(framework: str, identifier: str, found: Exercise) -> dict[str, Any]:
    known = standards()
    evidence = [
        {
            "kind": group.removesuffix("s"),
            "key": key,
            "title": shown_title(group, key),
            "why": entry.why,
            "status": _status(group, key, found),
        }
        for group, key, entry in known.entries
        if identifier in entry.ids
    ]
    told = {each["status"] for each in evidence}
    best = next((status for status in ("exercised", "not exercised", "not modelled") if status in told), "not modelled")
    about = {"framework": framework, "id": identifier, "title": known.title(identifier), "status": best}
    why = {"why_not": known.outside[identifier]} if identifier in known.outside else {}
    return {**about, **why, "evidence": evidence}


def _status(group: str, key: str, found: Exercise) -> str:
    if key in (found.mechanisms if group == "mechanisms" else found.metrics):
        return "exercised"
    return "not modelled" if group == "mechanisms" and standards().mechanisms[key].planned else "not exercised"
