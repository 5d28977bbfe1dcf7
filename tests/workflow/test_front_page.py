"""The first page of the report survives long ledgers and odd characters."""

from docutils.core import publish_parts
from jinja2 import Environment

from convexify_workflow.coverage import coverage_table, errors_table
from convexify_workflow.front_page import page_of
from convexify_workflow.ledger import evaluate_claims
from convexify_workflow.uncertainty import mean, table_of


def test_long_ledger_with_braces_is_rendered_whole():
    claims = [
        {
            "id": f"e.claim_{k}",
            "origin": "survey",
            "source": "Survey §2 {{ eq }}",
            "quote": "x is less than y",
            "statement": "x < y & {% z %} for every λ " + "and so on " * 20,
            "measure": "a measure",
            "test": {"metric": "gap", "comparison": "<=", "expected": 1.0},
        }
        for k in range(200)
    ]
    ledger = evaluate_claims(claims, table_of("e", {"gap": mean([0.4, 0.5, 0.6], unit="seed")}), "e")
    manifest = {
        "config": {"scale": "smoke", "seed": 1},
        "experiments": {"e": {"dual": {"grid": list(range(1000))}}},
        "commit": "abc",
        "uncommitted_changes": False,
        "lock_sha256": "0",
        "processor": "p",
        "libraries": {"numpy": "2"},
    }
    says = {"document": "survey", "place": "§2", "says": "x < y & {% z %}"}
    sentences = [says | {"claims": [f"e.claim_{k}" for k in range(3)] + ["other.claim"]}] * 200
    sentences.append(says | {"why_none": "a definition, x <= y"})
    coverage = coverage_table({"survey": {}}, sentences, ledger)
    error = {"error": 1, "place": "§2", "printed": "x < y {{", "corrected": "x > y", "claims": ["e.claim_7"]}
    errors = errors_table([error], ledger)
    schema = {"dual": {"grid": {"description": "the grid"}}}
    page = Environment().from_string(page_of(ledger, coverage, errors, manifest, {"e": schema})).render()
    body = publish_parts(page, writer_name="html")["html_body"]
    assert "System Message" not in body
    assert all(f"e.claim_{k}<" in body for k in range(200))
    assert "{% z %}" in body
    assert "3 seeds" in body
    assert "“x is less than y”" in body
    assert "201 sentences, equations and figures of the sources, 200 with a claim" in body
    assert "a definition, x &lt;= y" in body
    assert "x &lt; y {{</td><td>x &gt; y</td>" in body
    assert "e.claim_7 · gap = 0.5" in body
    assert "not built</span> <small>other.claim" in body
    assert "dual.grid" in body
