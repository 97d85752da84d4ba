"""The generated parts of docs/claims.md and README.md: `python -m sim.study.claims_docs`.

Each part stands between `<!-- begin NAME … -->` and `<!-- end NAME -->`; everything around them is written by hand.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.inputs.claims.reference import keys
from sim.outputs.claims import Tried, draw
from sim.outputs.claims_page import section, short_table, table
from sim.outputs.progress import Progress
from sim.study.claims import Claims, try_claims

ROOT = Path(__file__).parents[2]
PAGE, README = ROOT / "docs" / "claims.md", ROOT / "README.md"
BEGIN, END = "<!-- begin {}", "<!-- end {} -->"


def filled(text: str, parts: Mapping[str, str]) -> str:
    """A document with its generated parts replaced.

    Raises:
        ValueError: it has no place for one of them.
    """
    for name, part in parts.items():
        place = re.compile(rf"({re.escape(BEGIN.format(name))}[^\n]*\n).*?({re.escape(END.format(name))})", re.DOTALL)
        text, found = place.subn(lambda match, part=part: f"{match[1]}\n{part}\n\n{match[2]}", text)  # type: ignore[misc]
        if found != 1:
            raise ValueError(f"there must be one place for {name}")
    return text


def parts(tried: Sequence[Tried]) -> tuple[dict[str, str], dict[str, str]]:
    """Those of docs/claims.md and of README.md."""
    sections = "\n\n".join(section(one) for one in tried)
    return {"table": table(tried), "sections": sections, "keys": keys()}, {
        "claims": short_table(tried, "docs/claims.md")
    }


def main() -> None:
    """Try all bundled claims and write what came of it."""
    with Progress() as progress:
        tried = try_claims(Claims(), progress)
    with TemporaryDirectory() as scratch:
        draw(Path(scratch), tried)
        for name in ("claims.svg", "claims-dark.svg"):
            shutil.copyfile(Path(scratch) / name, ROOT / "docs" / "images" / name)
    for file, generated in zip((PAGE, README), parts(tried), strict=True):
        file.write_text(filled(file.read_text(encoding="utf-8"), generated), encoding="utf-8")


if __name__ == "__main__":
    main()
