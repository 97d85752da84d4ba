"""Charts are the same files wherever they are drawn, and none is missing when the process beside is."""

from __future__ import annotations

import multiprocessing

import pytest
from samples import HORIZON, timeline_of

from sim.core.units import MINUTE
from sim.outputs import studio
from sim.outputs.charts import gallery
from sim.outputs.sheets import comparison_sheets
from sim.outputs.studio import Studio, beside

THREE_FILES = (".svg", ".png", "-dark.svg")


@pytest.fixture(scope="module")
def sheets(comparison, curves):
    story = timeline_of("jit-task", 20 * MINUTE)
    return comparison_sheets(comparison, curves, story, horizon_hours=HORIZON, caption="c")


def drawn(where, folder, sheets):
    folder.mkdir()
    where.draw(folder, sheets)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def alone(sheets, tmp_path_factory):
    return drawn(Studio(), tmp_path_factory.mktemp("alone") / "charts", sheets)


def test_each_chart_has_three_files(alone, sheets):
    assert [sheet.figure.stem for sheet in sheets] == ["survival", "reach", "frontier", "timeline"]
    assert set(alone) == {f"{sheet.figure.stem}{end}" for sheet in sheets for end in THREE_FILES}


def test_the_same_bytes_with_a_process_beside(alone, sheets, tmp_path, monkeypatch):
    here = []
    draw = gallery.draw_sheet
    monkeypatch.setattr(studio, "cores", lambda: 2)
    monkeypatch.setattr(gallery, "draw_sheet", lambda *task: (here.append(task), draw(*task)))  # in this process only
    with beside() as two:
        assert drawn(two, tmp_path / "first", sheets) == alone  # it is ready now
        here.clear()
        assert drawn(two, tmp_path / "charts", sheets) == alone
    assert 0 < len(here) < 2 * len(sheets), "both processes draw"


def test_a_killed_process_loses_no_chart(alone, sheets, tmp_path, monkeypatch):
    monkeypatch.setattr(studio, "cores", lambda: 2)
    before = set(multiprocessing.active_children())
    with beside() as two:
        for process in set(multiprocessing.active_children()) - before:
            process.kill()
            process.join()
        assert drawn(two, tmp_path / "charts", sheets) == alone


def test_a_machine_without_room_draws_here(alone, sheets, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError("no more processes")

    monkeypatch.setattr(studio, "cores", lambda: 2)
    monkeypatch.setattr(multiprocessing.context.SpawnProcess, "start", refuse)
    with beside() as one:
        assert drawn(one, tmp_path / "charts", sheets) == alone


def test_one_core_has_no_process_beside(monkeypatch):
    before = set(multiprocessing.active_children())
    monkeypatch.setattr(studio, "cores", lambda: 1)
    with beside():
        assert set(multiprocessing.active_children()) <= before


@pytest.mark.parametrize("cores", [1, 2])
def test_a_chart_that_cannot_be_written_is_told(sheets, tmp_path, monkeypatch, cores):
    monkeypatch.setattr(studio, "cores", lambda: cores)
    (tmp_path / "reach.png").mkdir()
    with beside() as one, pytest.raises(OSError):
        one.draw(tmp_path, sheets)


def test_an_error_leaves_no_process(monkeypatch):
    before = set(multiprocessing.active_children())
    monkeypatch.setattr(studio, "cores", lambda: 2)
    with pytest.raises(KeyboardInterrupt), beside():
        own = set(multiprocessing.active_children()) - before
        assert len(own) == 1
        raise KeyboardInterrupt
    assert not any(process.is_alive() for process in own)
