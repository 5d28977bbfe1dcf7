"""Negative curvature of a ReLU network across a kink, which no quadratic penalty outweighs."""

import numpy as np

from convexify.checks import as_number, as_vector


def kink_of_first_neuron(loss, theta):
    r"""Parameters with a sample on the kink of the first neuron, the one whose residual bends the loss down the most.

    Parameters
    ----------
    loss : ShallowLoss
        With the activation ``"relu"`` and hidden biases.
    theta : array_like, shape (p,)
        Where to start; the bias of the first neuron is what changes.

    Returns
    -------
    ndarray, shape (p,)

    Raises
    ------
    ValueError
        If the network has no kinks or no hidden biases.

    Notes
    -----
    Across the kink of sample i the slope of the loss in the bias b jumps by :math:`2 r_i a/n`, with the residual
    :math:`r_i = f(x_i) - y_i` and the outgoing weight a: the loss bends downwards where :math:`r_i a < 0`.
    """
    if loss.activation != "relu" or not loss.hidden_bias:
        raise ValueError(
            f"loss: expected a ReLU network with hidden biases, got {loss.activation!r}, hidden_bias={loss.hidden_bias}"
        )
    theta = as_vector("theta", theta, length=loss.layout.size).copy()
    residual = loss.predict(theta) - loss.y
    sample = int(np.argmin(residual * np.sign(theta[loss.layout.a][0])))
    theta[loss.layout.b.start] = -float(loss.X[sample] @ theta[loss.own(0)[:-2]])
    return theta


def second_difference(loss, penalty, theta, coordinate, step):
    r"""Second difference :math:`(F(\theta + h e) - 2F(\theta) + F(\theta - h e))/h^2` of loss + penalty.

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
