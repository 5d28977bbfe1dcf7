"""Linear predictors that a strongly regularised network is set beside: ridge regression and the tangent model."""

import numpy as np
import torch

from convexify.checks import as_matrix, as_number, as_vector


def ridge_weights(X, y, lam):
    r"""Weights of the minimiser of :math:`\frac1n\|Xw + c\,\mathbb 1 - y\|^2 + \lambda\|w\|^2`, the constant c free.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Samples as rows.
    y : array_like, shape (n,)
    lam : float
        :math:`\lambda > 0`.

    Returns
    -------
    ndarray, shape (d,)
        The predictor is :math:`\bar y + (x - \bar x)^\top w` with the means of the samples.

    Raises
    ------
    ValueError
        If shapes disagree, an entry is not finite, or ``lam`` is not positive.

    Examples
    --------
    >>> ridge_weights([[-1.0], [1.0]], [0.0, 2.0], 1.0)
    array([0.5])
    """
    X = as_matrix("X", X)
    y = as_vector("y", y, length=len(X))
    lam = as_number("lam", lam, above=0.0)
    centred = X - X.mean(axis=0)
    return np.linalg.solve(centred.T @ centred / len(X) + lam * np.eye(X.shape[1]), centred.T @ (y - y.mean()) / len(X))


class TangentModel:
    r"""A network linearised at parameters ε: :math:`f(x;\varepsilon) + \nabla_\theta f(x;\varepsilon)^\top u`.

    Parameters
    ----------
    loss : ShallowLoss
        Network and training samples.
    centre : array_like, shape (p,)
        The parameters ε.

    Notes
    -----
    Under λ‖θ − ε‖² with λ large a network computes what its tangent model computes: its parameters do not leave the
    neighbourhood of ε where the linearisation holds.
    """

    def __init__(self, loss, centre):
        self.loss = loss
        self.centre = as_vector("centre", centre, length=loss.layout.size)
        self._features = self.features(loss.X)

    def features(self, X):
        """Derivatives of the outputs at the rows of ``X`` with respect to the parameters, shape (n, p)."""
        return torch.func.jacrev(self.loss.output)(torch.as_tensor(self.centre), torch.as_tensor(X)).numpy()

    def fit(self, lam):
        """Displacement u that minimises mean squared error plus λ‖u‖² on the training samples, shape (p,)."""
        lam = as_number("lam", lam, above=0.0)
        J, residual = self._features, self.loss.y - self.loss.predict(self.centre)
        return np.linalg.solve(J.T @ J / len(J) + lam * np.eye(J.shape[1]), J.T @ residual / len(J))

    def predict(self, displacement, X):
        """Outputs of the tangent model at the rows of ``X``, shape (n,)."""
        return self.loss.predict(self.centre, X) + self.features(X) @ displacement
