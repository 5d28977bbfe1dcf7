"""Deliberate errors in the mathematics, one at a time: each has to change a verdict of the ledger."""

from types import SimpleNamespace

import numpy as np
import pytest

SEED = 1
ALL = SimpleNamespace(
    samples=5,
    dimension=5,
    datasets=["digits"],
    depth=2,
    activation="softplus",
    activations=["softplus", "tanh"],
    depths=[1, 2, 3, 4],
    target=0.3,
    step_fraction=0.5,
)


def settings(**more):
    return SimpleNamespace(**{**vars(ALL), **more})


JOBS = {
    "compute_initial": settings(widths=[32, 128, 512], repetitions=16),
    "compute_training": settings(widths=[16, 64, 256], repetitions=4, iterations=20),
    "compute_limits": settings(draws=5),
    "compute_stability": settings(widths=[8, 32, 128], repetitions=10),
    "compute_target": settings(widths=[4, 16, 64], repetitions=3, most_iterations=60),
    "compute_degeneracy": settings(angles=[0.1, 0.03, 0.01], draws=3),
    "compute_defects": settings(width=32, repetitions=3, step_fractions=[0.1, 0.05, 0.025]),
    "compute_long": settings(width=64, repetitions=3, fewest=40, most=200),
    "compute_shallow": SimpleNamespace(
        samples=20,
        widths=[16, 32, 64],
        repetitions=3,
        repetitions_below=3,
        repetitions_of_other_steps=3,
        widths_of_other_steps=[16],
        epochs=20,
        steps=["calibrated"],
        reported_log_error=-1.0,
    ),
}
READ = ("initial", "shapes", "records", "losses", "limits", "stability", "stable_width_of_draws")
READ += ("target_width_of_starts", "degeneracy", "defects", "long", "shallow")


def tables_of(compute, name, known):
    """Tables that one script computes, by name."""
    job = JOBS[name]
    if name in ("compute_initial", "compute_training"):
        rng = np.random.default_rng(0)
        found = compute([{"X": rng.random((30, 8)), "y": np.arange(30) % 10}], job, "cpu", SEED)
    elif name in ("compute_limits", "compute_degeneracy"):
        found = compute(job, SEED)
    elif name in ("compute_stability", "compute_target"):
        found = compute(known["limits"], job, "cpu", SEED)
    else:
        found = compute(job, "cpu", SEED)
    return found if isinstance(found, dict) else {name.removeprefix("compute_"): found}


@pytest.fixture(scope="module")
def verdicts_of(entry, standings):
    """Standing by claim, from all tables."""
    return lambda tables: standings(entry("metrics")(**{name: tables[name] for name in READ}))


@pytest.fixture(scope="module")
def tables(entry):
    known = {}
    for name in JOBS:
        known |= tables_of(entry(name), name, known)
    return known


@pytest.fixture(scope="module")
def right(verdicts_of, tables):
    return verdicts_of(tables)


@pytest.fixture
def verdicts_with(mistaken, verdicts_of, tables):
    """Verdicts where one script has another function under a name that it imported; other tables stay."""

    def compute(script, name, wrong):
        return verdicts_of(tables | tables_of(mistaken(script, name, wrong), script, tables))

    return compute


def test_gram_matrix_of_another_sign(verdicts_with, right):
    """−G is not positive semidefinite."""
    after = verdicts_with("compute_initial", "empirical_gram", lambda gram: lambda net, X: [-G for G in gram(net, X)])
    assert right["gram_is_positive_semidefinite"] == "holds"
    assert after["gram_is_positive_semidefinite"] == "fails"


def test_limit_without_its_normaliser(verdicts_with, right):
    """K^(H) half as large: Gram matrices of wide networks do not tend to it."""

    def wrong(limit):
        def halved(*arguments):
            found = limit(*arguments)
            found.tangent = [K / 2 for K in found.tangent]
            return found

        return halved

    after = verdicts_with("compute_initial", "WideLimit", wrong)
    assert right["gram_close_to_limit"] != "fails"
    assert after["gram_close_to_limit"] == "fails"


def test_bound_with_a_kernel_that_is_too_large(verdicts_with, right):
    """ηλ_min(K^(H)) taken a hundred times too large: the loss does not obey such a bound."""

    def wrong(limit):
        def larger(*arguments):
            found = limit(*arguments)
            right = found.loss_bounds
            found.loss_bounds = lambda step, iteration: [bound**100 for bound in right(step, iteration)]
            return found

        return larger

    after = verdicts_with("compute_long", "WideLimit", wrong)
    assert right["rate_obeys_bound"] == "holds"
    assert after["rate_obeys_bound"] == "fails"


def test_gradient_ascent(verdicts_with, right):
    """With the sign of the step turned the training error does not go to zero."""

    def wrong(descent):
        def ascent(nets, X, y, **options):
            loss, records = descent(nets, X, y, **options)
            return loss[:, :1] ** 2 / np.maximum(loss, 1e-30), records

        return ascent

    after = verdicts_with("compute_long", "gradient_descent", wrong)
    assert right["training_error_to_zero_fc"] in ("holds", "holds under")
    assert after["training_error_to_zero_fc"] == "fails"


def test_kernel_of_a_single_sample(verdicts_with, right):
    """A limit of rank one, at one depth, is not positive definite."""

    def wrong(gram):
        def one(X, depth, **options):
            matrices = gram(X, depth, **options)
            return [np.full_like(K, K[0, 0]) for K in matrices] if depth == 1 else matrices

        return one

    after = verdicts_with("compute_limits", "gram", wrong)
    assert right["limit_is_positive_definite"] == "holds"
    assert after["limit_is_positive_definite"] == "fails"
