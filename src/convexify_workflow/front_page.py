"""First page of Snakemake's report: the ledger, the coverage of the sources, the settings of the build."""

import html
import json
import textwrap

from convexify_workflow.settings import changed
from convexify_workflow.verdict_html import WORDS, counts, expectation, interval, number, style

TITLE = "How to Convexify your Neural Network: what holds, under which condition, and what fails"


def page_of(ledger, coverage, errors, manifest, schemas):
    """Page in reStructuredText with embedded HTML tables.

    Parameters
    ----------
    ledger : pandas.DataFrame
        As `convexify_workflow.ledger.evaluate_claims` writes it.
    coverage, errors : pandas.DataFrame
        As `convexify_workflow.coverage.coverage_table` and `errors_table` there write them.
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
        "<h2>The sources</h2>",
        _errors_table(errors.fillna("")),
        _coverage_table(coverage.fillna("")),
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
    told = ", ".join(f"<b>{count}</b> {WORDS[key]}" for key, count in counts(ledger["verdict"]).items())
    return (
        f"<p>Scale <b>{html.escape(config['scale'])}</b>, seed {config['seed']}{changed(config)}. "
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
    origin = html.escape(f"{row.source} ({row.origin}) · {row.claim}")
    quote = f"<br><small>“{html.escape(row.quote)}”</small>" if isinstance(row.quote, str) and row.quote else ""
    return (
        f"<tr><td>{html.escape(row.statement)}{quote}<br><small>{origin}</small></td>"
        f"<td><small>{html.escape(row.measure)}</small></td>"
        f"<td class='number'>{number(row.measured)}<br><small>{interval(row)}</small></td>"
        f"<td class='number'>{expectation(row)}</td>"
        f"<td class='number'>{number(row.paper_value)}</td>"
        f"<td class='{style(row.verdict)}'>{html.escape(row.verdict)}</td></tr>"
    )


def _errors_table(errors):
    rows = [
        f"<tr><td class='number'>{row.error}</td><td>{html.escape(row.place)}</td><td>{html.escape(row.printed)}</td>"
        f"<td>{html.escape(row.corrected)}</td><td>{_verdicts_of(row, row.measured.split('; '))}</td></tr>"
        for row in errors.itertuples()
    ]
    head = "<th>Error</th><th>Place</th><th>Printed</th><th>Corrected</th><th>What shows it</th>"
    return _details(f"Errors of the survey ({len(errors)})", head, rows)


def _coverage_table(coverage):
    rows = []
    for document, group in coverage.groupby("document", sort=False):
        title = html.escape(document.replace("_", " ").capitalize())
        rows.append(f"<tr class='section'><td colspan='3'>{title}</td></tr>")
        for row in group.itertuples():
            tested = _verdicts_of(row) if row.claims else f"<small>{html.escape(row.why_none)}</small>"
            rows.append(f"<tr><td>{html.escape(row.place)}</td><td>{html.escape(row.says)}</td><td>{tested}</td></tr>")
    with_claims = (coverage["claims"] != "").sum()
    title = f"Coverage: {len(coverage)} sentences, equations and figures of the sources, {with_claims} with a claim"
    return _details(title, "<th>Place</th><th>Sentence</th><th>Claims, or why there is none</th>", rows)


def _verdicts_of(row, more=None):
    """One line per claim: verdict, id and, if given, what else is told about it."""
    claims, verdicts = row.claims.split("; "), row.verdicts.split("; ")
    return "<br>".join(
        f"<span class='{style(verdict) if verdict else 'untested'}'>{verdict or 'not built'}</span> "
        f"<small>{claim}{' · ' + html.escape(told) if told else ''}</small>"
        for claim, verdict, told in zip(claims, verdicts, more or [""] * len(claims), strict=True)
    )


def _details(title, head, rows):
    lines = "\n".join(rows)
    return (
        f"<details><summary>{html.escape(title)}</summary><table class='ledger'><thead><tr>{head}</tr></thead><tbody>\n"
        f"{lines}\n</tbody></table></details>"
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
