"""The other convexifications on one draw, each a `Fit` of `_convex`."""

import warnings

import numpy as np
from _convex import Fit
from scipy.linalg import eigvalsh

from convexify.curvature.penalties import minimise, quadratic_penalty
from convexify.curvature.shallow_loss import ShallowLoss
from convexify.linear_duality.douglas_rachford import solve_dual
from convexify.linear_duality.primal import recover_weights
from convexify.relaxations.convex_cnn_features import fit_patch_map
from convexify.relaxations.convex_cnn_program import NuclearProgram
from convexify.relaxations.convex_cnn_solvers import solve_accelerated
from convexify.relaxations.path_norm_pricing import train_path_norm
from convexify.relaxations.relaxed_minimum import minimise_relaxed
from convexify.warnings import ConvergenceWarning

#: λ over the proved threshold of convexity: what is above it makes the objective strongly convex.
_ABOVE_THRESHOLD = 1.1
#: Half the side of the box of parameters on which a strong penalty makes the objective convex.
_BOX = 1.0


def fit_deep_linear(sample, lam, *, widths, tol):
    """Deep linear network by its dual at γ = λn; cost: steps of Douglas–Rachford, an SVD each.

    With one output γ shrinks the prediction and never turns its sign.
    """
    n = len(sample.X)
    with warnings.catch_warnings():
        # the gap stands in the table
        warnings.simplefilter("ignore", ConvergenceWarning)
        solution = solve_dual(sample.X.T, sample.y[None], lam * n, 1, tol=tol)
    layers = recover_weights(sample.X.T, sample.y[None], solution, widths)
    product = np.linalg.multi_dot(layers[::-1])[0]
    objective = 0.5 * np.sum((sample.X @ product - sample.y) ** 2) + lam * n * np.linalg.norm(sample.X @ product)
    nominal, active = (sum(f(layer) for layer in layers) for f in (np.size, np.count_nonzero))
    return Fit(sample.X @ product, sample.X_test @ product, objective / n, solution.gap, nominal, int(active),
               solution.iterations)  # fmt: skip


def fit_relaxed_neuron(sample):
    """One ReLU neuron on labels 0 and 1, by the minimum of its relaxed loss; cost: Newton steps."""
    found = minimise_relaxed(sample.X.T, (sample.y + 1) / 2)
    outputs, outputs_test = (2 * np.maximum(part @ found.weights, 0) - 1 for part in (sample.X, sample.X_test))
    d = sample.X.shape[1]
    return Fit(outputs, outputs_test, found.value / len(sample.X), found.gap, d, d, found.iterations)


def fit_path_norm(sample, lam, *, neurons, count, rounds, tol, rng):
    """Parallel three-layer network under the path norm on sampled and priced patterns; cost: programs solved.

    The gap is that of the program with these patterns.
    """
    found = train_path_norm(
        sample.X, sample.y, lam * len(sample.X), neurons, generator=rng, count=count, rounds=rounds, starts=count,
        tol=tol,
    )  # fmt: skip
    network = found.network
    branch = neurons * (sample.X.shape[1] + 1) + 1
    return Fit(network.predict(sample.X), network.predict(sample.X_test), found.primal / len(sample.X), found.gap,
               2 * found.groups * branch, len(network.outputs) * branch, found.rounds)  # fmt: skip


def fit_strong_penalty(sample, *, width):
    r"""A tanh network under ``λ‖θ‖²``, λ above the threshold that makes the objective convex on the box; cost: none.

    The threshold is proved by one enclosure of the Hessian on the whole box (`ShallowLoss.hessian_enclosure`) and
    Rohn's bound :math:`\lambda_{\min}(C)-\lambda_{\max}(R)`. The objective is strongly convex with modulus
    :math:`\mu=2(\lambda-\lambda^\star)`, so that a point inside the box is within :math:`\|g\|^2/2\mu` of the minimum.
    """
    loss = ShallowLoss(sample.X, sample.y, width, activation="tanh", hidden_bias=False)
    size = loss.layout.size
    enclosed = loss.hessian_enclosure(np.full((1, size), -_BOX), np.full((1, size), _BOX))
    centre, radius = (enclosed.upper[0] + enclosed.lower[0]) / 2, (enclosed.upper[0] - enclosed.lower[0]) / 2
    smallest = eigvalsh(centre, subset_by_index=[0, 0])[0] - eigvalsh(radius, subset_by_index=[size - 1] * 2)[0]
    threshold = max(0.0, -smallest / 2)
    penalty = quadratic_penalty("l2", _ABOVE_THRESHOLD * threshold, size)
    found = minimise(loss, penalty, np.zeros(size), _BOX)
    gradient = loss.value_and_gradient(found.point)[1] + penalty.value_and_gradient(found.point)[1]
    modulus = 2 * (_ABOVE_THRESHOLD - 1) * threshold
    gap = gradient @ gradient / (2 * modulus) / found.value
    outputs, outputs_test = (_tanh_outputs(loss, found.point, part) for part in (sample.X, sample.X_test))
    active = int((np.abs(found.point) > 1e-6).sum())
    return Fit(outputs, outputs_test, found.value, gap, size, active, np.nan)


def _tanh_outputs(loss, theta, X):
    layout = loss.layout
    W = theta[layout.W].reshape(loss.width, -1)
    return np.tanh(X @ W.T) @ theta[layout.a] + theta[layout.c]


def fit_convolutions(sample, radius, *, settings, rng):
    """Convexified network with one convolution; cost: singular value decompositions.

    The loss is the cross-entropy; outputs are differences of the two classes' outputs.
    """
    features = fit_patch_map(
        sample.images, rng, side=settings.patch_side, pool=settings.pool, count=settings.features, gamma=settings.gamma
    )
    Z, Z_test = features(sample.images), features(sample.images_test)
    program = NuclearProgram(Z, (sample.y > 0).astype(int), 2, radius)
    solution = solve_accelerated(program, iterations=settings.cnn_iterations, tol=settings.cnn_tol)
    A, certificate = solution.A, program.certify(solution.A)
    weights = np.diff(A.reshape(2, -1), axis=0)[0]
    outputs, outputs_test = (part.reshape(len(part), -1) @ weights for part in (Z, Z_test))
    filters = np.linalg.matrix_rank(A, tol=1e-3 * np.linalg.norm(A, 2))
    active = min(A.size, int(filters) * sum(A.shape))
    return Fit(outputs, outputs_test, certificate.objective, certificate.gap, A.size, active,
               float(solution.trace["decompositions"].iloc[-1]))  # fmt: skip
