"""Claims from file to folder: the same whatever runs them, and right where the answer is known."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest
import yaml

from sim.core.errors import ResultsError, Stopped, UsageError
from sim.outputs.claims import row
from sim.study import Claims, try_claims
from sim.study.comparing import Silent
from tests.support import merged, scenario

# One agent, one task an hour of one minute, each leaking its credential, for which nobody looks: a token that nothing
# revokes is exposed for its whole life less the minute that the call took.
EXACT = {
    "format": 1,
    "title": "Tokens of so many minutes",
    "claim": "A token is exposed for less time than a token of an hour.",
    "scenario": scenario(
        leaks={"log": {"per-use": 1, "discovery": {"chance": 0, "time": "1h"}}},
        strategies={
            "only": None,
            "short": {"issuance": "per-task", "lifetime": "11m"},
            "long": {"issuance": "per-task", "lifetime": "61m"},
        },
        horizon="300h",
        replications=3,
    ),
    "experiment": {
        "metric": "exposure_window_hours",
        "arm": {"strategy": "short"},
        "against": {"strategy": "long"},
        "predicts": "lower",
    },
    "sweep": {
        "title": "life of the token",
        "values": ["31m", "51m", "71m"],
        "change": {"strategies": {"short": {"lifetime": "VALUE"}}},
    },
    "off": {"title": "With an hour for both", "change": {"strategies": {"short": {"lifetime": "61m"}}}},
}


def write(folder, content=EXACT, **changes):
    file = folder / "claim.yaml"
    file.write_text(yaml.safe_dump(merged(content, changes), sort_keys=False), encoding="utf-8")
    return str(file)


def tried(folder, content=EXACT, **changes):
    (one,) = try_claims(Claims((write(folder, content, **changes),), engine="reference", workers=1))
    return one


def test_where_the_answer_is_known(tmp_path):
    found = tried(tmp_path)
    assert found.as_is.verdict == "supported"
    assert found.off.verdict == "not supported"
    # Leaked at the start of its call, a token is exposed for its life; the horizon cuts the last one of each.
    short, long = (side.best * 60 for side in found.as_is.sides)
    assert long - short == pytest.approx(50, abs=0.2)
    assert found.as_is.effect.best * 60 == pytest.approx(short - long)
    (turn,) = found.turns
    assert (turn.before, turn.after) == ("supported", "not supported")
    assert turn.at.best * 60 == pytest.approx(61, abs=0.2)
    assert row(found).breaks == "life of the token: breaks above 1.02 h [1.02, 1.02]"


def test_twice_as_much_elsewhere(tmp_path):
    variants = {"longer": {"strategies": {"long": {"lifetime": "111m"}}}}
    two = {"arm": {"strategy": "long", "variant": "longer"}, "against": {"strategy": "short", "variant": "longer"}}
    mine = {"arm": {"strategy": "long"}, "against": {"strategy": "short"}, "predicts": "lower", "elsewhere": two}
    off = {"change": {"strategies": {"long": {"lifetime": "200m"}}}, "title": "x"}
    found = tried(tmp_path, variants=variants, experiment=mine, off=off, sweep=None)
    # 50 minutes here, 100 there: variants are made after changes of the scenario, so that off is 189 here.
    assert found.as_is.effect.best * 60 == pytest.approx(-50, abs=0.5)
    assert found.as_is.verdict == "supported"
    assert found.as_is.multiple.best is None
    assert found.off.effect.best * 60 == pytest.approx(89, abs=2)
    assert row(found).breaks == "not looked for"
    # Planted fault: the two sides elsewhere the wrong way round.
    wrong = mine | {"elsewhere": {"arm": two["against"], "against": two["arm"]}}
    assert tried(tmp_path, variants=variants, experiment=wrong, off=off, sweep=None).as_is.verdict == "not supported"


def test_a_change_in_one_variant_leaves_the_others(tmp_path):
    variants = {"other": {"title": "other"}}
    mine = {"arm": {"strategy": "short", "variant": "other"}, "against": {"strategy": "short"}}
    off = {"title": "x", "variant": "other", "change": {"strategies": {"short": {"lifetime": "9m"}}}}
    found = tried(tmp_path, variants=variants, experiment=mine, off=off, sweep=None)
    assert (found.as_is.effect.best, found.as_is.verdict) == (0.0, "not supported")
    assert found.off.effect.best * 60 == pytest.approx(-2, abs=0.01)


BOTH = ("claim.yaml", "bounded-retries")


@pytest.fixture(scope="module")
def in_one_thread(tmp_path_factory):
    """Two claims tried by the reference engine."""
    folder = tmp_path_factory.mktemp("claims")
    request = Claims((write(folder), BOTH[1]), replications=2, out=folder / "out", engine="reference", workers=1)
    try_claims(request)
    return folder


@pytest.mark.parametrize(
    "how", [{"workers": 2}, {"workers": 5}, {"engine": "compiled"}, {"engine": "compiled", "workers": 2}]
)
def test_the_same_bytes_whatever_runs_it(how, in_one_thread, tmp_path):
    request = {"engine": "reference", "workers": 1} | how
    try_claims(Claims((str(in_one_thread / BOTH[0]), BOTH[1]), replications=2, out=tmp_path / "out", **request))
    for name in ("claims.json", "claims.md", "sweeps.parquet", "claims.svg", "claims-dark.svg", "claims.png"):
        assert (in_one_thread / "out" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()


def test_seed_and_replications_count(tmp_path):
    file = write(tmp_path, scenario={"leaks": {"log": {"per-use": None, "at-rest": "8/d"}}})
    shown = []
    for number, more in enumerate(({}, {"seed": 1}, {"replications": 2})):
        folder = tmp_path / str(number)
        try_claims(Claims((file,), **({"replications": 3} | more), out=folder, engine="reference"))
        shown.append((folder / "claims.json").read_text(encoding="utf-8"))
    assert len(set(shown)) == 3
    with pytest.raises(UsageError, match="replications must lie"):
        try_claims(Claims((file,), replications=0))


def test_what_is_saved(tmp_path):
    try_claims(Claims((write(tmp_path),), engine="reference", out=tmp_path / "out"))
    (claim,) = json.loads((tmp_path / "out" / "claims.json").read_text(encoding="utf-8"))["claims"]
    assert (claim["key"], claim["verdict"], claim["off"]["verdict"]) == ("claim", "supported", "not supported")
    assert claim["effect"]["high"] < 0
    assert [point["value"] for point in claim["sweep"]["points"]] == ["31m", "51m", "71m"]
    table = pq.ParquetFile(tmp_path / "out" / "sweeps.parquet").read().to_pylist()
    assert [(one["at"], one["verdict"]) for one in table] == [
        (31 / 60, "supported"), (51 / 60, "supported"), (71 / 60, "not supported"),
    ]  # fmt: skip
    assert table[0]["effect"] == pytest.approx(table[0]["arm"] - table[0]["against"])
    drawn = (tmp_path / "out" / "claims.svg").read_text(encoding="utf-8")
    assert "supported" in drawn
    assert "1 of 1 claim supported by the simulation" in " ".join(drawn.split())
    try_claims(Claims((write(tmp_path),), engine="reference", out=tmp_path / "out"))  # its own results are replaced


def test_foreign_folders_are_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(ResultsError, match=r"thesis\.txt"):
        try_claims(Claims((write(tmp_path),), out=tmp_path / "mine"))


def test_a_stop_writes_nothing(tmp_path):
    class Impatient(Silent):
        def tick(self, steps):
            raise KeyboardInterrupt

    with pytest.raises(Stopped, match="nothing was written"):
        try_claims(Claims((write(tmp_path),), engine="reference", workers=1, out=tmp_path / "out"), Impatient())
    assert not (tmp_path / "out").exists()


def test_progress_counts_every_strategy_of_every_replication(tmp_path):
    class Counting(Silent):
        steps, ticks = 0, 0

        def began(self, steps, done):
            self.steps += steps

        def tick(self, steps):
            self.ticks += steps

    counting = Counting()
    try_claims(Claims((write(tmp_path),), engine="reference", workers=1), counting)
    # As it is, off and three values; 2 strategies, 3 replications.
    assert counting.steps == counting.ticks == 5 * 2 * 3
