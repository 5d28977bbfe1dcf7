"""A bound on the norm beside a penalty: against the multiplier's equation, and radii that no penalty finds."""

import numpy as np
import pytest
from scipy.optimize import brentq, minimize

from convexify.curvature.ivanov import least_squares_in_ball, product_loss, radii_without_penalty


@pytest.mark.parametrize("radius", [0.05, 0.3, 100.0])
def test_least_squares_in_a_ball_solves_the_equation_of_its_multiplier(radius):
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((9, 4)), rng.standard_normal(9)

    def penalised(lam):
        return np.linalg.solve(X.T @ X / 9 + lam * np.eye(4), X.T @ y / 9)

    outside = np.linalg.norm(penalised(0.0)) > radius
    lam = brentq(lambda lam: np.linalg.norm(penalised(lam)) - radius, 0, 1e4) if outside else 0.0
    np.testing.assert_allclose(least_squares_in_ball(X, y, radius), penalised(lam), atol=1e-9)


def test_zeros_are_fitted_by_zero():
    np.testing.assert_array_equal(least_squares_in_ball(np.zeros((3, 2)), [1.0, 2.0, 3.0], 1.0), np.zeros(2))


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_product_loss_is_what_a_search_finds(depth):
    u = 0.4 * depth
    starts = np.random.default_rng(1).uniform(0.1, 0.9, (5, depth))
    ball = {"type": "ineq", "fun": lambda w: u - w @ w}
    found = min(minimize(lambda w: (1 - w.prod()) ** 2, w, constraints=[ball]).fun for w in starts)
    assert product_loss(u, depth) == pytest.approx(found, abs=1e-6)


def test_three_layers_jump_where_the_tangent_from_zero_touches():
    radii = np.linspace(0, 1, 4001)
    assert radii_without_penalty(product_loss(3 * radii**2, 3), radii) == pytest.approx(0.5 ** (1 / 3), abs=2e-3)
    for depth in (1, 2):  # one unit a layer: the loss of two is not convex, its value function is
        assert radii_without_penalty(product_loss(depth * radii**2, depth), radii) == 0


def test_a_penalty_finds_no_radius_in_the_gap():
    for lam in np.geomspace(1e-3, 3, 40):
        starts = np.vstack([np.zeros(3), np.random.default_rng(2).uniform(0.1, 1, (6, 3))])
        ends = [minimize(lambda w, m=lam: (1 - w.prod()) ** 2 + m * (w @ w), w) for w in starts]
        best = min(ends, key=lambda end: end.fun).x
        radius = np.linalg.norm(best) / np.sqrt(3)
        assert radius < 1e-3 or radius > 0.79


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: least_squares_in_ball([[1.0]], [1.0], 0.0), "^radius: expected more than 0"),
        (lambda: product_loss(1.0, 0), "^depth: expected at least 1"),
        (lambda: product_loss(-1.0, 2), "^u: expected a bound of at least 0"),
        (lambda: radii_without_penalty([1.0, 0.0], [0.0]), "^radii: expected 2 entries"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
