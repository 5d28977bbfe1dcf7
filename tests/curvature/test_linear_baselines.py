"""Ridge regression and the tangent model against their definitions."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge

from convexify.curvature.linear_baselines import TangentModel, ridge_weights
from convexify.curvature.shallow_loss import ShallowLoss

RNG = np.random.default_rng(0)
X = RNG.standard_normal((12, 2))
Y = RNG.standard_normal(12)


def test_ridge_agrees_with_scikit_learn_which_sums_instead_of_averaging():
    reference = Ridge(alpha=12 * 0.3).fit(X, Y)
    assert ridge_weights(X, Y, 0.3) == pytest.approx(reference.coef_, rel=1e-10)
    assert Y.mean() - X.mean(axis=0) @ ridge_weights(X, Y, 0.3) == pytest.approx(reference.intercept_, rel=1e-10)


def test_tangent_model_is_first_order_accurate():
    loss = ShallowLoss(X, Y, 3, skip=True)
    centre, direction = RNG.standard_normal((2, loss.layout.size))
    model = TangentModel(loss, centre)
    errors = [abs(model.predict(t * direction, X) - loss.predict(centre + t * direction)).max() for t in (1e-2, 1e-3)]
    assert model.predict(np.zeros_like(centre), X) == pytest.approx(loss.predict(centre))
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.2)


def test_fitted_displacement_is_stationary():
    loss = ShallowLoss(X, Y, 2)
    model = TangentModel(loss, 0.3 * RNG.standard_normal(loss.layout.size))
    u = torch.tensor(model.fit(0.2), requires_grad=True)
    base, features = torch.as_tensor(loss.predict(model.centre)), torch.as_tensor(model.features(X))
    objective = ((base + features @ u - torch.as_tensor(Y)) ** 2).mean() + 0.2 * (u**2).sum()
    objective.backward()
    assert abs(u.grad).max() < 1e-12


def test_bad_arguments_are_refused_by_name():
    with pytest.raises(ValueError, match="lam: expected more than 0"):
        ridge_weights(X, Y, 0.0)
    with pytest.raises(ValueError, match="y: expected 12 entries"):
        ridge_weights(X, Y[:3], 1.0)
    with pytest.raises(ValueError, match="centre: expected 4 entries"):
        TangentModel(ShallowLoss(X[:, :1], Y, 1), np.zeros(3))
