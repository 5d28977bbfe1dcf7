"""Negative curvature of a ReLU network across a kink, which no quadratic penalty outweighs: in closed form."""

import numpy as np

from convexify.checks import as_number, as_vector


def kink_point(loss, bound):
    r"""A point of the box at which the loss of a ReLU network bends downwards in a hidden bias, whatever the data.

    Parameters
    ----------
    loss : ShallowLoss
        With the activation ``"relu"``, hidden biases and an output bias.
    bound : float
        Half the side B of the box.

    Returns
    -------
    ndarray, shape (p,)
        The first neuron has w = 0, b = 0 and a = sB, the output bias is c = −sB, where s = ±1 is the sign of the mean
        target; everything else is zero.

    Raises
    ------
    ValueError
        If the network has no kinks or lacks a bias, or the bound is not positive.

    Notes
    -----
    With w = 0 every sample sits on the kink of the neuron and the output is c + a max(b, 0), so that

    .. math:: L(b) - L(0) = 2a(c - \bar y)\max(b, 0) + a^2 \max(b, 0)^2 .

    The slope jumps at b = 0 by :math:`2a(c - \bar y) = -2B(B + |\bar y|) < 0`. A convex function has no such jump and a
    differentiable penalty does not change it: for no λ is the objective convex on the box.
    """
    if loss.activation != "relu" or not loss.hidden_bias or not loss.output_bias:
        raise ValueError(
            f"loss: expected a ReLU network with hidden and output biases, got {loss.activation!r}, "
            f"hidden_bias={loss.hidden_bias}, output_bias={loss.output_bias}"
        )
    bound = as_number("bound", bound, above=0.0)
    sign = 1.0 if loss.y.mean() >= 0 else -1.0
    theta = np.zeros(loss.layout.size)
    theta[loss.layout.a.start] = sign * bound
    theta[loss.layout.c] = -sign * bound
    return theta


def slope_jump(loss, bound):
    r"""Jump :math:`-2B(B + |\bar y|)` of the slope of the loss in the first hidden bias at `kink_point`."""
    return -2 * bound * (bound + abs(float(loss.y.mean())))


def second_difference_at_kink(loss, bound, lam, step):
    r"""Second difference of loss + λ‖θ‖² in the first hidden bias at `kink_point`, in closed form.

    Parameters
    ----------
    loss : ShallowLoss
    bound : float
        Half the side B of the box.
    lam : float
        :math:`\lambda \ge 0`.
    step : float or array_like
        h > 0.

    Returns
    -------
    float or ndarray
        :math:`-2B(B + |\bar y|)/h + B^2 + 2\lambda`.
    """
    return slope_jump(loss, bound) / step + bound**2 + 2 * lam


def largest_negative_step(loss, bound, lam):
    r"""Step :math:`2B(B + |\bar y|)/(B^2 + 2\lambda)` below which that second difference is negative.

    Examples
    --------
    >>> from convexify.curvature.shallow_loss import ShallowLoss
    >>> loss = ShallowLoss([[0.0], [1.0]], [1.0, 3.0], 1, activation="relu")
    >>> step = largest_negative_step(loss, 2.0, lam=1e6)
    >>> second_difference_at_kink(loss, 2.0, 1e6, step / 2) < 0 < second_difference_at_kink(loss, 2.0, 1e6, 2 * step)
    True
    """
    return -slope_jump(loss, bound) / (bound**2 + 2 * lam)


def second_difference(loss, penalty, theta, coordinate, step):
    r"""Second difference :math:`(F(\theta + h e) - 2F(\theta) + F(\theta - h e))/h^2` of loss + penalty, measured.

    Parameters
    ----------
    loss : ShallowLoss
    penalty : QuadraticPenalty
    theta : array_like, shape (p,)
    coordinate : int
        Which unit vector e is.
    step : float
        h > 0.

    Returns
    -------
    float
        A negative value proves, up to rounding, that F is not convex.

    Raises
    ------
    ValueError
        If the step is not positive.

    Notes
    -----
    The penalty's share is exactly twice its weight; computing it apart keeps the rounding of a small step out of it.
    """
    step = as_number("step", step, above=0.0)
    theta = as_vector("theta", theta, length=loss.layout.size)
    direction = np.zeros_like(theta)
    direction[coordinate] = 1.0
    before, here, after = (loss.value_and_gradient(theta + t * direction)[0] for t in (-step, 0.0, step))
    return (before - 2 * here + after) / step**2 + 2 * penalty.weights[coordinate]
