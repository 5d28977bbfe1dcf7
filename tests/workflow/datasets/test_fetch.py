import gzip
import os
import subprocess
import sys

import numpy as np
import pytest

from convexify_workflow.datasets import DatasetError, fetch, load
from convexify_workflow.datasets.hashes import array_sha256

from .conftest import sha256

pytestmark = pytest.mark.usefixtures("quick_retries")

TINY = ["test-images", "test-labels", "train-images", "train-labels"]


def test_right_content_is_served_and_the_source_is_logged(tmp_path, registry, loose, idx_set, files_under, log):
    folder = fetch("tiny", tmp_path / "raw", sources=registry(loose))
    assert files_under(tmp_path / "raw") == sorted(["tiny", *(f"tiny/{name}" for name in TINY)])
    assert all((folder / name).read_bytes() == content for name, content in idx_set.items())
    assert f"tiny: served by http {loose['address']}" in log.text


def test_wrong_hash_names_the_file_and_both_hashes(tmp_path, registry, loose, server, idx_set, files_under):
    wrong = idx_set["train-labels"][:-1] + b"\x09"
    server.pages["/train-labels.gz"] = gzip.compress(wrong)
    with pytest.raises(DatasetError) as error:
        fetch("tiny", tmp_path / "raw", sources=registry(loose))
    assert f"train-labels: sha256 {sha256(wrong)}, expected {sha256(idx_set['train-labels'])}" in str(error.value)
    assert files_under(tmp_path / "raw") == []


def test_truncated_compressed_file_is_named(tmp_path, registry, loose, server, files_under):
    server.pages["/test-images.gz"] = server.pages["/test-images.gz"][:-9]
    with pytest.raises(DatasetError, match=r"test-images\.gz is cut short or damaged \(EOFError"):
        fetch("tiny", tmp_path / "raw", sources=registry(loose))
    assert files_under(tmp_path / "raw") == []


def test_connection_that_breaks_off_is_named(tmp_path, registry, loose, server, files_under):
    server.promised["/test-images.gz"] = 10_000
    with pytest.raises(DatasetError, match=r"test-images\.gz: .*(IncompleteRead|Connection broken)"):
        fetch("tiny", tmp_path / "raw", sources=registry(loose))
    assert files_under(tmp_path / "raw") == []


def test_missing_page_is_named(tmp_path, registry, loose, server):
    del server.pages["/train-images.gz"]
    with pytest.raises(DatasetError, match=r"train-images\.gz: HTTPError: 404"):
        fetch("tiny", tmp_path / "raw", sources=registry(loose))


def test_unreachable_source_is_named_and_the_next_one_serves(tmp_path, registry, loose, closed_address, log):
    unreachable = {**loose, "address": closed_address}
    fetch("tiny", tmp_path / "raw", sources=registry(unreachable, loose))
    assert f"http {closed_address} did not serve" in log.text
    assert "Connection refused" in log.text
    assert f"served by http {loose['address']}" in log.text


def test_when_all_sources_fail_the_error_lists_each_reason_and_the_place_of_every_file(
    tmp_path, registry, loose, closed_address, server, clients, idx_set
):
    clients("apt-get", "print('E: Unable to locate package tiny', file=sys.stderr); sys.exit(100)")
    clients("dpkg-deb", "")
    server.pages["/test-labels.gz"] = gzip.compress(b"something else")
    members = {name: name for name in idx_set}
    package = {"package": "tiny", "version": "1.0", "members": members}
    sources = registry(
        {**loose, "address": closed_address}, loose, {"kind": "npm", **package}, {"kind": "apt", **package}
    )
    with pytest.raises(DatasetError) as error:
        fetch("tiny", tmp_path / "raw", sources=sources)
    lines = str(error.value).splitlines()
    assert lines[0] == "tiny: no source served Tiny images"
    assert closed_address in lines[1]
    assert "Connection refused" in lines[1]
    assert "test-labels: sha256" in lines[2]
    assert lines[3] == "  tried npm tiny 1.0: skipped, there is no npm on this machine"
    assert lines[4] == "  tried apt tiny 1.0: apt-get failed with status 100: E: Unable to locate package tiny"
    places = {
        f"  idx: {tmp_path / 'raw' / 'tiny' / name} (sha256 {sha256(content)})" for name, content in idx_set.items()
    }
    assert places <= set(lines)


def test_present_files_are_never_fetched_again(tmp_path, registry, loose, server, log):
    fetch("tiny", tmp_path, sources=registry(loose))
    asked = len(server.requests)
    fetch("tiny", tmp_path, sources=registry(loose))
    assert len(server.requests) == asked
    assert "present and right, nothing to fetch" in log.text


def test_files_placed_by_hand_need_no_source(tmp_path, registry, idx_set, closed_address):
    (tmp_path / "tiny").mkdir()
    for name, content in idx_set.items():
        (tmp_path / "tiny" / name).write_bytes(content)
    nowhere = {"kind": "http", "address": closed_address, "members": {name: name for name in idx_set}}
    data = load("tiny", tmp_path, sources=registry(nowhere))
    assert data.X.shape == (6, 6)
    assert data.y.tolist() == [0, 1, 2, 0, 1, 2]


def test_only_the_missing_file_is_fetched(tmp_path, registry, loose, server):
    folder = fetch("tiny", tmp_path, sources=registry(loose))
    (folder / "train-labels").unlink()
    server.requests.clear()
    fetch("tiny", tmp_path, sources=registry(loose))
    assert server.requests == ["/train-labels.gz"]


def test_present_file_with_wrong_hash_is_reported_and_replaced_only_after_success(
    tmp_path, registry, loose, server, log
):
    folder = fetch("tiny", tmp_path, sources=registry(loose))
    right = (folder / "train-labels").read_bytes()
    (folder / "train-labels").write_bytes(b"damaged")
    served = server.pages.pop("/train-labels.gz")
    with pytest.raises(DatasetError):
        fetch("tiny", tmp_path, sources=registry(loose))
    assert (folder / "train-labels").read_bytes() == b"damaged"
    assert f"sha256 {sha256(b'damaged')}, expected {sha256(right)}" in log.text
    server.pages["/train-labels.gz"] = served
    fetch("tiny", tmp_path, sources=registry(loose))
    assert (folder / "train-labels").read_bytes() == right


def test_interrupted_fetch_leaves_nothing(tmp_path, registry, loose, monkeypatch, files_under):
    def interrupted(source, target, size):
        target.write(source.read(5))
        raise KeyboardInterrupt

    monkeypatch.setattr("convexify_workflow.datasets.clients.shutil.copyfileobj", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch("tiny", tmp_path / "raw", sources=registry(loose))
    assert files_under(tmp_path / "raw") == []


def test_what_a_killed_fetch_left_goes_at_the_next_call(tmp_path, registry, loose):
    program = (
        "import os, sys; from pathlib import Path; from convexify_workflow.datasets.fetch import _staging\n"
        "with _staging(Path(sys.argv[1]), 'tiny') as folder:\n"
        "    (folder / 'half').write_bytes(b'x'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert list(tmp_path.glob(".tiny.*.part/half"))
    fetch("tiny", tmp_path, sources=registry(loose))
    assert os.listdir(tmp_path) == ["tiny"]


def test_form_without_file_hashes_is_judged_by_its_arrays(tmp_path, server):
    X, y = np.array([[1.0, 2.0], [3.0, 4.5]]), np.array([1, 0])
    members = {"a.data": "a", "b.data": "b"}
    entry = {
        "title": "Table", "task": "classification", "licence": "CC0", "citation": "None", "shape": [2, 2],
        "classes": ["r", "m"], "arrays": {"X": array_sha256(X), "y": array_sha256(y)},
        "forms": {"text": {"reader": "delimited", "files": {"a.data": None, "b.data": None}}},
        "sources": [{"kind": "http", "form": "text", "address": server.address, "members": members}],
    }  # fmt: skip
    server.pages = {"/a": b"1,2.0,m\n", "/b": b"3,4.6,r\n"}
    with pytest.raises(DatasetError, match=r"not the expected content \(table: entries of X have sha256"):
        load("table", tmp_path, sources={"table": entry})
    server.pages["/b"] = b"3.0,4.5,r\n"
    data = load("table", tmp_path, sources={"table": entry})
    np.testing.assert_array_equal(data.X, X)
    np.testing.assert_array_equal(data.y, y)
    (tmp_path / "table" / "b.data").unlink()
    server.requests.clear()
    load("table", tmp_path, sources={"table": entry})
    assert server.requests == ["/a", "/b"]
