"""The graph of rules as a picture: what is drawn, and where."""

import re
import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import pytest

from convexify_workflow.site.graph import Column, graph
from convexify_workflow.site.rule_graphs import overview, rules_of

STUDY = {
    "name": "a_study",
    "title": "A <study>",
    "rules": [
        ("compute_runs", ["data/prepared/digits.npz", "data/prepared/{dataset}.npz"], ["runs_{dataset}.parquet"]),
        ("compute_more", ["runs_digits.parquet"], ["more.parquet"]),
        ("metrics", ["runs_{source}.parquet", "more.parquet"], ["metrics.csv"]),
        ("figure_ends", ["more.parquet", "metrics.csv"], ["ends_{problem}.png"]),
        ("figure_alone", [], ["alone.png"]),
    ],
}


def drawn(svg):
    """Text of every node to its box, and the number of lines that leave it."""
    nodes = {}
    for group in ElementTree.fromstring(svg).iter("g"):
        box = {key: float(group.find("rect").get(key)) for key in ("x", "y", "width", "height")}
        nodes[" ".join(text.text for text in group.iter("text"))] = box, len(group.findall("path"))
    return nodes


def picture(markup):
    return re.search(r"<svg.*</svg>", markup)[0]


def test_every_rule_is_a_node_with_lines_to_what_reads_it():
    nodes = drawn(picture(rules_of(STUDY)))
    lines = {text: count for text, (_, count) in nodes.items()}
    assert lines == {
        "digits, each dataset": 1,
        "runs (each dataset)": 2,
        "more": 2,
        "metrics": 1,
        "ends (each problem)": 0,
        "alone": 0,
    }


def test_titles_are_escaped_and_the_picture_is_described():
    markup = rules_of(STUDY)
    assert "<summary>A &lt;study&gt;</summary>" in markup
    assert ElementTree.fromstring(picture(markup)).get("aria-label").startswith("Rules of A <study>")


def test_whole_build_has_a_node_for_each_experiment():
    nodes = drawn(overview([STUDY, {**STUDY, "name": "other", "title": "Other", "rules": STUDY["rules"][2:]}]))
    lines = {text: count for text, (_, count) in nodes.items()}
    assert lines["prepare data"] == 1
    assert lines["A <study>: 5 rules"] == lines["Other: 3 rules"] == 1
    assert lines["ledger"] == 3


@pytest.mark.parametrize("numbers", [(1, 9), (7, 2)])
def test_nodes_lie_inside_the_picture_below_each_other_and_their_text_inside_them(numbers):
    columns = [Column(f"c{k}", 90, {f"{k} {n}": "long_words " * 4 for n in range(count)}, top=30.0 * k)
               for k, count in enumerate(numbers)]  # fmt: skip
    svg = graph(columns, [("0 0", "1 1"), ("0 0", "0 0")], "two columns")
    width, height = map(float, ElementTree.fromstring(svg).get("viewBox").split()[2:])
    boxes = [box for column in columns for box in column.boxes.values()]
    assert all(x >= 0 and y >= 20 and x + w <= width and y + h <= height + 1e-9 for x, y, w, h, _ in boxes)
    for column in columns:
        ends = [(y, y + h) for _, y, _, h, _ in column.boxes.values()]
        assert all(before[1] < after[0] for before, after in pairwise(ends))
    assert all(len(line) * 6.3 <= w for _, _, w, _, lines in boxes for line in lines)
    assert min(y for _, y, _, _, _ in columns[1].boxes.values()) >= 50
