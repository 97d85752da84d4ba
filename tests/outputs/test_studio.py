"""Charts are the same files wherever they are drawn, and none is missing when the process beside is."""

from __future__ import annotations

from subprocess import Popen

import pytest
from samples import HORIZON, timeline_of

from sim.core.units import MINUTE
from sim.outputs import studio
from sim.outputs.charts import gallery
from sim.outputs.sheets import comparison_sheets
from sim.outputs.studio import Studio, beside

THREE_FILES = (".svg", ".png", "-dark.svg")


@pytest.fixture(scope="module")
def sheets(comparison, shown):
    story = timeline_of("jit-task", 20 * MINUTE)
    return comparison_sheets(comparison, shown, story, horizon_hours=HORIZON, caption="c")


@pytest.fixture
def started(monkeypatch):
    """The processes that were started, on a machine of two cores."""

    def start(*what, **how):
        found.append(Popen(*what, **how))
        return found[-1]

    found = []
    monkeypatch.setattr(studio, "cores", lambda: 2)
    monkeypatch.setattr(studio, "Popen", start)
    return found


def drawn(where, folder, sheets):
    folder.mkdir()
    where.draw(folder, sheets)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def alone(sheets, tmp_path_factory):
    return drawn(Studio(), tmp_path_factory.mktemp("alone") / "charts", sheets)


def test_each_chart_has_three_files(alone, sheets):
    assert [sheet.figure.stem for sheet in sheets] == [
        "survival", "exposure", "reach", "reached", "spread", "frontier", "losses", "map", "timeline",
    ]  # fmt: skip
    assert set(alone) == {f"{sheet.figure.stem}{end}" for sheet in sheets for end in THREE_FILES}


def test_the_same_bytes_with_a_process_beside(alone, sheets, tmp_path, monkeypatch, started):
    here = []
    draw = gallery.draw_sheet
    monkeypatch.setattr(gallery, "draw_sheet", lambda *task: (here.append(task), draw(*task)))  # in this process only
    with beside() as two:
        assert drawn(two, tmp_path / "first", sheets) == alone  # it is ready now
        here.clear()
        assert drawn(two, tmp_path / "charts", sheets) == alone
    assert 0 < len(here) < 2 * len(sheets), "both processes draw"
    assert started[0].returncode is not None, "it has ended"


def test_a_killed_process_loses_no_chart(alone, sheets, tmp_path, started):
    with beside() as two:
        started[0].kill()
        assert drawn(two, tmp_path / "charts", sheets) == alone


def test_a_process_that_never_draws_loses_no_chart(alone, sheets, tmp_path, monkeypatch, started):
    monkeypatch.setattr(studio, "SERVE", "import nothing_of_this_name")
    with beside() as two:
        assert drawn(two, tmp_path / "charts", sheets) == alone


def test_a_machine_without_room_draws_here(alone, sheets, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError("no more processes")

    monkeypatch.setattr(studio, "cores", lambda: 2)
    monkeypatch.setattr(studio, "Popen", refuse)
    with beside() as one:
        assert drawn(one, tmp_path / "charts", sheets) == alone


def test_one_core_has_no_process_beside(monkeypatch, started):
    monkeypatch.setattr(studio, "cores", lambda: 1)
    with beside():
        assert not started


@pytest.mark.parametrize("cores", [1, 2])
def test_a_chart_that_cannot_be_written_is_told(sheets, tmp_path, monkeypatch, started, cores):
    monkeypatch.setattr(studio, "cores", lambda: cores)
    (tmp_path / "reach.png").mkdir()
    with beside() as one, pytest.raises(OSError):
        one.draw(tmp_path, sheets)


def test_an_error_leaves_no_process(started):
    with pytest.raises(KeyboardInterrupt), beside():
        assert started[0].poll() is None
        raise KeyboardInterrupt
    assert started[0].returncode is not None
