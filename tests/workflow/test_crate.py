"""A build travels as an RO-Crate: its files with their hashes, what it was made from, and the run between them."""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from rocrate.rocrate import ROCrate

from convexify_workflow.crate import PROFILES
from convexify_workflow.manifest import describe_build

ROOT = Path(__file__).parents[2]
EXPERIMENT = "width"


@pytest.fixture
def build(tmp_path):
    """A folder that looks like a build of one experiment: two outputs and their manifest."""
    for name in ("Snakefile", "CITATION.cff", "config/config.yaml", "data/sources.yaml", "envs/requirements.lock"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    folder = Path("workflow", "experiments", EXPERIMENT)
    shutil.copytree(ROOT / folder, tmp_path / folder)
    outputs = [f"results/smoke/{EXPERIMENT}/metrics.csv", "reports/smoke/ledger.csv"]
    for number, name in enumerate(outputs):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"metric,value\na,{number}\n")
    manifest = describe_build(
        [tmp_path / name for name in outputs],
        lock=tmp_path / "envs" / "requirements.lock",
        config={"seed": 1, "scale": "smoke"},
        experiments={EXPERIMENT: {"shared": {"datasets": ["digits"]}, "target": {"share": 0.5}}},
    )
    manifest["outputs"] = {
        str(Path(path).relative_to(tmp_path)): digest for path, digest in manifest["outputs"].items()
    }
    (tmp_path / "reports" / "smoke" / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path


def pack(root, scale="smoke"):
    script = ROOT / "scripts" / "build" / "crate.py"
    command = [sys.executable, str(script), "--scale", scale, "--root", str(root)]
    return subprocess.run(command, capture_output=True, text=True)


def test_crate_holds_the_outputs_with_their_hashes_and_what_they_were_made_from(build):
    assert pack(build).returncode == 0
    archive = zipfile.ZipFile(build / "reports" / "smoke" / "crate.zip")
    graph = {entity["@id"]: entity for entity in json.loads(archive.read("ro-crate-metadata.json"))["@graph"]}
    files = {name for name in archive.namelist() if name not in ("ro-crate-metadata.json", "ro-crate-preview.html")}
    described = {name for name, entity in graph.items() if "File" in entity["@type"]}
    assert files == described
    for name in files:
        assert graph[name]["sha256"] == hashlib.sha256(archive.read(name)).hexdigest()
        assert graph[name]["contentSize"] == str(len(archive.read(name)))
    manifest = json.loads((build / "reports" / "smoke" / "manifest.json").read_text())
    assert {graph[name]["sha256"] for name in manifest["outputs"]} == set(manifest["outputs"].values())


def test_crate_loads_back_with_the_run_between_inputs_and_outputs(build, tmp_path_factory):
    assert pack(build).returncode == 0
    crate = ROCrate(build / "reports" / "smoke" / "crate.zip")
    assert crate.mainEntity.id == "Snakefile"
    assert {entity.id for entity in crate.root_dataset["conformsTo"]} == set(PROFILES)
    (action,) = crate.root_dataset["mentions"]
    assert action.type == "CreateAction"
    assert action["instrument"].id == "Snakefile"
    manifest = json.loads((build / "reports" / "smoke" / "manifest.json").read_text())
    assert {entity.id for entity in action["result"]} == {*manifest["outputs"], "reports/smoke/manifest.json"}
    made_from = {entity.id for entity in action["object"]}
    assert {"#data-digits", "envs/requirements.lock", f"workflow/experiments/{EXPERIMENT}/settings.yaml"} <= made_from
    assert not [name for name in made_from if name.startswith("#data-") and name != "#data-digits"]
    assert str(manifest["commit"]) in action["description"]
    versions = {entity["name"]: entity["softwareVersion"] for entity in crate.mainEntity["softwareRequirements"]}
    assert versions == {"Python": manifest["python"], **manifest["libraries"]}
    root = crate.root_dataset
    assert root["version"] == yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"]
    assert all(root[key] for key in ("name", "description", "datePublished", "license"))


def test_a_build_that_was_changed_or_is_not_there_is_refused(build):
    (build / "reports" / "smoke" / "ledger.csv").write_text("other")
    answer = pack(build)
    assert answer.returncode == 2
    assert "reports/smoke/ledger.csv (changed)" in answer.stderr
    assert not list((build / "reports" / "smoke").glob("*.zip"))
    answer = pack(build, "default")
    assert answer.returncode == 2
    assert "reports/default/manifest.json: expected the manifest of a build" in answer.stderr
