"""Blocks of repetitions and of numbers of branches write what one job writes."""

from types import SimpleNamespace

PROBLEM = {
    "name": "tiny", "pooling": 2, "samples": 40, "test_samples": 20, "plane_samples": 20, "hidden_layers": 1,
    "width": 1, "total_width": 12, "step": 0.3, "epochs": 2, "batch_size": 10,
}  # fmt: skip
PLANES = SimpleNamespace(
    branches=[2, 4], repetitions=3, control_repetitions=2, plane_range=0.7, random_range=1.0,
    band_grid_points=3, chord_points=3, hessian_samples=20, hessian_probes=1, hessian_steps=3,
)  # fmt: skip
CONVERGENCE = SimpleNamespace(
    pooling=2, samples=40, test_samples=20, hidden_layers=2, parameters=60, branches=[1, 2], epochs=2, batch_size=10,
    first_step=0.3, trials=4, repetitions=2, starts=1,
)  # fmt: skip


def test_blocks_of_repetitions_and_branches_have_the_same_planes(entry, data, same_when_divided):
    call = lambda one: entry("compute_planes")(data, PROBLEM, one, 1, "cpu")  # noqa: E731
    same_when_divided(call, PLANES, repetitions=3, branches=2)


def test_blocks_of_branches_converge_alike(entry, data, same_when_divided):
    same_when_divided(lambda one: entry("compute_convergence")(data, one, 1, "cpu"), CONVERGENCE, branches=2)
