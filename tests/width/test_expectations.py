import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erf

from convexify.width import expectations

SIGMA = {
    "softplus": (lambda z: mp.log(1 + mp.exp(z)), lambda z: 1 / (1 + mp.exp(-z))),
    "relu": (lambda z: max(z, mp.mpf(0)), lambda z: mp.mpf(z > 0)),
    "tanh": (mp.tanh, lambda z: mp.sech(z) ** 2),
    "erf": (mp.erf, lambda z: 2 / mp.sqrt(mp.pi) * mp.exp(-(z**2))),
}
SMOOTH = ("softplus", "tanh", "erf")
MOMENTS = (expectations.product_moment, expectations.derivative_moment)


def numpy_pair(activation):
    sigma = {
        "softplus": (lambda z: np.logaddexp(0, z), lambda z: 1 / (1 + np.exp(-z))),
        "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
        "erf": (erf, lambda z: 2 / np.sqrt(np.pi) * np.exp(-(z**2))),
    }
    return sigma[activation]


def two_dimensional_trapezoid(function, variance, correlation):
    """E f(u) f(v) with v = ρu + √(1−ρ²)w: the trapezoidal rule converges geometrically for analytic f."""
    nodes = np.linspace(-9.5, 9.5, 381)
    weights = np.exp(-(nodes**2) / 2) * (nodes[1] - nodes[0]) / np.sqrt(2 * np.pi)
    u = np.sqrt(variance) * nodes
    v = correlation * u[:, None] + np.sqrt(1 - correlation**2) * u[None, :]
    return weights @ (function(u)[:, None] * function(v)) @ weights


@pytest.mark.parametrize("activation", SMOOTH)
@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize(
    ("variance", "correlation"),
    [(1.0, 0.0), (1.0, 0.37), (0.4, -0.8), (1.0, 0.999), (1.0, -1.0), (1.0, 1.0), (2.3, 0.99999), (2.3, -0.6)],
)
def test_moments_agree_with_two_dimensional_quadrature_to_1e_10(activation, order, variance, correlation):
    function = numpy_pair(activation)[order]
    expected = two_dimensional_trapezoid(function, variance, correlation)
    assert MOMENTS[order](activation, variance, correlation) == pytest.approx(expected, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("activation", SIGMA)
@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("variance", [0.3, 1.0, 6.0])
def test_equal_variables_give_the_one_dimensional_moment_of_mpmath(activation, order, variance):
    function = SIGMA[activation][order]
    with mp.workdps(30):
        expected = mp.quad(lambda z: function(mp.sqrt(variance) * z) ** 2 * mp.npdf(z), list(range(-14, 15)))
    assert MOMENTS[order](activation, variance, 1.0) == pytest.approx(float(expected), rel=1e-11)


def test_relu_agrees_with_adaptive_quadrature_in_the_angle():
    # In polar coordinates the radial integral is elementary and the angle runs over the sector where both are positive.
    variance, correlation = 1.7, -0.45
    angle = mp.acos(correlation)
    product = mp.quad(lambda t: mp.cos(t) * mp.cos(t - angle), [angle - mp.pi / 2, mp.pi / 2]) * variance / mp.pi
    assert expectations.product_moment("relu", variance, correlation) == pytest.approx(float(product), rel=1e-13)
    sector = (mp.pi - angle) / (2 * mp.pi)
    assert expectations.derivative_moment("relu", variance, correlation) == pytest.approx(float(sector), rel=1e-13)


@pytest.mark.parametrize("activation", SIGMA)
def test_moments_agree_with_monte_carlo_within_four_standard_errors(activation):
    stream = np.random.default_rng(7)
    u = np.sqrt(1.4) * stream.standard_normal(400_000)
    v = 0.6 * u + 0.8 * np.sqrt(1.4) * stream.standard_normal(400_000)
    sigma = {"relu": lambda z: np.maximum(z, 0)}.get(activation) or numpy_pair(activation)[0]
    products = sigma(u) * sigma(v)
    error = products.std() / np.sqrt(products.size)
    assert abs(products.mean() - expectations.product_moment(activation, 1.4, 0.6)) < 4 * error


@pytest.mark.parametrize("activation", SIGMA)
def test_mean_agrees_with_mpmath(activation):
    function = SIGMA[activation][0]
    expected = mp.quad(lambda z: function(mp.sqrt(1.9) * z) * mp.npdf(z), list(range(-14, 15)))
    assert expectations.mean(activation, 1.9) == pytest.approx(float(expected), rel=1e-12, abs=1e-13)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(SIGMA)), st.floats(0.1, 4.0), st.floats(-1.0, 1.0))
def test_no_moment_exceeds_the_one_at_correlation_one(activation, variance, correlation):
    for moment in MOMENTS:
        largest = float(moment(activation, variance, 1.0))
        assert abs(float(moment(activation, variance, correlation))) <= largest * (1 + 1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sine", 1.0, 0.5), "activation: expected one of"),
        (("tanh", 0.0, 0.5), "variance: expected more than 0"),
        (("tanh", float("nan"), 0.5), "variance: expected a finite number"),
        (("tanh", 1.0, 1.5), "correlation: expected entries in"),
        (("tanh", 1.0, float("nan")), "correlation: expected finite entries"),
        (("tanh", 1.0e4, 0.5), "variance: expected one for which"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    for moment in MOMENTS:
        with pytest.raises(ValueError, match=message):
            moment(*arguments)
