"""First page of Snakemake's report: the ledger as a table, then the settings of the build."""

import html
import json
import textwrap

import pandas as pd

from convexify_workflow.ledger import standing

TITLE = "How to Convexify your Neural Network: what holds, under which condition, and what fails"
_CLASSES = {
    "holds": "holds",
    "holds under": "condition",
    "fails": "fails",
    "undecided": "undecided",
    "not tested": "untested",
}


def page_of(ledger, manifest, schemas):
    """Page in reStructuredText with embedded HTML tables.

    Parameters
    ----------
    ledger : pandas.DataFrame
        As `convexify_workflow.ledger.evaluate_claims` writes it.
    manifest : dict
        As `convexify_workflow.manifest.describe_build` writes it.
    schemas : dict of str to dict
        Experiment to its ``schema.yaml``: section to key to a JSON schema with a description.

    Returns
    -------
    str
    """
    config = manifest["config"]
    parts = [
        f"<h1>{html.escape(TITLE)}</h1>",
        _summary(ledger, config),
        _ledger_table(ledger),
        "<h2>Settings of this build</h2>",
        *[_settings_table(name, settings, schemas[name]) for name, settings in manifest["experiments"].items()],
        _provenance(manifest),
        "<h2>The way of a number</h2>",
        "<p>Data, tables, figures and verdicts depend on each other as the graph beside this text shows; click a node "
        "for the rule and its code.</p>",
    ]
    body = "\n".join(parts)
    # The page passes through Jinja before docutils reads it: braces in a statement must survive that.
    return "{% raw %}\n.. raw:: html\n\n" + textwrap.indent(body, "   ") + "\n{% endraw %}\n"


def _summary(ledger, config):
    counts = ledger["verdict"].map(_standing).value_counts()
    words = {
        "holds": "hold",
        "condition": "hold under a condition",
        "fails": "fail",
        "undecided": "undecided",
        "untested": "not tested",
    }
    told = ", ".join(f"<b>{counts[key]}</b> {text}" for key, text in words.items() if key in counts)
    return (
        f"<p>Scale <b>{html.escape(config['scale'])}</b>, seed {config['seed']}. "
        f"Of {len(ledger)} claims: {told}. Every verdict is computed from the tables of this build.</p>"
    )


def _ledger_table(ledger):
    rows = [
        "<table class='ledger'><thead><tr><th>Claim and source</th><th>What is measured</th><th>Measured</th>"
        "<th>Expected</th><th>Paper</th><th>Verdict</th></tr></thead><tbody>"
    ]
    for name, group in ledger.groupby("experiment", sort=False):
        rows.append(f"<tr class='section'><td colspan='6'>{html.escape(name.replace('_', ' ').capitalize())}</td></tr>")
        rows += [_ledger_row(row) for row in group.itertuples()]
    # One row a line: docutils refuses lines of more than 10,000 characters.
    return "\n".join([*rows, "</tbody></table>"])


def _ledger_row(row):
    within = f" ± {row.tolerance:g}" if row.tolerance else ""
    origin = html.escape(f"{row.source} · {row.claim}")
    return (
        f"<tr><td>{html.escape(row.statement)}<br><small>{origin}</small></td>"
        f"<td><small>{html.escape(row.measure)}</small></td>"
        f"<td class='number'>{_number(row.measured)}{_interval(row)}</td>"
        f"<td class='number'>{html.escape(row.comparison)} {_number(row.expected)}{within}</td>"
        f"<td class='number'>{_number(row.paper_value)}</td>"
        f"<td class='{_standing(row.verdict)}'>{html.escape(row.verdict)}</td></tr>"
    )


def _settings_table(name, settings, schema):
    rows = "\n".join(
        f"<tr><td>{html.escape(f'{section}.{key}')}</td>"
        f"<td class='number'>{html.escape(json.dumps(value, ensure_ascii=False))}</td>"
        f"<td><small>{html.escape(schema[section][key]['description'])}</small></td></tr>"
        for section, values in settings.items()
        for key, value in values.items()
    )
    title = html.escape(name.replace("_", " ").capitalize())
    return f"<details><summary>{title}</summary><table class='settings'>{rows}</table></details>"


def _provenance(manifest):
    commit = manifest["commit"] or "unknown"
    facts = {
        "commit": commit + (" with uncommitted changes" if manifest["uncommitted_changes"] else ""),
        "environment (sha256 of the lock)": manifest["lock_sha256"],
        "processor": manifest["processor"],
        "libraries": ", ".join(f"{name} {number}" for name, number in manifest["libraries"].items()),
    }
    rows = "".join(f"<tr><td>{key}</td><td>{html.escape(str(value))}</td></tr>" for key, value in facts.items())
    return f"<details><summary>Environment</summary><table class='settings'>{rows}</table></details>"


def _standing(verdict):
    return _CLASSES[standing(verdict)]


def _interval(row):
    if row.kind != "estimate":
        return ""
    return f"<br><small>[{_number(row.low)}, {_number(row.high)}]<br>{row.n} {html.escape(row.unit)}s</small>"


def _number(value):
    return "" if pd.isna(value) else f"{value:.4g}"
