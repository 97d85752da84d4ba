"""Finished replications survive interrupts, crashes and torn lines; another job starts anew."""

import json
from contextlib import closing

import pytest

from sim.core.errors import ResultsError
from sim.measure.arrivals import ArrivalRow
from sim.measure.records import Finished
from sim.trials import journal as module
from sim.trials.journal import Journal

JOB = {"scenario": "abc", "seed": 0}


def finished(number):
    arrived = ArrivalRow("s", number, 7, "resource", "box", 10**12, 5)
    return Finished(number, [{"strategy": "s", "replication": number, "x": 0.1 * number}], [], [], [arrived])


def test_what_was_added_is_there_in_any_order(tmp_path):
    journal = Journal(tmp_path / "j", JOB)
    for number in (3, 1, 2):
        journal.add(finished(number))
    journal.close()
    with closing(Journal(tmp_path / "j", JOB)) as again:
        assert again.replications == [1, 2, 3]
        assert list(again.read([2, 3])) == [finished(2), finished(3)]


def test_a_torn_line_is_cut_off(tmp_path):
    journal = Journal(tmp_path / "j", JOB)
    journal.add(finished(0))
    journal.add(finished(1))
    journal.close()
    lines = tmp_path / "j" / "finished.jsonl"
    lines.write_bytes(lines.read_bytes()[:-5])
    with closing(Journal(tmp_path / "j", JOB)) as again:
        assert again.replications == [0]
        again.add(finished(1))
        assert list(again.read([0, 1])) == [finished(0), finished(1)]


def test_another_job_or_other_code_starts_anew(tmp_path, monkeypatch):
    def kept(job, add=False):
        with closing(Journal(tmp_path / "j", job)) as journal:
            if add:
                journal.add(finished(0))
            return journal.replications

    assert kept(JOB, add=True) == [0]
    assert kept(JOB) == [0]
    assert kept(JOB | {"seed": 1}) == []
    assert kept(JOB, add=True) == [0]
    monkeypatch.setattr(module, "code_version", lambda: "other")
    assert kept(JOB) == []


def test_numbers_come_back_to_the_last_bit(tmp_path):
    value = 0.1 + 0.2
    with closing(Journal(tmp_path / "j", JOB)) as journal:
        journal.add(Finished(0, [{"x": value, "y": None}], []))
        (back,) = journal.read([0])
    assert back.rows[0] == {"x": value, "y": None}
    assert json.loads((tmp_path / "j" / "job.json").read_text())["scenario"] == "abc"


def test_removing_leaves_nothing(tmp_path):
    journal = Journal(tmp_path / "j", JOB)
    journal.remove()
    assert not (tmp_path / "j").exists()


@pytest.mark.parametrize("garbage", [b"{\n", b"[]\n", b'{"rows": []}\n', b"\xff\n"])
def test_from_a_garbled_line_on_all_is_cut_off(tmp_path, garbage):
    with closing(Journal(tmp_path / "j", JOB)) as journal:
        journal.add(finished(0))
    with (tmp_path / "j" / "finished.jsonl").open("ab") as lines:
        lines.write(garbage)
    with closing(Journal(tmp_path / "j", JOB)) as again:
        again.add(finished(1))
        assert list(again.read([0, 1])) == [finished(0), finished(1)]


def test_a_folder_of_the_users_is_never_used(tmp_path):
    folder = tmp_path / "j"
    folder.mkdir()
    (folder / "job.json").write_text('{"mine": 1}')
    (folder / "thesis.tex").write_text("mine")
    with pytest.raises(ResultsError, match="is not an afterleak run's"):
        Journal(folder, JOB)
    assert sorted(each.name for each in folder.iterdir()) == ["job.json", "thesis.tex"]


def test_a_second_run_is_kept_out_and_harms_nothing(tmp_path):
    pytest.importorskip("fcntl")
    with closing(Journal(tmp_path / "j", JOB)) as first:
        first.add(finished(0))
        with pytest.raises(ResultsError, match="another run"):
            Journal(tmp_path / "j", JOB | {"seed": 1})
        first.add(finished(1))
        assert list(first.read([0, 1])) == [finished(0), finished(1)]


def test_removing_spares_what_someone_put_there(tmp_path):
    journal = Journal(tmp_path / "j", JOB)
    (tmp_path / "j" / "note.txt").write_text("mine")
    journal.remove()
    assert [each.name for each in (tmp_path / "j").iterdir()] == ["note.txt"]
