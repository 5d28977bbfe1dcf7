"""Blocks of widths, activations, depths and draws write what one job writes."""

from types import SimpleNamespace

import numpy as np

SEED = 1
POINTS = {"samples": 4, "dimension": 3, "depth": 2, "activation": "softplus", "step_fraction": 0.5}
BOTH = ["softplus", "tanh"]


def settings(**more):
    return SimpleNamespace(**POINTS, **more)


def test_blocks_of_widths_have_the_same_networks(entry, same_when_divided):
    rng = np.random.default_rng(0)
    data = [{"X": rng.random((20, 6)), "y": np.arange(20) % 10}]
    initial = settings(datasets=["digits"], widths=[8, 16, 32], repetitions=4)
    same_when_divided(lambda one: entry("compute_initial")(data, one, "cpu", SEED), initial, widths=2)
    training = settings(datasets=["digits"], activations=BOTH, widths=[4, 8, 16], repetitions=2, iterations=5)
    same_when_divided(lambda one: entry("compute_training")(data, one, "cpu", SEED), training, widths=2)


def test_blocks_of_activations_and_depths_need_the_same_widths(entry, same_when_divided):
    by_depth = {"activations": BOTH, "depths": [1, 2, 3], "target": 0.3}
    limits = entry("compute_limits")(settings(**by_depth, draws=1), SEED)
    target = settings(**by_depth, widths=[8, 16], repetitions=2, most_iterations=60)
    call = lambda one: entry("compute_target")(limits, one, "cpu", SEED)  # noqa: E731
    same_when_divided(call, target, activations=2, depths=3)
    long = settings(activations=BOTH, width=16, repetitions=2, fewest=20, most=100)
    same_when_divided(lambda one: entry("compute_long")(one, "cpu", SEED), long, activations=2)


def test_blocks_of_draws_have_the_same_shallow_networks(entry, same_when_divided):
    shallow = SimpleNamespace(
        samples=8, widths=[8, 16], repetitions=3, repetitions_below=4, repetitions_of_other_steps=2, epochs=40,
        steps=["calibrated", "half of 2/λ_max"], widths_of_other_steps=[8], reported_log_error=-0.6,
    )  # fmt: skip
    call = lambda one: entry("compute_shallow")(one, "cpu", SEED)  # noqa: E731
    same_when_divided(call, shallow, repetitions_below=2)
    shallow.repetitions = 6
    same_when_divided(call, shallow, repetitions_below=2)
