"""The documentation is run: commands, exit codes, exact output, links, and whether everything is documented.

In ```console blocks a line that starts with `$ ` is run, in a folder that is shared by the blocks of a document;
`$ echo $?` gives the exit code that the command before it must have, 0 otherwise. A block `console exact` shows exactly
what is printed; a block `console generated`, what was printed when the documentation was last refreshed. Where output
is not compared, `compare` is run with two replications and draws nothing. ```python blocks are run in the same folder;
a ```text printed block shows what the last one printed; `printed generated`, what it printed when the documentation was
last refreshed. ```yaml file=NAME blocks are written to the folder; ```yaml from=PATH blocks are parts of that file.

    python tests/docs/test_docs.py           # write what commands print now into the exact blocks
    python tests/docs/test_docs.py --all     # into the generated ones too, and redraw the picture: minutes
"""

from __future__ import annotations

import difflib
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_type_hints

import pytest
import typer

from sim.cli import app
from sim.measure.catalogue import COLUMNS, METRICS
from sim.measure.leaks import LeakRow

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (
        ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "notebooks/README.md", ROOT / "results/README.md",
        *(ROOT / "docs").rglob("*.md"),
    )
)  # fmt: skip
READING = "docs/reading-results.md"
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r'\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"')
LONG = "coding-agents"
UNDRAWN = Path(__file__).with_name("undrawn.py")
ALLOWED = ("afterleak", "cat", "ls")
PLAIN = {"COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1", "PYTHONUTF8": "1"}
"""A terminal of which every machine has one: no colours, eighty columns."""


@dataclass(frozen=True)
class Block:
    """A fenced block: where its body starts and ends in the document, its language, its other words."""

    language: str
    words: tuple[str, ...]
    body: str
    start: int
    end: int


@dataclass(frozen=True)
class Step:
    """A command, what is shown below it, and the exit code that it must have."""

    command: str
    shown: str
    code: int


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def blocks(text: str) -> Iterator[Block]:
    for found in FENCE.finditer(text):
        yield Block(found[1], tuple(found[2].split()), found[3], found.start(3), found.end(3))


def steps(block: Block) -> Iterator[Step]:
    """The commands of a console block; `$ echo $?` belongs to the one before it."""
    parts = re.split(r"^\$ (.*)\n", block.body, flags=re.MULTILINE)[1:]
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    for number, (command, shown) in enumerate(pairs):
        if command != "echo $?":
            following = pairs[number + 1] if number + 1 < len(pairs) else ("", "")
            yield Step(command, shown, int(following[1]) if following[0] == "echo $?" else 0)


def run(command: str, folder: Path, *, short: bool = True) -> tuple[int, str]:
    """Exit code and output, errors included, of a command as it is shown; `> FILE` is understood."""
    words = shlex.split(command)
    if not words or words[0] not in ALLOWED:
        raise ValueError(f"not a command that documentation may show in a console block: {command}")
    target = words[-1] if len(words) > 2 and words[-2] == ">" else None
    words = words[:-2] if target else words
    environment = os.environ | PLAIN
    if short and words[:2] == ["afterleak", "compare"]:
        more = [] if "--replications" in words else ["--replications", "2"]
        words = [sys.executable, str(UNDRAWN), *words[1:], *more]
        environment |= {"PYTHONPATH": str(ROOT)}
    elif words[0] == "afterleak":
        words = [sys.executable, "-m", "sim.cli", *words[1:]]
    done = subprocess.run(
        words, cwd=folder, env=environment, text=True, encoding="utf-8", timeout=600, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if target:
        (folder / target).write_text(done.stdout, encoding="utf-8")
    return done.returncode, "" if target else "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


def problems(text: str, folder: Path) -> list[str]:
    """What is wrong with the commands, outputs and programs that a document shows."""
    found: list[str] = []
    printed = ""
    for block in blocks(text):
        if block.language == "yaml":
            found += _of_file(block, folder)
        elif block.language == "python":
            code, printed = run_program(block.body, folder)
            found += [f"{block.body}{printed}"] if code else []
        elif block.language == "text" and block.words == ("printed",):
            found += _difference("the program before it", block.body, printed)
        elif block.language == "console":
            for step in steps(block):
                found += _of_step(step, folder, exact="exact" in block.words)
    return found


def _of_file(block: Block, folder: Path) -> list[str]:
    """Write a block that stands for a file; say so if it is not a part of the file that it is said to be from."""
    word = block.words[0] if block.words else ""
    if word.startswith("file="):
        (folder / word.removeprefix("file=")).write_text(block.body, encoding="utf-8")
    if word.startswith("from=") and block.body not in text_of(word.removeprefix("from=")):
        return [f"{word.removeprefix('from=')} does not hold\n{block.body}"]
    return []


def _of_step(step: Step, folder: Path, *, exact: bool) -> list[str]:
    try:
        code, output = run(step.command, folder, short=not exact)
    except ValueError as error:
        return [str(error)]
    if code != step.code:
        return [f"$ {step.command}\nexit code {code} instead of {step.code}\n{output}"]
    return _difference(f"$ {step.command}", step.shown, output) if exact else []


def _difference(what: str, shown: str, printed: str) -> list[str]:
    lines = difflib.unified_diff(shown.splitlines(), printed.splitlines(), "shown", "printed", lineterm="")
    return [] if shown == printed else [f"{what}\n" + "\n".join(lines)]


def run_program(program: str, folder: Path) -> tuple[int, str]:
    """Exit code and output of a Python program."""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=os.environ | PLAIN, text=True, encoding="utf-8", timeout=60,
        check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return done.returncode, done.stdout


def dead_links(text: str, folder: Path) -> list[str]:
    """Links to files that do not exist, or to headings that are not there; addresses on the web are not asked."""
    found: list[str] = []
    prose = FENCE.sub("", text)
    for match in LINK.finditer(prose):
        link = match[1] or match[2]
        if re.match(r"[a-z]+:", link):
            continue
        path, _, heading = link.partition("#")
        target = (folder / path).resolve() if path else None
        gone = target is not None and not target.exists()
        if gone or (heading and heading not in anchors(target.read_text(encoding="utf-8") if target else text)):
            found.append(link)
    return found


def anchors(text: str) -> set[str]:
    """What GitHub makes of the headings of a document."""
    titles = re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def undocumented(text: str) -> list[str]:
    """Verbs, options and arguments of the command line without a mention in the table row of their verb."""
    group = typer.main.get_command(app)
    rows = dict(re.findall(r"^\| `(\w+)[^`]*` (\|.*)$", text, re.MULTILINE))
    missing = [name for parameter in group.params for name in parameter.opts if f"`{name}`" not in text]
    for verb, command in group.commands.items():  # type: ignore[attr-defined]
        if verb not in rows:
            missing.append(verb)
        for parameter in command.params:
            for name in parameter.opts if parameter.param_type_name == "option" else ():
                if name not in ("--help", "-h") and f"`{name}" not in rows.get(verb, ""):
                    missing.append(f"{verb} {name}")
    return missing


def without_row(names: list[str], text: str) -> list[str]:
    """Names that begin no row of a table."""
    return [name for name in names if f"| `{name}` |" not in text]


# --- the documents ---
@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_run_and_print_what_is_shown(document: str, tmp_path: Path) -> None:
    found = problems(text_of(document), tmp_path)
    assert not found, "\n\n".join([*found, "refresh with: python tests/docs/test_docs.py"])


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    assert dead_links(text_of(document), (ROOT / document).parent) == []


def test_every_verb_and_option_is_documented() -> None:
    assert undocumented(text_of("README.md")) == []


def test_every_metric_is_documented() -> None:
    text = text_of(READING)
    assert without_row([metric.key for metric in METRICS], text) == []
    units = {metric.key: metric.unit or "–" for metric in METRICS}
    assert [key for key, unit in units.items() if not re.search(rf"^\| `{key}` \| {unit} \|", text, re.MULTILINE)] == []


def test_every_column_is_documented() -> None:
    text = text_of(READING)
    assert without_row(list(get_type_hints(LeakRow)), text) == []
    assert [name for name in COLUMNS if f"`{name}`" not in text] == []


def test_the_readme_shows_both_commands() -> None:
    install, test = [block.body for block in blocks(text_of("README.md")) if block.language == "sh"][:2]
    assert install.strip().endswith(f".venv/bin/afterleak compare {LONG}")
    assert test.strip().endswith(".venv/bin/python -m pytest")
    assert all(body.startswith("python3 -m venv .venv && ") and body.count("\n") == 1 for body in (install, test))


# --- the checker itself ---
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("```console\n$ afterleak compair quickstart\n```\n", "exit code 2"),
        ("```console\n$ afterleak scenarios --no-such\n```\n", "exit code 2"),
        ("```console\n$ afterleak scenarios\n$ echo $?\n2\n```\n", "exit code 0 instead of 2"),
        ("```console exact\n$ afterleak check quickstart\nquickstart: sound as a bell\n```\n", "sound as a bell"),
        ("```console\n$ rm -r results\n```\n", "not a command"),
        ("```python\nimport no_such_library\n```\n", "no_such_library"),
        ("```python\nprint(2)\n```\n```text printed\n3\n```\n", "-3"),
        ("```python\nraise ValueError\n```\n```text printed generated\n3\n```\n", "ValueError"),
        ("```yaml from=scenarios/quickstart.yaml\nno such line\n```\n", "does not hold"),
    ],
)
def test_planted_faults_in_commands_are_found(wrong: str, says: str, tmp_path: Path) -> None:
    assert says in "".join(problems(wrong, tmp_path))


def test_planted_faults_elsewhere_are_found(tmp_path: Path) -> None:
    assert dead_links("[a](no-such.md) [b](#nowhere) [c](https://example.org)\n# Here\n[d](#here)", tmp_path) == [
        "no-such.md", "#nowhere",
    ]  # fmt: skip
    readme = text_of("README.md")
    assert undocumented(readme.replace("`--baseline", "`--base")) == ["compare --baseline"]
    assert undocumented(readme.replace("`--version`", "")) == ["--version"]
    assert "graph" in undocumented(readme.replace("| `graph", "| `grph"))
    assert without_row(["leaks", "leeks"], text_of(READING)) == ["leeks"]


# --- refreshing ---
def refreshed(text: str, folder: Path, kinds: tuple[str, ...]) -> str:
    """The document with what its commands print now, in blocks of these kinds."""
    parts, at, printed = [], 0, ""
    for block in blocks(text):
        body = block.body
        if block.language == "yaml":
            _of_file(block, folder)
        elif block.language == "python":
            printed = run_program(block.body, folder)[1]
        elif block.language == "text" and "printed" in block.words:
            body = body if {"generated"} & {*block.words} - {*kinds} else printed
        elif block.language == "console" and ("generated" not in block.words or "generated" in kinds):
            again = "".join(_again(step, folder, short=not block.words) for step in steps(block))
            body = again if set(block.words) & set(kinds) else body
        parts += [text[at : block.start], body]
        at = block.end
    return "".join([*parts, text[at:]])


def _again(step: Step, folder: Path, *, short: bool) -> str:
    code, output = run(step.command, folder, short=short)
    return f"$ {step.command}\n{output}" + (f"$ echo $?\n{code}\n" if code else "")


def refresh(kinds: tuple[str, ...], folder: Path) -> None:
    """Rewrite the shown output of every document; redraw the picture of the README where its command is run in full."""
    for document in DOCUMENTS:
        place = folder / document.replace("/", "-")
        place.mkdir(parents=True)
        (ROOT / document).write_text(refreshed(text_of(document), place, kinds), encoding="utf-8")
        charts = place / "results" / LONG / "charts"
        if document == "README.md" and "generated" in kinds:
            for name in ("survival.svg", "survival-dark.svg"):
                shutil.copyfile(charts / name, ROOT / "docs/images" / f"{LONG}-{name}")


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        refresh(("exact", "generated") if "--all" in sys.argv else ("exact",), Path(scratch))
