"""Page of the survey's open questions and of theorems that came later, with what was measured and what was not."""

import html

from convexify_workflow.site.content import KINDS
from convexify_workflow.site.markup import heading, page, raw
from convexify_workflow.site.tables import link, verdict
from convexify_workflow.verdict_html import expectation, interval, number


def questions_page(ledger, questions):
    """One section for each kind, one entry for each question: what was asked, found, and is not tested.

    Parameters
    ----------
    ledger : pandas.DataFrame
        Every claim with its verdict.
    questions : list of dict
        As `convexify_workflow.site.content.load_content` returns them.
    """
    rows = ledger.set_index("claim", drop=False)
    parts = [
        "What the survey left open, and what was proved elsewhere, before or since. The sentences are ours; the "
        "verdicts beside them are computed from this build, and each says what was measured.",
        "",
    ]
    for kind, title in KINDS.items():
        parts.append(heading(title))
        for entry in questions:
            if entry["kind"] == kind:
                parts += [f".. rubric:: {entry['question']}\n", raw(_entry(entry, rows))]
    return page("Open questions and later theorems", *parts)


def _entry(entry, rows):
    built = [rows.loc[claim] for claim in entry["claims"] if claim in rows.index]
    lines = "".join(f"<li>{_measured(row)}</li>" for row in built)
    if not lines:
        lines = "<li>The experiments that bear on it are not part of this build.</li>" if entry["claims"] else ""
    measured = f"<ul class='shown'>{lines}</ul>" if lines else ""
    return (
        f"<p><small>{html.escape(entry['place'])}</small></p><p>{html.escape(entry['found'])}</p>{measured}"
        f"<p class='open'><b>Not tested.</b> {html.escape(entry['untested'])}</p>"
    )


def _measured(row):
    shown = f"{number(row.measured)} {interval(row)}".strip()
    told = f": {shown}, expected {expectation(row)}" if shown else ""
    return f"{verdict(row.verdict)} {link(row.claim, row.statement)}<br><small>{html.escape(row.measure)}{told}</small>"
