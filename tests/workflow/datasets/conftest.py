"""A web server on this machine, package clients that hand out archives made by the test, a small set of idx files."""

import gzip
import hashlib
import io
import logging
import os
import stat
import struct
import sys
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def idx_bytes(array):
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def tar_bytes(members, mode="w:gz"):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        for name, content in members.items():
            information = tarfile.TarInfo(name)
            information.size = len(content)
            archive.addfile(information, io.BytesIO(content))
    return stream.getvalue()


def pytest_collection_modifyitems(config, items):
    """Leave the tests that use the real network out unless ``-m`` names them."""
    if "network" in config.getoption("markexpr"):
        return
    left_out = [item for item in items if item.get_closest_marker("network")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


class Server:
    """Serves ``pages`` (path to bytes) and keeps every requested path; a longer promise than content cuts it short."""

    def __init__(self):
        self.pages, self.promised, self.requests = {}, {}, []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                owner.requests.append(self.path)
                if self.path not in owner.pages:
                    self.send_error(404)
                    return
                content = owner.pages[self.path]
                self.send_response(200)
                self.send_header("Content-Length", str(owner.promised.get(self.path, len(content))))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def server():
    running = Server()
    yield running
    running.close()


@pytest.fixture
def closed_address():
    """An address on which nothing listens."""
    stopped = Server()
    stopped.close()
    return stopped.address


@pytest.fixture
def quick_retries(monkeypatch):
    """pooch waits a second before it tries again; no test needs that wait."""
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)


@pytest.fixture
def clients(tmp_path, monkeypatch):
    """A PATH with nothing but the clients that the test puts there; each is a Python program."""
    folder = tmp_path / "clients"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def add(name, program):
        path = folder / name
        path.write_text(f"#!{sys.executable}\nimport shutil, sys\n{program}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    return add


@pytest.fixture
def idx_set():
    """Files of a set of six training and two test images with 2 × 3 pixels."""
    stream = np.random.default_rng(0)
    arrays = {
        "train-images": stream.integers(0, 256, (6, 2, 3), dtype=np.uint8),
        "train-labels": np.array([0, 1, 2, 0, 1, 2], dtype=np.uint8),
        "test-images": stream.integers(0, 256, (2, 2, 3), dtype=np.uint8),
        "test-labels": np.array([1, 2], dtype=np.uint8),
    }
    return {name: idx_bytes(array) for name, array in arrays.items()}


@pytest.fixture
def registry(idx_set):
    """Function: a registry with one set called ``tiny`` of the idx files, from the given sources."""

    def build(*sources):
        return {
            "tiny": {
                "title": "Tiny images",
                "task": "classification",
                "licence": "CC0",
                "citation": "None",
                "shape": [6, 6],
                "test_shape": [2, 6],
                "image_shape": [2, 3],
                "classes": ["a", "b", "c"],
                "arrays": {},
                "forms": {
                    "idx": {
                        "reader": "idx",
                        "files": {name: sha256(content) for name, content in idx_set.items()},
                        "options": {
                            "train_images": "train-images",
                            "train_labels": "train-labels",
                            "test_images": "test-images",
                            "test_labels": "test-labels",
                        },
                    }
                },
                "sources": [{"form": "idx", **source} for source in sources],
            }
        }

    return build


@pytest.fixture
def loose(server, idx_set):
    """A source of compressed loose files on the server."""
    server.pages = {f"/{name}.gz": gzip.compress(content) for name, content in idx_set.items()}
    return {"kind": "http", "address": server.address, "members": {name: f"{name}.gz" for name in idx_set}}


@pytest.fixture
def files_under():
    """Function: relative paths of all files under a folder, hidden ones and empty folders included."""
    return lambda folder: sorted(
        os.path.relpath(os.path.join(base, name), folder)
        for base, folders, files in os.walk(folder)
        for name in [*files, *folders]
    )


@pytest.fixture(autouse=True)
def log(caplog):
    caplog.set_level(logging.INFO, logger="convexify_workflow")
    return caplog
