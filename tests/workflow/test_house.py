"""The house keeps its own rules: environments agree, dependencies are seen, the manifest is true."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from convexify_workflow.dependencies import code_of
from convexify_workflow.manifest import manifest, sha256
from convexify_workflow.scaffold import main, scaffold

ROOT = Path(__file__).parents[2]


def load_script(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


environment = load_script(ROOT / "scripts" / "build" / "environment.py")
gallery = load_script(ROOT / "scripts" / "build" / "gallery.py")


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_conda_environment_agrees_with_the_lock():
    lock = (ROOT / "envs" / "requirements.lock").read_text()
    assert (ROOT / "envs" / "environment.yaml").read_text() == environment.environment(lock)


def test_conda_environment_is_yaml_with_torch_first():
    parsed = yaml.safe_load((ROOT / "envs" / "environment.yaml").read_text())
    packages = parsed["dependencies"][-1]["pip"]
    assert packages[0] == environment.TORCH
    assert len(packages) > 50


def test_torch_version_is_the_same_everywhere():
    assert f"TORCH := {environment.TORCH}" in (ROOT / "Makefile").read_text()


def test_lock_holds_every_requirement_with_hashes_but_not_torch():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    lock = (ROOT / "envs" / "requirements.lock").read_text()
    pinned = {normal(re.split(r"[\[=]", pin)[0]) for pin in environment.pins(lock)}
    assert {normal(name) for name in wanted} - pinned == {"torch"}
    blocks = re.split(r"\n(?=\S)", lock)
    assert all("--hash=sha256:" in block for block in blocks if re.match(r"^[A-Za-z0-9].*==", block))


def test_script_depends_on_all_that_its_imports_reach():
    files = code_of("scripts/build/ledger.py", ROOT)
    assert "src/convexify/ledger.py" in files
    assert "src/convexify_workflow/job.py" in files
    assert "src/convexify/figures.py" in files  # reached through the runner
    assert "src/convexify_workflow/verify.py" not in files


def test_file_beside_a_script_counts(tmp_path):
    (tmp_path / "script.py").write_text("import shared\n")
    (tmp_path / "shared.py").write_text("from convexify.seeds import generator\n")
    files = code_of("script.py", tmp_path)
    assert "shared.py" in files
    assert any(file.endswith("convexify/seeds.py") for file in files)


def test_scaffold_writes_two_folders_and_refuses_to_overwrite(tmp_path):
    (tmp_path / "workflow" / "experiments").mkdir(parents=True)
    files = scaffold("my_study", tmp_path)
    assert {file.relative_to(tmp_path).parts[:-1][:3] for file in files} == {
        ("workflow", "experiments", "my_study"),
        ("scripts", "my_study"),
    }
    assert not any("__id__" in file.read_text() or "__title__" in file.read_text() for file in files)
    with pytest.raises(FileExistsError, match="my_study"):
        scaffold("my_study", tmp_path)


@pytest.mark.parametrize("name", ["", "My", "1st", "a-b", "../x"])
def test_scaffold_refuses_a_name_that_is_no_id(name, tmp_path, capsys):
    assert main([name, "--root", str(tmp_path)]) == 1
    assert "name: expected" in capsys.readouterr().err


def test_manifest_fixes_the_content_of_every_output(tmp_path):
    output, lock = tmp_path / "a.csv", tmp_path / "lock"
    output.write_text("1")
    lock.write_text("numpy")
    first = manifest([output], lock=lock, config={"seed": 1}, experiments={"e": {"n": 2}})
    assert first["outputs"] == {str(output): sha256(output)}
    assert first["config"] == {"seed": 1}
    output.write_text("2")
    assert manifest([output], lock=lock, config={}, experiments={})["outputs"] != first["outputs"]


def test_every_experiment_has_captions_claims_and_expectations():
    for folder in sorted((ROOT / "workflow" / "experiments").iterdir()):
        rules = (folder / "rules.smk").read_text()
        for caption in re.findall(r'caption="(captions/[^"]+)"', rules):
            assert (folder / caption).read_text().strip(), f"{folder.name}: {caption} is empty"
        assert (folder / "claims.yaml").exists()
        assert (ROOT / "reports" / "expected" / "smoke" / f"{folder.name}.csv").exists()


def test_pictures_of_the_readme_are_those_of_the_gallery():
    shown = set(re.findall(r"reports/gallery/([\w.]+)", (ROOT / "README.md").read_text()))
    assert shown == {Path(name).name for name in gallery.FIGURES}
    assert all((ROOT / "reports" / "gallery" / name).stat().st_size > 10_000 for name in shown)
