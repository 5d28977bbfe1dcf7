"""The tables of README.md that are written and never typed: the findings, and how builds agreed with each other."""

from pathlib import Path

import pandas as pd

from convexify_workflow.verdict_html import number
from convexify_workflow.yaml_files import load_yaml


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


def panels_table(root="."):
    """Markdown table of ``reports/robustness``: builds with other seeds and kernels against the expectations.

    Parameters
    ----------
    root : path
        Top folder of the project.

    Returns
    -------
    str
    """
    folder = Path(root) / "reports" / "robustness"
    lines = [
        "| scale | builds | root seeds | kernels | metrics of each | missed | verdicts of each | contradicted "
        "| to or from undecided |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for scale in ("smoke", "default"):
        if not (folder / f"{scale}.csv").is_file():
            continue
        panel = pd.read_csv(folder / f"{scale}.csv")
        metrics, most = panel[["exact", "estimates", "bounds"]].sum(axis=1), panel["to_or_from_undecided"].max()
        lines.append(
            f"| {scale} | {len(panel)} | {panel['seed'].nunique()} | {panel['kernels'].nunique()} | {metrics.min()} "
            f"| {panel['misses'].sum()} | {panel['verdicts'].min()} | {panel['verdicts_contradicted'].sum()} "
            f"| at most {most} |"
        )
    caught = pd.read_csv(folder / "mutations.csv")["caught"]
    lines += ["", f"Of {len(caught)} deliberate errors, built one at a time, `verify` saw {caught.sum()}."]
    survived = pd.read_csv(folder / "faults.csv")["survived"]
    lines[-1] += (
        f" Of {len(survived)} faults (kills, damaged files, permissions, odd surroundings: `make faults`) the same "
        f"command finished afterwards with the same bytes after {survived.sum()}."
    )
    return "\n".join(lines) + "\n"


def with_tables(text, root="."):
    """The README with its tables as they are recorded now.

    Parameters
    ----------
    text : str
        The README, with the two marks of every table between which it stands.
    root : path
        Top folder of the project.

    Raises
    ------
    ValueError
        If marks are missing, or a finding has no verdict.
    """
    for name, table in {"findings": findings_table, "panels": panels_table}.items():
        start, end = f"<!-- {name}: written by scripts/build/readme.py -->\n", f"<!-- end of the {name} -->"
        if start not in text or end not in text:
            raise ValueError(f"README.md: expected the marks {start.strip()} and {end}")
        head, rest = text.split(start, 1)
        text = f"{head}{start}\n{table(root)}\n{end}{rest.split(end, 1)[1]}"
    return text
