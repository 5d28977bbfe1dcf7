r"""Expectations of an activation over correlated Gaussian pairs: E[σ(u)σ(v)], E[σ′(u)σ′(v)] and E[σ(u)].

Both variables have the same variance q, which is what unit rows give in every layer, and correlation ρ. ReLU and erf
have closed forms; the analytic activations go through Mehler's expansion, exact up to the tail that is left out.
"""

import functools

import numpy as np
from scipy.special import expit, roots_hermitenorm

from convexify.checks import as_batch, as_number, one_of

_NODES = 3000
_RELATIVE_TAIL = 1.0e-13
_MOST_TERMS = 2000
_CHUNK = 65536


def _sech_squared(z):
    return 1.0 / np.cosh(np.clip(z, -350.0, 350.0)) ** 2


#: Activation and its derivative, for the expansion.
_ANALYTIC = {
    "softplus": (lambda z: np.logaddexp(0.0, z), expit),
    "tanh": (np.tanh, _sech_squared),
}
ACTIVATIONS = ("softplus", "relu", "tanh", "erf")


def product_moment(activation, variance, correlation):
    r"""E[σ(u)σ(v)] for Gaussian u, v of variance ``variance`` and correlation ``correlation``.

    Parameters
    ----------
    activation : {"softplus", "relu", "tanh", "erf"}
    variance : float
        :math:`q > 0`, common to both variables.
    correlation : array_like
        :math:`\rho \in [-1, 1]`, any shape.

    Returns
    -------
    ndarray
        Of the shape of ``correlation``.

    Raises
    ------
    ValueError
        For an unknown activation, a variance that is not positive, a correlation outside [−1, 1], or a variance so
        large that the expansion does not converge within its terms.

    Notes
    -----
    ReLU: :math:`\frac{q}{2\pi}\big(\sqrt{1-\rho^2} + \rho(\pi - \arccos\rho)\big)`, the arc-cosine kernel [1]_;
    erf: :math:`\frac2\pi\arcsin\frac{2q\rho}{1+2q}` [2]_. Otherwise, with the orthonormal Hermite polynomials
    :math:`h_k` and :math:`a_k = \mathbb E[\sigma(\sqrt q z)h_k(z)]` by Gauss–Hermite quadrature,

    .. math:: \mathbb E[\sigma(u)\sigma(v)] = \sum_k a_k^2\rho^k .

    All terms at :math:`\rho = 1` are non-negative, so that what is left out is at most
    :math:`\mathbb E[\sigma(u)^2] - \sum_{k<K}a_k^2` for every ρ: terms are added until this is below 1e-13 of
    :math:`\mathbb E[\sigma(u)^2]`. Poles of σ at distance δ from the real axis make :math:`a_k^2` decay like
    :math:`e^{-2\delta\sqrt{k/q}}`.

    References
    ----------
    .. [1] Cho, Saul (2009), Kernel methods for deep learning, NeurIPS.
    .. [2] Williams (1997), Computing with infinite networks, NeurIPS.
    """
    q, rho = _checked(activation, variance, correlation)
    if activation == "relu":
        return q / (2 * np.pi) * (np.sqrt((1 - rho) * (1 + rho)) + rho * (np.pi - np.arccos(rho)))
    if activation == "erf":
        return 2 / np.pi * np.arcsin(2 * q * rho / (1 + 2 * q))
    return _power_series(_squared_coefficients(activation, 0, q), rho)


def derivative_moment(activation, variance, correlation):
    r"""E[σ′(u)σ′(v)]; parameters, errors and method as in `product_moment`.

    Notes
    -----
    ReLU: :math:`(\pi - \arccos\rho)/(2\pi)`, whose slope is infinite at :math:`\rho = \pm1`: an error ε in ρ there is
    an error of :math:`\sqrt{2\varepsilon}/(2\pi)` here. erf: :math:`\frac4\pi\big((1+2q)^2 - 4q^2\rho^2\big)^{-1/2}`.
    """
    q, rho = _checked(activation, variance, correlation)
    if activation == "relu":
        return (np.pi - np.arccos(rho)) / (2 * np.pi)
    if activation == "erf":
        return 4 / np.pi / np.sqrt((1 + 2 * q - 2 * q * rho) * (1 + 2 * q + 2 * q * rho))
    return _power_series(_squared_coefficients(activation, 1, q), rho)


def mean(activation, variance):
    r"""E[σ(u)] for a Gaussian u of variance ``variance``: 0 for the odd ones, :math:`\sqrt{q/2\pi}` for ReLU."""
    q, _ = _checked(activation, variance, 1.0)
    if activation == "relu":
        return float(np.sqrt(q / (2 * np.pi)))
    if activation in ("erf", "tanh"):
        return 0.0
    # The first coefficient of the expansion is the mean itself; softplus is positive, so its sign is known.
    return float(np.sqrt(_squared_coefficients(activation, 0, q)[0]))


@functools.lru_cache(maxsize=256)
def _squared_coefficients(activation, order, q):
    nodes, root_weights = _quadrature()
    values = root_weights * _ANALYTIC[activation][order](np.sqrt(q) * nodes)
    total = values @ values
    # Hermite functions h_k·sqrt(weight) instead of polynomials: those overflow at the outer nodes.
    previous, current = np.zeros_like(nodes), root_weights
    squares, tail = [], total
    for k in range(_MOST_TERMS):
        squares.append(float(current @ values) ** 2)
        tail -= squares[-1]
        if tail <= _RELATIVE_TAIL * total:
            return np.array(squares)
        previous, current = current, (nodes * current - np.sqrt(k) * previous) / np.sqrt(k + 1)
    raise ValueError(
        f"variance: expected one for which {_MOST_TERMS} Hermite terms of {activation} reach a relative tail of "
        f"{_RELATIVE_TAIL:g}, got {q:g} (tail {tail / total:.1e})"
    )


@functools.cache
def _quadrature():
    nodes, weights = roots_hermitenorm(_NODES)
    return nodes, np.sqrt(weights / weights.sum())


def _power_series(coefficients, rho):
    result = np.empty(rho.size)
    flat = rho.ravel()
    for start in range(0, rho.size, _CHUNK):
        piece = flat[start : start + _CHUNK]
        value = np.full_like(piece, coefficients[-1])
        for coefficient in coefficients[-2::-1]:
            value *= piece
            value += coefficient
        result[start : start + _CHUNK] = value
    return result.reshape(rho.shape)


def _checked(activation, variance, correlation):
    one_of("activation", activation, ACTIVATIONS)
    q = as_number("variance", variance, above=0.0)
    rho = as_batch("correlation", correlation, shape=())
    if not np.all(np.abs(rho) <= 1.0):
        raise ValueError(f"correlation: expected entries in [-1, 1], got {rho[~(np.abs(rho) <= 1.0)].ravel()[0]}")
    return q, rho
