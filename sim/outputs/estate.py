"""The access graph as files: a drawing with the reach of a role, and GraphML for other tools."""

from __future__ import annotations

from pathlib import Path

from sim.inputs.schema import Scenario
from sim.model.graph import access_graph
from sim.model.reach import furthest, reach_of_role
from sim.outputs import readings, words


def estate_files(folder: Path, scenario: Scenario, role: str | None) -> tuple[str, tuple[Path, ...]]:
    """Draw and export the estate; returns what the drawing shows, and the files.

    Args:
        role: whose reach is shown; None: of the role that leads to the most resources.
    """
    import networkx as nx

    from sim.outputs.charts.gallery import draw_estate

    graph = access_graph(scenario)
    shown = role or furthest(scenario)
    hops, steps = reach_of_role(scenario, shown)
    folder.mkdir(parents=True, exist_ok=True)
    caption = f"{words.tidy(scenario.title, 90)} \u00b7 potential reach under standing issuance, no clock"
    draw_estate(folder, graph, role=shown, hops=hops, steps=steps, caption=caption)
    nx.write_graphml(graph, folder / "estate.graphml")
    reached = [far for name, far in hops.items() if name.startswith("resource:")]
    says = readings.reach_of_role_title(shown, len(reached), len(scenario.estate.resources), max(reached, default=0))
    names = ("estate.svg", "estate.png", "estate-dark.svg", "estate.graphml")
    return says, tuple(folder / name for name in names)
