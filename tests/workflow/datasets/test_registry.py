"""data/sources.yaml as it stands, and what is said about a registry that is wrong."""

from pathlib import Path

import pytest

from convexify_workflow.datasets import DatasetError, load, load_bundled, read_registry
from convexify_workflow.datasets.fetch import DECODERS
from convexify_workflow.datasets.readers import BUNDLED
from convexify_workflow.datasets.registry import find

REGISTRY = Path(__file__).parents[3] / "data" / "sources.yaml"
SETS = read_registry(REGISTRY)


@pytest.mark.parametrize("name", SETS)
def test_every_set_has_licence_citation_and_hashes_of_its_arrays(name):
    entry = SETS[name]
    parts = {"X", "y"} | ({"X_test", "y_test"} if entry.test_shape else set())
    assert entry.licence
    assert entry.citation
    assert entry.arrays.keys() == parts
    assert all(len(value) == 64 and int(value, 16) for value in entry.arrays.values())


@pytest.mark.parametrize("name", [name for name, entry in SETS.items() if not entry.bundled])
def test_every_source_serves_all_files_of_its_form(name):
    for source in SETS[name].sources:
        form = SETS[name].forms[source.form]
        assert source.decode in ("", *DECODERS)
        if not source.decode:
            assert source.members.keys() == form.files.keys()
        assert source.address if source.kind == "http" else source.package and source.version


@pytest.mark.parametrize("name", [name for name, entry in SETS.items() if not entry.bundled])
def test_every_set_has_a_source_that_was_seen_to_serve_and_web_sources_come_first(name):
    kinds = [source.kind for source in SETS[name].sources]
    assert any(source.verified for source in SETS[name].sources)
    assert kinds == sorted(kinds, key=lambda kind: kind != "http")


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_sets_load_without_network_and_match_the_registry(name, tmp_path, monkeypatch):
    def no_network(*arguments):
        raise AssertionError("the network was asked")

    monkeypatch.setattr("socket.socket.connect", no_network)
    data = load(name, tmp_path, sources=REGISTRY)
    alone = load_bundled(name)
    assert (data.X == alone.X).all()
    assert data.classes == alone.classes
    assert data.image_shape == alone.image_shape
    assert data.task == alone.task
    assert list(tmp_path.iterdir()) == []


def test_arrays_that_differ_from_the_registry_are_named(tmp_path):
    changed = {"sources": [{"kind": "bundled"}], "arrays": {"X": "0" * 64}}
    entry = {
        "title": "Iris", "task": "classification", "licence": "BSD", "citation": "None", "shape": [150, 4], **changed
    }  # fmt: skip
    with pytest.raises(DatasetError, match=f"iris: entries of X have sha256 .*, expected {'0' * 64}"):
        load("iris", tmp_path, sources={"iris": entry})
    with pytest.raises(DatasetError, match=r"iris: X has shape \(150, 4\), expected \(149, 4\)"):
        load("iris", tmp_path, sources={"iris": {**entry, "shape": [149, 4]}})


def test_unknown_set_is_an_error_that_lists_the_known_ones():
    with pytest.raises(DatasetError, match=r"no data set called 'mnits'; known are .*mnist"):
        find("mnits", REGISTRY)
    with pytest.raises(ValueError, match="name: expected one of 'digits'"):
        load_bundled("mnist")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "tiny: unknown key colour"),
        ({"task": "ranking"}, "tiny: task 'ranking' is not one of"),
        ({"sources": [{"kind": "ftp"}]}, "tiny: kind 'ftp' is not one of"),
        ({"sources": [{"kind": "npm", "form": "png"}]}, "tiny: no form 'png'"),
        ({"sources": [{"form": "idx"}]}, "tiny.sources: .*kind"),
        ({"sources": {"kind": "npm"}}, "tiny.sources: expected a list"),
        ({"sources": ["npm"]}, "tiny.sources: expected a mapping, got 'npm'"),
        ({"forms": ["idx"]}, "tiny.forms: expected a mapping"),
        ({"forms": {"idx": None}}, "tiny.forms.idx: expected a mapping, got None"),
        ({"shape": 150}, "tiny.shape: expected a list, got 150"),
        ({"forms": {"idx": {"reader": "hdf5", "files": {}}}}, "tiny: reader 'hdf5' is not one of"),
    ],
)
def test_mistake_in_a_registry_is_named(registry, change, message):
    with pytest.raises(DatasetError, match=message):
        read_registry({"tiny": {**registry()["tiny"], **change}})


def test_missing_key_and_unreadable_registry_are_named(registry, tmp_path):
    entry = registry()["tiny"]
    del entry["licence"]
    with pytest.raises(DatasetError, match=r"tiny: .*licence"):
        read_registry({"tiny": entry})
    with pytest.raises(DatasetError, match=r"sources: .*absent\.yaml: expected this file, found none"):
        read_registry(tmp_path / "absent.yaml")
    with pytest.raises(DatasetError, match="tiny: expected a mapping, got None"):
        read_registry({"tiny": None})
    (tmp_path / "list.yaml").write_text("- tiny")
    with pytest.raises(DatasetError, match=r"sources: .*list\.yaml: expected a mapping, got list"):
        read_registry(tmp_path / "list.yaml")


def test_documentation_names_every_set_with_its_licence_and_citation():
    page = (REGISTRY.parents[1] / "docs" / "data.md").read_text(encoding="utf-8")
    rows = [f"| `{name}` | {entry.licence} | {entry.citation} |" for name, entry in SETS.items()]
    assert [row for row in rows if row not in page] == []
    assert [name for name, entry in SETS.items() if entry.notes and entry.notes not in page] == []
