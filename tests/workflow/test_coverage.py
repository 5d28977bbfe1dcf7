"""Coverage: sentences of the sources and claims name each other, in the project and in what is refused."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from convexify_workflow.coverage import check_sources, coverage_table, errors_table

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "workflow" / "sources"
FILES = sorted((SOURCES / "sentences").glob("*.yaml"))
CLAIMS = [
    claim
    for file in sorted((ROOT / "workflow" / "experiments").glob("*/claims.yaml"))
    for claim in yaml.safe_load(file.read_text(encoding="utf-8"))
]


def load(file):
    return yaml.safe_load(file.read_text(encoding="utf-8"))


SENTENCES = [entry for file in FILES for entry in load(file)]
ERRORS = load(SOURCES / "errors_of_the_survey.yaml")
FIVE_SOURCES = {
    "survey",
    "thread_question",
    "thread_comments",
    "thread_answer_1",
    "thread_answer_2",
    "thread_answer_3",
    "abstract",
}


def test_every_claim_has_a_sentence_or_is_ours_and_every_sentence_a_claim_or_a_reason():
    check_sources(SOURCES, CLAIMS)
    named = {claim for entry in SENTENCES for claim in entry.get("claims", [])}
    assert named <= {claim["id"] for claim in CLAIMS}
    assert all(claim["id"] in named or claim["origin"] in ("ours", "correction") for claim in CLAIMS)
    assert all(bool(entry.get("claims")) != bool(entry.get("why_none")) for entry in SENTENCES)


def test_every_document_is_covered_and_every_equation_and_figure_of_the_survey():
    assert {entry["document"] for entry in SENTENCES} == set(load(SOURCES / "documents.yaml")) >= FIVE_SOURCES
    places = " ".join(entry["place"] for entry in SENTENCES if entry["document"] == "survey")
    for number in range(1, 18):
        assert f"eq. ({number})" in places or f"({number})" in places, number
    for place in (
        "Figure 1",
        "Figure 2",
        "Figure 3",
        "Definition 1",
        "§2.1, theorem",
        "§2.2, theorem",
        "§3.2, theorem",
    ):
        assert place in places


def test_quotations_are_short():
    assert [entry["says"] for entry in SENTENCES if len(entry["says"].split()) > 25] == []
    assert [claim["id"] for claim in CLAIMS if len(claim.get("quote", "").split()) > 25] == []


def test_the_survey_has_twelve_errors_and_a_claim_shows_each():
    assert [entry["error"] for entry in ERRORS] == list(range(1, 13))
    assert all(entry["claims"] and entry["printed"] != entry["corrected"] for entry in ERRORS)


DOCUMENT = {"origin": "survey", "title": "t", "authors": "a", "published": "p"}
SENTENCE = {"document": "survey", "place": "§1", "says": "so it is", "error": 1, "claims": ["e.c"]}
ERROR = {"error": 1, "place": "§1", "printed": "0", "corrected": "1", "claims": ["e.c"]}
CLAIM = {"id": "e.c", "origin": "survey"}


@pytest.fixture
def check(tmp_path):
    """Function that writes sources and checks them against claims."""

    def write_and_check(sentences=(SENTENCE,), errors=(ERROR,), document=DOCUMENT, claims=(CLAIM,)):
        (tmp_path / "sentences").mkdir(exist_ok=True)
        for name, content in {
            "documents.yaml": {"survey": document},
            "sentences/survey.yaml": list(sentences),
            "errors_of_the_survey.yaml": list(errors),
        }.items():
            (tmp_path / name).write_text(yaml.safe_dump(content), encoding="utf-8")
        check_sources(tmp_path, claims)

    return write_and_check


def without(entry, key):
    return {name: value for name, value in entry.items() if name != key}


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ({"sentences": [SENTENCE | {"document": "thread"}]}, r"survey\.yaml: entry 1: document: .* got 'thread'"),
        (
            {"sentences": [SENTENCE, SENTENCE | {"claims": ["e.d"]}]},
            r"entry 2 \(survey, §1\): claims: no claim .* e\.d",
        ),
        ({"sentences": [without(SENTENCE, "claims")]}, r"entry 1 \(survey, §1\): expected either claims or why_none"),
        ({"sentences": [SENTENCE | {"why_none": "x"}]}, "expected either claims or why_none"),
        ({"sentences": [without(SENTENCE, "says")]}, "entry 1: expected the keys says"),
        ({"sentences": [SENTENCE | {"clams": []}]}, "entry 1: unknown keys clams"),
        ({"sentences": [SENTENCE | {"claims": []}]}, "claims: expected a non-empty list"),
        ({"sentences": [SENTENCE | {"place": None}]}, "entry 1: place: expected text, got None"),
        ({"sentences": [without(SENTENCE, "claims") | {"why_none": " "}]}, "why_none: expected text"),
        ({"claims": [CLAIM, {"id": "e.d", "origin": "survey"}]}, r"sentences: no sentence .* names the claims e\.d:"),
        ({"claims": [CLAIM | {"origin": "thread"}]}, r"no sentence of their origin names the claims e\.c:"),
        ({"errors": [ERROR | {"claims": ["e.d"]}]}, r"errors_of_the_survey\.yaml: entry 1: claims: no claim .* e\.d"),
        (
            {"errors": [without(ERROR, "corrected")]},
            r"errors_of_the_survey\.yaml: entry 1: expected the keys corrected",
        ),
        ({"sentences": [without(SENTENCE, "error")]}, r"survey\.yaml: entry 1: no sentence names error 1:"),
        ({"sentences": [SENTENCE, SENTENCE | {"error": 2}]}, r"entry 2 \(survey, §1\): error: .* has no error 2"),
        ({"document": DOCUMENT | {"origin": "ours"}}, r"documents\.yaml: survey: origin: expected one of"),
    ],
)
def test_bad_sources_are_one_line_that_names_file_and_entry(check, sources, message):
    with pytest.raises(ValueError, match=message) as caught:
        check(**sources)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("origin", ["ours", "correction"])
def test_a_claim_of_ours_needs_no_sentence(check, origin):
    check(claims=[CLAIM, {"id": "e.d", "origin": origin}])


def test_a_file_that_is_not_yaml_or_not_a_list_is_named(check, tmp_path):
    check()
    for text, message in (("- {", r"survey\.yaml: "), ("a: 1", r"survey\.yaml: expected a list, got dict")):
        (tmp_path / "sentences" / "survey.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=message) as caught:
            check_sources(tmp_path, [CLAIM])
        assert "\n" not in str(caught.value)


LEDGER = pd.DataFrame(
    {
        "claim": ["e.a", "e.b"],
        "metric": ["gap", "rate"],
        "measured": [0.25, 3.0],
        "verdict": ["holds under n = 1", "fails (measured 3)"],
    }
)


def test_coverage_joins_the_verdicts_in_the_order_of_the_claims():
    entry = without(SENTENCE, "claims")
    sentences = [
        entry | {"document": "thread", "claims": ["e.b", "e.a", "other.c"]},
        entry | {"why_none": "definition"},
    ]
    table = coverage_table({"survey": {}, "thread": {}}, sentences, LEDGER)
    assert table["document"].tolist() == ["survey", "thread"]
    assert table["claims"].tolist() == ["", "e.b; e.a; other.c"]
    assert table["verdicts"].tolist() == ["", "fails; holds under; "]
    assert table["why_none"].tolist() == ["definition", ""]


def test_errors_carry_the_number_that_shows_them():
    row = errors_table([ERROR | {"claims": ["e.b", "other.c", "e.a"]}], LEDGER).iloc[0]
    assert row["measured"] == "rate = 3; ; gap = 0.25"
    assert row["verdicts"] == "fails; ; holds under"
