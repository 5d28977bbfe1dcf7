"""The reading edition: a folder of web pages, reports/<scale>/site."""

import tempfile
from pathlib import Path

from convexify_workflow.job import run
from convexify_workflow.site.build import build_site, seconds_of
from convexify_workflow.site.content import load_content
from convexify_workflow.yaml_files import load_yaml


def website(ledger, coverage, errors, manifest, documents, studies, places):
    """Pages from the tables of the report and from what each of ``studies`` shows; ``places`` names the other files."""
    built = {f"{study['name']}/{figure['file']}" for study in studies for figure in study["figures"]}
    said = set(coverage.loc[coverage["document"] == "survey", "place"])
    claims = {claim["id"] for path in places["claims"] for claim in load_yaml(path)}
    for study in studies:
        study["schema"] = load_yaml(f"{places['experiments']}/{study['name']}/schema.yaml")
    return build_site(
        Path(tempfile.mkdtemp(prefix="site-")),
        ledger=ledger,
        coverage=coverage,
        errors=errors,
        manifest=manifest,
        documents=documents,
        content=load_content(
            places["content"], claims, built, said, [Path(path).parent.name for path in places["claims"]]
        ),
        studies=studies,
        seconds=seconds_of(places["benchmarks"]),
        registry=load_yaml(places["registry"]),
        places={
            "docs": {f"guide_{path.stem}": path for path in sorted(Path(places["docs"]).glob("*.md"))},
            "stylesheet": places["stylesheet"],
            "prepared": places["prepared"],
        },
    )


if __name__ == "__main__":
    run(website)
