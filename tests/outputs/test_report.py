from __future__ import annotations

import re
from dataclasses import replace

import pyarrow as pa
import pytest
from samples import STRATEGIES, comparison_of, leak_row

from sim.core.units import DAY
from sim.inputs.resolve import Input
from sim.measure.catalogue import BY_KEY, METRICS
from sim.measure.statistics import Estimate
from sim.outputs import markdown, words
from sim.outputs.figures import Figure
from sim.outputs.finding import finding, interval_of
from sim.outputs.incidents import worst
from sim.outputs.report import ReportFacts, Source, report_markdown
from sim.outputs.store import DENIAL_SCHEMA

HOSTILE = (
    "# <script>alert(1)</script> [a](javascript:x) | `b` $\\sum$ @user =1+1 http://evil.example ![i](x)\n- item\n# head"
)


@pytest.fixture
def facts(comparison, leaks) -> ReportFacts:
    inputs = [
        Input("estate.tools.git.fails", "0.0627", "remed.median", True, "a.yaml", 3),
        Input("attacker.hop", "exponential(mean 1h)", None, False, "a.yaml", 4),
        Input("seed", "0", "chosen by hand", False, "a.yaml", 5),
    ]
    return ReportFacts(
        comparison=comparison, finding=finding(comparison), name="coding-agents", title="Coding agents",
        scenario_hash="ab12", horizon_hours=4320.0, seed=0, leaks=leaks, inputs=inputs,
        sources={"remed.median": Source("A report (2025)", "https://example.org/a(b)", "B")},
        versions={"afterleak": "0.1.0"}, command="afterleak compare coding-agents",
        figures=(Figure("survival", "Half of static's are dead"),),
    )  # fmt: skip


def cells(text: str, title: str, table: int = 0) -> list[str]:
    lines = [line for line in text.split("\n") if line.startswith(f"| {title} |")]
    return [cell.strip() for cell in lines[table].strip("|").split("|")][1:]


def check_numbers(text: str, comparison) -> None:
    for key in ("exposure_window_hours", "leaks", "standing_hours", "audit_attributable", "added_latency_seconds"):
        metric = BY_KEY[key]
        expected = [words.estimate(comparison.estimates[name][key], metric.unit) for name in STRATEGIES]
        assert cells(text, words.heading(metric)) == expected


def denied(policies: str, tool: str, denials: int, replication: int = 0, by_error: bool = False) -> dict[str, object]:
    row = {"strategy": "static", "replication": replication, "policies": policies, "by_error": by_error}
    return row | {"tool": tool, "task_kind": "fix", "denials": denials}


def test_denials_are_told_by_policy_most_often_first(facts):
    for nothing in (None, DENIAL_SCHEMA.empty_table()):
        assert "Denied by policy" not in report_markdown(replace(facts, denials=nothing))
    rows = [denied("old, late", "git", 3), denied("old, late", "git", 2, 1), denied("old, late", "deploy", 200),
            denied("broken", "git", 1, 0, True)]  # fmt: skip
    text = report_markdown(replace(facts, denials=pa.Table.from_pylist(rows, schema=DENIAL_SCHEMA)))
    each = facts.comparison.replications
    told = [line for line in text.split("\n") if line.startswith("| static | ") and " | fix | " in line]
    assert told == [
        f"| static | old, late | deploy | fix | {words.value(200 / each, '', 3)} |",
        f"| static | old, late | git | fix | {words.value(5 / each, '', 3)} |",
        f"| static | broken (failed) | git | fix | {words.value(1 / each, '', 3)} |",
    ]


def test_numbers_are_those_of_the_comparison(facts):
    text = report_markdown(facts)
    check_numbers(text, facts.comparison)
    found = facts.comparison.differences["jit-task"]["compromises"]
    cell = cells(text, "Compromised credentials", 1)[3]
    assert words.estimate(interval_of(found), "") in cell
    assert f"lower in {words.estimate(found.lower, 'share')}" in cell
    assert cell.startswith("**")


def test_a_wrong_number_is_found(facts):
    rows = dict(facts.comparison.estimates["rotated"])
    rows["exposure_window_hours"] = replace(rows["exposure_window_hours"], best=999.0)
    wrong = replace(facts.comparison, estimates=dict(facts.comparison.estimates) | {"rotated": rows})
    with pytest.raises(AssertionError):
        check_numbers(report_markdown(replace(facts, comparison=wrong)), facts.comparison)


def test_every_metric_is_told_or_named_as_left_out(facts):
    text = report_markdown(facts)
    for metric in METRICS:
        assert f"| {words.heading(metric)} |" in text or metric.title.lower() in text.split("Left out")[1]
    assert "loss" in text.split("Left out, because 0 or undefined under every strategy:")[1].split("\n")[0]


def test_inputs_have_their_sources(facts):
    text = report_markdown(facts)
    assert cells(text, "estate.tools.git.fails") == [
        "0.0627", "remed.median: [A report (2025)](https://example.org/a%28b%29), grade B"
    ]  # fmt: skip
    assert cells(text, "attacker.hop") == ["exponential(mean 1h)", "assumption"]
    assert cells(text, "seed") == ["0", "chosen by hand"]
    assert (
        "3 values were chosen for this scenario: 1 from published evidence, 0 from our own fits to such evidence, "
        "1 with a source in words; 1 is an assumption."
    ) in text
    assert "```sh\nafterleak compare coding-agents\n```" in text
    assert "![Half of static's are dead](charts/survival.png)" in text


def test_a_fit_says_what_it_rests_on(facts):
    inputs = [Input("attacker.hop", "1h", "fit.hop", True, "a.yaml", 4), facts.inputs[1], facts.inputs[1]]
    sources = {"fit.hop": Source("Own fit", "", "fit", ("remed.median", "remed.mean"))}
    text = report_markdown(replace(facts, inputs=inputs, sources=sources))
    assert cells(text, "attacker.hop")[1] == "fit.hop: Own fit, grade fit, from remed.median, remed.mean"
    assert "0 from published evidence, 1 from our own fits" in text
    assert "0 with a source in words; 2 are assumptions." in text


def test_defaults_are_assumptions_too(facts):
    assert "Defaults used" not in report_markdown(facts)
    text = report_markdown(replace(facts, defaults=[("estate.tools.*.retries", "3"), ("a|b", HOSTILE)]))
    assert "assumptions as well" in text.split("## Defaults used")[1]
    assert [line for line in text.split("\n") if line.startswith("| estate.tools.\\*.retries |")]
    assert "<script" not in text


def test_an_unknown_high_end_is_a_dash(facts):
    rows = dict(facts.comparison.estimates["rotated"])
    rows["blast_radius_reached"] = Estimate(0.0, 0.0, None)
    unknown = replace(facts.comparison, estimates=dict(facts.comparison.estimates) | {"rotated": rows})
    text = report_markdown(replace(facts, comparison=unknown))
    assert cells(text, words.heading(BY_KEY["blast_radius_reached"]))[2] == "0 [0, \u2014]"


def test_one_finding_first(facts):
    lines = [line for line in report_markdown(facts).split("\n") if line]
    assert lines[0] == "# Coding agents"
    assert lines[1] == f"**{markdown.escape(facts.finding)}.**"


def test_hostile_texts_are_shown_not_obeyed(facts):
    row = leak_row(holder=HOSTILE, channel=HOSTILE, path=HOSTILE, reached_weight=10**6)
    inputs = [Input("x|y", HOSTILE, HOSTILE, False, "a", 1)]
    plain = report_markdown(facts)
    text = report_markdown(
        replace(facts, title=HOSTILE, story=HOSTILE, name=HOSTILE, inputs=inputs,
                leaks=pa.Table.from_pylist([dict(row)]), versions={HOSTILE: HOSTILE},
                figures=(Figure("survival", HOSTILE),), finding=HOSTILE,
                command="afterleak ```\n# x")
    )  # fmt: skip
    assert "<script" not in text
    assert "](javascript" not in text.replace("\\]", "")
    assert "http://evil" not in text
    assert not re.search(r"(?<!\\)\$", text)
    assert not re.search(r"(?m)^\s*# head|^- item", text)
    heads = [line for line in text.split("\n") if line.startswith("#")]
    assert len(heads) == len([line for line in plain.split("\n") if line.startswith("#")])
    table = [line for line in text.split("\n") if line.startswith("| x&#124;y |")]
    assert len(table) == 1
    assert len(re.findall(r"(?<!\\)\|", table[0])) == 4
    assert "````sh\nafterleak ``` # x\n````" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"), ("+cmd", "'+cmd"), ("@a", "'&#64;a"), ("-5", "-5"), ("0.1.0", "0.1.0"), ("# a", "&#35; a"),
        ("1. a", "&#49;. a"), ("a|b", "a&#124;b"), ("a\nb", "a b"), ("<b>", "&lt;b&gt;"),
        ("`[x](y)`", "\\`\\[x\\](y)\\`"),
        ("www.a.b", "www&#46;a.b"), ("$x$", "\\$x\\$"),
    ],
)  # fmt: skip
def test_escape(text, shown):
    assert markdown.escape(text) == shown


def test_only_web_addresses_are_linked():
    assert markdown.link("a", "javascript:alert(1)") == "a"
    assert markdown.link("a]", "https://x.y/(z)") == "[a\\]](https://x.y/%28z%29)"


def test_the_worst_come_first_and_ties_have_an_order():
    rows = [leak_row(credential=n, reached_weight=weight, exposure_hours=hours)
            for n, (weight, hours) in enumerate(((1, 9.0), (5, 1.0), (5, 2.0), (0, 99.0), (5, 2.0), (3, 1.0)))
    ]  # fmt: skip
    found = worst(pa.Table.from_pylist([dict(row) for row in rows]))
    assert [int(re.search(r"credential (\d+)", one.who)[1]) for one in found] == [2, 4, 1, 5, 0]
    back = worst(pa.Table.from_pylist([dict(row) for row in reversed(rows)]))
    assert back == found


def test_one_leak_is_told_under_the_strategy_that_it_was_worst_under():
    rows = [leak_row(credential=1, reached_weight=3, strategy="rotated"), leak_row(credential=2, reached_weight=9),
            leak_row(credential=3, reached_weight=1),
            leak_row(credential=4, replication=1, strategy="rotated")]  # fmt: skip
    found = worst(pa.Table.from_pylist([dict(row) for row in rows]))
    assert [(one.strategy, re.search(r"credential (\d+)", one.who)[1]) for one in found] == [
        ("rotated", "4"), ("static", "2"), ("static", "3"),
    ]  # fmt: skip


def test_an_incident_in_words():
    rows = [leak_row(), leak_row(credential=2, first_use_us=None, compromised_us=None, detected_us=None, dead_us=None,
                                 reached_resources=0, reached_weight=0, path="")]  # fmt: skip
    first, second = worst(pa.Table.from_pylist([dict(row) for row in rows]))
    assert first.times == (
        "leaked through ci-log on day 3, 00:00, 3 d after it was issued; used by an attacker 2 h later; "
        "noticed after 12 d; dead after 13 d (detection)"
    )
    assert first.path.endswith("customer-db at +3 h 12 m")
    other = worst(pa.Table.from_pylist([dict(leak_row(used_channel="prompt", used_leak_us=3 * DAY + 60_000_000))]))[0]
    assert "used by an attacker 2 h later, who had it from prompt; " in other.times
    assert second.times.endswith("found by no attacker; still usable at the end")


def test_without_leaks_or_rivals(facts):
    alone = comparison_of(("static",))
    text = report_markdown(replace(facts, comparison=alone, leaks=facts.leaks.slice(0, 0), figures=()))
    assert "No credential leaked." in text
    assert "Paired differences" not in text
    assert "None" not in text
    assert "nan" not in text
