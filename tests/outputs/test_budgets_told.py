"""Budgets as they are told: the same verdicts in every form, and no form that a name could break."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from samples import STRATEGIES

from sim.inputs.budgets import Budget
from sim.measure.budgets import judge
from sim.measure.estimates import Estimate
from sim.outputs import budgets as told
from sim.outputs.budgets import Judged

HOSTILE = "]]></failure><script> | `x` & \" ' =1+1 \u202e\x00"


@pytest.fixture
def judged(comparison) -> Judged:
    asked = {
        "exposure": Budget.model_validate({"metric": "exposure_window_hours", "at-most": "1d", "title": "ours"}),
        "loss": Budget.model_validate({"metric": "loss", "strategies": ["static"], "at-most": "5k"}),
    }
    return Judged(judge(asked, comparison.estimates, 40), "s", "A title", "afterleak compare s", 40, 40)


def test_json_is_read_back_as_it_was(judged):
    saved = json.loads(json.dumps(told.as_json(judged.verdicts), allow_nan=False))
    assert told.read(saved) == judged.verdicts
    assert saved[0]["unit"] == "h"
    assert saved[0]["at_most"] == 24.0
    saved[0]["at_most"] = 25.0  # planted fault
    assert told.read(saved) != judged.verdicts
    with pytest.raises(KeyError):
        told.read([saved[0] | {"metric": "none"}])


def test_headline_and_lines(judged):
    counts = [one.outcome for one in judged.verdicts]
    assert told.headline(judged.verdicts) == (
        f"Budgets: {counts.count('failed')} failed, {counts.count('undecided')} undecided, "
        f"{counts.count('passed')} passed"
    )
    lines = dict(zip(STRATEGIES, told.lines(judged.verdicts), strict=False))
    assert lines["jit-task"][0] == "passed"
    assert re.fullmatch(
        r"\u2713 passed: exposure, jit-task: exposure window, mean [\d.]+ min \[.*\], at most 24 h",
        lines["jit-task"][1],
    )
    assert [one.outcome for one in judged.verdicts if one.budget == "loss"] == ["undecided"]


def check_junit(text: str, judged: Judged) -> None:
    """JUnit's shape: counts that agree, and a case for each verdict with at most one result in it."""
    root = ElementTree.fromstring(text)
    assert root.tag == "testsuites"
    (suite,) = root
    cases = list(suite)
    assert [case.tag for case in cases] == ["testcase"] * len(judged.verdicts)
    expected = {"failed": "failure", "undecided": "error", "passed": "system-out"}
    assert [case[0].tag for case in cases] == [expected[one.outcome] for one in judged.verdicts]
    assert all(len(case) == 1 and case.get("classname") and case.get("name") for case in cases)
    for node in (root, suite):
        for count, tag in (("failures", "failure"), ("errors", "error"), ("tests", "testcase")):
            assert int(node.get(count, "")) == len(list(root.iter(tag)))
    assert all(each.get("message") and each.get("type") for each in [*root.iter("failure"), *root.iter("error")])


def test_junit(judged):
    text = judged.text("junit")
    check_junit(text, judged)
    with pytest.raises(AssertionError):  # planted faults
        check_junit(text.replace("<failure ", "<error "), judged)
    with pytest.raises(AssertionError):
        check_junit(re.sub(r'failures="\d+"', 'failures="9"', text), judged)


def test_markdown(judged):
    text = judged.text("md")
    lines = text.split("\n")
    assert lines[0].startswith("### \u2717 Budgets: ")
    assert lines[2] == "A title, 95% intervals over 40 replications."
    assert len([line for line in lines if line.startswith("| exposure: ours |")]) == len(STRATEGIES)
    assert "```sh\nafterleak compare s\n```" in text
    short = replace(judged, replications=7).text("md")
    assert "over 7 replications of 40 that were asked for." in short


def test_exit_codes(judged):
    assert judged.exit_code == 1
    assert replace(judged, verdicts=judged.verdicts[-1:]).exit_code == 3
    assert replace(judged, verdicts=judged.verdicts[4:5]).exit_code == 0


def test_hostile_names_break_nothing(judged):
    first = replace(judged.verdicts[0], budget=HOSTILE, strategy=HOSTILE, title=HOSTILE, why=HOSTILE)
    hostile = replace(judged, verdicts=(first, *judged.verdicts[1:]), name=HOSTILE, title=HOSTILE, command="``` x")
    check_junit(hostile.text("junit"), hostile)
    text = hostile.text("md")
    assert "<script" not in text
    row = next(line for line in text.split("\n") if "script" in line and line.startswith("|"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 7
    assert json.loads(hostile.text("json"))["verdict"] == "failed"


def test_a_limit_keeps_all_its_digits(judged):
    one = replace(judged.verdicts[0], metric="audit_attributable", limit=0.99995, upper=False,
                  estimate=Estimate(0.9, 0.95, 0.99))  # fmt: skip
    assert told.limit(one) == "at least 99.995%"
    assert told.limit(replace(one, metric="loss", limit=1_234_567.0, upper=True)) == "at most 1.234567M"
    assert told.limit(replace(one, metric="standing_hours", limit=4910.0)) == "at least 4910"
