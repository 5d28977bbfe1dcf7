"""Page of the build: commit, environment, machine, time of every job, and which rule makes what from what."""

import html
import json

from convexify_workflow.site.markup import heading, page, raw, title_of, wide
from convexify_workflow.site.rule_graphs import overview, rules_of

#: What belongs to no experiment, in the order in which it is made.
_SHARED = (
    ("prepare_data", ["data/sources.yaml"], ["data/prepared/<set>.npz"]),
    ("ledger", ["claims.yaml and metrics.csv of every experiment"], ["ledger.csv"]),
    ("coverage", ["workflow/sources", "ledger.csv"], ["coverage.csv", "errors_of_the_survey.csv"]),
    ("manifest", ["every figure and table"], ["manifest.json"]),
    ("front_page", ["ledger.csv", "coverage.csv", "manifest.json"], ["front_page.rst"]),
    ("build_report", ["front_page.rst", "every figure"], ["report.html"]),
    ("website", ["ledger.csv", "coverage.csv", "every figure", "workflow/site"], ["site/"]),
)


def build_page(manifest, seconds, studies):
    """Commit, lock, seed, machine, the time of every job by experiment, and the graph of rules as tables.

    Parameters
    ----------
    manifest : dict
        As `convexify_workflow.manifest.describe_build` writes it.
    seconds : pandas.DataFrame
        Columns ``job, seconds, megabytes``, one row a job.
    studies : list of dict
        As `convexify_workflow.experiments.Experiment.describe` returns them.
    """
    changed = " with uncommitted changes" if manifest["uncommitted_changes"] else ""
    facts = {
        "Commit": (manifest["commit"] or "unknown") + changed,
        "Environment (sha256 of the lock)": manifest["lock_sha256"],
        "Processor": manifest["processor"],
        "Platform": manifest["platform"],
        "Libraries": ", ".join(f"{name} {version}" for name, version in manifest["libraries"].items()),
        "Configuration": json.dumps(manifest["config"]),
    }
    lines = "".join(f"<tr><th>{key}</th><td>{html.escape(str(value))}</td></tr>" for key, value in facts.items())
    groups = seconds["job"].str.rpartition("/")[0].replace("", "whole build")
    titles = {study["name"]: study["title"] for study in studies}
    order = seconds.groupby(groups)["seconds"].sum().sort_values(ascending=False).index
    return page(
        "This build",
        raw(wide(lines)),
        heading("Times"),
        f"{len(seconds)} jobs, {seconds['seconds'].sum() / 60:.1f} minutes one after another, as they took when "
        "they last ran. Click a line for its jobs.",
        "",
        raw("\n".join(_times(titles.get(name, title_of(name)), seconds[groups == name]) for name in order)),
        heading("Which rule makes what from what"),
        "Figures go straight to the manifest, the report and the site as well; these lines are left out.",
        "",
        raw(overview(studies)),
        "Within an experiment; the lines of a job are set off while the pointer is on it.",
        "",
        raw("\n".join(map(rules_of, studies))),
        heading("The same as tables"),
        "Tables are below ``results/<scale>/<experiment>/``, figures below ``reports/<scale>/<experiment>/``; the rest "
        "is below ``reports/<scale>/``. :doc:`guide_architecture` draws the way of a number.",
        "",
        raw("\n".join(_rules(study["title"], study["rules"]) for study in studies) + _rules("Whole build", _SHARED)),
    )


def _times(title, rows):
    jobs = "\n".join(
        f"<tr><td>{html.escape(row.job.rpartition('/')[2])}</td><td class='number'>{row.seconds:.1f}</td>"
        f"<td class='number'>{row.megabytes:.0f}</td></tr>"
        for row in rows.itertuples()
    )
    longest = rows.loc[rows["seconds"].idxmax()]
    told = (
        f"{title}: {rows['seconds'].sum():.0f} s in {len(rows)} jobs, the longest "
        f"{longest['job'].rpartition('/')[2]} with {longest['seconds']:.0f} s"
    )
    head = "<th>Job</th><th>Seconds</th><th>Largest memory, MB</th>"
    return f"<details><summary>{html.escape(told)}</summary>{wide(jobs, head)}</details>"


def _rules(title, rules):
    lines = "\n".join(
        f"<tr><td>{html.escape(name)}</td><td>{_list(reads)}</td><td>{_list(writes)}</td></tr>"
        for name, reads, writes in rules
    )
    head = "<th>Rule</th><th>Reads</th><th>Writes</th>"
    return f"<details><summary>{html.escape(title)}</summary>{wide(lines, head)}</details>"


def _list(names):
    return "<br>".join(html.escape(name) for name in names) or "–"
