"""Blocks of path regularisation write what one job writes."""

from types import SimpleNamespace

SETTINGS = SimpleNamespace(
    neurons=2, samples=4, problems=2, beta=0.1, width=4, starts=2, iterations=40, trials=3,
    rank_samples=4, draws=2, decays=[0.3],
    points=10, test_points=20, turns=0.75, noise=0.02, repetitions=2, betas=[0.3, 0.1], count=10, rounds=1, ascents=5,
    branches=8, descent_starts=1, methods=["sgd"], batch=5, descent_iterations=20, descent_trials=3,
)  # fmt: skip


def test_blocks_of_draws_have_the_same_ranks_and_exact_problems(entry, same_when_divided):
    same_when_divided(lambda one: entry("compute_small")(one, "cpu", 0), SETTINGS, draws=2)


def test_blocks_of_penalties_have_the_same_spirals(entry, same_when_divided):
    same_when_divided(lambda one: entry("compute_spirals")(one, "cpu", 0), SETTINGS, betas=2)


def test_descent_is_sent_to_the_device_of_the_job(entry, mistaken):
    asked = []

    def descent(right):
        return lambda *arguments, device, **more: (asked.append(device), right(*arguments, **more))[1]

    mistaken("compute_small", "descend_branches", descent)(SETTINGS, "the device", 0)
    mistaken("compute_spirals", "descend_branches", descent)(SETTINGS, "the device", 0)
    assert set(asked) == {"the device"}
