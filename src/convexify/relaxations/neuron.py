r"""A single ReLU neuron fitted to labels: the squared loss, its convex relaxation, gradient descent on both.

Orientation as in the survey: ``X`` is (d, n), its **columns** are the samples. With σ(t) = max(0, t),

.. math:: L(w) = \|\sigma(X^\top w) - y\|^2, \qquad
   L_r(w) = \|\sigma(X^\top w)\|^2 - 2 w^\top X y + \|y\|^2 = L(w) + 2\, y^\top \sigma(-X^\top w).

Leading axes are a batch of independent trials: X (…, d, n), y (…, n), w (…, d) broadcast against each other.

References
----------
.. [1] Ergen, Pilanci (2019), Convex optimization for shallow neural networks, Allerton Conference.
.. [2] Kakade, Kalai, Kanade, Shamir (2011), Efficient learning of generalized linear and single index models with
   isotonic regression, NeurIPS: the same update under the name GLM-tron.
"""

from dataclasses import dataclass

import numpy as np

from convexify.checks import as_batch, as_integer, as_number


@dataclass(frozen=True)
class Trajectory:
    """Weights along a run of gradient descent.

    Attributes
    ----------
    iterations : ndarray of int, shape (k,)
        Steps taken before each record.
    weights : ndarray, shape (k, …, d) or (k, …, neurons, d)
        Weights at those iterations; not finite in the trials that diverged.
    """

    iterations: np.ndarray
    weights: np.ndarray

    @property
    def final(self):
        """Weights of the last record."""
        return self.weights[-1]

    @property
    def diverged(self):
        """Mask of the trials whose last weights are not finite, shape (…)."""
        return ~np.isfinite(self.final).all(axis=-1)


def loss(X, y, w):
    """Squared loss L(w) = ‖σ(Xᵀw) − y‖² of each trial.

    Parameters
    ----------
    X : array_like, shape (…, d, n)
        Samples are columns.
    y : array_like, shape (…, n)
    w : array_like, shape (…, d)

    Returns
    -------
    ndarray, shape (…)

    Raises
    ------
    ValueError
        If shapes disagree or an entry is not finite.
    """
    X, y, w = _checked(X, y, w)
    return ((np.maximum(preactivations(X, w), 0.0) - y) ** 2).sum(axis=-1)


def relaxed_loss(X, y, w):
    """Relaxed loss L_r(w) = ‖σ(Xᵀw)‖² − 2wᵀXy + ‖y‖² of each trial, convex in w [1]_.

    Parameters
    ----------
    X, y, w : array_like
        As in `loss`.

    Returns
    -------
    ndarray, shape (…)

    Raises
    ------
    ValueError
        If shapes disagree or an entry is not finite.

    References
    ----------
    .. [1] Ergen, Pilanci (2019), Convex optimization for shallow neural networks, Allerton Conference.
    """
    X, y, w = _checked(X, y, w)
    z = preactivations(X, w)
    return (np.maximum(z, 0.0) ** 2 - 2.0 * z * y + y**2).sum(axis=-1)


def half_gradient(X, y, w, *, relaxed):
    r"""Half the gradient of the loss or of the relaxed loss.

    Parameters
    ----------
    X, y, w : array_like
        As in `loss`.
    relaxed : bool
        Of L_r instead of L.

    Returns
    -------
    ndarray, shape (…, d)
        :math:`\tfrac12\nabla L_r = X(\sigma(X^\top w) - y)` if ``relaxed``, else
        :math:`\tfrac12\nabla L = X D (\sigma(X^\top w) - y)` with D = diag(1[Xᵀw ≥ 0]) as in the survey's equation (6).
    """
    X, y, w = _checked(X, y, w)
    return _half_gradient(X, y, w, relaxed)


def gradient_descent(X, y, w0, *, relaxed, step=None, iterations, record=None):
    r"""Gradient descent :math:`w \leftarrow w - \eta\,\tfrac12\nabla` on the loss or its relaxation, for all trials.

    Parameters
    ----------
    X : array_like, shape (…, d, n)
        Samples are columns.
    y : array_like, shape (…, n)
    w0 : array_like, shape (…, d)
        Initial weights.
    relaxed : bool
        Descend on L_r (leave D out of the update) instead of L.
    step : float or array_like, shape (…), optional
        Step length η > 0; by default 1/‖X‖₂² of each trial, with the spectral norm: the inverse of the Lipschitz
        constant of ½∇L_r.
    iterations : int
        Number of steps, at least 0.
    record : sequence of int, optional
        Iterations at which the weights are kept, by default only the last.

    Returns
    -------
    Trajectory
        Its ``diverged`` marks the trials that a step beyond 2/‖X‖₂² has blown up.

    Raises
    ------
    ValueError
        If shapes disagree, an entry is not finite, or ``step``, ``iterations``, ``record`` are out of range.

    Notes
    -----
    With ``relaxed=False`` and η < 1/‖X‖₂² this is the corrected equation (6): W(k+1) = W(k) − ηXD(k)(σ(XᵀW(k)) − Yᵀ).

    Examples
    --------
    From a dead neuron the squared loss has no gradient; the relaxed update recovers the weight.

    >>> X, y, start = [[1.0, 2.0]], [1.0, 2.0], [-1.0]
    >>> gradient_descent(X, y, start, relaxed=False, iterations=100).final
    array([-1.])
    >>> gradient_descent(X, y, start, relaxed=True, iterations=100).final
    array([1.])
    """
    X, y, w0 = _checked(X, y, w0, start="w0")
    if step is None:
        step = default_step(X)
    w0 = broadcast_trials(X, y, w0, step, core=1)
    return descend(lambda w: _half_gradient(X, y, w, relaxed), w0, step=step, iterations=iterations, record=record)


def broadcast_trials(X, y, w0, step, *, core):
    """``w0`` repeated over all trials; its last ``core`` axes are weights. `ValueError` if leading axes disagree."""
    leading = X.shape[:-2], y.shape[:-1], w0.shape[: w0.ndim - core], np.shape(step)
    try:
        trials = np.broadcast_shapes(*leading)
    except ValueError as error:
        raise ValueError(f"X, y, weights, step: expected leading axes that broadcast, got {leading}") from error
    return np.broadcast_to(w0, trials + w0.shape[w0.ndim - core :])


def descend(half_gradient_of, w0, *, step, iterations, record=None, core=1):
    """The recursion of `gradient_descent` along any direction.

    Parameters
    ----------
    half_gradient_of : callable
        Weights to what a step of length 1 subtracts, of the same shape.
    w0 : ndarray, shape (…, d) or (…, k, d)
        Of all trials, see `broadcast_trials`.
    step : float or array_like, shape (…)
        One for each trial.
    iterations, record
        As in `gradient_descent`.
    core : int
        Number of last axes of ``w0`` that are weights of one trial: 1 for (…, d), 2 for (…, k, d).

    Returns
    -------
    Trajectory

    Raises
    ------
    ValueError
        If ``step``, ``iterations`` or ``record`` are out of range.
    """
    iterations = as_integer("iterations", iterations, minimum=0)
    record = [iterations] if record is None or len(record) == 0 else record
    record = np.unique([as_integer("record", k, minimum=0, maximum=iterations) for k in record])
    if np.asarray(step).dtype == bool:
        raise ValueError(f"step: expected a step length, got {step!r}")
    step = as_batch("step", step, shape=())
    if (step <= 0).any():
        raise ValueError(f"step: expected more than 0, got {step.min()}")
    step = step.reshape(step.shape + (1,) * core)
    w, kept = w0.copy(), []
    # A run that blows up is reported by `Trajectory.diverged`, not by a warning for each of its steps.
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(iterations + 1):
            if k in record:
                kept.append(w.copy())
            if k < iterations:
                w -= step * half_gradient_of(w)
    return Trajectory(record, np.stack(kept))


def default_step(X):
    """1/‖X‖₂² of each trial, shape (…), for X (…, d, n); `ValueError` if that is zero in one of them."""
    norms = np.linalg.norm(as_batch("X", X, shape=(None, None)), 2, axis=(-2, -1))
    if not np.all(norms > 0):
        raise ValueError("X: expected a sample other than zero in every trial, or a step to be given")
    return 1.0 / norms**2


def preactivations(X, w):
    """Xᵀw of each trial, shape (…, n), for X (…, d, n) and w (…, d)."""
    return np.matmul(w[..., None, :], X)[..., 0, :]


def asymptotic_covariance(noise, n, *, relaxed):
    r"""Factor c of the minimiser's asymptotic covariance c·I for Gaussian samples and labels σ(Xᵀw*) + noise·N(0, I).

    Parameters
    ----------
    noise : float
        Standard deviation of the label noise.
    n : int
        Number of samples.
    relaxed : bool
        Minimiser of L_r instead of L.

    Returns
    -------
    float
        4·noise²/n if ``relaxed``, else 2·noise²/n.

    Raises
    ------
    ValueError
        If ``noise`` is negative or ``n`` is not a positive integer.

    Notes
    -----
    For an M-estimator with score ψ the covariance is :math:`A^{-1}BA^{-1}/n`, A = E∇ψ, B = Eψψᵀ. Both losses have
    A = E[1(xᵀw* > 0) xxᵀ] = I/2. The relaxed score x·ε gives B = noise²·I: samples on the inactive side bring noise
    and no information. The score 1(xᵀw* > 0)·x·ε gives B = noise²·I/2.
    """
    noise = as_number("noise", noise, minimum=0.0)
    n = as_integer("n", n, minimum=1)
    return (4.0 if relaxed else 2.0) * noise**2 / n


def _half_gradient(X, y, w, relaxed):
    z = preactivations(X, w)
    residual = np.maximum(z, 0.0) - y
    if not relaxed:
        residual = residual * (z >= 0)
    return np.matmul(X, residual[..., None])[..., 0]


def _checked(X, y, w, start="w"):
    X = as_batch("X", X, shape=(None, None))
    return X, as_batch("y", y, shape=(X.shape[-1],)), as_batch(start, w, shape=(X.shape[-2],))
