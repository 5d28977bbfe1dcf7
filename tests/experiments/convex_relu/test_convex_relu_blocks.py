"""Blocks of draws write what one job writes."""

from types import SimpleNamespace

import pytest


@pytest.mark.parametrize(
    "job", ["sampled_patterns", "exact_programs", "stationary_networks", "sensitivity", "patch_gates"]
)
def test_blocks_of_draws_write_the_same(job, entry, tiny, blobs, images, same_when_divided):
    data = {"sensitivity": blobs, "patch_gates": images}.get(job, [blobs])
    few = SimpleNamespace(**vars(tiny[job]) | {"draws": 2})
    same_when_divided(lambda one: entry(f"compute_{job}")(data, one, "cpu", 1), few, draws=2)
