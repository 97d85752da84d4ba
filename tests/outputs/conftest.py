"""Finished data, made once: what the functions under test are given."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from samples import (
    HOSTILE,
    STRATEGIES,
    comparison_of,
    graph_of_estate,
    hostile_scenario,
    leak_row,
    leaks_of,
    pictured_of,
)

from sim import study
from sim.measure.statistics import Comparison
from sim.measure.survival import SurvivalCurve, survival
from sim.outputs.pictured import Pictured
from tests.support import write


@pytest.fixture(scope="session")
def comparison() -> Comparison:
    return comparison_of()


@pytest.fixture(scope="session")
def curves() -> dict[str, SurvivalCurve]:
    samples = {name: leaks_of(name, 40) for name in STRATEGIES}
    return {name: survival(s.exposure_hours, s.censored, s.replication) for name, s in samples.items()}


@pytest.fixture(scope="session")
def leaks() -> pa.Table:
    draw = np.random.default_rng(5)
    rows = [
        leak_row(strategy=STRATEGIES[n % 6], replication=n // 30, credential=n, reached_weight=int(draw.pareto(1.2)),
                 exposure_hours=float(draw.lognormal(3, 2)))
        for n in range(300)
    ]  # fmt: skip
    return pa.Table.from_pylist([dict(row) for row in rows])


@pytest.fixture(scope="session")
def estate_graph() -> nx.DiGraph:
    return graph_of_estate()


@pytest.fixture(scope="session")
def results(tmp_path_factory) -> Path:
    """The results folder of a small estate whose texts are markup, formulas and worse."""
    folder = tmp_path_factory.mktemp("results")
    out = folder / "out"
    study.compare(
        study.Request(
            write(folder, hostile_scenario()), out=out, workers=1, engine="reference", command=f"afterleak {HOSTILE}"
        )
    )
    return out


@pytest.fixture(scope="session")
def shown(curves) -> Pictured:
    return pictured_of(curves)
