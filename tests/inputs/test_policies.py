"""Policies that are wrong are refused with the place in their file and their name; sound ones become part of the
scenario."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.core.errors import ScenarioError
from sim.inputs.bundled import bundled_names
from sim.inputs.load import Loaded, load
from sim.inputs.policies import cedar, soundness
from sim.inputs.policies import check as checks
from sim.inputs.policies.files import bundled
from tests.support import compared, scenario, write

EVERYTHING = '@id("all") permit(principal, action, resource);\n'
STEPS = {"calls": [5], "credential-age": ["5m"]}


def content(policies: dict[str, Any] | None = None) -> dict[str, Any]:
    return scenario(
        estate={
            "resources": {"box": {"environment": "test"}, "vault": {}},
            "roles": {"worker": {"can": {"box": "read"}}},
        },
        policies={"guard": {"file": "p.cedar", "steps": STEPS} | (policies or {})},
        strategies={"only": {"policy": "guard"}},
    )


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "case.yaml").write_text(yaml.safe_dump(content(), sort_keys=False), encoding="utf-8")
    return tmp_path


def loaded(policies: str) -> Loaded:
    Path("p.cedar").write_text(policies, encoding="utf-8")
    return load("case.yaml")


def problem(policies: str) -> str:
    with pytest.raises(ScenarioError) as raised:
        loaded(policies)
    return str(raised.value)


FORBID = '@id("no") forbid(principal, action, resource)'
WRONG = {  # « stands before what is wrong, or nowhere if it is the policy as a whole
    "misspelt attribute": (
        f"{FORBID} when {{ context.«callz >= 5 }};",
        "policy 'no': context has no attribute 'callz'; did you mean 'calls'?",
    ),
    "missing context key": (
        f"{FORBID} when {{ context.«tenant == 5 }};",
        "policy 'no': context has no attribute 'tenant'; attributes: task_kind, objective, sensitivity, "
        "environment, approval, delegation_depth, calls, credential_age, in_task, in_chain",
    ),
    "misspelt attribute that is only asked for": (
        f"{FORBID} when {{ context has «aproval && context.approval }};",
        "policy 'no': context has no attribute 'aproval'; did you mean 'approval'?",
    ),
    "misspelt attribute of a resource": (
        f"{FORBID} when {{ resource.«untrusted }};",
        "policy 'no': resource has no attribute 'untrusted'; did you mean 'untrusted_content'?",
    ),
    "attribute of a principal": (
        f"{FORBID} when {{ principal.«role == 1 }};",
        "policy 'no': principal has no attribute 'role'; ask for its groups: in Role::\"…\", "
        'in Population::"…"',
    ),
    "syntax": (
        '@id("no")\nforbid(principal, action «resource);',
        "policy 'no': not valid Cedar: unexpected token 'resource'",
    ),
    "syntax at the end": (
        '@id("no")\nforbid(principal, action, resource) when { true «}',
        "policy 'no': not valid Cedar: unexpected end of input",
    ),
    "a quote that is not closed": (
        f'{FORBID} when {{ "a == "«a" }};',
        "policy 'no': not valid Cedar: invalid token",
    ),
    "a word that is none": (
        f"{FORBID} «whn {{ true }};",
        "policy 'no': not valid Cedar: invalid policy condition: whn",
    ),
    "types": (
        f'{FORBID} when {{ context.calls == "x" }};',
        "policy 'no': the types Long and String are not compatible",
    ),
    "a tool that is not there": (
        '@id("no") forbid(principal, action == «Action::"cal", resource);',
        "policy 'no': there is no tool called 'cal'; did you mean 'call'?",
    ),
    "a resource that is not there": (
        '@id("no") forbid(principal, action, resource == «Resource::"boxx");',
        "policy 'no': there is no Resource called 'boxx'; did you mean 'box'?",
    ),
    "an environment that is not there": (
        f'{FORBID} when {{ context.environment == «Environment::"staging" }};',
        "policy 'no': there is no Environment called 'staging'; known: test, prod",
    ),
    "a type that is not there": (
        '@id("no") forbid(principal in «User::"a", action, resource);',
        "policy 'no': there is no type of entity called 'User'; types: Agent, Population, Role, TaskKind, "
        "Objective, Environment, Resource, Action",
    ),
    "a resource that no tool touches": (
        '@id("no") forbid(principal, action, resource == Resource::"vault");',
        "policy 'no': can never apply: no request of this scenario satisfies it",
    ),
    "constantly false": (
        f"{FORBID} when {{ false }};",
        "policy 'no': can never apply: no request of this scenario satisfies it",
    ),
    "false by two conditions": (
        f"{FORBID} when {{ context.calls >= 5 }} unless {{ context.calls >= 5 }};",
        "policy 'no': can never apply: no request of this scenario satisfies it",
    ),
    "things of different types, which Cedar lets pass": (
        f'{FORBID} when {{ context.environment == TaskKind::"job" }};',
        "policy 'no': can never apply: no request of this scenario satisfies it",
    ),
    "delegation, which nobody does": (
        f"{FORBID} when {{ context.delegation_depth > 0 }};",
        "policy 'no': can never apply: no request of this scenario satisfies it",
    ),
    "a permit that no request satisfies": (
        '@id("no") permit(principal, action, resource) when { context.sensitivity > 3 };',
        "policy 'no': can never apply: no request of this scenario satisfies it",
    ),
    "permit and forbid of the same": (
        FORBID + ";",
        "policy 'no': says the opposite of policy 'all' of the very same requests",
    ),
    "the same name": (
        '@id("all") forbid(principal, action, resource) when { context.approval };',
        "policy 'all': another policy before has the same @id",
    ),
    "no name": (
        "forbid(principal, action, resource) when { context.approval };",
        "a policy begins with its name, @id(\"…\"): a letter, then at most 63 letters, digits, '.', '_', '-'",
    ),
    "a comparison between steps": (
        f"{FORBID} when {{ context.«calls > 5 }};",
        "policy 'no': this comparison changes at 6, which the steps do not tell apart; "
        "add it to steps.calls, or compare with a step by >= or <",
    ),
    "an age between steps, the other way round": (
        f"{FORBID} when {{ 60 <= context.«credential_age }};",
        "policy 'no': this comparison changes at 60s, which the steps do not tell apart; "
        "add it to steps.credential-age, or compare with a step by >= or <",
    ),
    "a template": (
        '@id("no") forbid(principal == ?principal, action, resource);',
        "policy 'no': a template stands for no policy here; write the policies themselves",
    ),
    "brackets that break Cedar's parser": (
        f"{FORBID} when {{ {'(' * 5_000}true{')' * 5_000} }};",
        "policy 'no': a policy holds at most 1000 words and signs, with brackets at most 30 deep",
    ),
    "a chain that breaks Cedar's parser": (
        f"{FORBID} when {{ {'context.approval || ' * 5_000}true }};",
        "policy 'no': a policy holds at most 1000 words and signs, with brackets at most 30 deep",
    ),
    "a text that is somebody's": (
        f'{FORBID} when {{ ip("hunter2 secret") == ip("1.1.1.1") }};',
        "policy 'no': error during extension function argument validation: "
        "failed to parse as IP address: this",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_with_its_place(here: Path, name: str) -> None:
    marked, expected = WRONG[name]
    before = marked.partition("«")[0] if "«" in marked else ""
    line, column = before.count("\n") + 2, len(before) - (before.rfind("\n") + 1) + 1
    assert problem(EVERYTHING + marked.replace("«", "")) == f"p.cedar:{line}:{column}: {expected}"


def test_a_file_without_policies(here: Path) -> None:
    assert problem("// nothing yet\n") == "p.cedar:1:1: there is no policy here"
    assert problem("") == "p.cedar:1:1: there is no policy here"


def test_a_file_is_read_as_carefully_as_a_scenario(here: Path) -> None:
    assert problem(EVERYTHING + "\u202e") == "p.cedar:2:1: control characters are not allowed in a scenario"
    Path("p.cedar").write_bytes(b"// \xff")
    assert problem_of_case() == "p.cedar:1:4: not UTF-8: save the file with that encoding"
    Path("p.cedar").write_bytes(b" " * ((1 << 20) + 1))
    assert problem_of_case() == "case.yaml:42:11: file p.cedar: the file is too large: at most 1 MiB are allowed"


def problem_of_case() -> str:
    with pytest.raises(ScenarioError) as raised:
        load("case.yaml")
    return str(raised.value)


SOUND = (
    f"{FORBID} when {{ context.calls >= 5 || context.credential_age < 300 }};",
    f"{FORBID} when {{ context.calls > 4 }};",
    f"{FORBID} when {{ context.calls <= 4 && context.approval }};",
    f'{FORBID} when {{ context.objective == Objective::"changed" }};',
    '@id("no") permit(principal in Role::"worker", action, resource) when { resource.untrusted_content == false };',
    f"// a ; in a comment, and \"no quote\n{FORBID} // ;\nwhen {{ context.approval }};",
    f'{FORBID} when {{ context.sensitivity == 3 && "a;b" like "a*" && context.approval }};',
    # It is satisfied where the first forbids anyway.
    f'{FORBID} when {{ context.approval }};\n'
    '@id("more") permit(principal in Role::"worker", action, resource) when { context.approval };',
)  # fmt: skip


@pytest.mark.parametrize("policies", SOUND)
def test_sound_policies_are_taken(here: Path, policies: str) -> None:
    assert loaded(EVERYTHING + policies).scenario.policies["guard"].text == EVERYTHING + policies


def test_policies_are_part_of_the_scenario(here: Path) -> None:
    one, other = loaded(EVERYTHING), loaded(EVERYTHING + FORBID + " when { context.approval };")
    assert one.hash != other.hash
    assert one.texts[1] == ("p.cedar", EVERYTHING)
    assert [name for name, _ in other.texts] == ["case.yaml", "p.cedar"]


def test_the_results_tell_the_policies_and_what_they_denied(tmp_path: Path) -> None:
    (tmp_path / "p.cedar").write_text(EVERYTHING + FORBID + " when { context.calls < 5 };", encoding="utf-8")
    summary = compared(tmp_path, content() | {"horizon": "1d", "replications": 1})
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert [Path(each["name"]).name for each in manifest["files"]] == ["case.yaml", "p.cedar"]
    assert "cedarpy" in manifest["versions"]
    assert summary["strategies"]["only"]["tasks_failed_policy"]["estimate"] == 24
    report = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert "| only | no | call | job | 24 |" in report


def test_policies_of_a_base_lie_beside_the_base(here: Path) -> None:
    loaded(EVERYTHING)
    Path("below").mkdir()
    Path("below/more.yaml").write_text("extends: ../case.yaml\n", encoding="utf-8")
    assert load("below/more.yaml").texts[2] == ("below/../p.cedar", EVERYTHING)


def test_bundled_policies_are_found_by_name_and_sound_where_they_belong(here: Path) -> None:
    names = {"coding-agents", "intent-monitor", "keep-to-the-task", "no-unapproved-production", "support-desk"}
    assert {f"policies/{name}" for name in names} <= set(bundled())
    steps = "{calls: [20], credential-age: [1h]}"
    text = f"extends: coding-agents\npolicies: {{guard: {{file: policies/coding-agents.cedar, steps: {steps}}}}}\n"
    Path("s.yaml").write_text(text, encoding="utf-8")
    assert "fresh-for-the-worst" in (load("s.yaml").scenario.policies["guard"].text or "")


@pytest.mark.parametrize("name", [*bundled_names(), "own-set"])
def test_a_bundled_policy_is_asked_by_name_in_any_scenario(here: Path, name: str) -> None:
    """As the preset jit-action-policy does; a set of the scenario's own of the same name goes before."""
    own = (
        {"keep-to-the-task": {"text": '@id("mine") permit(principal, action, resource);'}} if name == "own-set" else {}
    )
    strategy = {"fallback": {"preset": "static"}}  # some have tools that take nothing else
    content = {"extends": "quickstart" if own else name, "policies": own, "strategies": {"jit-action-policy": strategy}}
    found = load(write(here, content)).scenario
    text = found.policies["keep-to-the-task"].text or ""
    assert ("mine" if own else "in_chain") in text
    assert found.strategies["jit-action-policy"].policy == "keep-to-the-task"


def test_without_the_engine_one_line_says_so(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cedar, "find_spec", lambda _: None)
    line = "policies need the package cedarpy, which is not installed: pip install cedarpy"
    assert problem(EVERYTHING) == f"case.yaml:40:1: {line}"


def test_too_many_decisions_are_refused(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soundness, "MOST_REQUESTS", 15)
    assert problem(EVERYTHING) == (
        "case.yaml:42:11: too many decisions to table: 16, at most 15; fewer steps make it fewer"
    )


@pytest.mark.parametrize("name", WRONG)
def test_without_the_checks_they_load(here: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: these files are wrong for their policies alone."""
    monkeypatch.setattr(checks, "check", lambda *_: None)
    assert loaded(EVERYTHING + WRONG[name][0].replace("«", "")).scenario.format == 1


def test_nothing_is_written_and_the_exit_code_is_2(here: Path) -> None:
    from typer.testing import CliRunner

    from sim.cli import app

    Path("p.cedar").write_text("permit(principal", encoding="utf-8")
    done = CliRunner().invoke(app, ["compare", "case.yaml", "--out", "out"])
    assert not Path("out").exists()
    assert isinstance(done.exception, ScenarioError)
    assert done.exception.exit_code == 2
