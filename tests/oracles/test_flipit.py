"""FlipIt, periodic against periodic with random phase: who is in control, and for how long.

van Dijk, Juels, Oprea, Rivest: "FlipIt: The Game of Stealthy Takeover", Journal of Cryptology 26 (2013), section 4.1.
The defender's moves are rotations, the attacker's are captures that are used at once; an attacker is in control from a
capture to the next rotation.
"""

import math

import pytest

from sim.engine.reference.leaks import Leaks
from tests.support import compared, scenario

GOLDEN = (1 + math.sqrt(5)) / 2
"""Periods in this ratio are never in step: phases spread evenly over a run of many periods."""
DAYS, TOLERANCE = 2000, 0.003
"""What is left over of the even spread over so many periods is far below the tolerance (discrepancy 3 log n / n)."""


def game(attacker, **rotation):
    """A key that is rotated every day, captured by a call every `attacker` days, and used at once."""
    every = f"{round(attacker * 86_400)}s"
    return scenario(
        horizon=f"{DAYS}d",
        replications=2,
        estate={"tools": {"call": {"duration": "0s"}}},
        agents={"bot": {"arrivals": {"every": {"interval": every, "first": every}}}},
        leaks={"log": {"per-use": 1, "discovery": {"time": "0s"}}},
        strategies={"only": {"issuance": "standing", "rotation": {"every": "1d"} | rotation}},
    )


def control(folder, *args, **rotation):
    found = compared(folder, game(*args, **rotation))["strategies"]["only"]["resource_hours"]
    return found["estimate"] / (24 * DAYS)


def closed_form(attacker):
    """The attacker's share of time; the defender moves once a day, the attacker every so many."""
    alpha0, alpha1 = 1.0, 1 / attacker
    return alpha1 / (2 * alpha0) if alpha0 >= alpha1 else 1 - alpha0 / (2 * alpha1)


@pytest.mark.parametrize("attacker", [2 * GOLDEN, GOLDEN, 1 / GOLDEN, 1 / GOLDEN**3])
def test_4_the_attackers_share_of_time(tmp_path, attacker):
    assert abs(control(tmp_path, attacker) - closed_form(attacker)) < TOLERANCE


def test_4_fault_an_attacker_who_comes_too_late(tmp_path, monkeypatch):
    found = Leaks._found

    def slowly(self, *leak):
        yield self.sim.env.timeout(3_600_000_000)
        yield from found(self, *leak)

    monkeypatch.setattr(Leaks, "_found", slowly)
    assert abs(control(tmp_path, GOLDEN) - closed_form(GOLDEN)) > 3 * TOLERANCE


def test_4_fault_an_old_key_that_lives_on(tmp_path):
    assert abs(control(tmp_path, GOLDEN, overlap="1h") - closed_form(GOLDEN)) > 3 * TOLERANCE
