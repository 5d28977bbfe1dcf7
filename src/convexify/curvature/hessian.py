"""Spectrum of a Hessian from its products with vectors: both ends, and the share that is negative."""

import dataclasses

import numpy as np
import torch
from scipy.linalg import eigh_tridiagonal
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

from convexify.checks import as_integer, as_number

#: Below this many parameters the Lanczos basis would span the whole space: the matrix itself is cheaper.
_DENSE_BELOW = 32
#: Random vectors that may be asked for: the error falls with the root of their number.
MOST_PROBES = 100_000


@dataclasses.dataclass(frozen=True)
class HessianSummary:
    """Ends of the spectrum and its negative share.

    Attributes
    ----------
    smallest, largest : float
        Extreme eigenvalues.
    ratio : float
        ``smallest / largest``; NaN unless ``largest`` is positive. At least 0 where the function is locally convex.
    negative_mass : float
        Sum of ``|λ|`` over λ < 0 divided by the sum over all eigenvalues, estimated; NaN for a zero Hessian.
    """

    smallest: float
    largest: float
    ratio: float
    negative_mass: float


def hessian_vector_product(function, point):
    """Multiplication by the Hessian of a scalar torch function at a point.

    Parameters
    ----------
    function : callable
        Maps a vector (size,) to a scalar tensor and is twice differentiable there.
    point : torch.Tensor, shape (size,)

    Returns
    -------
    callable
        Maps an ndarray (size,) to the product as a float64 ndarray (size,).

    Raises
    ------
    ValueError
        If ``point`` is not a vector of finite numbers.

    Notes
    -----
    Reverse mode over reverse mode; the graph of the gradient is built once and used for every product.
    """
    if point.ndim != 1 or not torch.isfinite(point).all():
        raise ValueError(f"point: expected a vector of finite numbers, got shape {tuple(point.shape)}")
    leaf = point.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(function(leaf), leaf, create_graph=True)

    def product(vector):
        if not gradient.requires_grad:
            return np.zeros(point.numel())
        vector = torch.as_tensor(np.asarray(vector).ravel(), dtype=leaf.dtype, device=leaf.device)
        (image,) = torch.autograd.grad(gradient, leaf, vector, retain_graph=True, allow_unused=True)
        return np.zeros(point.numel()) if image is None else image.cpu().double().numpy()

    return product


def extreme_eigenvalues(product, size, *, tolerance=1.0e-4, max_products=2000, seed=0):
    """Smallest and largest eigenvalue of a symmetric operator by implicitly restarted Lanczos (ARPACK).

    Parameters
    ----------
    product : callable
        Maps a vector (size,) to a vector (size,).
    size : int
    tolerance : float
        Relative accuracy asked of each eigenvalue.
    max_products : int
        Restarts are limited so that about this many products are computed at most; as many again for the kernel of a
        semidefinite operator.
    seed : int
        Seed of the starting vector.

    Returns
    -------
    tuple of float

    Raises
    ------
    ValueError
        If an argument is out of range.
    RuntimeError
        If Lanczos did not converge within ``max_products``.
    """
    size = as_integer("size", size, minimum=1)
    tolerance = as_number("tolerance", tolerance, minimum=0)
    max_products = as_integer("max_products", max_products, minimum=1)
    start = np.random.default_rng(as_integer("seed", seed, minimum=0)).standard_normal(size)
    image = product(start)
    if not np.any(image):
        # A Gaussian vector lies in the kernel of the zero matrix only; ARPACK refuses to start there.
        return 0.0, 0.0
    if size < _DENSE_BELOW:
        columns = np.stack([product(unit) for unit in np.eye(size)], axis=1)
        values = np.linalg.eigvalsh((columns + columns.T) / 2)
        return float(values[0]), float(values[-1])
    basis = min(size, 24)
    options = {"ncv": basis, "maxiter": max(1, max_products // (basis // 2)), "return_eigenvectors": False}
    try:
        # The image has no part in the kernel, which for a network is most of the space.
        operator = LinearOperator((size, size), matvec=product, dtype=np.float64)
        values = eigsh(operator, k=2, which="BE", v0=image, tol=tolerance, **options)
        low, high = float(values.min()), float(values.max())
        if low > 0 and _has_kernel(product, start, low, high, options):
            low = 0.0
        elif high < 0 and _has_kernel(lambda v: -product(v), start, -high, -low, options):
            high = 0.0
    except ArpackNoConvergence as error:
        raise RuntimeError(f"Lanczos: no convergence to {tolerance} within about {max_products} products") from error
    return low, high


def _has_kernel(product, start, low, high, options):
    """Whether an operator whose other eigenvalues lie in [low, high], low > 0, has the eigenvalue 0 as well."""
    # ARPACK's accuracy is relative to the eigenvalue: none at 0, hence the shift
    shifted = LinearOperator((len(start),) * 2, matvec=lambda v: product(v) + high * np.ravel(v), dtype=np.float64)
    tolerance = max(0.1 * low / high, 1e-14)
    return bool(eigsh(shifted, k=1, which="SA", v0=start, tol=tolerance, **options)[0] - high < 0.5 * low)


def lanczos_quadrature(product, start, steps):
    r"""Nodes and weights of the Gauss quadrature of :math:`v^\top f(A)v`, exact for polynomials up to 2·steps − 1.

    Parameters
    ----------
    product : callable
        Multiplication by the symmetric matrix A (size, size).
    start : ndarray, shape (size,)
        The vector v, not zero.
    steps : int
        Lanczos steps; fewer are taken if the Krylov space is exhausted.

    Returns
    -------
    tuple of ndarray, shape (k,)
        Nodes (Ritz values) and weights, which sum to ‖v‖².
    """
    norm, most = np.linalg.norm(start), min(steps, len(start))
    basis = np.empty((most, len(start)))
    basis[0] = start / norm
    diagonal, off_diagonal = [], []
    for k in range(most):
        image = product(basis[k])
        diagonal.append(float(basis[k] @ image))
        if k + 1 == most:
            break
        # Orthogonalised twice against the whole basis: the three-term recurrence alone loses orthogonality.
        for _ in range(2):
            image = image - (basis[: k + 1] @ image) @ basis[: k + 1]
        length = np.linalg.norm(image)
        if length <= 1e-7 * max(1e-300, np.max(np.abs(diagonal)), *off_diagonal, 0.0):
            break
        off_diagonal.append(float(length))
        basis[k + 1] = image / length
    nodes, vectors = eigh_tridiagonal(np.array(diagonal), np.array(off_diagonal))
    return nodes, norm**2 * vectors[0] ** 2


def hessian_summary(product, size, *, probes=4, steps=30, seed=0, **lanczos):
    r"""Extreme eigenvalues by Lanczos and the negative share by stochastic Lanczos quadrature.

    Parameters
    ----------
    product : callable
        Multiplication by the Hessian, as `hessian_vector_product` gives it.
    size : int
        Number of parameters.
    probes, steps : int
        Random vectors (entries ±1) and Lanczos steps for each.
    seed : int
    **lanczos
        Passed to `extreme_eigenvalues`.

    Returns
    -------
    HessianSummary

    Notes
    -----
    For a function g, :math:`\operatorname{tr} g(A) \approx \frac1p\sum_k\sum_j \omega_{kj}\, g(\theta_{kj})` with the
    Gauss nodes and weights of p random vectors [1]_, here for ``g = |λ|`` and ``g = |λ| 1[λ < 0]``. The mass is weighed
    rather than the eigenvalues counted: most of a network's Hessian is (nearly) zero, and rounding gives zeros a sign.

    References
    ----------
    .. [1] Ubaru, Chen, Saad (2017), Fast estimation of tr(f(A)) via stochastic Lanczos quadrature, SIAM J. Matrix
       Anal. Appl.
    """
    probes = as_integer("probes", probes, minimum=1, maximum=MOST_PROBES)
    steps = as_integer("steps", steps, minimum=1)
    smallest, largest = extreme_eigenvalues(product, size, seed=seed, **lanczos)
    if smallest == largest == 0:
        return HessianSummary(0.0, 0.0, float("nan"), float("nan"))
    generator = np.random.default_rng([seed, 1])
    negative = total = 0.0
    for _ in range(probes):
        nodes, weights = lanczos_quadrature(product, generator.choice([-1.0, 1.0], size), steps)
        total += float(weights @ np.abs(nodes))
        negative += float(weights @ np.maximum(-nodes, 0))
    ratio = smallest / largest if largest > 0 else float("nan")
    # A probe may miss the whole spectrum of a matrix of very low rank.
    return HessianSummary(smallest, largest, ratio, negative / total if total > 0 else float("nan"))
