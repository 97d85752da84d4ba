"""Make the gallery: `python docs/gallery.py [SCENARIO…]` compares the bundled scenarios and keeps what can be read.

Into `results/gallery/SCENARIO` go summary, report, charts and the totals of each replication. The other tables, PNG
pictures and charts for dark backgrounds stay out: they are large, made in a moment, and the HTML report has its dark
charts inside. `results/gallery/README.md` lists all with their findings. That takes some minutes on two cores once the
engine is compiled. The tests simulate small scenarios again as a whole and the first replications of the large ones,
compare these with what is kept, and work out the kept summary from the kept totals (tests/gallery).
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from sim import study
from sim.inputs.bundled import Bundled, bundled
from sim.outputs import markdown

ROOT = Path(__file__).parents[1]
GALLERY = ROOT / "results" / "gallery"
REPORTS = ("report.html", "replications.parquet")
"""What is kept as it is; summary.json is kept without indents, a number a line."""
CHARTS = "charts"
HEAD = """# Gallery

What the bundled scenarios say, each with its report and charts, at its own number of replications. Written by
`python docs/gallery.py`; the tests simulate the first replications of each again, small scenarios as a whole, and work
out `summary.json` from the totals of all replications.

Reports are best read as HTML: download `report.html` and open it, it needs nothing else. `report.md` shows the same
here.
"""


def scenarios() -> list[Bundled]:
    """Those that are shown: all bundled ones but those that claims are made of, or whose results are known."""
    return [each for each in bundled() if not each.name.startswith(("claims/", "oracles/"))]


def made(name: str, gallery: Path = GALLERY) -> None:
    """Compare one bundled scenario and keep its summary, report and charts."""
    with TemporaryDirectory() as scratch:
        out = Path(scratch) / "results"
        study.compare(study.Request(name, out=out, command=f"afterleak compare {name}"))
        target = gallery / name
        shutil.rmtree(target, ignore_errors=True)
        (target / CHARTS).mkdir(parents=True)
        for each in REPORTS:
            shutil.copyfile(out / each, target / each)
        numbers = json.loads((out / "summary.json").read_text(encoding="utf-8"))
        (target / "summary.json").write_text(json.dumps(numbers, indent=0) + "\n", encoding="utf-8")
        (target / "report.md").write_text(with_svg((out / "report.md").read_text(encoding="utf-8")), encoding="utf-8")
        for stem in stems(out / CHARTS):
            shutil.copyfile(out / CHARTS / f"{stem}.svg", target / CHARTS / f"{stem}.svg")


def with_svg(report: str) -> str:
    """The report with its pictures taken from the SVG files, as the PNG files are left out."""
    return report.replace(".png)", ".svg)")


def index(gallery: Path = GALLERY, shown: Iterable[Bundled] | None = None) -> str:
    """The page that lists what is there of these, by default of all, in their order."""
    parts = [HEAD]
    for each in scenarios() if shown is None else shown:
        name, file = each.name, gallery / each.name / "summary.json"
        if file.exists():
            summary = json.loads(file.read_text(encoding="utf-8"))
            says = markdown.escape(summary["finding"], 1_000)
            charts = [f"[{stem}]({name}/{CHARTS}/{stem}.svg)" for stem in stems(gallery / name / CHARTS)]
            parts += [
                f"## {markdown.escape(each.title)}\n",
                *([f"{markdown.escape(each.decision, 1_000)}\n"] if each.decision else []),
                f"**{says[:1].upper() + says[1:]}.** {summary['replications']} replications.\n",
                f"[Report]({name}/report.md), [as HTML]({name}/report.html), [numbers]({name}/summary.json), "
                f"[replications]({name}/replications.parquet); "
                f"charts: {', '.join(charts)}\n",
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
    for folder in GALLERY.rglob("summary.json"):
        if folder.parent.relative_to(GALLERY).as_posix() not in known:
            shutil.rmtree(folder.parent)  # a scenario that is no longer bundled
    (GALLERY / "README.md").write_text(index(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
