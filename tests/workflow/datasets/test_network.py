"""Every set from every source that was seen to serve, for real: only when asked for, with ``-m network``."""

import dataclasses
import shutil
from pathlib import Path

import pytest
import yaml

from convexify_workflow.datasets import load, read_registry

pytestmark = pytest.mark.network

REGISTRY = Path(__file__).parents[3] / "data" / "sources.yaml"
VERIFIED = [
    (name, position)
    for name, entry in read_registry(REGISTRY).items()
    for position, source in enumerate(entry.sources)
    if source.verified
]


@pytest.mark.parametrize(("name", "position"), VERIFIED)
def test_source_serves_the_content_of_the_registry(name, position, tmp_path):
    entry = yaml.safe_load(REGISTRY.read_text(encoding="utf-8"))[name]
    data = load(name, tmp_path, sources={name: {**entry, "sources": [entry["sources"][position]]}})
    assert dataclasses.asdict(data)["X"].shape == tuple(entry["shape"])
    assert [path.name for path in tmp_path.iterdir()] == [name]
    shutil.rmtree(tmp_path / name)
