"""From tables, figures and captions to a folder of web pages."""

import re
import shutil
from pathlib import Path

import jinja2
import pandas as pd
from PIL import Image
from sphinx.application import Sphinx

from convexify_workflow.blocks import put_together
from convexify_workflow.files import read, write
from convexify_workflow.site import pages
from convexify_workflow.site.comparison import comparison_of
from convexify_workflow.site.data import data_page
from convexify_workflow.site.markup import heading, page
from convexify_workflow.site.provenance import build_page
from convexify_workflow.site.questions import questions_page
from convexify_workflow.site.statements import Statements, sources_page, survey_page

#: Widths in pixels of a figure on its page and of its thumbnail.
WIDTH, THUMBNAIL = 1600, 480
#: A table is offered as CSV up to so many bytes, beyond that as Parquet, and beyond the second number named by its path
#: only: the site stays light.
LARGEST_CSV, LARGEST_PARQUET = 50_000, 80_000

_CONF = {
    "project": "convexify",
    "extensions": ["sphinx.ext.autodoc", "numpydoc", "convexify_workflow.site.mathml", "myst_parser"],
    "html_theme": "furo",
    "html_math_renderer": "mathml",
    "html_title": "How to Convexify your Neural Network, replicated",
    "html_static_path": ["_static"],
    "html_css_files": ["site.css"],
    "html_copy_source": False,
    "html_use_index": False,
    "html_domain_indices": False,
    "html_show_sphinx": False,
    "html_show_copyright": False,
    "autodoc_default_options": {
        "members": True,
        "imported-members": True,
        "exclude-members": "set_score_request, set_fit_request, set_predict_request, set_config",
    },
    "autodoc_typehints": "none",
    # Seconds to import; nothing that the page shows depends on it.
    "autodoc_mock_imports": ["torch"],
    "autosummary_generate": False,
    "numpydoc_show_class_members": False,
    "myst_heading_anchors": 3,
    "suppress_warnings": ["myst.xref_missing", "docutils"],
}


def build_site(folder, *, ledger, coverage, errors, manifest, documents, content, studies, seconds, registry, places):
    """Write the site into ``folder / "html"``.

    Parameters
    ----------
    folder : path
        Empty; the sources of the pages are written beside the result.
    ledger, coverage, errors : pandas.DataFrame
        The tables of the report.
    manifest : dict
        As `convexify_workflow.manifest.describe_build` writes it.
    documents : dict
        The sources, as ``workflow/sources/documents.yaml`` names them.
    content : convexify_workflow.site.content.Content
        What is said beside computed numbers.
    studies : list of dict
        One for each experiment, as `convexify_workflow.experiments.Experiment.describe` returns it, and its ``schema``.
    seconds : pandas.DataFrame
        Columns ``job, seconds, megabytes``.
    registry : dict
        As in ``data/sources.yaml``.
    places : dict
        ``docs``: page name to a page in Markdown that is shown as it is; ``stylesheet``: CSS; ``prepared``: the folder
        of prepared data.

    Returns
    -------
    path
        Folder with ``index.html``.

    Raises
    ------
    RuntimeError
        If Sphinx reports an error.
    """
    source, result = Path(folder) / "source", Path(folder) / "html"
    static = source / "_static"
    static.mkdir(parents=True)
    shutil.copy(places["stylesheet"], static / "site.css")
    coverage, errors = coverage.fillna(""), errors.fillna("")
    own = coverage["document"] == "survey"
    config, docs = manifest["config"], places["docs"]
    drawn = {
        f"{study['name']}/{figure['name']}": figure["file"] for study in studies for figure in study["figures"][::-1]
    }
    statements = Statements(ledger, errors, drawn, config["scale"])
    texts = {
        "index": pages.start_page(ledger, content.findings, documents, config, list(docs)),
        "methods": pages.methods_page(ledger, content.methods, comparison_of(studies)),
        "survey": survey_page(coverage[own], content.sections, statements, documents["survey"]),
        "other_sources": sources_page(coverage[~own], statements, documents),
        "errors": pages.errors_page(errors),
        "questions": questions_page(ledger, content.questions),
        "ledger": pages.ledger_page(ledger, drawn),
        "data": data_page(registry, studies, places["prepared"]),
        "build": build_page(manifest, seconds, studies),
        "api": _api_page(),
    }
    thumbnails = {entry["figure"] for entry in [*content.findings, *content.methods]}
    for study in studies:
        _copy_pictures(study, static / "figures" / study["name"], thumbnails)
        downloads = _copy_tables(study, static / "tables" / study["name"])
        figures = [{**figure, "caption": _caption(figure)} for figure in study["figures"]]
        rows = ledger[ledger["experiment"] == study["name"]]
        differences = [filled(entry, study["settings"]) for entry in content.differences.get(study["name"], [])]
        shown = {**study, "figures": figures, "downloads": downloads, "differences": differences}
        texts[study["name"]] = pages.experiment_page(shown, rows, config)
    for name, text in texts.items():
        (source / f"{name}.rst").write_text(text, encoding="utf-8")
    for name, path in docs.items():
        # Links to files of the project lead nowhere from a page: their text stays.
        text = re.sub(r"\[([^]]+)\]\(\.\./[^)]+\)", r"\1", Path(path).read_text(encoding="utf-8"))
        (source / f"{name}.md").write_text(text, encoding="utf-8")
    app = Sphinx(
        source, None, result, Path(folder) / "doctrees", "html", confoverrides=_CONF, warning=None, status=None
    )
    app.build()
    if app.statuscode:
        raise RuntimeError("Sphinx could not build the site")
    return result


def seconds_of(folder):
    """Seconds and memory of every job from the tables that Snakemake writes: columns ``job, seconds, megabytes``."""
    rows = []
    for path in sorted(Path(folder).rglob("*.tsv")):
        last = pd.read_csv(path, sep="\t", na_values="-").iloc[-1]
        rows.append((str(path.relative_to(folder).with_suffix("")), float(last["s"]), float(last["max_rss"])))
    return pd.DataFrame(rows, columns=["job", "seconds", "megabytes"]).sort_values("seconds", ascending=False)


def _api_page():
    packages = ["linear_duality", "relaxations", "convex_relu", "branches", "width", "curvature", "tuning", "devices"]
    parts = [f"{heading(name)}\n.. automodule:: convexify.{name}\n" for name in packages]
    return page("Library", "What ``import convexify`` offers; the examples are run by the tests.", "", *parts)


def _copy_pictures(study, folder, thumbnails):
    folder.mkdir(parents=True)
    for figure in study["figures"]:
        with Image.open(figure["png"]) as picture:
            small = picture.convert("RGB")
            for width, name in ((WIDTH, "webp"), (THUMBNAIL, "thumbnail.webp")):
                if width == WIDTH or f"{study['name']}/{figure['file']}" in thumbnails:
                    small.thumbnail((width, 4 * width))
                    small.save(folder / f"{figure['file']}.{name}", quality=65, method=2)


def _copy_tables(study, folder):
    """Path of every table of a study to the name of its copy, or to None where it is too large for one."""
    folder.mkdir(parents=True)
    copies = {}
    for path in study["tables"]:
        source, parts = Path(path), [*map(Path, study.get("blocks", {}).get(path, [path]))]
        table = put_together([read(part) for part in parts])
        copies[path] = None
        # Two characters or more for each number: a table that is too large need not be written to know it.
        text = table.to_csv(index=False) if 2 * table.size <= LARGEST_CSV else None
        if text is not None and len(text) <= LARGEST_CSV:
            copies[path] = f"{source.stem}.csv"
            (folder / copies[path]).write_text(text, encoding="utf-8")
        elif sum(part.stat().st_size for part in parts) <= LARGEST_PARQUET:
            copies[path] = source.name
            shutil.copyfile(source, folder / source.name) if parts == [source] else write(folder / source.name, table)
    return copies


def filled(entry, settings):
    """A difference between settings, its ``here`` filled with those of this scale: ``{{ shallow.samples }}``."""
    here = jinja2.Template(entry["here"], undefined=jinja2.StrictUndefined).render(settings)
    return {**entry, "here": here}


def _caption(figure):
    """A caption as Snakemake's report renders it: the settings, wildcards and inputs stand under ``snakemake``."""
    text = Path(figure["caption"]).read_text(encoding="utf-8")
    offered = {"params": {"settings": figure["settings"]}, "wildcards": figure["wildcards"]}
    return jinja2.Template(text, undefined=jinja2.StrictUndefined).render(snakemake=offered)
