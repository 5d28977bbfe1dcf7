"""Lanczos on Hessian-vector products against dense Hessians of small networks."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from convexify.curvature.hessian import (
    extreme_eigenvalues,
    hessian_summary,
    hessian_vector_product,
    lanczos_quadrature,
)
from convexify.networks.multi_branch import MultiBranch, multiclass_margin_loss


def loss_of_small_network(hidden_layers, seed, *, margin=False):
    network = MultiBranch(6, 3, branches=4, width=2, hidden_layers=hidden_layers)
    rng = np.random.default_rng(seed)
    X, y = torch.from_numpy(rng.standard_normal((30, 6))), torch.from_numpy(rng.integers(0, 3, 30))
    # Three times the initial size: branches of a fresh network are nearly linear and its Hessian nearly zero.
    point = 3 * network.initial(seed, dtype=torch.float64)

    def loss(w):
        outputs = network(w, X)
        return multiclass_margin_loss(outputs, y) if margin else torch.nn.functional.cross_entropy(outputs, y)

    return loss, point


def dense(loss, point):
    return torch.autograd.functional.hessian(loss, point).numpy()


@settings(max_examples=12, deadline=None)
@given(hidden_layers=st.integers(1, 3), seed=st.integers(0, 10**6))
def test_products_and_extremes_agree_with_the_dense_hessian(hidden_layers, seed):
    loss, point = loss_of_small_network(hidden_layers, seed)
    product, H = hessian_vector_product(loss, point), dense(loss, point)
    v = np.random.default_rng(seed).standard_normal(len(H))
    assert np.allclose(product(v), H @ v, rtol=1e-10, atol=1e-12)
    values = np.linalg.eigvalsh(H)
    found = extreme_eigenvalues(product, len(H), tolerance=1e-8)
    assert np.allclose(found, values[[0, -1]], rtol=1e-6, atol=1e-9 * np.abs(values).max())


@pytest.mark.parametrize("hidden_layers", [1, 3])
def test_negative_shares_agree_with_the_dense_spectrum(hidden_layers):
    loss, point = loss_of_small_network(hidden_layers, 1)
    values = np.linalg.eigvalsh(dense(loss, point))
    product = hessian_vector_product(loss, point)
    found = hessian_summary(product, len(values), probes=200, steps=60, tolerance=1e-8)
    assert found.negative_mass == pytest.approx(-values[values < 0].sum() / np.abs(values).sum(), abs=0.03)
    assert found.ratio == pytest.approx(values[0] / values[-1], rel=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_hinge_loss_of_one_hidden_layer_has_a_symmetric_spectrum(seed):
    # Piecewise bilinear in inner and outer weights: the Hessian has two off-diagonal blocks and nothing else.
    loss, point = loss_of_small_network(1, seed, margin=True)
    values = np.linalg.eigvalsh(dense(loss, point))
    assert values[-1] > 1e-3
    assert np.allclose(values, -values[::-1], atol=1e-12)
    found = hessian_summary(hessian_vector_product(loss, point), len(values), tolerance=1e-10)
    assert found.ratio == pytest.approx(-1, abs=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_hinge_loss_has_as_much_negative_as_positive_curvature_at_any_depth(seed):
    # Piecewise multilinear in the layers: no layer has curvature of its own, so the trace is zero.
    loss, point = loss_of_small_network(3, seed, margin=True)
    values = np.linalg.eigvalsh(dense(loss, point))
    assert np.abs(values).sum() > 1e-3
    assert abs(values.sum()) <= 1e-12 * np.abs(values).sum() + 1e-14


@settings(max_examples=25, deadline=None)
@given(size=st.integers(2, 12), steps=st.integers(1, 12), seed=st.integers(0, 10**6))
def test_quadrature_is_exact_for_polynomials(size, steps, seed):
    rng = np.random.default_rng(seed)
    A = rng.standard_normal((size, size))
    A, v = (A + A.T) / 2, rng.standard_normal(size)
    nodes, weights = lanczos_quadrature(lambda x: A @ x, v, steps)
    for degree in range(2 * min(steps, size)):
        exact = v @ np.linalg.matrix_power(A, degree) @ v
        scale = v @ v * np.linalg.norm(A, 2) ** degree
        assert abs(weights @ nodes**degree - exact) <= 1e-10 * scale


def test_mass_of_a_known_diagonal_is_found_exactly_with_all_steps():
    d = np.array([-3.0, -1.0, 0.0, 0.0, 2.0, 6.0])
    found = hessian_summary(lambda x: d * x, 6, probes=1, steps=6)
    # Entries ±1 as probes make the quadrature exact for a diagonal matrix with as many steps as distinct values.
    assert found.negative_mass == pytest.approx(4 / 12)
    assert (found.smallest, found.largest) == pytest.approx((-3, 6))


def test_large_operator_goes_through_lanczos():
    d = np.linspace(-2.0, 5.0, 400)
    found = extreme_eigenvalues(lambda x: d * np.ravel(x), 400, tolerance=1e-10)
    assert found == pytest.approx((-2.0, 5.0), abs=1e-8)


def test_affine_functions_have_a_zero_hessian():
    product = hessian_vector_product(lambda w: w.sum() * 3, torch.zeros(40))
    found = hessian_summary(product, 40)
    assert (found.smallest, found.largest) == (0, 0)
    assert np.isnan(found.ratio)
    assert np.isnan(found.negative_mass)


def test_lanczos_that_runs_out_of_products_says_so():
    d = np.concatenate([np.linspace(0, 1, 3000), 1 + 1e-9 * np.arange(3)])
    with pytest.raises(RuntimeError, match=r"^Lanczos: no convergence"):
        extreme_eigenvalues(lambda x: d * np.ravel(x), d.size, tolerance=1e-14, max_products=24)


def test_bad_points_are_refused_by_name():
    with pytest.raises(ValueError, match=r"^point: expected a vector of finite numbers"):
        hessian_vector_product(torch.sum, torch.tensor([1.0, float("nan")]))
    with pytest.raises(ValueError, match=r"^probes: expected at least 1"):
        hessian_summary(lambda x: x, 40, probes=0)
    with pytest.raises(ValueError, match=r"^probes: expected at most 100000"):
        hessian_summary(lambda x: x, 40, probes=10**9)


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize(("low", "kernel"), [(5.0, 40), (5.0, 1), (1e-3, 40), (1e-3, 0), (5.0, 0)])
def test_kernel_of_a_semidefinite_operator_counts(sign, low, kernel):
    d = sign * np.r_[np.linspace(low, 6.0, 60), np.zeros(kernel)]
    found = extreme_eigenvalues(lambda x: d * np.ravel(x), d.size)
    assert found == pytest.approx((d.min(), d.max()), rel=1e-3, abs=1e-12)
