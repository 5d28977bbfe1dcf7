"""Blocks of kinds, τ and draws write what one job writes."""

from types import SimpleNamespace

GAPS = SimpleNamespace(
    kinds=["relu", "two_layer"], samples=6, directions=6, levels=10, radius=16.0, taus=[1.0, 64.0],
    budgets=[0.3], branches=[1, 2, 4], node_limit=10,
)  # fmt: skip
FREQUENCIES = SimpleNamespace(
    samples=8, branches=[1, 2], taus=[0.5, 1.0], xor_branches=[3], xor_taus=[0.2], xor_noise=0.1, weight_bound=2.0,
    starts=3, steps=20, first_step=2.0, trials=5, tuning_draws=1, tuning_starts=2, success=0.01, repetitions=3,
    cells=300, node_limit=5,
)  # fmt: skip
ARCHITECTURES = SimpleNamespace(
    draws=3, samples=6, directions=4, negative=0.3, levels=5, branches=[1], widths=[1], budgets=[0.37], node_limit=10
)


def test_blocks_of_kinds_and_taus_have_the_same_gaps(entry, data, same_when_divided):
    same_when_divided(lambda one: entry("compute_gaps")(data, [0, 1], one, 1), GAPS, kinds=2, taus=2)


def test_blocks_of_taus_have_the_same_frequencies(entry, data, same_when_divided):
    same_when_divided(lambda one: entry("compute_frequencies")(data, [0, 1], one, "cpu", 1), FREQUENCIES, taus=2)


def test_blocks_of_draws_have_the_same_architectures(entry, data, same_when_divided):
    same_when_divided(lambda one: entry("compute_architectures")(data, [0, 1], one, 1), ARCHITECTURES, draws=2)
