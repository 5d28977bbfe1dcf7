"""Which rule makes what from what, as pictures: of the whole build and of each experiment."""

import html
import re

from convexify_workflow.site.graph import Column, graph

#: Height that metrics have for themselves: no line from a job to a figure crosses them.
_TOP = 30.0
_WHOLE = [
    ("ledger", "coverage"),
    ("ledger", "manifest"),
    ("coverage", "front_page"),
    ("manifest", "front_page"),
    ("front_page", "build_report"),
    ("ledger", "website"),
    ("coverage", "website"),
    ("manifest", "website"),
]


def overview(studies):
    """SVG of the whole build, one node for each experiment.

    Parameters
    ----------
    studies : list of dict
        As `convexify_workflow.experiments.Experiment.describe` returns them.
    """
    counted = {study["name"]: f"{study['title']}: {len(study['rules'])} rules" for study in studies}
    readers = [study["name"] for study in studies if any(_data(reads) for _, reads, _ in study["rules"])]
    tables = {name: name.replace("_", " ") for name in ("ledger", "coverage", "manifest", "front_page")}
    columns = [
        Column("data", 62, {"prepare_data": "prepare data"}),
        Column("experiments", 142, counted),
        Column("tables", 72, tables),
        Column("pages", 54, {"website": "site", "build_report": "report"}),
    ]
    edges = [("prepare_data", name) for name in readers] + [(name, "ledger") for name in counted]
    return graph(
        columns, edges + _WHOLE, "The whole build, from data over experiments and the ledger to site and report"
    )


def rules_of(study):
    """SVG of the rules of one experiment, behind its title."""
    rules = {name: (reads, writes) for name, reads, writes in study["rules"]}
    texts = {name: _words(name) + _repeated(writes) for name, (_, writes) in rules.items()}
    edges = {(_writer(file, rules), name) for name, (reads, _) in rules.items() for file in reads}
    sets = {}  # those that the same rules read are one node
    for file in sorted({file for reads, _ in rules.values() for file in _data(reads)}):
        readers = tuple(name for name, (reads, _) in rules.items() if file in reads)
        sets.setdefault(readers, []).append(_set(file))
    edges |= {(f"data of {readers}", name) for readers in sets for name in readers}
    kinds = {
        kind: {name: text for name, text in texts.items() if name.startswith(f"{kind}_")}
        for kind in ("compute", "figure")
    }
    columns = [
        Column("data", 79, {f"data of {readers}": ", ".join(files) for readers, files in sets.items()}, _TOP),
        Column("compute", 96, kinds["compute"], _TOP),
        Column("metrics", 55, {"metrics": "metrics"}, spread=False),
        Column("figures", 98, kinds["figure"], _TOP),
    ]
    title = html.escape(study["title"])
    picture = graph(
        columns, sorted(edge for edge in edges if edge[0]), f"Rules of {study['title']}; the same as a table below"
    )
    return f"<details><summary>{title}</summary>{picture}</details>"


def _data(files):
    return [file for file in files if file.startswith("data/")]


def _set(file):
    """Words for a prepared set; some jobs have one of several, which the settings name."""
    name = file.rpartition("/")[2].removesuffix(".npz").replace("<set>", "several")
    return _words(re.sub(r"{(\w+)}", r"each \1", name))


def _writer(file, rules):
    """Name of the rule that writes a table, whatever its wildcards are called, or None."""
    for name, (_, writes) in rules.items():
        for table in writes:
            if re.fullmatch(re.sub(r"\\{\w+\\}", r"{?\\w+}?", re.escape(table)), file):
                return name
    return None


def _words(name):
    return re.sub(r"^(compute|figure)_", "", name).replace("_", " ")


def _repeated(writes):
    """Line that says over what a rule is repeated."""
    return "".join(f"\n(each {_words(name)})" for name in dict.fromkeys(re.findall(r"{(\w+)}", " ".join(writes))))
