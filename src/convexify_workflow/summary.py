"""What a build says when it starts (its jobs) and when it is done: verdicts, which of them changed, where to look."""

import shutil
from collections import Counter
from pathlib import Path

import pandas as pd

from convexify_workflow.ledger import standing
from convexify_workflow.verdict_html import WORDS, counts

#: Changed verdicts that are told one by one.
MOST = 12
#: Ledger of the last build that was summed up, beside the present one.
REMEMBERED = "ledger_of_last_build.csv"
#: What a reader opens, in this order, and the rule that makes it.
PLACES = {
    "website": ("What was found", "site/index.html"),
    "ledger": ("Every claim", "ledger.csv"),
    "build_report": ("Provenance", "report.html"),
}


def start(scale, experiments, rules):
    """What a build is about to do: its jobs, counted by experiment.

    Parameters
    ----------
    scale : str
        Of the build.
    experiments : list of str
        Names of the experiments.
    rules : list of str
        The rule of every job that will run.
    """
    owners = Counter(next((name for name in experiments if rule.startswith(f"{name}_")), "") for rule in rules)
    named = [f"{name} {owners[name]}" for name in experiments if owners[name]]
    others = [f"of no experiment {owners['']}"] if owners[""] else []
    return f"To do at the scale {scale}: {len(rules)} job{'s' * (len(rules) != 1)} ({', '.join(named + others)})."


def summary(scale, made, folder="reports"):
    """What a successful build says at its end, and the ledger that the next one is compared with.

    Parameters
    ----------
    scale : str
        Of the build.
    made : collection of str
        Names of the rules whose outputs this build made or found up to date. Nothing is told of the others: what they
        left may be older than what was made.
    folder : path
        Holds ``<scale>/ledger.csv``.

    Returns
    -------
    str
        Counts of verdicts; verdicts that differ from the last build that had a ledger; files to open.
    """
    folder = Path(folder) / scale
    if "ledger" not in made:
        return "Only a part was built, and no verdict is told: without a target snakemake makes ledger and site."
    ledger = pd.read_csv(folder / "ledger.csv")
    told = ", ".join(f"{count} {WORDS[style]}" for style, count in counts(ledger["verdict"]).items())
    lines = [f"Of {len(ledger)} claims {told}."]
    remembered = folder / REMEMBERED
    if remembered.exists():
        lines += _changes(pd.read_csv(remembered), ledger)
    shutil.copyfile(folder / "ledger.csv", remembered)
    for rule, (words, name) in PLACES.items():
        if rule in made:
            lines.append(f"{words + ':':<16}{folder / name}")
    return "\n".join(lines)


def _changes(before, now):
    """Lines on the verdicts that differ, of claims that both ledgers have; a number inside one is no difference."""
    before, now = (ledger.set_index("claim")["verdict"].map(standing) for ledger in (before, now))
    both = now.index.intersection(before.index)
    changed = [claim for claim in both if before[claim] != now[claim]]
    lines = [f"  {claim}: {before[claim]} before, now {now[claim]}" for claim in changed[:MOST]]
    if len(changed) > MOST:
        lines.append(f"  and {len(changed) - MOST} more")
    parts = [f"Verdicts that changed since the last build: {len(changed) or 'none'}"]
    for words, one, other in (("new claims", now, before), ("claims that are gone or not built", before, now)):
        if count := len(one.index.difference(other.index)):
            parts.append(f"{words}: {count}")
    return ["; ".join(parts) + ".", *lines]
