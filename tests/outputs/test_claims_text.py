"""Where claims break, in words."""

from __future__ import annotations

import pytest

from sim.measure.estimates import Estimate
from sim.measure.verdicts import Turn
from sim.outputs import claims_text

S, N, U = "supported", "not supported", "undecided"
BOTH = Estimate(4.0, 5.0, 6.0)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ([Turn(S, N, BOTH)], "breaks above 5.0 h [4.0, 6.0]"),
        ([Turn(N, S, BOTH)], "breaks below 5.0 h [4.0, 6.0]"),
        ([Turn(S, N, Estimate(None, None, None), (1, 9))], "breaks between 1 h and 9 h"),
        ([Turn(S, U, Estimate(4.0, None, None))], "undecided above 4 h"),
        ([Turn(U, S, Estimate(None, 5.0, 6.0))], "undecided below 6 h"),
        ([Turn(N, U, Estimate(4.0, None, None))], "not supported, and undecided above 4 h"),
        ([Turn(S, U, Estimate(4.0, None, None)), Turn(U, S, Estimate(None, None, 6.0))],
         "undecided between 4 h and 6 h"),
        ([Turn(S, U, Estimate(None, None, None), (1, 3)), Turn(U, S, Estimate(None, None, None), (7, 9))],
         "undecided between 3 h and 7 h"),
        ([Turn(S, N, BOTH), Turn(N, S, Estimate(8.0, 9.0, 10.0))],
         "breaks above 5.0 h [4.0, 6.0]; breaks below 9.0 h [8.0, 10.0]"),
    ],
)  # fmt: skip
def test_turns(found, says):
    assert claims_text.turns(found, "duration") == says


def test_other_measures():
    assert claims_text.turns([Turn(S, N, BOTH)], "number") == "breaks above 5.0 [4.0, 6.0]"
    assert claims_text.turns([Turn(S, N, BOTH)], "rate") == "breaks above 5.0 a year [4.0, 6.0]"
