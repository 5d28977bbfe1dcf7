"""The scripts of convexified networks on a tiny scale, and what their verdicts say of deliberate errors."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits

from convexify.relaxations import convex_cnn_program, convex_cnn_solvers

SETTINGS = SimpleNamespace(
    variants={"plain": ["basic", "rand"]}, block=1, sizes=[30, 60, 90], validation_samples=60, test_samples=60,
    draws=3, sides=[3, 2], pools=[2, 2], features=[8, 20], gammas=[0.2, 2.0], radii=[10, 30], filters=[4, 6],
    fit_iterations=200, tol=3e-3, trials=3, network_step=0.05, momentum=0.9, batch=30, network_iterations=20,
    compared_on=["rand"], passes=20, records=2, project_every=5, stochastic_step=10.0, factor_step=1.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def data():
    digits = load_digits()
    X, y, shape = digits.data, digits.target, np.array([8, 8])
    return {"X": X[:1400], "y": y[:1400], "X_test": X[1400:], "y_test": y[1400:], "image_shape": shape}


@pytest.fixture(scope="module")
def tables(entry, data):
    return entry("compute_errors")([data], "plain", SETTINGS, 0)


@pytest.fixture(scope="module")
def verdicts(entry, standings):
    return lambda made: standings(entry("metrics")([made["errors"]], [made["tuning"]], [made["solvers"]]))


def test_tables_and_figures(tables, verdicts, entry, announced_figures):
    errors = tables["errors"]
    assert len(errors) == 2 * 3 * 3 * 4 + 3 * 2  # variants, draws, numbers of images, methods; Nyström on one variant
    assert errors["test_error"].between(0, 1).all()
    assert (tables["tuning"].groupby(["variant", "method"]).size() == SETTINGS.trials).all()
    assert set(tables["solvers"]["variant"]) == {"rand"}
    assert tables["solvers"]["passes"].max() <= 1.05 * SETTINGS.passes
    found = verdicts(tables)
    numbers = entry("metrics")([tables["errors"]], [tables["tuning"]], [tables["solvers"]])
    assert found["every_fit_is_certified"] == found["fits_are_feasible"] == found["nothing_below_the_bound"] == "holds"
    figures = {
        "errors": entry("figure_errors")([errors]),
        "solvers": entry("figure_solvers")([tables["solvers"]], numbers),
        "tuned": entry("figure_tuned")([tables["tuning"]]),
        "variants": entry("figure_variants")([tables["pictures"]]),
    }
    assert set(figures) == announced_figures
    assert "images: CCNN-1" in figures["errors"].get_suptitle()


def test_the_same_seed_gives_the_same_tables(tables, entry, data):
    settings = SimpleNamespace(**vars(SETTINGS) | {"variants": {"plain": ["basic"]}})
    again = entry("compute_errors")([data], "plain", settings, 0)["errors"]
    before = tables["errors"]
    pd.testing.assert_frame_equal(again, before[before["variant"] == "basic"].reset_index(drop=True))


def test_photographs_stand_behind_digits_and_photographs_alone_have_colours(data, script):
    images = script("_images")
    rng = np.random.default_rng(0)
    stored = rng.integers(0, 256, (100, 3 * 12 * 12)).astype(np.uint8)
    photographs = {"X": stored, "y": np.arange(100) % 10, "X_test": stored[:50] // 2, "y_test": np.arange(50) % 10,
                   "image_shape": np.array([3, 12, 12])}  # fmt: skip
    made = images.draw_images([data, photographs], "rot_img", SETTINGS, rng)
    assert made.X.shape == (90, 1, 8, 8)
    assert made.X_test.max() <= 1
    settings = SimpleNamespace(**vars(SETTINGS) | {"sizes": [20], "block": 2})
    colours = images.draw_images([photographs], "colour", settings, rng, held_out=10)
    assert (colours.X.shape, colours.X_test.shape) == ((20, 3, 6, 6), (10, 3, 6, 6))
    assert len(np.unique(np.concatenate([colours.X, colours.X_test]).reshape(30, -1), axis=0)) == 30


def forgets_the_dual_norm(right):
    """Error: the bound takes the smallest singular value of the gradient instead of the largest."""

    def certify(self, A, outputs=None):
        outputs = self.outputs(A) if outputs is None else outputs
        found, G = right(self, A, outputs), self.gradient(outputs)
        smallest = float(np.linalg.norm(G, -2))
        gap = float((G * A).sum()) + self.radius * smallest
        bound = found.objective - gap
        return convex_cnn_program.Certificate(found.objective, bound, gap, found.violation)

    return certify


def wrong_projection(A, radius):
    """Error: singular values are cut at the radius one by one, not lowered together."""
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return U * np.minimum(s, radius) @ Vt


def wrong_gradient(right):
    """Error: the label is subtracted from the wrong class."""

    def gradient(self, outputs, rows=None):
        object.__setattr__(self, "y", (self.y + 1) % self.classes)
        try:
            return right(self, outputs, rows)
        finally:
            object.__setattr__(self, "y", (self.y - 1) % self.classes)

    return gradient


SMALL = SimpleNamespace(**vars(SETTINGS) | {"variants": {"plain": ["rand"]}, "sizes": [30, 60, 90]})


def broken(monkeypatch, name):
    program = convex_cnn_program.NuclearProgram
    if name == "certify":
        monkeypatch.setattr(program, "certify", forgets_the_dual_norm(program.certify))
    if name == "project_nuclear_ball":
        monkeypatch.setattr(convex_cnn_solvers, name, wrong_projection)
    if name == "gradient":
        monkeypatch.setattr(program, "gradient", wrong_gradient(program.gradient))


@pytest.mark.parametrize(
    ("name", "flipped"),
    [
        ("certify", "nothing_below_the_bound"),
        ("project_nuclear_ball", "fits_are_feasible"),
        ("gradient", "every_fit_is_certified"),
    ],
)
def test_an_error_in_the_mathematics_flips_a_verdict(tables, verdicts, entry, data, monkeypatch, name, flipped):
    assert verdicts(tables)[flipped] == "holds"
    broken(monkeypatch, name)
    assert verdicts(entry("compute_errors")([data], "plain", SMALL, 0))[flipped] == "fails"


def test_a_network_that_is_not_trained_flips_the_comparison(tables, verdicts):
    """Error in the baseline: what the untuned network loses must be seen in the comparison's verdict."""
    errors = tables["errors"].copy()
    errors.loc[errors["method"] == "CCNN-1", "test_error"] += 0.5
    made = tables | {"errors": errors, "tuning": tables["tuning"].assign(edge="none")}
    assert verdicts(made)["competitive_with_one_convolution"] == "fails"
