"""Pages that set the sources' sentences, one by one, beside what was measured."""

import html

import pandas as pd

from convexify_workflow.site.content import section_of
from convexify_workflow.site.markup import heading, linked, page, raw
from convexify_workflow.site.mathml import to_mathml
from convexify_workflow.site.tables import link, verdict
from convexify_workflow.verdict_html import expectation, interval, number

_HEAD = ("What was run", "Measured", "Paper", "Verdict", "Figure and command")


class Statements:
    """Tables of sentences: a row with the sentence, its correction where it is wrong, then one row for each claim.

    Parameters
    ----------
    ledger, errors : pandas.DataFrame
        Tables of the report.
    drawn : dict of str to str
        ``<experiment>/<name>`` of a figure to the name of its (first) file.
    scale : str
        Of the build.
    """

    def __init__(self, ledger, errors, drawn, scale):
        self._claims = ledger.set_index("claim", drop=False)
        self._corrections = {int(row.error): row.corrected for row in errors.itertuples()}
        self._drawn, self._scale = drawn, scale

    def table(self, coverage, equations=()):
        """HTML table of some rows of the coverage; ``equations`` are those of their section."""
        typeset = {equation["place"]: equation for equation in equations}
        # Of several sentences at one place the first shows the equation.
        lines = [self._sentence(row, typeset.pop(row.place, {})) for row in coverage.itertuples()]
        head = "".join(f"<th>{name}</th>" for name in _HEAD)
        return f"<table class='statements'><thead><tr>{head}</tr></thead><tbody>\n{''.join(lines)}</tbody></table>"

    def command(self, row):
        """Command that rebuilds one claim's number and figure, and nothing that they do not need."""
        targets = [f"results/{self._scale}/{row.experiment}/metrics.csv"]
        if file := self._drawn.get(f"{row.experiment}/{row.figure}"):
            targets.append(f"reports/{self._scale}/{row.experiment}/{file}.png")
        return f"snakemake --config scale={self._scale} -- {' '.join(targets)}"

    def _sentence(self, row, equation):
        where = html.escape(row.place.split(",", 1)[-1].strip())
        parts = [f"<small>{where}</small> {html.escape(row.says)}"]
        if equation:
            parts.append(f"<div class='math'>{to_mathml(equation['latex'], 'block')}</div>")
        if row.error != "":
            text = html.escape(self._corrections[int(float(row.error))])
            parts.append(f"<div class='corrected'><b>Corrected.</b> {text}</div>")
        if "corrected" in equation:
            typeset = to_mathml(equation["corrected"], "block")
            parts.append(f"<div class='corrected'><small>corrected form</small><div class='math'>{typeset}</div></div>")
        claims = [claim for claim in row.claims.split("; ") if claim in self._claims.index]
        if not claims:
            why = row.why_none or "the experiments that test it are not part of this build"
            parts.append(f"<div><small>No claim ({html.escape(why)}).</small></div>")
        said = f"<tr class='said'><td colspan='{len(_HEAD)}'>{''.join(parts)}</td></tr>\n"
        return said + "".join(self._claim(self._claims.loc[claim]) for claim in claims)

    def _claim(self, row):
        file = self._drawn.get(f"{row.experiment}/{row.figure}")
        figure = f"<a href='{row.experiment}.html#figure-{file}'>figure</a> " if file else ""
        said = (interval(row), f"expected {expectation(row)}")
        cells = (
            f"{link(row.claim, row.statement)}<br><small>{html.escape(row.measure)}</small>",
            "<br>".join([number(row.measured), *(f"<small>{text}</small>" for text in said if text)]),
            "–" if pd.isna(row.paper_value) else number(row.paper_value),
            verdict(row.verdict),
            f"{figure}<details><summary>rebuild</summary><code>{html.escape(self.command(row))}</code></details>",
        )
        return f"<tr>{''.join(_cells(cells))}</tr>\n"


def _cells(cells):
    for name, cell in zip(_HEAD, cells, strict=True):
        yield f"<td data-label='{name}'>{cell}</td>"


def survey_page(coverage, sections, statements, survey):
    """The survey, section by section.

    Parameters
    ----------
    coverage : pandas.DataFrame
        Rows of the survey.
    sections : list of dict
        As `convexify_workflow.site.content.load_content` returns them.
    statements : Statements
    survey : dict
        Its entry in ``workflow/sources/documents.yaml``.
    """
    parts = [
        f"*{survey['title']}*, {survey['authors']}, {survey['published']}. Each of its sentences, with its correction "
        "where it is wrong, then what was run to test it. Sentences in [brackets] are paraphrased. "
        "A command under *rebuild* makes one number and its figure; with ``-F`` it computes again what is there.",
        "",
    ]
    places = coverage["place"].map(section_of)
    for section in sections:
        here = coverage[places == section["section"]]
        if len(here):
            named = section["section"]
            title = section["title"] if section["title"] in named else f"{named} {section['title']}"
            parts += [heading(title), raw(statements.table(here, section["equations"]))]
    return page("The survey, section by section", *parts)


def sources_page(coverage, statements, documents):
    """The other sources, document by document."""
    parts = ["What the other sources say, in the same way as the survey.", ""]
    for document, group in coverage.groupby("document", sort=False):
        facts = documents[document]
        told = f"{facts['authors']}, {linked(facts['published'])}."
        parts += [heading(facts["title"]), told, "", raw(statements.table(group))]
    return page("The thread, the abstract and cited papers", *parts)
