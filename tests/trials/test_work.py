"""What is expected before a run, against what the reference engine's scheduler counted."""

import pytest

from sim.core.draws import Draws
from sim.core.units import DAY
from sim.engine.reference.simulation import Simulation
from sim.inputs.load import load
from sim.inputs.schema import Scenario
from sim.trials.runner import Job, Runner
from sim.trials.work import expected_events
from tests.support import merged, scenario

BUSY = {
    "horizon": "20d",
    "agents": {"bot": {"count": 3}},
    "estate": {
        "roles": {"other": {"can": {"box": "read"}}},
        "tools": {"look": {"uses": "other", "duration": "30s", "fails": 0.2, "accepts": ["static-key", "token"]}},
    },
    "tasks": {"job": {"steps": ["call", "look", "call", "look"], "thinking": "20s"}},
}
LOOP = {"agents": {"bot": {"arrivals": {"every": None, "closed-loop": {"pause": "30m"}}}}}
CASES = {
    "standing": {"issuance": "standing", "rotation": {"every": "6h"}},
    "leased": {"issuance": "leased", "lifetime": "1h"},
    "renewed": {"issuance": "leased", "lifetime": "1h", "renewal": {"at": 0.5, "max-life": "8h"}},
    "jit": {"issuance": "per-task", "lifetime": "1h", "revocation": {"task-end": {"delay": "1s"}}},
    "short": {"issuance": "per-task", "lifetime": "1m", "renewal": {"at": 0.5, "max-life": "1h"}},
    "action": {"issuance": "per-action", "lifetime": "1h", "revocation": {"action-end": {"delay": "1s"}}},
    "brief": {"issuance": "per-action", "lifetime": "20s", "renewal": {"at": 0.5, "max-life": "1h"}},
    "escrow": {
        "issuance": "per-task",
        "lifetime": "1h",
        "binding": "sender-constrained",
        "fallback": {"issuance": "leased", "lifetime": "30m", "escrow": True},
    },
}


def counted(what, strategy):
    runner = Runner(Job(what, (strategy,), 0))
    simulation = Simulation(runner.world, runner.plans[0], Draws(0, 0), lambda _: None)
    simulation.run()
    return next(simulation.env._eid)


@pytest.mark.parametrize("strategy", CASES)
@pytest.mark.parametrize("arrivals", [{}, LOOP], ids=["regular", "loop"])
@pytest.mark.parametrize("leaks", [{}, {"log": {"per-use": 0.05}, "file": {"at-rest": "2/d"}}], ids=["tight", "leaky"])
def test_within_a_factor_of_two(strategy, arrivals, leaks):
    found = {name: channel | {"discovery": {"chance": 0.5, "time": "1h"}} for name, channel in leaks.items()}
    content = merged(merged(scenario(leaks=found, strategies=CASES | {"only": None}), BUSY), arrivals)
    what = Scenario.model_validate(content)
    ratio = expected_events(what, [strategy]) / counted(what, strategy)
    assert 0.5 < ratio < 2, ratio


@pytest.mark.parametrize(("name", "tolerance"), [("coding-agents", 1.5), ("quickstart", 2)])
def test_bundled_scenarios(name, tolerance):
    what = load(name).scenario.model_copy(update={"horizon": 10 * DAY})  # half a year takes the reference minutes
    ratio = expected_events(what, what.strategies) / sum(counted(what, strategy) for strategy in what.strategies)
    assert 1 / tolerance < ratio < tolerance, ratio


def test_strategies_add_up_and_agents_count():
    what = load("coding-agents").scenario
    each = [expected_events(what, [name]) for name in what.strategies]
    assert expected_events(what, what.strategies) == pytest.approx(sum(each))
    coder = what.agents["coder"]
    more = what.model_copy(update={"agents": what.agents | {"coder": coder.model_copy(update={"count": 1800})}})
    assert expected_events(more, ["static"]) > 50 * expected_events(what, ["static"])
