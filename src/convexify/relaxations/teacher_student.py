r"""Teacher and student of several ReLU neurons with unit output weights: what becomes of the relaxation of one neuron.

The teacher labels the samples, y = f_{W*}(X) with f_W(x) = Σ_j σ(w_jᵀx); the student of as many neurons is fitted.

Orientation of `convexify.relaxations.neuron`: ``X`` is (d, n), columns are samples; ``W`` is (k, d), one neuron a row;
leading axes are a batch of trials. Two things generalise the relaxed neuron, and for k = 1 they are the same:

the *relaxed loss*, :math:`L_r(W) = \|f_W(X)\|^2 - 2\sum_j w_j^\top X y + \|y\|^2`. It is convex and does not see the
order of the neurons, so the mean over all orders of a minimiser is a minimiser with equal neurons: min over k neurons =
min over one, with w_j = w/k. Half its gradient is X(D_j f_W(X) − y) for neuron j.

the *relaxed update*, :math:`w_j \leftarrow w_j - \eta X (f_W(X) - y)`: equation (6) of the survey without D. It is the
same for every neuron, so the differences w_j − w_1 never change: gradient descent on the convex function
:math:`c \mapsto \tfrac12\sum_j\|\sigma(X^\top(w_j + c))\|^2 - c^\top X y` of the common shift c, d of kd parameters.
"""

from itertools import permutations

import numpy as np

from convexify.checks import as_batch, as_integer, as_number, one_of
from convexify.relaxations.neuron import broadcast_trials, default_step, descend

RULES = ("vanilla", "relaxed loss", "relaxed update")
_MOST_NEURONS = 6


def teacher_student_problem(generator, *, trials, d, n, neurons=1, noise=0.0):
    """Gaussian samples labelled by a teacher of random ReLU neurons of norm 1, with additive label noise.

    Parameters
    ----------
    generator : numpy.random.Generator
        Draws samples, neurons and noise in this order: another ``noise`` level scales the same noise.
    trials, d, n, neurons : int
        Number of independent trials, dimension, samples, neurons of the teacher.
    noise : float
        Standard deviation of the label noise.

    Returns
    -------
    X : ndarray, shape (trials, d, n)
        Standard Gaussian; samples are columns.
    y : ndarray, shape (trials, n)
    W : ndarray, shape (trials, neurons, d)
        Neurons of the teacher, uniform on the unit sphere.

    Raises
    ------
    ValueError
        If a size is not a positive integer or ``noise`` is negative.

    Examples
    --------
    >>> X, y, W = teacher_student_problem(np.random.default_rng(0), trials=3, d=2, n=5, neurons=4)
    >>> X.shape, y.shape, W.shape
    ((3, 2, 5), (3, 5), (3, 4, 2))
    >>> network_loss(X, y, W)
    array([0., 0., 0.])
    """
    for name, size in (("trials", trials), ("d", d), ("n", n), ("neurons", neurons)):
        as_integer(name, size, minimum=1)
    as_number("noise", noise, minimum=0)
    X = generator.standard_normal((trials, d, n))
    W = generator.standard_normal((trials, neurons, d))
    W /= np.linalg.norm(W, axis=-1, keepdims=True)
    return X, network(X, W) + noise * generator.standard_normal((trials, n)), W


def network(X, W):
    """Outputs f_W(x) = Σ_j σ(w_jᵀx).

    Parameters
    ----------
    X : ndarray, shape (…, d, n)
        Samples are columns.
    W : ndarray, shape (…, k, d)

    Returns
    -------
    ndarray, shape (…, n)
    """
    return np.maximum(np.matmul(W, X), 0.0).sum(axis=-2)


def network_loss(X, y, W):
    """Squared loss ‖f_W(X) − y‖² of each trial: `convexify.relaxations.neuron.loss` with W (…, k, d) in place of w."""
    X, y, W = _checked(X, y, W)
    return ((network(X, W) - y) ** 2).sum(axis=-1)


def network_relaxed_loss(X, y, W):
    """Relaxed loss ‖f_W(X)‖² − 2Σ_j w_jᵀXy + ‖y‖² of each trial, convex in W; arguments as in `network_loss`."""
    X, y, W = _checked(X, y, W)
    linear = (np.matmul(W, X).sum(axis=-2) * y).sum(axis=-1)
    return (network(X, W) ** 2).sum(axis=-1) - 2.0 * linear + (y**2).sum(axis=-1)


def network_descent(X, y, W0, *, rule, step=None, iterations, record=None):
    """Descent of all trials at once by one of three rules.

    Parameters
    ----------
    X, y, iterations, record
        As in `convexify.relaxations.neuron.gradient_descent`.
    W0 : array_like, shape (…, k, d)
        Initial weights.
    rule : {"vanilla", "relaxed loss", "relaxed update"}
        What a step subtracts from W, times the step length: half the gradient of the loss, half a subgradient of the
        relaxed loss, or the relaxed update.
    step : float or array_like, shape (…), optional
        Step length > 0; by default 1/(k‖X‖₂²) of each trial.

    Returns
    -------
    convexify.relaxations.neuron.Trajectory
        ``weights`` of shape (records, …, k, d).

    Raises
    ------
    ValueError
        If shapes disagree, an entry is not finite, or an option is out of range.
    """
    one_of("rule", rule, RULES)
    X, y, W0 = _checked(X, y, W0, start="W0")
    if step is None:
        step = default_step(X) / W0.shape[-2]
    W0 = broadcast_trials(X, y, W0, step, core=2)
    return descend(lambda W: _direction(X, y, W, rule), W0, step=step, iterations=iterations, record=record, core=2)


def matched_distance(W, teacher):
    """Frobenius distance ‖W − PW*‖ over the best order P of the teacher's neurons.

    Parameters
    ----------
    W, teacher : array_like, shape (…, k, d)
        Neurons of student and teacher, k ≤ 6.

    Returns
    -------
    ndarray, shape (…)

    Raises
    ------
    ValueError
        If shapes disagree, an entry is not finite, or there are more than six neurons.

    Examples
    --------
    >>> matched_distance([[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]])
    np.float64(0.0)
    """
    W = as_batch("W", W, shape=(None, None))
    teacher = as_batch("teacher", teacher, shape=W.shape[-2:])
    neurons = as_integer("W (number of neurons)", W.shape[-2], maximum=_MOST_NEURONS)
    squares = [((W - teacher[..., list(order), :]) ** 2).sum(axis=(-2, -1)) for order in permutations(range(neurons))]
    return np.sqrt(np.min(squares, axis=0))


def _direction(X, y, W, rule):
    z = np.matmul(W, X)
    active = z >= 0
    outputs = np.where(active, z, 0.0).sum(axis=-2)
    if rule == "relaxed loss":
        weights = active * outputs[..., None, :] - y[..., None, :]
    else:
        residual = (outputs - y)[..., None, :]
        weights = active * residual if rule == "vanilla" else np.broadcast_to(residual, z.shape)
    return np.matmul(weights, np.swapaxes(X, -1, -2))


def _checked(X, y, W, start="W"):
    X = as_batch("X", X, shape=(None, None))
    return X, as_batch("y", y, shape=(X.shape[-1],)), as_batch(start, W, shape=(None, X.shape[-2]))
