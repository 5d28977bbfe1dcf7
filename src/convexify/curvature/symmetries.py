"""Symmetries of a two-layer network: its neurons in another order, or with other signs."""

from convexify.checks import as_vector


def permuted(loss, theta, order):
    """Parameters of the same network with its neurons in another order.

    Parameters
    ----------
    loss : ShallowLoss
        Network; its ``own(j)`` are the parameters of neuron j.
    theta : array_like, shape (p,)
    order : sequence of int
        Neuron that comes to each place.

    Returns
    -------
    ndarray, shape (p,)

    Raises
    ------
    ValueError
        If ``order`` is no permutation of the neurons or the parameters do not fit the network.

    Examples
    --------
    >>> from convexify.curvature.shallow_loss import ShallowLoss
    >>> loss = ShallowLoss([[1.0], [2.0]], [0.0, 1.0], 2, hidden_bias=False, output_bias=False)
    >>> permuted(loss, [1.0, 2.0, 3.0, 4.0], [1, 0])
    array([2., 1., 4., 3.])
    """
    theta = as_vector("theta", theta, length=loss.layout.size)
    if sorted(order) != list(range(loss.width)):
        raise ValueError(f"order: expected each of the {loss.width} neurons once, got {list(order)}")
    image = theta.copy()
    for place, neuron in enumerate(order):
        image[loss.own(place)] = theta[loss.own(neuron)]
    return image


def reflected(loss, theta, signs):
    """Parameters with the incoming weights, bias and outgoing weight of neuron j times ``signs[j]``.

    The same network if the activation is odd (tanh): −a σ(−z) = a σ(z). Another one for ReLU and softplus.
    """
    image = as_vector("theta", theta, length=loss.layout.size).copy()
    for neuron, sign in enumerate(signs):
        image[loss.own(neuron)] *= sign
    return image
