"""A build as an RO-Crate: what went in, the run and what came out, with its hashes, in one archive."""

from datetime import UTC, datetime
from mimetypes import guess_type
from pathlib import Path

from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from convexify_workflow.files import read
from convexify_workflow.manifest import sha256
from convexify_workflow.verify import changed_outputs
from convexify_workflow.yaml_files import load_yaml

#: Profiles that the crate follows (https://www.researchobject.org/workflow-run-crate), each built on those above it.
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
#: Where the term sha256 is defined, which RO-Crate 1.1 lacks.
TERMS = "https://w3id.org/ro/terms/workflow-run/context"
#: What every build is made from, beside the files of its experiments.
COMMON = ("config/config.yaml", "data/sources.yaml", "envs/requirements.lock")
LICENCE = "https://spdx.org/licenses/MIT"


def build_crate(root, scale):
    """Describe a build as an RO-Crate.

    Parameters
    ----------
    root : path
        Folder of the Snakefile.
    scale : str
        ``smoke``, ``default`` or ``paper``.

    Returns
    -------
    rocrate.rocrate.ROCrate
        To be written with ``write_zip``: every output that the manifest fixes and the files that the build was made
        from, with their hashes; the data sets that its settings name; and one ``CreateAction`` that joins them, with
        the commit and the libraries.

    Raises
    ------
    ValueError
        If there is no manifest, or an output is no longer what it says.
    """
    root, place = Path(root), f"reports/{scale}/manifest.json"
    if not (root / place).exists():
        raise ValueError(f"{place}: expected the manifest of a build; build the scale first")
    manifest = read(root / place)
    if wrong := changed_outputs(root, scale):
        told = ", ".join(f"{path} ({how})" for path, how in wrong.items())
        raise ValueError(f"{place}: expected the outputs of that build, got others: {told}")
    crate = ROCrate(version="1.1")
    crate.metadata.extra_contexts.append(TERMS)
    finished = datetime.fromtimestamp((root / place).stat().st_mtime, UTC).isoformat(timespec="seconds")
    _describe(crate, load_yaml(root / "CITATION.cff"), scale, finished)
    engine = manifest["libraries"]["snakemake"]
    workflow = crate.add_workflow(
        root / "Snakefile", "Snakefile", main=True, lang="snakemake", lang_version=engine,
        properties=_facts(root / "Snakefile") | {"name": "Everything that is built"},
    )  # fmt: skip
    workflow["version"] = manifest["commit"] or "unknown"
    experiments = [
        f"workflow/experiments/{name}/{file}.yaml"
        for name in manifest["experiments"]
        for file in ("settings", "claims")
    ]
    inputs = [_add_file(crate, root, path) for path in (*COMMON, *experiments)]
    outputs = [_add_file(crate, root, path) for path in (*manifest["outputs"], place)]
    libraries = [
        _add(crate, f"#{name}", "SoftwareApplication", name=name, softwareVersion=version)
        for name, version in {"Python": manifest["python"], **manifest["libraries"]}.items()
    ]
    workflow["softwareRequirements"] = libraries
    action = _add(
        crate, "#build", "CreateAction", name=f"Build at the scale {scale}", endTime=finished, instrument=workflow,
        object=inputs + _data_sets(crate, load_yaml(root / "data/sources.yaml", dict), manifest["experiments"]),
        result=outputs, description=_told(manifest), actionStatus="http://schema.org/CompletedActionStatus",
    )  # fmt: skip
    crate.root_dataset["mentions"] = [action]
    return crate


def _describe(crate, citation, scale, finished):
    root = crate.root_dataset
    root["name"] = f"{citation['title']} (scale {scale})"
    root["description"] = "Figures, metrics, ledger and coverage of one build, with all that decides what is in them."
    root["datePublished"], root["version"] = finished, citation["version"]
    root["license"] = _add(crate, LICENCE, "CreativeWork", name="MIT License", url=LICENCE)
    root["author"] = [
        _add(crate, f"#author-{i}", "Organization", name=author["name"]) for i, author in enumerate(citation["authors"])
    ]
    root["conformsTo"] = [
        _add(crate, url, "CreativeWork", name=name, version=url.rsplit("/", 1)[1]) for url, name in PROFILES.items()
    ]


def _told(manifest):
    """One line on the state of the code, the machine and the root of the random numbers."""
    changed = {None: "not in a repository", True: "with uncommitted changes", False: "nothing uncommitted"}
    return (
        f"commit {manifest['commit']}, {changed[manifest['uncommitted_changes']]}; seed {manifest['config']['seed']}; "
        f"{manifest['platform']}, {manifest['processor']}"
    )


def _data_sets(crate, registry, settings):
    """Entities of the data sets that the settings name anywhere."""
    named = set(_texts(settings))
    return [
        _add(
            crate, f"#data-{name}", "Dataset", name=entry["title"], license=entry["licence"],
            citation=entry["citation"], sha256=[f"{array}: {digest}" for array, digest in entry["arrays"].items()],
            url=[source["address"] for source in entry.get("sources", []) if "address" in source],
        )
        for name, entry in registry.items() if name in named
    ]  # fmt: skip


def _texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _add_file(crate, root, path):
    return crate.add_file(root / path, path, properties=_facts(root / path))


def _facts(file):
    kind = {".parquet": "application/vnd.apache.parquet", ".yaml": "application/yaml"}.get(file.suffix)
    return {
        "name": file.name, "contentSize": str(file.stat().st_size), "sha256": sha256(file),
        "encodingFormat": kind or guess_type(file.name)[0] or "text/plain",
    }  # fmt: skip


def _add(crate, identifier, kind, **properties):
    return crate.add(ContextEntity(crate, identifier, properties={"@type": kind, **properties}))
