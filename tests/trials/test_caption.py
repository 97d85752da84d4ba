"""What the timeline of a comparison says about credentials that are not shown."""

from __future__ import annotations

import re

import pytest

from sim.outputs import results
from sim.study import comparing, keeping, replays
from tests.support import compared, scenario

LEAKY = scenario(
    horizon="3d",
    leaks={"log": {"per-use": 0.05, "discovery": {"chance": 0.5, "time": "1h"}}},
    strategies={"only": None, "jit": {"issuance": "per-task", "lifetime": "15m"}},
)


@pytest.fixture
def others(tmp_path, monkeypatch):
    """Compares once, and returns how many others the caption tells, and how often rows were thinned out."""
    timeline, thinned, captions = results.lanes.timeline, [], []

    def spied(*arguments, **more):
        found = timeline(*arguments, **more)
        captions.append(found.chosen)
        return found

    class Thin(keeping.Lanes):
        def log(self):
            thinned.append(True)
            return super().log()

    monkeypatch.setattr(results.lanes, "timeline", spied)
    monkeypatch.setattr(replays, "Lanes", Thin)

    def once(most):
        monkeypatch.setattr(replays, "MOST_ROWS", most)
        captions.clear(), thinned.clear()
        compared(tmp_path, LEAKY)
        return [int(re.search(r"of the (\d+) others", text)[1]) for text in captions], len(thinned)

    return once


def test_the_caption_counts_all_others_where_few_were_kept(others):
    (whole,), thinned = others(replays.MOST_ROWS)
    assert whole > 6
    assert thinned == 0
    assert others(10) == ([whole], 1)


def test_others_that_are_not_passed_on_are_missed(others, monkeypatch):
    """The planted fault: a story that does not know them counts those that were kept."""
    story = results.Story
    monkeypatch.setattr(comparing.results, "Story", lambda *arguments: story(*arguments[:5]))
    assert others(10) == ([6], 1)
