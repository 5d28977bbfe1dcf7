"""Blocks of draws write what one job writes."""

from types import SimpleNamespace

DRAWS = SimpleNamespace(
    samples=8, width=2, box=1.0, lambdas=[1e-3, 1.0, 100.0], shift_scale=0.3, draws=3, starts=2, search_samples=16,
    search_starts=1, same=1e-3, sgd_starts=1, sgd_runs=6, sgd_epochs=5,
)  # fmt: skip


def test_blocks_of_draws_have_the_same_errors(entry, same_when_divided):
    same_when_divided(lambda one: entry("compute_draws")("sine", [], None, one, 1), DRAWS, draws=2)
