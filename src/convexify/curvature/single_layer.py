r"""Networks without a hidden layer, :math:`g(x^\top w)`: losses of least squares, logistic regression and a ReLU."""

import numpy as np
from scipy.special import expit

from convexify.checks import as_matrix, as_vector, one_of

OUTPUTS = ("linear", "logistic", "relu")


class SingleLayerLoss:
    r"""Mean loss of one output neuron without a hidden layer, as `convexify.curvature.penalties.minimise` takes it.

    Parameters
    ----------
    output : {"linear", "logistic", "relu"}
        Squared error of xᵀw, logistic loss of xᵀw for labels ±1, squared error of max(0, xᵀw).
    X : array_like, shape (n, d)
        Samples as rows.
    y : array_like, shape (n,)

    Raises
    ------
    ValueError
        If shapes disagree, an entry is not finite, or the output is unknown.

    Notes
    -----
    The first two are convex in w, so that λ‖w‖² with any λ > 0 has one minimiser. The third is not:
    x = (1, −1), y = (1, 1) has the two minimisers ±1/(1 + 2λ).

    Examples
    --------
    >>> SingleLayerLoss("relu", [[1.0], [-1.0]], [1.0, 1.0]).value_and_gradient(np.array([1.0]))
    (0.5, array([0.]))
    """

    smooth = False

    def __init__(self, output, X, y):
        self.output = one_of("output", output, OUTPUTS)
        self.X = as_matrix("X", X)
        self.y = as_vector("y", y, length=len(self.X))

    def value_and_gradient(self, w):
        """Loss and gradient at a flat array."""
        z, n = self.X @ w, len(self.y)
        if self.output == "logistic":
            margin = self.y * z
            return float(np.logaddexp(0.0, -margin).mean()), self.X.T @ (-self.y * expit(-margin)) / n
        active = z >= 0 if self.output == "relu" else np.ones(n)
        residual = active * z - self.y
        return float(residual @ residual / n), 2 / n * (self.X.T @ (residual * active))
