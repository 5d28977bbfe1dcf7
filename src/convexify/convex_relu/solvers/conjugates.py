"""Conjugates of the losses as `newton` needs them: derivatives at a dual point and steps that stay in the domain."""

import numpy as np
from scipy.special import xlogy


class SquaredConjugate:
    """½‖nu‖² - nu'y: its gradient nu - y, inverse curvature 1; the whole space is its domain."""

    direction = 0.1, "float32"  # relative residual and precision of conjugate gradients

    def __init__(self, y):
        self.y = y

    def start(self):
        return self.y.copy()

    def into_domain(self, nu):
        return nu.copy()

    def retract(self, nu, step):
        return nu + step

    def derivatives(self, nu, prediction):
        return float(np.sum(0.5 * nu**2 - nu * self.y)), nu - self.y + prediction, np.ones_like(nu)

    def reduce_smoothing(self, factor):
        pass

    def smoothing(self, nu):
        """How much the value differs from the conjugate itself."""
        return 0.0


class LogisticConjugate(SquaredConjugate):
    """Negative entropy of a = y nu in (0, 1); a step goes at most 99 % of the way to a bound."""

    direction = 0.1, "float64"

    def start(self):
        return 0.5 * self.y

    def into_domain(self, nu):
        return self.y * np.clip(self.y * nu, 1e-12, 1 - 1e-12)

    def retract(self, nu, step):
        a = self.y * nu
        return self.y * np.clip(
            a + self.y * step, np.maximum(0.01 * a, 1e-300), np.minimum(1 - 0.01 * (1 - a), 1 - 1e-16)
        )

    def derivatives(self, nu, prediction):
        a = self.y * nu
        value = float(np.sum(xlogy(a, a) + xlogy(1 - a, 1 - a)))
        return value, self.y * (np.log(a) - np.log1p(-a)) + prediction, a * (1 - a)


class HingeConjugate(LogisticConjugate):
    """-Σ a on 0 <= a = y nu <= 1, smoothed by ``delta`` times the negative entropy; ``delta`` falls as the step grows.

    This is the conjugate of the smoothed hinge delta log(1 + exp((1 - y f) / delta)).
    """

    def __init__(self, y):
        super().__init__(y)
        self.delta, self.direction = 1.0, (1e-6, "float64")  # the curvature spans many orders of magnitude

    def derivatives(self, nu, prediction):
        entropy, gradient, weight = super().derivatives(nu, prediction / self.delta)
        value, gradient = self.delta * entropy - float(np.sum(self.y * nu)), self.delta * gradient - self.y
        # next to 1 the entry cannot come closer in floating point: hold it there
        held = (self.y * nu > 1 - 1e-14) & (self.y * gradient < 0)
        return value, gradient, np.where(held, 0.0, weight / self.delta)

    def reduce_smoothing(self, factor):
        self.delta /= factor

    def smoothing(self, nu):
        a = self.y * nu
        return -self.delta * float(np.sum(xlogy(a, a) + xlogy(1 - a, 1 - a)))


CONJUGATES = {"squared": SquaredConjugate, "logistic": LogisticConjugate, "hinge": HingeConjugate}
