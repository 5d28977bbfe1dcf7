"""The first page of the report survives long ledgers and odd characters."""

from docutils.core import publish_parts
from jinja2 import Environment

from convexify_workflow.front_page import page_of
from convexify_workflow.ledger import evaluate_claims
from convexify_workflow.uncertainty import mean, table_of


def test_long_ledger_with_braces_is_rendered_whole():
    claims = [
        {
            "id": f"e.claim_{k}",
            "source": "Survey §2 {{ eq }}",
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
    schema = {"dual": {"grid": {"description": "the grid"}}}
    page = Environment().from_string(page_of(ledger, manifest, {"e": schema})).render()
    body = publish_parts(page, writer_name="html")["html_body"]
    assert "System Message" not in body
    assert all(f"e.claim_{k}<" in body for k in range(200))
    assert "{% z %}" in body
    assert "3 seeds" in body
    assert "dual.grid" in body
