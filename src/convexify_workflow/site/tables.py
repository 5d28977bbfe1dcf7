"""Tables of claims in HTML: short ones for the pages, the whole ledger as one that sorts, filters and searches."""

import html

from convexify_workflow.verdict_html import expectation, interval, number, style


def claims_table(rows, figures):
    """Claims as an HTML table, each with an anchor of its own: ``#<claim id>``.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the ledger.
    figures : dict of str to str
        Name of a figure to that of its (first) file.

    Returns
    -------
    str
    """
    lines = [
        "<div class='wide'><table class='claims'><thead><tr><th>Claim</th><th>Measured</th><th>Expected</th>"
        "<th>Paper</th><th>Verdict</th></tr></thead><tbody>",
        *[_claim(row, figures) for row in rows.itertuples()],
        "</tbody></table></div>",
    ]
    return "\n".join(lines)


def _claim(row, figures):
    shown = f"<br><a href='#figure-{figures[row.figure]}'>figure</a>" if row.figure in figures else ""
    quote = f"<br><q>{html.escape(row.quote)}</q>" if isinstance(row.quote, str) and row.quote else ""
    return (
        f"<tr id='{row.claim}'><td>{html.escape(row.statement)}{quote}<br><small>{html.escape(row.source)} "
        f"({row.origin})</small><br><small>{html.escape(row.measure)}</small></td>"
        f"<td class='number'>{number(row.measured)}<br><small>{interval(row)}</small></td>"
        f"<td class='number'>{expectation(row)}</td><td class='number'>{number(row.paper_value)}</td>"
        f"<td>{verdict(row.verdict)}{shown}</td></tr>"
    )


def verdict(text):
    """A verdict on the colour of its standing."""
    return f"<span class='verdict {style(text)}'>{html.escape(text)}</span>"


def link(claim, text=None):
    """Link from a page beside the experiments' to a claim on the page of its experiment."""
    experiment = claim.split(".", 1)[0]
    return f"<a href='{experiment}.html#{claim}'>{html.escape(text or claim)}</a>"


def interactive(table, **options):
    """A table that sorts, filters and searches, its script in the page: nothing is fetched when it is read.

    Parameters
    ----------
    table : pandas.DataFrame
        Cells are HTML.
    **options
        Of DataTables, see itables.

    Returns
    -------
    str
    """
    # Half a second, and only the ledger's page needs it.
    import itables
    from itables import options as defaults
    from itables.javascript import generate_init_offline_itables_html

    start = generate_init_offline_itables_html(defaults.dt_bundle)
    return start + itables.to_html_datatable(
        table, connected=False, showIndex=False, allow_html=True, classes="display compact", **options
    )
