"""Blocks of the relaxed neuron's problems write what one job writes."""

from types import SimpleNamespace

TUNING = {"tuning_runs": 5, "tuning_problems": 2, "tuning_iterations": 20}
MAP = SimpleNamespace(
    **TUNING, dimension=3, ratios=[4, 5, 6], noises=[0.0, 0.5], scales=[1, 10], trials=4, iterations=30,
    test_samples=10, success_distance=0.01, target=1e-3,
)  # fmt: skip
STUDENTS = SimpleNamespace(**TUNING, neurons=[1, 2], dimension=3, ratio=5, trials=3, iterations=20, test_samples=10)


def test_blocks_of_ratios_have_the_same_cells(entry, same_when_divided):
    same_when_divided(lambda one: entry("compute_map")(one, 7), MAP, ratios=2)


def test_blocks_of_neurons_have_the_same_students(entry, same_when_divided):
    same_when_divided(lambda one: entry("compute_teacher_student")(one, 7), STUDENTS, neurons=2)
