"""The table of findings in README.md: from the recorded expectations of the default scale, written and never typed."""

import re
from pathlib import Path

import pandas as pd

from convexify_workflow.verdict_html import number
from convexify_workflow.yaml_files import load_yaml

START, END = "<!-- findings: written by scripts/build/readme.py -->\n", "<!-- end of the findings -->"


def findings_table(root="."):
    """Markdown table of the findings of ``workflow/site/findings.yaml`` with verdict, number and interval.

    Parameters
    ----------
    root : path
        Top folder of the project.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        Naming a finding whose claim has no recorded verdict.
    """
    root = Path(root)
    expected = root / "reports" / "expected" / "default"
    verdicts = pd.read_csv(expected / "verdicts.csv").set_index("claim")["verdict"]
    lines = ["| question | answer | measured |", "|---|---|---|"]
    for entry in load_yaml(root / "workflow" / "site" / "findings.yaml"):
        name = entry["claim"]
        if name not in verdicts:
            raise ValueError(f"findings.yaml: {name}: no verdict is recorded in {expected}")
        experiment = name.split(".", 1)[0]
        claims = {claim["id"]: claim for claim in load_yaml(root / "workflow/experiments" / experiment / "claims.yaml")}
        claim = claims[name]
        metrics = pd.read_csv(expected / f"{experiment}.csv").set_index("metric")
        if claim["test"]["metric"] not in metrics.index:  # recorded before the claim was
            continue
        answer = f"**{verdicts[name]}**"
        if verdicts[name] == "holds under":
            answer = f"**holds under** {claim['condition']['when']}"
        elif verdicts[name] == "fails" and claim.get("otherwise"):
            answer = f"**fails**: {claim['otherwise']}"
        measured = _measured(claim["measure"], metrics.loc[claim["test"]["metric"]])
        if verdicts[name] == "holds under" and claim["condition"]["test"]["metric"] in metrics.index:
            measured += f"; {_measured('under that condition', metrics.loc[claim['condition']['test']['metric']])}"
        lines.append(f"| {entry['question']} | {answer} | {measured} |")
    return "\n".join(lines) + "\n"


def _measured(what, row):
    interval = f" [{number(row.low)}, {number(row.high)}], {row.n} {row.unit}s" if row.kind == "estimate" else ""
    return f"{what}: {number(row.value)}{interval}".replace("|", "\\|")


def with_findings(text, table):
    """The README with its table of findings replaced.

    Raises
    ------
    ValueError
        If the two marks between which the table stands are missing.
    """
    if START not in text or END not in text:
        raise ValueError(f"README.md: expected the marks {START.strip()} and {END}")
    return re.sub(
        re.escape(START) + ".*?" + re.escape(END), lambda _: START + "\n" + table + "\n" + END, text, flags=re.S
    )
