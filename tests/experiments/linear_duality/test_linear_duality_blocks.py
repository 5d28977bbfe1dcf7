"""Blocks of depths write what one job writes."""

from types import SimpleNamespace

SETTINGS = SimpleNamespace(
    instances=["circulant"], depths=[2, 3], weight_decay_depths=[2, 4], gammas=[0.0, 0.5], tolerance=1e-10,
    repetitions=2, initialisations=["orthogonal", "gaussian"], iterations=30, given_iterations=10, record_every=10,
    step_factor=0.5, tuning_trials=5, tuning_starts=1, target=1e-6,
)  # fmt: skip


def test_blocks_of_depths_have_the_same_descents(entry, same_when_divided):
    same_when_divided(lambda one: entry("compute_descent")([], "synthetic", one, 1, "cpu"), SETTINGS, depths=2)
