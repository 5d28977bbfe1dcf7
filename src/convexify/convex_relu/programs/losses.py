"""Losses of the convex programs: value, derivatives and conjugate, each in one place for solvers and certificates.

A loss is a sum over samples (rows) and outputs (columns) of a convex function of the prediction ``f``. Every class has

- ``value(f, y)`` and ``negative_gradient(f, y)``: the dual point that belongs to a prediction, ``nu = -gradient``;
- ``dual_value(nu, y)``: minus the conjugate at ``-nu``, minus infinity outside its domain;
- ``clip_dual(nu, y)``: the nearest dual point inside that domain;
- ``best_scale(nu, y, limit)``: a scale ``0 <= t <= limit`` that keeps ``t nu`` in the domain and makes ``dual_value``
  large; the dual point of a certificate is scaled by it.
"""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit, xlogy

from convexify.checks import one_of

_INFINITY = float("inf")


class SquaredLoss:
    r""":math:`\tfrac12\|f-y\|^2`; the dual value is :math:`\nu^\top y-\tfrac12\|\nu\|^2`."""

    name = "squared"
    smooth = True

    def value(self, f, y):
        return 0.5 * float(np.sum((f - y) ** 2))

    def negative_gradient(self, f, y):
        return y - f

    def clip_dual(self, nu, y):
        return nu

    def dual_value(self, nu, y):
        return float(np.sum(nu * y) - 0.5 * np.sum(nu**2))

    def best_scale(self, nu, y, limit=_INFINITY):
        norm = float(np.sum(nu**2))
        return 0.0 if norm == 0 else float(np.clip(np.sum(nu * y) / norm, 0.0, limit))


class LogisticLoss:
    r""":math:`\sum\log(1+e^{-yf})`, labels ±1; the dual value is the entropy of :math:`a=y\nu\in[0,1]`."""

    name = "logistic"
    smooth = True

    def value(self, f, y):
        return float(np.sum(np.logaddexp(0.0, -y * f)))

    def negative_gradient(self, f, y):
        return y * expit(-y * f)

    def clip_dual(self, nu, y):
        return y * np.clip(y * nu, 0.0, 1.0)

    def dual_value(self, nu, y):
        a = y * nu
        if a.min() < 0 or a.max() > 1:
            return -_INFINITY
        return -float(np.sum(xlogy(a, a) + xlogy(1 - a, 1 - a)))

    def best_scale(self, nu, y, limit=_INFINITY):
        top = float((y * nu).max())
        limit = min(limit, 1.0 / top) if top > 0 else limit
        if not np.isfinite(limit) or limit == 0:
            return 0.0
        inside = minimize_scalar(lambda t: -self.dual_value(t * nu, y), bounds=(0, limit), method="bounded").x
        return max((inside, limit), key=lambda t: self.dual_value(t * nu, y))


class HingeLoss:
    r""":math:`\sum\max(0,1-yf)` with labels ±1; the dual value is :math:`\sum y\nu` on :math:`0\le y\nu\le1`.

    At the kink ``yf = 1`` the negative gradient is not unique; ``negative_gradient`` returns the steeper side's.
    """

    name = "hinge"
    smooth = False

    def value(self, f, y):
        return float(np.sum(np.maximum(0.0, 1.0 - y * f)))

    def negative_gradient(self, f, y):
        return y * (y * f <= 1)

    def clip_dual(self, nu, y):
        return y * np.clip(y * nu, 0.0, 1.0)

    def dual_value(self, nu, y):
        a = y * nu
        return float(a.sum()) if a.min() >= 0 and a.max() <= 1 else -_INFINITY

    def best_scale(self, nu, y, limit=_INFINITY):
        a = y * nu
        if a.max() <= 0 or a.sum() <= 0:
            return 0.0
        return min(limit, 1.0 / float(a.max()))


LOSSES = {loss.name: loss for loss in (SquaredLoss(), LogisticLoss(), HingeLoss())}


def loss_named(name):
    """The loss called ``"squared"``, ``"logistic"`` or ``"hinge"``; `ValueError` for any other name."""
    return LOSSES[one_of("loss", name, LOSSES)]


def check_labels(loss, y):
    """``y`` itself, if it is fit for ``loss``: ±1 with both classes in every column for classification.

    Raises
    ------
    ValueError
        If a classification loss meets labels other than -1 and +1, or a column with one class only.
    """
    if loss.name == "squared":
        return y
    if not np.isin(y, (-1.0, 1.0)).all():
        other = np.unique(y[~np.isin(y, (-1.0, 1.0))])[:3]
        raise ValueError(f"y: expected labels -1 and +1 for the {loss.name} loss, got {other.tolist()}")
    if (np.abs(y.sum(axis=0)) == y.shape[0]).any():
        raise ValueError(f"y: expected both classes for the {loss.name} loss, got one class only")
    return y
