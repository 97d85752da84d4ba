"""What a terminal shows: progress, the comparison, stories, graphs, lists. Names of scenarios are never markup."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.core.errors import UsageError
from sim.inputs.bundled import Bundled
from sim.inputs.evidence import Evidence
from sim.inputs.load import Loaded
from sim.measure.budgets import Verdict
from sim.measure.statistics import Comparison
from sim.outputs import served, words
from sim.outputs.budgets_table import print_verdicts
from sim.outputs.standards import NO_CLAIM, Exercise, remainder
from sim.outputs.standards_table import standards_table
from sim.outputs.story import Teller, clock
from sim.outputs.tables import comparison_table

STYLES = {"leak": "yellow", "attack": "red", "defence": "green", "life": "cyan", "work": "dim"}


def console() -> Console:
    """Where results go; made anew each time, so that redirected output is noticed."""
    return Console(highlight=False, soft_wrap=False)


def show_error(text: str) -> None:
    """One line on standard error, as it is."""
    Console(stderr=True, highlight=False, soft_wrap=True, markup=False).print(text)


class Campaign(Protocol):
    """How the trials went (sim.trials.campaign.Ran)."""

    @property
    def replications(self) -> Sequence[int]: ...
    @property
    def taken_over(self) -> int: ...
    @property
    def interrupted(self) -> bool: ...


class Done(Protocol):
    """A finished study (sim.study.Study)."""

    @property
    def comparison(self) -> Comparison: ...
    @property
    def finding(self) -> str: ...
    @property
    def folder(self) -> Path: ...
    @property
    def ran(self) -> Campaign: ...
    @property
    def replications(self) -> int: ...
    @property
    def verdicts(self) -> Sequence[Verdict]: ...


def show_comparison(done: Done) -> None:
    """The finding, the table, and where everything lies."""
    out = console()
    out.print(Text(_sentence(done.finding), style="bold"), soft_wrap=False)
    out.print()
    out.print(comparison_table(done.comparison))
    for line in served.of_uses(done.comparison):
        out.print(Text(line, style="dim"), soft_wrap=True)
    if done.verdicts:
        out.print()
        print_verdicts(out, done.verdicts)
        out.print()
    if done.ran.interrupted:
        kept = f"Stopped: {len(done.ran.replications)} of {done.replications} replications were finished and are kept"
        out.print(Text(f"{kept}; the same command takes them over and goes on.", style="yellow"))
    elif done.ran.taken_over:
        out.print(
            Text(f"{done.ran.taken_over} replications were taken over from an earlier, unfinished run.", style="dim")
        )
    out.print(Text(f"Report, charts and tables: {done.folder}", style="dim"), soft_wrap=True)


def _sentence(text: str) -> str:
    """Ends with a full stop; begins as it begins, for names of strategies have no capitals."""
    return text if text.endswith(".") else text + "."


class Told(Protocol):
    """A replication to tell (sim.study.Traced)."""

    @property
    def title(self) -> str: ...
    @property
    def strategy(self) -> str: ...
    @property
    def replication(self) -> int: ...
    @property
    def seed(self) -> int: ...
    @property
    def teller(self) -> Teller: ...


def show_events(told: Told) -> None:
    """Every event as a line of JSON."""
    write = console().file.write
    for event in told.teller.events():
        write(json.dumps(event, ensure_ascii=False) + "\n")


def show_story(told: Told, everything: bool) -> None:
    """The timeline, a line a moment, coloured by what it is about, and what came of it."""
    out = console()
    head = f"{words.tidy(told.title)}: {told.strategy}, replication {told.replication}, seed {told.seed}"
    out.print(Text(head, style="bold"), soft_wrap=True)
    for line in told.teller.lines(everything):
        text = Text(f"{clock(line.at)}  ", style="dim").append(line.text, style=STYLES[line.mark])
        out.print(text, soft_wrap=True)
    leaks = told.teller.leaks
    out.print()
    out.print(Text(_ending(leaks), style="bold"), soft_wrap=True)
    for leak in leaks:
        if leak["path"]:
            out.print(Text(f"  {leak['holder']}, {leak['used_channel']}: {leak['path']}"), soft_wrap=True)


def _ending(leaks: Sequence[Mapping[str, Any]]) -> str:
    if not leaks:
        return "No credential leaked."
    used = sum(leak["outcome"] == "compromised" for leak in leaks)
    mean = sum(leak["exposure_hours"] for leak in leaks) / len(leaks)
    return (
        f"{words.counted(len(leaks), 'credential')} leaked, {used} of them used by an attacker; "
        f"mean exposure window {words.value(mean, 'h')}."
    )


class Warmed(Protocol):
    """A compiled engine that is ready (sim.study.Warmed)."""

    @property
    def seconds(self) -> float: ...
    @property
    def before(self) -> bool: ...
    @property
    def folder(self) -> Path | None: ...


def show_warmed(warmed: Warmed) -> None:
    """What was compiled, how long it took, where it is kept."""
    did = "The engine was compiled before; loading it took" if warmed.before else "Compiling the engine took"
    where = f"it is kept in {warmed.folder}" if warmed.folder else "it could not be kept, so the next run does it again"
    console().print(Text(f"{did} {warmed.seconds:.1f} s; {where}"), soft_wrap=True)


class Drawn(Protocol):
    """A drawn access graph (sim.study.Drawn)."""

    @property
    def says(self) -> str: ...
    @property
    def files(self) -> Sequence[Path]: ...


def show_graph(drawn: Drawn) -> None:
    """What the graph shows, and its files."""
    out = console()
    out.print(Text(_sentence(drawn.says), style="bold"), soft_wrap=True)
    for file in drawn.files:
        out.print(Text(str(file)), soft_wrap=True)


def show_written(file: Path) -> None:
    """Where something was written; nothing for standard output."""
    if file != Path("-"):
        console().print(Text(str(file)), soft_wrap=True)


def show_checked(file: str, loaded: Loaded) -> None:
    """That a file is sound, and how well founded its values are."""
    assumed = sum(one.source is None for one in loaded.inputs)
    what = loaded.scenario
    console().print(
        Text(
            f"{file}: sound; {words.counted(len(what.strategies), 'strategy', 'strategies')}, "
            f"{words.counted(len(loaded.inputs), 'value')}, {len(loaded.inputs) - assumed} with a source, "
            f"{assumed} assumed"
        ),
        soft_wrap=True,
    )
    for line in served.of_inputs(what):
        console().print(Text(f"  {line}"), soft_wrap=True)


def show_standards(title: str, found: Exercise) -> None:
    """What a scenario exercises of published frameworks, and what it does not."""
    out = console()
    out.print(Text(words.tidy(title), style="bold"), soft_wrap=True)
    out.print(standards_table(found))
    for heading, text in remainder(found):
        out.print()
        out.print(Text(f"{heading}: ", style="bold").append(text, style="none"))
    out.print()
    out.print(Text(f"{NO_CLAIM}.", style="dim"))


def show_scenarios(found: Iterable[Bundled]) -> None:
    """The bundled scenarios, with the decision that each informs below its title."""
    table = Table(box=None, pad_edge=False)
    table.add_column("name", style="bold", no_wrap=True)
    table.add_column("title, and the decision that it informs")
    for each in found:
        table.add_row(Text(each.name), Text(each.title))
        if each.decision:
            table.add_row("", Text(each.decision, style="dim"))
    console().print(table)


def show_evidence(entries: Mapping[str, Evidence], key: str | None) -> None:
    """One entry in full, or a line for each whose key starts so."""
    out = console()
    if key is not None and key in entries:
        row = entries[key].row
        for name, value in row.model_dump(by_alias=True, exclude_none=True).items():
            if value not in ("", []):
                shown = (
                    ", ".join(value)
                    if isinstance(value, list)
                    else json.dumps(value)
                    if isinstance(value, dict)
                    else value
                )
                out.print(Text(f"{name}: ", style="dim").append(str(shown), style="none"), soft_wrap=True)
        return
    if not any(name.startswith(key or "") for name in entries):
        near = difflib.get_close_matches(key or "", entries, 3)
        raise UsageError(f"no evidence has this key, or a key that starts so; near ones: {', '.join(near) or 'none'}")
    table = Table(box=None, pad_edge=False)
    for name in ("key", "grade", "says"):
        table.add_column(name, no_wrap=name == "key")
    for name, one in entries.items():
        if name.startswith(key or ""):
            table.add_row(Text(name, style="bold"), Text(one.row.grade), Text(one.row.says))
    out.print(table)
