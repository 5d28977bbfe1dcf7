"""Pages of the site in reStructuredText, from the ledger, the coverage of the sources and what experiments declare."""

import html
import json

import pandas as pd

from convexify_workflow.ledger import standing
from convexify_workflow.settings import changed
from convexify_workflow.site.comparison import COMPARED, comparison_list, comparison_table
from convexify_workflow.site.markup import heading, page, raw, title_of, toctree, wide
from convexify_workflow.site.tables import claims_table, interactive, link, verdict
from convexify_workflow.verdict_html import STYLES, WORDS, counts, expectation, interval, number

ORIGINS = {
    "survey": "the survey",
    "thread": "the thread",
    "abstract": "the abstract of Ergen & Pilanci 2025",
    "cited paper": "papers that they cite",
    "correction": "our corrections of the survey",
    "ours": "checks of this project on itself",
}


def start_page(ledger, findings, documents, config, guides):
    """First page: what the survey is, what was found, how many verdicts of which kind."""
    survey = documents["survey"]
    rows = ledger.set_index("claim", drop=False)
    cards = "\n".join(_card(entry, rows.loc[entry["claim"]]) for entry in findings if entry["claim"] in rows.index)
    return page(
        "What holds, under which condition, and what fails",
        f"*{survey['title']}* ({survey['authors']}, {survey['published']}) asks how the training of neural networks "
        "can be made convex: by duality, by relaxation, by convex programs over activation patterns, by parallel "
        "branches, by width, by strong penalties. This edition sets each of its sentences against a measurement, with "
        "its uncertainty and a certificate where there is one.",
        "",
        raw(f"<div class='cards'>{cards}</div>"),
        heading("Verdicts"),
        f"Scale **{config['scale']}**, seed {config['seed']}{changed(config)}. "
        "Every verdict is computed from the tables of this build.",
        "",
        raw(_counts_table(ledger)),
        toctree("Findings", ["methods", "survey", "other_sources", "errors", "questions", "ledger"]),
        toctree("Experiments", ledger["experiment"].unique()),
        toctree("To use it", ["data", "build", "api", *guides]),
    )


def _card(entry, row):
    experiment = entry["claim"].split(".", 1)[0]
    measured = f"{number(row.measured)} <small>{interval(row)}</small>"
    return (
        f"<a class='card' href='{experiment}.html#{entry['claim']}'>"
        f"<img src='_static/figures/{entry['figure']}.thumbnail.webp' alt='Figure {entry['figure']}' loading='lazy'>"
        f"<b>{html.escape(entry['question'])}</b>{verdict(row.verdict)}"
        f"<small>{html.escape(row.measure)}: {measured}</small></a>"
    )


def _counts_table(ledger):
    head = "".join(f"<th>{WORDS[style]}</th>" for style in STYLES.values())
    lines = []
    for origin, name in ORIGINS.items():
        found = counts(ledger.loc[ledger["origin"] == origin, "verdict"])
        cells = "".join(f"<td class='number'>{found.get(style, '–')}</td>" for style in STYLES.values())
        lines.append(f"<tr><th>{name}</th>{cells}<td class='number'>{sum(found.values())}</td></tr>")
    return wide("\n".join(lines), f"<th>Claims of</th>{head}<th>all</th>")


def methods_page(ledger, methods, comparison):
    """One row for each way of convexifying.

    Parameters
    ----------
    ledger : pandas.DataFrame
        Every claim with its verdict.
    methods : list of dict
        As `convexify_workflow.site.content.load_content` returns them.
    comparison : pandas.DataFrame
        What was measured of all methods on the same samples, a row for each method and data set; without rows where
        that experiment is not built.
    """
    rows = ledger.set_index("claim", drop=False)
    parts = ["Each way of convexifying: what becomes convex, when, what it costs and what was measured.", ""]
    if len(comparison):
        parts += [heading("On the same samples"), COMPARED, "", raw(comparison_table(comparison)), ""]
    for entry in methods:
        measured = "".join(
            f"<li>{verdict(rows.loc[claim].verdict)} {link(claim, rows.loc[claim].statement)} "
            f"<small>{number(rows.loc[claim].measured)} {interval(rows.loc[claim])}</small></li>"
            for claim in entry["claims"]
            if claim in rows.index
        )
        told = "".join(
            f"<tr><th>{label}</th><td>{html.escape(entry[key])}</td></tr>"
            for key, label in (
                ("convexified", "Becomes convex"), ("condition", "Condition"), ("guarantee", "Guarantee"),
                ("cost", "Cost"), ("certificate", "Certificate"),
            )
        )  # fmt: skip
        experiment = entry["figure"].split("/")[0]
        picture = (
            "<span></span>"
            if experiment not in set(ledger["experiment"])
            else (
                f"<a href='{experiment}.html'><img src='_static/figures/{entry['figure']}.thumbnail.webp' "
                f"alt='Figure {entry['figure']}' loading='lazy'></a>"
            )
        )
        own = comparison[comparison["method"].isin(entry.get("compared", []))] if len(comparison) else comparison
        same = f"<tr><th>On the same samples</th><td>{comparison_list(own)}</td></tr>" if len(own) else ""
        table = wide(f"{told}<tr><th>Measured</th><td><ul>{measured}</ul></td></tr>{same}")
        parts += [heading(entry["method"]), raw(f"<div class='method'>{picture}{table}</div>")]
    return page("Side by side", *parts)


def errors_page(errors):
    """The errors of the survey, corrected, with the number that shows each."""
    lines = []
    for row in errors.itertuples():
        shown = "<br>".join(
            f"{verdict(said)} {link(claim)} <small>{html.escape(told)}</small>" if said else f"{link(claim)}: not built"
            for claim, said, told in zip(
                row.claims.split("; "), row.verdicts.split("; "), row.measured.split("; "), strict=True
            )
        )
        lines.append(
            f"<tr><td class='number'>{row.error}</td><td>{html.escape(row.place)}</td>"
            f"<td>{html.escape(row.printed)}</td><td>{html.escape(row.corrected)}</td><td>{shown}</td></tr>"
        )
    head = "<th>No</th><th>Place</th><th>Printed</th><th>Corrected</th><th>What shows it</th>"
    body = "\n".join(lines)
    return page(
        "Errors of the survey",
        f"{len(errors)} places where the survey, read literally, is wrong: the corrected form and what shows it.",
        "",
        raw(wide(body, head)),
    )


def ledger_page(ledger, drawn):
    """Every claim in one table that sorts, filters and searches.

    Parameters
    ----------
    ledger : pandas.DataFrame
        As `convexify_workflow.ledger.evaluate_claims` writes it.
    drawn : dict of str to str
        ``<experiment>/<name>`` of a figure to the name of its (first) file.
    """
    rows = list(ledger.itertuples())
    # The claims stand on the pages of their experiments as well: the search of the site need not read them twice.
    unsearched = ":nosearch:\n"
    table = pd.DataFrame(
        {
            "Claim": [
                f"{link(row.claim, row.statement)}<br><small>{html.escape(row.source)}<br>{row.claim} "
                f"{_figure_link(row, drawn)}</small>"
                for row in rows
            ],
            "Verdict": [verdict(row.verdict) for row in rows],
            "Measured": [f"{number(row.measured)}<br><small>{interval(row)}</small>" for row in rows],
            "Expected": [expectation(row) for row in rows],
            "Experiment": [title_of(row.experiment) for row in rows],
            "Origin": [row.origin for row in rows],
            "Kind": [row.kind for row in rows],
            "Standing": [standing(row.verdict) for row in rows],
        }
    )
    shown = interactive(
        table,
        paging=False,
        maxBytes=0,
        columnDefs=[{"width": "26em", "targets": 0}, {"width": "14em", "targets": 1}, {"visible": False, "targets": 7}],
        layout={"top1": "searchPanes", "topStart": "info", "topEnd": "search"},
        searchPanes={"columns": [4, 5, 6, 7], "cascadePanes": True, "initCollapsed": True},
    )
    told = "Filter by experiment, origin, kind and verdict, sort by a column, or search."
    return unsearched + "\n" + page("Ledger", told, "", raw(shown))


def _figure_link(row, drawn):
    file = drawn.get(f"{row.experiment}/{row.figure}")
    return f"<a href='{row.experiment}.html#figure-{file}'>figure</a>" if file else ""


def experiment_page(study, ledger, config):
    """Figures with captions, claims with verdicts, settings and downloads of one experiment.

    Parameters
    ----------
    study : dict
        ``name, title, figures`` (each ``name, file, label, caption, tables``), ``settings`` and ``schema`` by section,
        ``downloads`` (path of a table to the name of its copy beside the pages, or None where it is too large),
        ``differences`` (each ``what, paper, here``).
    ledger : pandas.DataFrame
        Rows of this experiment.
    config : dict
        Of the build.
    """
    found = counts(ledger["verdict"])
    told = ", ".join(f"{count} {WORDS[style]}" for style, count in found.items())
    parts = [
        f"Of {len(ledger)} claims: {told}. To rebuild this experiment alone::",
        "",
        f"   snakemake --config scale={config['scale']} 'experiments=[\"{study['name']}\"]'",
        "",
        heading("Figures"),
    ]
    for drawing in study["figures"]:
        picture = f"_static/figures/{study['name']}/{drawing['file']}"
        parts += [
            f".. rubric:: {drawing['label']}\n",
            raw(
                f"<a href='{picture}.webp'><img id='figure-{drawing['file']}' src='{picture}.webp' "
                f"alt='{html.escape(drawing['label'])}' loading='lazy'></a>"
            ),
            drawing["caption"],
            "",
            raw(_claims_shown(ledger[ledger["figure"] == drawing["name"]])),
            raw(_drawn_from(drawing["tables"], study)),
        ]
    files = "".join(f"<li>{_download(path, study)}</li>" for path in study["downloads"])
    return page(
        study["title"],
        *parts,
        heading("Claims"),
        raw(claims_table(ledger, {figure["name"]: figure["file"] for figure in reversed(study["figures"])})),
        *_differences(study["differences"]),
        heading("Settings"),
        raw(_settings(study["settings"], study["schema"])),
        heading("Tables"),
        raw(f"<ul>{files}</ul>"),
    )


def _download(path, study):
    """Link to the copy of a table, or its path in the project."""
    copy = study["downloads"][path]
    return (
        f"<a href='_static/tables/{study['name']}/{copy}'>{copy}</a>" if copy else f"<code>{html.escape(path)}</code>"
    )


def _drawn_from(tables, study):
    links = ", ".join(_download(path, study) for path in tables)
    return f"<p><small>{f'Drawn from {links}.' if tables else 'Drawn from no table.'}</small></p>"


def _claims_shown(rows):
    """The claims that a figure shows, with their verdicts."""
    lines = "".join(f"<li>{verdict(row.verdict)} <a href='#{row.claim}'>{html.escape(row.statement)}</a></li>"
                    for row in rows.itertuples())  # fmt: skip
    return f"<ul class='shown'>{lines}</ul>"


def _differences(entries):
    lines = "\n".join(
        f"<tr><th>{html.escape(entry['what'])}</th><td>{html.escape(entry['paper'])}</td>"
        f"<td>{html.escape(entry['here'])}</td></tr>"
        for entry in entries
    )
    table = wide(lines, "<th></th><th>In the source</th><th>Here, at this scale</th>", style="differences")
    return [heading("How the setting differs from the source's"), raw(table)] if entries else []


def _settings(settings, schema):
    lines = "\n".join(
        f"<tr><td>{section}.{key}</td><td>{html.escape(json.dumps(value, ensure_ascii=False))}</td>"
        f"<td><small>{html.escape(schema[section][key]['description'])}</small></td></tr>"
        for section, values in settings.items()
        for key, value in values.items()
    )
    return f"<details><summary>All settings at this scale</summary>{wide(lines)}</details>"
