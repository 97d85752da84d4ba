"""What two scenarios say differently."""

from __future__ import annotations

import pytest

from sim.outputs import changes as room
from sim.outputs.changes import Change, Value, changes
from sim.outputs.store import InputRow


def row(path: str, value: str, source: str | None = None, **more: object) -> InputRow:
    made = InputRow(path=path, value=value, source=source, evidence=False, file="a.yaml", line=3, column=7, text=False,
                    kind="input")  # fmt: skip
    made.update(more)  # type: ignore[typeddict-item]
    return made


def said(*rows: InputRow) -> dict[str, InputRow]:
    return {each["path"]: each for each in rows}


BASE = said(
    row("estate.tools.git.fails", "0.05", "fit.x", evidence=True),
    row("issuer.capacity", "16", kind="default", line=0, column=0, file=""),
    row("leaks.log.per-use", "0.03"),
    row("leaks.log.discovery", "1h"),
    row("title", "hunter2-secret", text=True, kind="other"),
    row("seed", "0", kind="other"),
)


def test_nothing_changed():
    assert changes(BASE, BASE) == ()
    moved = {path: {**each, "file": "b.yaml", "line": 99} for path, each in BASE.items()}
    assert changes(BASE, moved) == ()  # a place alone is no change


def test_a_value_with_its_places_and_sources():
    after = BASE | said(row("estate.tools.git.fails", "0.1", "our own count", line=9))
    (found,) = changes(BASE, after)
    assert found == Change(
        "estate.tools.git.fails", "changed", Value("0.05", "a.yaml:3:7", "fit.x"),
        Value("0.1", "a.yaml:9:7", "a source in words"),
    )  # fmt: skip


def test_a_source_alone_is_a_change_of_an_input_only():
    (found,) = changes(BASE, BASE | said(row("leaks.log.per-use", "0.03", "fit.y", evidence=True)))
    assert (found.before.source, found.after.source) == ("no source", "fit.y")
    written = BASE | said(row("issuer.capacity", "16"))
    assert changes(BASE, written) == ()  # a default that is written out


def test_a_default_that_is_replaced():
    (found,) = changes(BASE, BASE | said(row("issuer.capacity", "4")))
    assert found.before == Value("16", "", "")
    assert found.after == Value("4", "a.yaml:3:7", "no source")


def test_groups_are_told_as_one():
    fresh = said(row("leaks.tap.per-use", "1"), row("leaks.tap.discovery", "2h"), row("horizon", "3d"))
    assert changes(BASE, BASE | fresh) == (
        Change("leaks.tap", "added", None, Value("1", "a.yaml:3:7", "no source"), 2),
        Change("horizon", "added", None, Value("3d", "a.yaml:3:7", "no source"), 1),
    )
    assert [(one.path, one.kind, one.values) for one in changes(BASE | fresh, BASE)] == [
        ("leaks.tap", "removed", 2), ("horizon", "removed", 1),
    ]  # fmt: skip
    (one,) = changes(BASE, BASE | said(row("leaks.log.detection.chance", "0.5")))
    assert (one.path, one.values) == ("leaks.log.detection.chance", 1)


def test_settings_of_a_run_are_told_elsewhere():
    assert changes(BASE, BASE | said(row("seed", "7", kind="other"))) == ()


def test_free_text_is_never_repeated(monkeypatch: pytest.MonkeyPatch):
    after = BASE | said(row("title", "also-secret", text=True, kind="other"))
    found = changes(BASE, after)
    assert [one.path for one in found] == ["title"]
    assert "secret" not in repr(found)
    monkeypatch.setattr(room, "_value", lambda each: Value(each["value"], "", ""))  # planted fault
    assert "secret" in repr(changes(BASE, after))


def test_words_of_a_source_are_never_repeated():
    found = changes(BASE, BASE | said(row("leaks.log.per-use", "0.03", "https://x/?token=hunter2")))
    assert "hunter2" not in repr(found)
