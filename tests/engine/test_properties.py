"""Oracle 7: reached lies within potential; a credential that dies later is exposed no less and leads no less far."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engine.reference import intruder
from tests.model.test_graph import NAMES, estates
from tests.support import scenario, simulated

TIMES = st.sampled_from(["0s", "1m", "10m", "1h", "5h", "1d"])


@st.composite
def leaking(draw):
    """A random estate with one leak, of the only use of a credential of a random role."""
    estate = draw(estates())
    estate["tools"]["call"]["uses"] = draw(st.sampled_from(NAMES))
    for role in estate["roles"].values():
        role["session"] = draw(st.sampled_from(["1m", "1h"]))
        role["minted-life"] = draw(st.sampled_from([None, "2m", "5h"]))
    for secret in estate["secrets"].values():
        secret["rotated-every"] = draw(st.sampled_from([None, "2h", "30d"]))
    return scenario(estate=None) | {
        "estate": estate,
        "horizon": "3d",
        "tasks": {"job": {"needs": ["ra"], "steps": ["call"], "thinking": "0s"}},
        "agents": {"bot": {"count": 1, "arrivals": {"every": {"interval": "30d"}}, "tasks": {"job": 1}}},
        "leaks": {"log": {"per-use": 1, "discovery": {"time": draw(TIMES)}, "detection": {"time": draw(TIMES)}}},
        "attacker": {"hop": {"exponential": {"mean": draw(st.sampled_from(["1m", "20m", "3h"]))}}},
    }


def leak_of(content, delay, issuance=None):
    strategy = issuance or {"issuance": "standing"}
    content = content | {"strategies": {"only": strategy | {"revocation": {"detection": {"delay": delay}}}}}
    _, leaks, log = simulated(content, seed=3)
    return leaks[0], log


def resources(log):
    from sim.core.events import Event

    return set(log["other"][log["kind"] == Event.REACHED].tolist())


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(leaking(), TIMES, TIMES, st.booleans())
def test_reach_grows_with_the_life_of_a_fixed_leak_and_stays_within_potential(content, one, other, scoped):
    order = {"0s": 0, "1m": 1, "10m": 2, "1h": 3, "5h": 4, "1d": 5}
    sooner, later = sorted((one, other), key=order.__getitem__)
    kind = {"issuance": "per-task", "lifetime": "2d", "scope": "task" if scoped else "role"} if scoped else None
    (short, short_log), (long, long_log) = leak_of(content, sooner, kind), leak_of(content, later, kind)
    assert short["leaked_us"] == long["leaked_us"]
    assert short["exposure_hours"] <= long["exposure_hours"]
    assert short["exploitable_hours"] <= long["exploitable_hours"]
    assert resources(short_log) <= resources(long_log)
    assert short["resource_hours"] <= long["resource_hours"]
    for leak in (short, long):
        assert leak["reached_resources"] <= leak["potential_resources"]
        assert leak["reached_weight"] <= leak["potential_weight"]


def test_the_property_sees_an_attacker_who_uses_dead_credentials(monkeypatch):
    """Planted fault: hops go on through credentials that are dead, and reach no longer depends on their life."""
    content = scenario(
        estate={"resources": {"far": {}}, "roles": {"worker": {"can": {"far": "read"}}}},
        leaks={"log": {"per-use": 1, "discovery": {"time": "1m"}, "detection": {"time": "2m"}}},
        attacker={"hop": "10m"},
    )
    assert leak_of(content, "1s")[0]["reached_resources"] < leak_of(content, "1d")[0]["reached_resources"]
    monkeypatch.setattr(intruder.Intruders, "_can", lambda *_: True)
    assert leak_of(content, "1s")[0]["reached_resources"] == leak_of(content, "1d")[0]["reached_resources"]


@pytest.mark.parametrize("seed", range(3))
def test_under_every_strategy_the_same_captures_happen(seed):
    """Common random numbers: what is captured depends on the use, not on what is used."""
    strategies = {
        "only": None,
        "static": {"issuance": "standing"},
        "jit": {"issuance": "per-task", "lifetime": "1h"},
        "leased": {"issuance": "leased", "lifetime": "1d"},
    }
    leaks = {"log": {"per-use": 0.05, "discovery": {"chance": 0.5, "time": {"exponential": {"mean": "1h"}}}}}
    tools = {"call": {"fails": 0.2}}
    content = scenario(horizon="30d", leaks=leaks, estate={"tools": tools}, strategies=strategies)
    counts = {name: simulated(content, name, seed=seed)[0] for name in ("static", "jit", "leased")}
    assert len({row["captures"] for row in counts.values()}) == 1
    assert len({row["uses"] for row in counts.values()}) == 1
    assert counts["static"]["captures"] > 10
    assert counts["jit"]["leaks"] > counts["static"]["leaks"]
