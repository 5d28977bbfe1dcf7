"""The project keeps its own rules: environments agree, dependencies are seen, scripts and rules have one shape."""

import ast
import importlib.util
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from convexify_workflow.dependencies import code_of
from convexify_workflow.manifest import describe_build, sha256
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
    assert {normal(re.split("[<>=!~]", name)[0]) for name in wanted} - pinned == {"torch"}
    blocks = re.split(r"\n(?=\S)", lock)
    assert all("--hash=sha256:" in block for block in blocks if re.match(r"^[A-Za-z0-9].*==", block))


def test_script_depends_on_all_that_its_imports_reach_and_stands_first():
    files = code_of("scripts/build/ledger.py", ROOT)
    assert files[0] == "scripts/build/ledger.py"
    assert "src/convexify_workflow/ledger.py" in files
    assert "src/convexify_workflow/files.py" in files  # reached through the runner
    assert "src/convexify_workflow/plotting.py" not in files
    assert "src/convexify_workflow/standalone.py" not in files


def test_modules_left_out_are_not_followed():
    script, fetch = "scripts/data/prepare_data.py", "convexify_workflow.datasets.fetch"
    assert "src/convexify_workflow/datasets/fetch.py" in code_of(script, ROOT)
    without = code_of(script, ROOT, without=[fetch])
    assert "src/convexify_workflow/datasets/fetch.py" not in without
    assert "src/convexify_workflow/datasets/readers.py" in without


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
    first = describe_build([output], lock=lock, config={"seed": 1}, experiments={"e": {"n": 2}})
    assert first["outputs"] == {str(output): sha256(output)}
    assert first["config"] == {"seed": 1}
    output.write_text("2")
    assert describe_build([output], lock=lock, config={}, experiments={})["outputs"] != first["outputs"]


@pytest.mark.parametrize(
    "damage", [lambda content: b"", lambda content: content[: len(content) // 2], lambda content: bytes(99)]
)
def test_manifest_refuses_a_damaged_picture(tmp_path, damage):
    picture, lock = tmp_path / "gaps.png", tmp_path / "lock"
    lock.write_text("numpy")
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (50, 50, 3), dtype=np.uint8)).save(picture)
    assert describe_build([picture], lock=lock, config={}, experiments={})["outputs"]
    picture.write_bytes(damage(picture.read_bytes()))
    with pytest.raises(ValueError, match=r"gaps.png cannot be read .*delete it and run again"):
        describe_build([picture], lock=lock, config={}, experiments={})


def test_manifest_without_git_knows_neither_commit_nor_changes(tmp_path, monkeypatch):
    (tmp_path / "lock").write_text("numpy")
    monkeypatch.setenv("PATH", str(tmp_path))
    manifest = describe_build([], lock=tmp_path / "lock", config={}, experiments={})
    assert manifest["commit"] is None
    assert manifest["uncommitted_changes"] is None


EXPERIMENTS = sorted(rules.parent.name for rules in (ROOT / "workflow" / "experiments").glob("*/rules.smk"))
ENTRY_SCRIPTS = sorted(
    path
    for path in (ROOT / "scripts").glob("*/*.py")
    if path.parent.name in {*EXPERIMENTS, "data"} and not path.name.startswith("_")
)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_has_claims_and_expectations(name):
    assert (ROOT / "workflow" / "experiments" / name / "claims.yaml").exists()
    for scale in ("smoke", "default"):
        assert (ROOT / "reports" / "expected" / scale / f"{name}.csv").exists()


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_rules_of_an_experiment_are_short_and_captions_are_those_of_its_figures(name):
    folder = ROOT / "workflow" / "experiments" / name
    text = (folder / "rules.smk").read_text(encoding="utf-8")
    assert [path.name for path in folder.glob("*.smk")] == ["rules.smk"]
    assert len(text.splitlines()) < 80
    figures = {path.stem.removeprefix("figure_") for path in (ROOT / "scripts" / name).glob("figure_*.py")}
    assert all(f'"{figure}": figure(' in text for figure in figures)
    assert all((folder / "captions" / f"{figure}.rst").read_text(encoding="utf-8").strip() for figure in figures)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_claim_names_the_figure_that_shows_it_or_says_why_none_does(name):
    claims = yaml.safe_load((ROOT / "workflow" / "experiments" / name / "claims.yaml").read_text(encoding="utf-8"))
    assert [claim["id"] for claim in claims if "figure" not in claim] == []


@pytest.mark.parametrize("script", ENTRY_SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_entry_script_has_one_shape(script):
    assert re.match(r"(compute|figure|prepare)_[a-z0-9_]+$|metrics$", script.stem)
    tree = ast.parse(script.read_text(encoding="utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    entry = functions[script.stem]
    assert not entry.args.defaults
    assert not any(entry.args.kw_defaults)
    # Metrics name every table that they read.
    assert len(entry.args.args) + len(entry.args.kwonlyargs) <= (12 if script.stem == "metrics" else 8)
    last = ast.unparse(tree.body[-1])
    assert last == f"if __name__ == '__main__':\n    run({script.stem})"


def test_module_names_are_unique_in_the_library():
    files = [path for path in (ROOT / "src" / "convexify").rglob("*.py") if path.name != "__init__.py"]
    names = [path.name for path in files]
    assert {name for name in names if names.count(name) > 1} == set()


def test_nobody_imports_a_package_root():
    """A package root re-exports for users; inside, the module that is used is imported, so that re-runs are exact."""
    packages = {
        ".".join(path.parent.relative_to(ROOT / "src").parts) for path in (ROOT / "src").rglob("__init__.py")
    } - {"convexify_workflow"}
    guilty = []
    for file in [*(ROOT / "src").rglob("*.py"), *(ROOT / "scripts").rglob("*.py")]:
        if file.name == "__init__.py" or file.parent.name == "bench":  # benchmarks use what users use
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in packages:
                for alias in node.names:
                    module = ROOT / "src" / Path(*node.module.split("."), alias.name)
                    if not module.with_suffix(".py").exists():
                        guilty.append(f"{file.relative_to(ROOT)}: from {node.module} import {alias.name}")
    assert guilty == []


def test_pictures_of_the_readme_are_those_of_the_gallery():
    shown = set(re.findall(r"reports/gallery/([\w.]+)", (ROOT / "README.md").read_text()))
    assert shown == {Path(name).name for name in gallery.FIGURES}
    assert all((ROOT / "reports" / "gallery" / name).stat().st_size > 10_000 for name in shown)


COMPUTE_SCRIPTS = [path for path in ENTRY_SCRIPTS if path.name.startswith("compute_")]


@pytest.mark.parametrize("path", COMPUTE_SCRIPTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_script_that_reaches_torch_takes_a_device_or_says_why_not(path):
    reached = [ROOT / file for file in code_of(path.relative_to(ROOT), ROOT)]
    # The runner and `convexify.devices` look for a device, they compute nothing.
    own = [file for file in reached if file.parent.name != "convexify_workflow" and file.name != "devices.py"]
    uses_torch = any(re.search(r"^\s*(import|from) torch", file.read_text(), re.MULTILINE) for file in own)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    entry = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == path.stem)
    takes = "device" in {argument.arg for argument in [*entry.args.args, *entry.args.kwonlyargs]}
    says_why = re.search(r"^No device: \w", ast.get_docstring(tree), re.MULTILINE) is not None
    assert (takes or says_why) if uses_torch else not (takes or says_why)
