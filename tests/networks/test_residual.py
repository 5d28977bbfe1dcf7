import numpy as np
import pytest
import torch

from convexify.networks.fully_connected import FullyConnected, normaliser
from convexify.networks.residual import Residual

X = torch.tensor([[0.6, 0.8], [1.0, 0.0], [0.0, -1.0]], dtype=torch.float64)


@pytest.mark.parametrize(("scaling", "power"), [("1/H", -1), ("1/sqrt(H)", -0.5), ("1", 0)])
@pytest.mark.parametrize("skip", [True, False])
def test_forward_is_the_formula_of_the_docstring(scaling, power, skip):
    net = Residual(2, 5, 4, c_res=0.3, branch_scaling=scaling, skip=skip, activation="tanh", seed=1)
    first, *others = net.weights
    x = np.sqrt(normaliser("tanh") / 5) * torch.tanh(X @ first.T)
    for W in others:
        branch = 0.3 * 4.0**power / np.sqrt(5) * torch.tanh(x @ W.T)
        x = x + branch if skip else branch
    assert torch.allclose(net(X), x @ net.output, rtol=1e-12)


def test_one_layer_is_the_fully_connected_network():
    assert torch.equal(Residual(2, 5, 1, seed=3)(X), FullyConnected(2, 5, 1, seed=3)(X))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"c_res": 0.0}, "c_res: expected more than 0"),
        ({"c_res": 1.0}, "c_res: expected less than 1"),
        ({"c_res": float("nan")}, "c_res: expected a finite number"),
        ({"branch_scaling": "2/H"}, "branch_scaling: expected one of"),
        ({"depth": 0}, "depth: expected at least 1"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        Residual(**{"inputs": 2, "width": 3, "depth": 2, **change})
