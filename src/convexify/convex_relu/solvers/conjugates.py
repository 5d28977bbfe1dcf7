"""Conjugates of the losses as `newton` needs them: derivatives at a dual point and steps that stay in the domain."""

import numpy as np
from scipy.special import xlogy


class SquaredConjugate:
    """½‖nu‖² - nu'y: its gradient nu - y, inverse curvature 1; the whole space is its domain."""

    def __init__(self, y):
        self.y = y

    def start(self):
        return self.y.copy()

    def inside(self, nu):
        return nu.copy()

    def retract(self, nu, step):
        return nu + step

    def derivatives(self, nu, prediction):
        return float(np.sum(0.5 * nu**2 - nu * self.y)), nu - self.y + prediction, np.ones_like(nu)

    def recentre(self, nu):
        pass

    def sharpen(self, factor):
        pass

    def distance(self, nu):
        return 0.0


class LogisticConjugate(SquaredConjugate):
    """Negative entropy of a = y nu in (0, 1); a step goes at most 99 % of the way to a bound."""

    def start(self):
        return 0.5 * self.y

    def inside(self, nu):
        return self.y * np.clip(self.y * nu, 1e-12, 1 - 1e-12)

    def retract(self, nu, step):
        a = self.y * nu
        return self.y * np.clip(a + self.y * step, 0.01 * a, 1 - 0.01 * (1 - a))

    def derivatives(self, nu, prediction):
        a = self.y * nu
        value = float(np.sum(xlogy(a, a) + xlogy(1 - a, 1 - a)))
        return value, self.y * (np.log(a) - np.log1p(-a)) + prediction, a * (1 - a)


class HingeConjugate(SquaredConjugate):
    """-Σ a on 0 <= a = y nu <= 1, made strongly convex by delta/2 ‖nu - centre‖²: a proximal point step in the dual."""

    def __init__(self, y):
        super().__init__(y)
        self.delta, self.centre = 1.0, y.copy()

    def inside(self, nu):
        return self.y * np.clip(self.y * nu, 0.0, 1.0)

    def retract(self, nu, step):
        return self.inside(nu + step)

    def derivatives(self, nu, prediction):
        a, shift = self.y * nu, nu - self.centre
        gradient = self.delta * shift - self.y + prediction
        held = ((a <= 0) & (self.y * gradient > 0)) | ((a >= 1) & (self.y * gradient < 0))
        value = float(-np.sum(a) + 0.5 * self.delta * np.sum(shift**2))
        return value, gradient, np.where(held, 0.0, 1.0 / self.delta)

    def recentre(self, nu):
        self.centre = nu.copy()

    def sharpen(self, factor):
        self.delta /= factor

    def distance(self, nu):
        return float(np.sqrt(self.delta) * np.linalg.norm(nu - self.centre))


CONJUGATES = {"squared": SquaredConjugate, "logistic": LogisticConjugate, "hinge": HingeConjugate}
