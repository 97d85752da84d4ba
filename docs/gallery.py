"""Make the gallery: `python docs/gallery.py [SCENARIO…]` compares the bundled scenarios and keeps what can be read.

Into `results/gallery/SCENARIO` go summary, report, charts, and the tables that they are made from. PNG pictures and
charts for dark backgrounds stay out: they are large, and the HTML report has its dark charts inside.
`results/gallery/README.md` lists all with their findings. That takes some minutes on two cores once the engine is
compiled. The tests simulate the first replications again, take the others over from the tables, as after an interrupt,
and compare every file (tests/gallery).
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq

from sim import study
from sim.inputs.bundled import Bundled, bundled
from sim.inputs.load import load
from sim.measure.records import Finished
from sim.outputs import markdown, store
from sim.outputs.charts.gallery import draw_file
from sim.outputs.charts.style import LIGHT, THEMES
from sim.outputs.figures import picture
from sim.outputs.sheets import Sheet
from sim.outputs.studio import Studio
from sim.study.comparing import journal
from sim.study.settings import complete

ROOT = Path(__file__).parents[1]
GALLERY = ROOT / "results" / "gallery"
REPORT, SUMMARY = "report.html", "summary.json"
TABLES = (store.REPLICATIONS, store.LEAKS, store.ARRIVALS, store.DENIALS)
CHARTS = "charts"
HEAD = """# Gallery

What the bundled scenarios say, each with its report and charts, at its own number of replications. Written by
`python docs/gallery.py`; the tests simulate the first replications of each again, take the others over from the tables,
and compare every file that comes of it.

Reports are best read as HTML: download `report.html` and open it, it needs nothing else. `report.md` shows the same
here.
"""


class Vectors(Studio):
    """Draws no PNG, as none is kept."""

    def draw(self, folder: Path, sheets: Sequence[Sheet]) -> None:
        """Both themes; the report needs the dark one, too."""
        for sheet in sheets:
            for theme in THEMES:
                stem = picture(sheet.figure.stem, theme != LIGHT)
                draw_file(folder / f"{stem}.svg", sheet, theme.name, "svg")


def scenarios() -> list[Bundled]:
    """Those that are shown: all bundled ones but those that claims are made of, or whose results are known."""
    return [each for each in bundled() if not each.name.startswith(("claims/", "oracles/"))]


def made(name: str, gallery: Path = GALLERY, finished: Iterable[Finished] = ()) -> None:
    """Compare one bundled scenario and keep what can be read.

    Args:
        finished: replications that are not simulated again.
    """
    with TemporaryDirectory() as scratch:
        out = Path(scratch) / "results"
        request = study.Request(name, out=out, command=f"afterleak compare {name}")
        what = load(name)
        with closing(journal(what, complete(what, request))) as kept:
            for one in finished:
                kept.add(one)
        study.compare(request, studio=Vectors())
        target = gallery / name
        shutil.rmtree(target, ignore_errors=True)
        (target / CHARTS).mkdir(parents=True)
        shutil.copyfile(out / REPORT, target / REPORT)
        numbers = json.loads((out / SUMMARY).read_text(encoding="utf-8"))
        (target / SUMMARY).write_text(json.dumps(numbers, indent=0) + "\n", encoding="utf-8")  # a number a line
        (target / "report.md").write_text(with_svg((out / "report.md").read_text(encoding="utf-8")), encoding="utf-8")
        for each in (each for each in TABLES if (out / each).exists()):
            table = pq.read_table(out / each)
            pq.write_table(table, target / each, compression="zstd", compression_level=15)
        for stem in stems(out / CHARTS):
            shutil.copyfile(out / CHARTS / f"{stem}.svg", target / CHARTS / f"{stem}.svg")


def with_svg(report: str) -> str:
    """The report with its pictures taken from the SVG files, as the PNG files are left out."""
    return report.replace(".png)", ".svg)")


def index(gallery: Path = GALLERY, shown: Iterable[Bundled] | None = None) -> str:
    """The page that lists what is there of these, by default of all, in their order."""
    parts = [HEAD]
    for each in scenarios() if shown is None else shown:
        name, file = each.name, gallery / each.name / SUMMARY
        if file.exists():
            summary = json.loads(file.read_text(encoding="utf-8"))
            says = markdown.escape(summary["finding"], 1_000)
            charts = [f"[{stem}]({name}/{CHARTS}/{stem}.svg)" for stem in stems(gallery / name / CHARTS)]
            tables = [f"[{Path(each).stem}]({name}/{each})" for each in TABLES if (gallery / name / each).exists()]
            parts += [
                f"## {markdown.escape(each.title)}\n",
                *([f"{markdown.escape(each.decision, 1_000)}\n"] if each.decision else []),
                f"**{says[:1].upper() + says[1:]}.** {summary['replications']} replications.\n",
                f"[Report]({name}/report.md), [as HTML]({name}/{REPORT}), [numbers]({name}/{SUMMARY}); "
                f"charts: {', '.join(charts)}; tables: {', '.join(tables)}\n",
            ]
    return "\n".join(parts)


def stems(folder: Path) -> list[str]:
    """Names of the charts in a folder, those for dark backgrounds left out."""
    names = (file.stem for file in sorted(folder.glob("*.svg")))
    return [name for name in names if not name.endswith("-dark")]


def main(names: Iterable[str]) -> None:
    """Make these, or all; then the page that lists them."""
    known = [each.name for each in scenarios()]
    for name in [each for each in names if each in known] or known:
        made(name)
        print(f"{name}: written")
    for folder in GALLERY.rglob(SUMMARY):
        if folder.parent.relative_to(GALLERY).as_posix() not in known:
            shutil.rmtree(folder.parent)  # a scenario that is no longer bundled
    (GALLERY / "README.md").write_text(index(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
