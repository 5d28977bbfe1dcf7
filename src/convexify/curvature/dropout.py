r"""Dropout on the hidden neurons of a two-layer network: the expected loss, in closed form."""

import torch

from convexify.checks import as_number
from convexify.curvature.activations import activate


class DropoutLoss:
    r"""Mean squared error of a two-layer network, expected over dropout on its hidden neurons.

    Parameters
    ----------
    loss : ShallowLoss
        The network without dropout.
    rate : float
        Probability :math:`p \in [0, 1)` with which a neuron is dropped; kept ones are scaled by 1/(1 − p).

    Attributes
    ----------
    layout, width, smooth
        As in `ShallowLoss`.

    Notes
    -----
    Neurons are dropped independently, so that the variance of the output is added to the loss [1]_:

    .. math:: \mathbb E L(\theta) = L(\theta) + \frac{p}{1-p}\,\frac1n\sum_i\sum_j a_j^2\,\sigma(w_j^\top x_i + b_j)^2 .

    It does not see the order of the neurons: dropout leaves the network as non-identifiable as it was.

    References
    ----------
    .. [1] Wager, Wang, Liang (2013), Dropout training as adaptive regularization, NeurIPS.
    """

    def __init__(self, loss, rate):
        rate = as_number("rate", rate, minimum=0.0)
        if rate >= 1:
            raise ValueError(f"rate: expected less than 1, got {rate}")
        self.loss, self.factor = loss, rate / (1 - rate)
        self.layout, self.width, self.smooth = loss.layout, loss.width, loss.smooth

    def __call__(self, theta):
        """Expected loss at a flat float64 tensor; differentiable by torch."""
        loss, parts = self.loss, self.layout
        hidden = loss.hidden(theta, torch.as_tensor(loss.X))
        return loss(theta) + self.factor * ((hidden**2).mean(dim=0) @ theta[parts.a] ** 2)

    def value_and_gradient(self, theta):
        """Expected loss and gradient at a flat array."""
        loss, parts = self.loss, self.layout
        value, gradient = loss.value_and_gradient(theta)
        weights = loss.neurons(theta)
        outgoing = weights[:, -1]
        hidden, slope = activate(loss.activation, loss.inputs @ weights[:, :-1].T)
        power = (hidden**2).mean(axis=0)
        incoming = 2 * self.factor * outgoing**2 * (hidden * slope)
        inward = incoming.T @ loss.inputs / len(loss.y)
        d = loss.X.shape[1]
        gradient[parts.W] += inward[:, :d].ravel()
        gradient[parts.b] += inward[:, d:].ravel()
        gradient[parts.a] += 2 * self.factor * outgoing * power
        return value + self.factor * float(power @ outgoing**2), gradient
