"""The reading edition: what its words name exists; no page of it asks for a foreign address or links to nothing."""

import re
import shlex
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
import yaml

from convexify_workflow.settings import load_settings
from convexify_workflow.site.build import _copy_tables, filled
from convexify_workflow.site.content import load_content
from convexify_workflow.site.data import data_page
from convexify_workflow.site.mathml import to_mathml
from convexify_workflow.site.pages import ledger_page, start_page
from convexify_workflow.site.provenance import build_page
from convexify_workflow.site.questions import questions_page
from convexify_workflow.site.statements import Statements
from convexify_workflow.verdict_html import counts, expectation, interval
from convexify_workflow.yaml_files import load_yaml

CLAIMS = sorted((Path(__file__).parents[2] / "workflow/experiments").glob("*/claims.yaml"))

ROOT = Path(__file__).parents[2]
FINDING = {"question": "Does it?", "claim": "study.gap", "figure": "study/norms"}
METHOD = {
    "method": "A way", "convexified": "a", "condition": "b", "guarantee": "c", "cost": "d", "certificate": "e",
    "claims": ["study.gap"], "figure": "study/norms",
}  # fmt: skip
EQUATION = {"place": "§2, eq. (1)", "latex": "a = b"}
SECTION = {"section": "§2", "title": "A section", "equations": [EQUATION]}
QUESTION = {
    "kind": "open question", "question": "Is it?", "place": "§4", "claims": ["study.gap"], "found": "f",
    "untested": "u",
}  # fmt: skip
DIFFERENCE = {"what": "Samples", "paper": "60,000", "here": "{{ shared.samples }}"}
PLACES = {"§2, eq. (1)", "§2, theorem"}


def content(folder, **changes):
    files = {
        "findings": [FINDING | changes.get("finding", {})],
        "methods": [METHOD | changes.get("method", {})],
        "sections": [SECTION | changes.get("section", {})],
        "questions": [QUESTION | changes.get("question", {})],
        "differences": changes.get("differences", {"study": [DIFFERENCE]}),
    }
    for name, entries in files.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(entries))
    return load_content(folder, {"study.gap"}, {"study/norms"}, PLACES, ["study", "other"])


def test_content_is_read(tmp_path):
    assert content(tmp_path).findings == [FINDING]
    assert content(tmp_path).differences == {"study": [DIFFERENCE]}
    assert content(tmp_path, finding={"figure": "not_built/norms"}).findings[0]["figure"] == "not_built/norms"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"finding": {"claim": "study.gpa"}}, r"findings.yaml: entry 1: claim: there is no study.gpa"),
        ({"finding": {"figure": "study/norm"}}, r"entry 1: figure: expected <experiment>/<figure>, got 'study/norm'"),
        ({"finding": {"colour": "red"}}, r"entry 1: expected the keys claim, figure, question; differ: colour"),
        ({"method": {"claims": ["other.x"]}}, r"methods.yaml: entry 1: claim: there is no other.x"),
        ({"section": {"section": "§3"}}, r"sections.yaml: section: expected §2 as well"),
        (
            {"section": {"equations": [EQUATION | {"place": "§2, eq. (9)"}]}},
            r"no sentence of §2 stands at §2, eq. \(9\)",
        ),
        (
            {"question": {"kind": "guess"}},
            r"questions.yaml: entry 1: kind: expected one of open question, .* got 'guess'",
        ),
        ({"question": {"claims": ["study.gpa"]}}, r"questions.yaml: entry 1: claim: there is no study.gpa"),
        ({"differences": {"sutdy": []}}, r"differences.yaml: there is no experiment called sutdy"),
        ({"differences": {"study": [{"what": "x"}]}}, r"differences.yaml: study: entry 1: .* differ: here, paper"),
    ],
)
def test_a_name_that_is_not_there_is_told(tmp_path, change, message):
    with pytest.raises(ValueError, match=message):
        content(tmp_path, **change)


def test_equations_of_the_survey_stand_at_its_sentences_and_are_typeset():
    sentences = [
        entry for file in (ROOT / "workflow/sources/sentences").glob("survey_*.yaml") for entry in load_yaml(file)
    ]
    places = {entry["place"] for entry in sentences}
    wrong = {entry["place"] for entry in sentences if "error" in entry}
    claims = {claim["id"] for file in CLAIMS for claim in load_yaml(file)}
    said = load_content(ROOT / "workflow/site", claims, set(), places, [file.parent.name for file in CLAIMS])
    equations = [equation for section in said.sections for equation in section["equations"]]
    numbered = " ".join(equation["place"] for equation in equations)
    assert [number for number in range(1, 18) if f"({number})" not in numbered] == []
    for equation in equations:
        for latex in filter(None, (equation["latex"], equation.get("corrected"))):
            assert "\\" not in re.sub("<annotation.*?</annotation>", "", to_mathml(latex, "block"))
    # (5) is wrong without being one of the twelve: a claim says so.
    corrected = {equation["place"] for equation in equations if "corrected" in equation}
    assert corrected - wrong == {"§2.2, eq. (5)"}


def test_every_experiment_says_how_its_setting_differs_at_every_scale():
    differences = load_yaml(ROOT / "workflow/site/differences.yaml")
    assert set(differences) == {file.parent.name for file in CLAIMS}
    for name, entries in differences.items():
        for settings in load_settings(ROOT / "workflow/experiments" / name).values():
            assert all(filled(entry, settings)["here"] for entry in entries)


@pytest.fixture
def ledger():
    row = {
        "claim": "study.gap", "experiment": "study", "origin": "survey", "source": "§1", "quote": "",
        "statement": "a < b", "measure": "Gap", "metric": "gap", "kind": "estimate", "measured": 0.5, "low": 0.25,
        "high": 0.75, "n": 7, "unit": "seed", "comparison": "<=", "expected": 1.0, "tolerance": 1e-8,
        "paper_value": float("nan"), "figure": "norms",
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
    shown = ledger_page(ledger, {"study/norms": "norms_first"})
    assert "a &lt; b" in shown
    assert "study.other" in shown
    assert "study.html#figure-norms_first" in shown


def test_a_wrong_sentence_shows_its_correction_its_equation_and_its_claims(ledger):
    sentence = {"document": "survey", "place": "§2, eq. (1)", "says": "a < b", "why_none": ""}
    coverage = pd.DataFrame(
        [
            sentence | {"error": 3.0, "claims": "study.gap; absent.claim", "verdicts": "holds; "},
            sentence | {"error": "", "claims": "", "verdicts": "", "why_none": "definition"},
        ]
    )
    errors = pd.DataFrame([{"error": 3, "corrected": "a > b"}])
    statements = Statements(ledger, errors, {"study/norms": "norms_first"}, "smoke")
    shown = statements.table(coverage, [EQUATION | {"corrected": "b = a"}])
    assert shown.count("<math") == 2
    assert "a &gt; b" in shown
    assert "No claim (definition)." in shown
    assert "absent.claim" not in shown
    assert "study.html#figure-norms_first" in shown
    command = "snakemake --config scale=smoke -- results/smoke/study/metrics.csv reports/smoke/study/norms_first.png"
    assert command in shown


def test_open_questions_show_computed_verdicts_and_what_is_not_tested(ledger):
    page = questions_page(ledger, [QUESTION, QUESTION | {"claims": [], "kind": "later theorem"}])
    assert page.count("study.html#study.gap") == 1
    assert "<span class='verdict holds'>holds</span>" in page
    assert page.count("Not tested.") == 2


def test_data_sets_name_their_users_and_not_names_of_settings(tmp_path):
    entry = {
        "title": "T", "citation": "C", "licence": "L", "shape": [10, 2], "classes": ["a", "b"],
        "arrays": {"X": "f" * 64},
        "sources": [{"kind": "http", "address": "https://example.org/x/"}, {"kind": "bundled"}],
    }  # fmt: skip
    study = {
        "name": "study",
        "title": "Study",
        "settings": {"shared": {"pairs": {"iris": [0, 1]}, "datasets": ["digits"]}},
    }
    (tmp_path / "digits.npz").write_bytes(b"0" * 2000)
    page = data_page({"iris": entry, "digits": entry}, [study], tmp_path)
    assert "1 of 2 data sets are used" in page
    assert page.count("study.html") == 1
    assert page.index("id='digits'") < page.index("id='iris'")
    assert "2 kB prepared" in page
    assert "<a href='https://example.org/x/'>example.org</a>" in page


def test_times_are_told_by_experiment():
    manifest = {"commit": None, "uncommitted_changes": False, "lock_sha256": "0", "processor": "p", "platform": "q",
                "libraries": {"numpy": "2"}, "config": {"scale": "smoke"}}  # fmt: skip
    jobs = [("study/compute_a", 3.0), ("study/metrics", 1.0), ("ledger", 2.0)]
    seconds = pd.DataFrame([(job, time, 100.0) for job, time in jobs], columns=["job", "seconds", "megabytes"])
    study = {"name": "study", "title": "A study", "rules": [("compute_a", ["data/prepared/<set>.npz"], ["a.parquet"])]}
    page = build_page(manifest, seconds, [study])
    assert "A study: 4 s in 2 jobs, the longest compute_a with 3 s" in page
    assert "Whole build: 2 s in 1 jobs" in page
    assert "data/prepared/&lt;set&gt;.npz" in page


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
    for name in ("index", "methods", "survey", "errors", "questions", "ledger", "data", "build", "api", "guide_data"):
        assert f"{name}.html" in pages
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
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 10e6


@pytest.mark.workflow
@pytest.mark.xdist_group("build")
def test_every_command_of_the_built_site_names_files_that_the_build_makes(built):
    folder = built / "reports" / "smoke" / "site"
    commands = {
        command
        for name in ("survey.html", "other_sources.html")
        for command in re.findall(r"<code>(snakemake .+?)</code>", (folder / name).read_text(encoding="utf-8"))
    }
    assert len(commands) > 20
    for command in commands:
        program, *_, between = shlex.split(command.split(" -- ")[0] + " --")
        assert (program, between) == ("snakemake", "--")
        assert all((built / target).exists() for target in command.split(" -- ")[1].split())


def test_a_divided_table_is_offered_as_one(tmp_path):
    blocks = [str(tmp_path / f"runs.{number}of2.parquet") for number in (1, 2)]
    for number, path in enumerate(blocks):
        pd.DataFrame({"run": [number]}).to_parquet(path)
    whole = str(tmp_path / "runs.parquet")
    copies = _copy_tables({"tables": [whole], "blocks": {whole: blocks}}, tmp_path / "site")
    assert copies == {whole: "runs.csv"}
    assert pd.read_csv(tmp_path / "site" / "runs.csv")["run"].tolist() == [0, 1]
