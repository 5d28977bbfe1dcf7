"""Networks whose every layer sees the average of all earlier layers, in the NTK parametrisation."""

from convexify.networks.fully_connected import FullyConnected


class DenseSkips(FullyConnected):
    r"""Network in which layer h sees the average of the layers 1, …, h − 1, and the output that of all layers.

    Parameters
    ----------
    inputs, width, depth, activation, seed, dtype
        As for `FullyConnected`.

    Notes
    -----
    With :math:`y^{(h)} = \sqrt{c_\sigma/m}\,\sigma(W^{(h)}x^{(h-1)})` and
    :math:`x^{(h)} = \frac1h\sum_{k\le h}y^{(k)}`, :math:`f(x) = a^\top x^{(H)}`: the skips of dense networks [1]_,
    added up rather than concatenated. The average can be carried along,

    .. math:: x^{(h)} = \Big(1 - \frac1h\Big) x^{(h-1)} + \frac1h\,y^{(h)},

    so that averaged dense skips are a residual network whose skip is damped by 1 − 1/h and whose branch shrinks like
    1/h. (The sum of all earlier layers with one factor 1/H for each is the residual network itself.)

    References
    ----------
    .. [1] Huang, Liu, van der Maaten, Weinberger (2017), Densely connected convolutional networks, CVPR.

    Examples
    --------
    >>> import torch
    >>> network = DenseSkips(2, 4, depth=3)
    >>> _, entering = network.signals(torch.eye(2, dtype=torch.float64), network.weights, network.output)
    >>> layers = [network.first_factor * torch.nn.functional.softplus(x @ W.mT)
    ...           for x, W in zip(entering, network.weights)]
    >>> torch.allclose(entering[-1], sum(layers) / 3)
    True
    """

    def combine(self, layer, entering, activated):
        """The running average of what the layers up to this one computed."""
        new = super().combine(layer, entering, activated)
        return new if layer == 1 else entering + (new - entering) / layer
