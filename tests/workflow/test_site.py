"""The reading edition: what its words name exists; no page of it asks for a foreign address or links to nothing."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest
import yaml

from convexify_workflow.site.content import load_content
from convexify_workflow.site.mathml import to_mathml
from convexify_workflow.site.pages import ledger_page, start_page
from convexify_workflow.verdict_html import counts, expectation, interval

FINDING = {"question": "Does it?", "claim": "study.gap", "figure": "study/norms"}
METHOD = {
    "method": "A way", "convexified": "a", "condition": "b", "guarantee": "c", "cost": "d", "certificate": "e",
    "claims": ["study.gap"], "figure": "study/norms",
}  # fmt: skip


def content(folder, finding=None, method=None):
    (folder / "findings.yaml").write_text(yaml.safe_dump([FINDING | (finding or {})]))
    (folder / "methods.yaml").write_text(yaml.safe_dump([METHOD | (method or {})]))
    return load_content(folder, {"study.gap"}, {"study/norms"})


def test_findings_and_methods_are_read(tmp_path):
    assert content(tmp_path) == ([FINDING], [METHOD])
    assert content(tmp_path, {"figure": "not_built/norms"})[0][0]["figure"] == "not_built/norms"


@pytest.mark.parametrize(
    ("finding", "method", "message"),
    [
        ({"claim": "study.gpa"}, None, r"findings.yaml: entry 1: claim: there is no study.gpa"),
        ({"figure": "study/norm"}, None, r"entry 1: figure: expected <experiment>/<figure>, got 'study/norm'"),
        ({"colour": "red"}, None, r"entry 1: expected the keys claim, figure, question; differ: colour"),
        (None, {"claims": ["other.x"]}, r"methods.yaml: entry 1: claim: there is no other.x"),
    ],
)
def test_a_name_that_is_not_there_is_told(tmp_path, finding, method, message):
    with pytest.raises(ValueError, match=message):
        content(tmp_path, finding, method)


@pytest.fixture
def ledger():
    row = {
        "claim": "study.gap", "experiment": "study", "origin": "survey", "source": "§1", "quote": "", "statement": "a < b",
        "measure": "Gap", "metric": "gap", "kind": "estimate", "measured": 0.5, "low": 0.25, "high": 0.75, "n": 7,
        "unit": "seed", "comparison": "<=", "expected": 1.0, "tolerance": 1e-8, "paper_value": float("nan"), "figure": "norms",
    }  # fmt: skip
    return pd.DataFrame([row | {"verdict": "holds"}, row | {"claim": "study.other", "verdict": "fails (x)"}])


def test_numbers_are_shown_with_interval_and_units(ledger):
    row = next(ledger.itertuples())
    assert interval(row) == "[0.25, 0.75], 7 seeds"
    assert expectation(row) == "≤ 1 ± 1e-08"
    assert counts(ledger["verdict"]) == {"holds": 1, "fails": 1}


def test_first_page_answers_with_the_verdict_and_ledger_shows_every_claim(ledger):
    documents = {"survey": {"title": "T", "authors": "A", "published": "2022"}}
    page = start_page(ledger, [FINDING], documents, {"scale": "smoke", "seed": 1}, ["guide"])
    assert "Does it?" in page
    assert "study.html#study.gap" in page
    assert "<span class='verdict holds'>holds</span>" in page
    shown = ledger_page(ledger)
    assert "a &lt; b" in shown
    assert "study.other" in shown


def test_equations_are_typeset_without_a_script():
    assert to_mathml(r"\frac{1}{2}\|x\|", "inline").startswith("<math")
    assert "<mtable" in to_mathml(r"a &= b \\ c &= d", "block")


class _Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.anchors, self.unnamed = [], set(), []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.anchors.add(attrs.get("id"))
        name = {"a": "href", "link": "href"}.get(tag, "src")
        if tag == "img" and not attrs.get("alt"):
            self.unnamed.append(attrs.get("src"))
        if attrs.get(name) and not (tag == "link" and attrs.get("rel") in ("index", "search")):
            self.links.append((tag, attrs[name]))


@pytest.mark.workflow
@pytest.mark.xdist_group("build")
def test_no_link_of_the_built_site_is_broken_and_nothing_is_fetched(built):
    folder = built / "reports" / "smoke" / "site"
    pages = {path.name: _Links() for path in folder.glob("*.html")}
    for name, found in pages.items():
        found.feed((folder / name).read_text(encoding="utf-8"))
    assert {"index.html", "ledger.html", "methods.html", "survey.html", "errors.html", "api.html"} <= set(pages)
    for name, found in pages.items():
        assert found.unnamed == []
        for tag, link in found.links:
            if re.match(r"(https?:)?//", link):
                assert tag == "a", f"{name} fetches {link}"
                continue
            if link.startswith(("data:", "mailto:", "javascript:")):
                continue
            file, _, anchor = link.partition("#")
            file = file.split("?")[0] or name
            assert (folder / file).exists(), f"{name}: {link}"
            if anchor and file in pages:
                assert anchor in pages[file].anchors, f"{name}: {link}"
    claims = pd.read_csv(built / "reports" / "smoke" / "ledger.csv")["claim"]
    assert all(any(claim in page.anchors for page in pages.values()) for claim in claims)
    assert sum(path.stat().st_size for path in folder.rglob("*")) < 10e6
