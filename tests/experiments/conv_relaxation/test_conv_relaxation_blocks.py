"""Blocks of the planted filter's problems write what one job writes."""

from types import SimpleNamespace

SETTINGS = SimpleNamespace(
    dimensions=[2, 4], patches=[1, 3], ratios=[1, 8], problems=4, draws=4, programs=2, distance=1e-3,
    starts=4, iterations=50, trials=5, tuning_problems=2,
)  # fmt: skip


def test_blocks_recover_the_same_filters(entry, same_when_divided):
    same_when_divided(lambda one: entry("compute_recovery")(one, 0), SETTINGS, patches=2, dimensions=2, problems=3)
