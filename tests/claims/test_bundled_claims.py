"""Every bundled claim, tried: the documents say what comes of it, and its mechanism is what makes the verdict."""

from __future__ import annotations

import re

import pytest

from sim.inputs.bundled import bundled_claims
from sim.inputs.claims import load_claim
from sim.inputs.claims.reference import keys
from sim.measure.catalogue import BY_KEY
from sim.outputs.claims_page import anchor, section, short_row, table_row
from sim.study.claims import Claims, try_claims
from sim.study.claims_docs import PAGE, README, filled

REFRESH = "run: python -m sim.study.claims_docs"
NAMES = list(bundled_claims())


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def readme() -> str:
    return README.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_the_documents_say_what_comes_of_it_and_switching_it_off_changes_the_verdict(name, page, readme):
    (tried,) = try_claims(Claims((name,), workers=1))
    assert table_row(tried) in page.splitlines(), REFRESH
    assert f"\n{section(tried)}\n" in page, REFRESH
    assert short_row(tried, "docs/claims.md") in readme.splitlines(), REFRESH
    assert tried.off.verdict != tried.as_is.verdict, "the verdict does not rest on what the claim is about"


def part(text: str, name: str) -> str:
    return re.search(rf"<!-- begin {name}[^\n]*\n(.*?)<!-- end {name} -->", text, re.DOTALL)[1]


def test_the_documents_have_these_claims_and_no_others(page, readme):
    titles = [load_claim(name, BY_KEY).claim.title for name in NAMES]
    for text, prefix in ((part(page, "table"), ""), (part(readme, "claims"), "docs/claims.md")):
        links = re.findall(r"^\| \[[^\]]*\]\(([^)]*)\) \|", text, re.MULTILINE)
        assert links == [f"{prefix}#{anchor(title)}" for title in titles]
    assert re.findall(r"^### (.*)$", part(page, "sections"), re.MULTILINE) == titles
    assert part(page, "keys").strip() == keys()


def test_claims_quote_what_they_test_and_say_what_they_do_not():
    for name in NAMES:
        claim = load_claim(name, BY_KEY).claim
        assert claim.quotes and claim.source and claim.remarks, name


def test_a_document_without_a_place_for_a_part_is_refused():
    text = "a\n<!-- begin one: by hand -->\nold\n<!-- end one -->\nb\n"
    assert filled(text, {"one": "new"}) == "a\n<!-- begin one: by hand -->\n\nnew\n\n<!-- end one -->\nb\n"
    with pytest.raises(ValueError, match="one place for two"):
        filled(text, {"two": "new"})
