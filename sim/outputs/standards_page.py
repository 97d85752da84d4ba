"""docs/standards.md, written from the data file: `python -m sim.outputs.standards_page`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

from sim.inputs.standards import Evidencing, Framework, standards
from sim.measure.catalogue import BY_KEY
from sim.outputs import markdown
from sim.outputs.markdown import Markdown, row
from sim.outputs.standards import NO_CLAIM, outside, shown_title

PAGE = Path(__file__).parents[2] / "docs" / "standards.md"

CLAIM = textwrap.fill(
    f"{NO_CLAIM}. An identifier stands here if the mechanism or metric says something about the risk that it names, or "
    "about the remedy; most of them mean more than is simulated.",
    120,
)
TOP = f"""
# Standards

Published frameworks have identifiers for much of what Afterleak simulates: risks, weaknesses, controls, attackers'
techniques. This page says which mechanism or metric says something about which of them. It is written from
`sim/data/standards.yaml`.

{CLAIM}

`afterleak standards SCENARIO` shows what a scenario exercises, what it does not, and what is not modelled; with
`--json` also why. Each report has the same table.

- [Frameworks](#frameworks)
- [Identifiers](#identifiers)
- [Mechanisms](#mechanisms)
- [Metrics](#metrics)
- [Not modelled](#not-modelled)
"""

MECHANISMS = """
## Mechanisms

A scenario exercises a mechanism if it has all that this takes, each with a chance above 0: revocation on detection
takes a strategy that has it, a channel that leaks, and somebody who notices. `NAME` stands for a name of your own.
"""

METRICS = """
## Metrics

[reading-results.md](reading-results.md#the-metrics) defines them. A metric is exercised with the mechanisms that it
measures.
"""

PLANNED = """
## Not modelled

Not yet, with the identifiers that these mechanisms would evidence; those in *italics* are evidenced by nothing else:
"""


def standards_page() -> str:
    """The page, in Markdown."""
    parts = (TOP, _frameworks(), _identifiers(), MECHANISMS, _mechanisms(), METRICS, _metrics(), PLANNED, _planned())
    return "\n\n".join(part.strip() for part in (*parts, _outside())) + "\n"


def main() -> None:
    """Write docs/standards.md."""
    PAGE.write_text(standards_page(), encoding="utf-8")


def _table(*columns: str) -> str:
    return "\n".join([row(*columns), "|" + "---|" * len(columns)])


def _frameworks() -> str:
    rows = [
        row(markdown.link(each.title, each.address), each.edition, each.read, _words(each))
        for each in standards().frameworks.values()
    ]
    return "\n".join(["## Frameworks", "", _table("framework", "edition", "what was read", "titles"), *rows])


def _words(framework: Framework) -> str:
    return "as published" if framework.titles == "published" else "it has none; told in our words"


def _identifiers() -> str:
    """A table for each framework."""
    parts = ["## Identifiers"]
    for framework in standards().frameworks.values():
        rows = [row(each, title, _by(each)) for each, title in framework.identifiers.items()]
        parts += [f"### {markdown.escape(framework.title)}", "\n".join([_table("identifier", "title", "by"), *rows])]
    return "\n\n".join(parts)


def _by(identifier: str) -> Markdown:
    """What evidences an identifier; what is planned in italics."""
    titles = (_title(group, key) for group, key, entry in standards().entries if identifier in entry.ids)
    return Markdown("; ".join(titles) or "\u2013")


def _title(group: str, key: str) -> str:
    title = markdown.escape(shown_title(group, key))
    return f"*{title}, not yet*" if _is_planned(group, key) else title


def _mechanisms() -> str:
    rows = [
        row(each.title, Markdown(", ".join(f"`{key}`" for key in each.keys)), each.why, ", ".join(each.ids))
        for each in standards().modelled.values()
    ]
    return "\n".join([_table("mechanism", "keys", "why", "identifiers"), *rows])


def _metrics() -> str:
    known = standards()
    rows = [
        row(BY_KEY[key].title, Markdown(_keys(key, *each.also)), each.why, ", ".join(each.ids))
        for key, each in known.metrics.items()
    ]
    without = f"These evidence none of the identifiers above: {_keys(*known.no_identifier)}."
    return "\n".join([_table("metric", "keys", "why", "identifiers"), *rows, "", without])


def _keys(*keys: str) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _planned() -> str:
    known = standards()
    today = {each for group, key, entry in known.entries if not _is_planned(group, key) for each in entry.ids}
    planned = [each for each in known.mechanisms.values() if each.planned]
    rows = [row(each.title, each.why, Markdown(", ".join(_marked(each, today)))) for each in planned]
    return "\n".join([_table("mechanism", "why", "identifiers"), *rows])


def _is_planned(group: str, key: str) -> bool:
    return group == "mechanisms" and standards().mechanisms[key].planned


def _marked(entry: Evidencing, today: set[str]) -> Iterator[str]:
    for each in entry.ids:
        yield markdown.escape(each) if each in today else f"*{markdown.escape(each)}*"


def _outside() -> str:
    rows = [f"- {markdown.escape(', '.join(each))}: {markdown.escape(why)}." for why, each in outside().items()]
    return "\n".join(["And not at all:", "", *rows])


if __name__ == "__main__":
    main()
