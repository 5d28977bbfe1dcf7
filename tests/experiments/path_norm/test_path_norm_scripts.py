"""The scripts of path regularisation on a tiny scale, and what their verdicts say of deliberate errors."""

from types import SimpleNamespace

import numpy as np
import pytest

from convexify.relaxations import path_norm, path_norm_low_rank, path_norm_program

SETTINGS = SimpleNamespace(
    neurons=2, samples=4, problems=4, beta=0.1, width=4, starts=6, iterations=150, trials=3,
    rank_samples=4, draws=3, decays=[0.3, 0.03],
    points=12, test_points=100, turns=0.75, noise=0.02, repetitions=3, betas=[0.3, 0.1], count=20, rounds=2, ascents=30,
    branches=12, descent_starts=1, methods=["sgd", "adam"], batch=6, descent_iterations=60, descent_trials=3,
)  # fmt: skip
RIGHT = {
    "enumerate_branches": path_norm.enumerate_branches,
    "solve_path_norm": path_norm_program.solve_path_norm,
    "truncate_rank": path_norm_low_rank.truncate_rank,
}


@pytest.fixture(scope="module")
def spirals(entry):
    return entry("compute_spirals")(SETTINGS, "cpu", 0)


@pytest.fixture(scope="module")
def small(entry):
    return entry("compute_small")(SETTINGS, "cpu", 0)


@pytest.fixture(scope="module")
def verdicts(entry, standings, spirals):
    def compute(small):
        made = small | {"exact_tuning": small["exact_tuning"].assign(edge="none")}
        return standings(entry("metrics")(**made, spirals=spirals["spirals"], tuning=spirals["tuning"]))

    return compute


def test_tables_and_figures(small, spirals, verdicts, entry, announced_figures):
    found = verdicts(small)
    for claim in ("no_network_goes_below", "certified", "copies_divide_the_norm", "weight_decay_between_path_norms",
                  "low_rank_guarantee", "few_groups"):  # fmt: skip
        assert found[claim] == "holds"
    assert len(small["exact"]) == 4
    assert len(small["rank"]) == 3 * 2 * 3
    table = spirals["spirals"]
    assert len(table) == 3 * 2 * 6
    convex = table[table["model"].isin(["path", "path, sampled", "weight decay", "two layers"])]
    assert (convex["dual"] <= convex["objective"]).all()
    figures = {
        "regions": entry("figure_regions")(spirals["regions"], table),
        "objectives": entry("figure_objectives")(table),
        "low_rank": entry("figure_low_rank")(small["rank"]),
        "tuned_steps": entry("figure_tuned_steps")(spirals["tuning"]),
    }
    assert set(figures) == announced_figures
    assert len(figures["regions"].axes) == 5


def test_the_sampled_program_is_never_better_than_a_program_that_has_its_patterns(spirals):
    # both start from samples of their own, so that only the mean over draws is told
    means = spirals["spirals"].groupby("model")["objective"].mean()
    assert means["path"] <= means["path, sampled"]


def half_of_the_patterns(X, neurons, **_):
    """Error: only patterns with negative neurons, so that the program is that of fewer networks."""
    every = RIGHT["enumerate_branches"](X, neurons)
    return every[(every.signs < 0).any(axis=1) & (np.arange(len(every)) % 3 == 0)]


def scaled_dual(X, y, patterns, beta, **options):
    """Error: a dual point that was not scaled into the feasible set."""
    answer = RIGHT["solve_path_norm"](X, y, patterns, beta, **options)
    return path_norm_program.PathNormSolution(
        answer.network, answer.nu, answer.primal, 1.05 * answer.primal, answer.gap, answer.groups, answer.rounds
    )


def no_certificate(X, y, patterns, beta, **options):
    """Error: a program solved loosely."""
    return RIGHT["solve_path_norm"](X, y, patterns, beta, **(options | {"tol": 0.5, "added": 2}))


def sum_for_the_path_norm(X, y, patterns, beta, *, penalty="path", **options):
    """Error: the norms of the two penalties exchanged."""
    other = {"path": "weight decay", "weight decay": "path"}[penalty]
    return RIGHT["solve_path_norm"](X, y, patterns, beta, penalty=other, **options)


def singular_value_too_far(X, rank):
    """Error: the distance of an approximation taken as a tenth of the singular value after the next one."""
    near, _ = RIGHT["truncate_rank"](X, rank)
    values = np.append(np.linalg.svd(X, compute_uv=False), [0.0, 0.0])
    return near, 0.1 * float(values[rank + 1])


@pytest.mark.parametrize(
    ("name", "error", "flipped"),
    [
        ("enumerate_branches", half_of_the_patterns, "no_network_goes_below"),
        ("solve_path_norm", scaled_dual, "no_network_goes_below"),
        ("solve_path_norm", no_certificate, "certified"),
        ("solve_path_norm", sum_for_the_path_norm, "weight_decay_between_path_norms"),
        ("solve_path_norm", sum_for_the_path_norm, "copies_divide_the_norm"),
        ("truncate_rank", singular_value_too_far, "low_rank_guarantee"),
    ],
)
@pytest.mark.filterwarnings("ignore::convexify.warnings.ConvergenceWarning")
def test_an_error_in_the_mathematics_flips_a_verdict(small, verdicts, script, monkeypatch, name, error, flipped):
    assert verdicts(small)[flipped] == "holds"
    module = script("compute_small")
    monkeypatch.setattr(module, name, error)
    assert verdicts(module.compute_small(SETTINGS, "cpu", 0))[flipped] == "fails"


def test_a_step_at_the_edge_is_not_compared(small, spirals, entry, standings):
    at_edge = spirals["tuning"].assign(edge="largest")
    found = standings(entry("metrics")(**small, spirals=spirals["spirals"], tuning=at_edge))
    assert found["below_descent"] == "not tested"
