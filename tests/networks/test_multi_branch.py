"""Multi-branch networks: the batched pass is the average of separate torch networks; permutations change nothing."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from convexify.networks.alignment import aligned
from convexify.networks.multi_branch import MultiBranch, multiclass_margin_loss


def average_of_separate_networks(network, parameters, X):
    """The definition, branch by branch, with torch.nn."""
    tensors = network.tensors(parameters)
    outputs = []
    for i in range(network.branches):
        layers = []
        for weights, biases in zip(tensors[::2], tensors[1::2], strict=True):
            layer = torch.nn.Linear(weights.shape[2], weights.shape[1], dtype=parameters.dtype)
            layer.weight.data, layer.bias.data = weights[i], biases[i]
            layers += [layer, torch.nn.ReLU()]
        outputs.append(torch.nn.Sequential(*layers[:-1])(X))
    return torch.stack(outputs).mean(dim=0).detach()


def drawn(network, seed):
    return network.initial(seed, dtype=torch.float64)


@settings(max_examples=25, deadline=None)
@given(branches=st.integers(1, 6), width=st.integers(1, 4), hidden_layers=st.integers(1, 3), seed=st.integers(0, 10**6))
def test_output_is_the_average_of_separate_networks(branches, width, hidden_layers, seed):
    network = MultiBranch(5, 3, branches=branches, width=width, hidden_layers=hidden_layers)
    parameters = drawn(network, seed)
    X = torch.from_numpy(np.random.default_rng(seed).standard_normal((7, 5)))
    expected = average_of_separate_networks(network, parameters, X)
    assert torch.allclose(network(parameters, X), expected, rtol=1e-12, atol=1e-13)
    by_branch = network.branch_outputs(parameters, X)
    assert torch.allclose(by_branch.mean(dim=0).T, expected, rtol=1e-12, atol=1e-13)


@settings(max_examples=25, deadline=None)
@given(branches=st.integers(1, 6), width=st.integers(1, 4), hidden_layers=st.integers(1, 3), seed=st.integers(0, 10**6))
def test_order_of_branches_and_units_does_not_change_the_function(branches, width, hidden_layers, seed):
    network = MultiBranch(4, 2, branches=branches, width=width, hidden_layers=hidden_layers)
    parameters, rng = drawn(network, seed), np.random.default_rng(seed)
    X = torch.from_numpy(rng.standard_normal((6, 4)))
    units = [np.stack([rng.permutation(width) for _ in range(branches)]) for _ in range(hidden_layers)]
    shuffled = network.permuted(parameters, rng.permutation(branches), units)
    assert torch.allclose(network(shuffled, X), network(parameters, X), rtol=1e-12, atol=1e-13)
    assert torch.equal(shuffled.sort().values, parameters.sort().values)


@pytest.mark.parametrize(("width", "hidden_layers"), [(1, 1), (3, 1), (3, 3)])
def test_alignment_undoes_a_permutation(width, hidden_layers):
    network = MultiBranch(8, 3, branches=12, width=width, hidden_layers=hidden_layers)
    rng = np.random.default_rng(0)
    # Positive biases keep every unit alive: dead ones are alike, and their order is nobody's to recover.
    parameters = network.vector([t.abs() if k % 2 else t for k, t in enumerate(network.tensors(drawn(network, 3)))])
    X = torch.from_numpy(rng.standard_normal((200, 8)))
    units = [np.stack([rng.permutation(width) for _ in range(12)]) for _ in range(hidden_layers)]
    shuffled = network.permuted(parameters, rng.permutation(12), units)
    assert not torch.equal(shuffled, parameters)
    assert torch.equal(aligned(network, shuffled, parameters, X), parameters)


@settings(max_examples=15, deadline=None)
@given(width=st.integers(1, 3), hidden_layers=st.integers(1, 3), seed=st.integers(0, 10**6))
def test_alignment_keeps_the_function(width, hidden_layers, seed):
    network = MultiBranch(5, 3, branches=9, width=width, hidden_layers=hidden_layers)
    first, second = drawn(network, seed), drawn(network, seed + 1)
    X = torch.from_numpy(np.random.default_rng(seed).standard_normal((40, 5)))
    moved = aligned(network, second, first, X)
    assert torch.allclose(network(moved, X), network(second, X), rtol=1e-12, atol=1e-13)
    matched, before = (
        float((network.branch_outputs(first, X) * network.branch_outputs(p, X)).sum()) for p in (moved, second)
    )
    assert matched >= before - 1e-12


def test_first_layer_is_affine_in_the_parameters():
    network = MultiBranch(5, 3, branches=4, width=2, hidden_layers=2)
    w, v = drawn(network, 0), drawn(network, 1)
    X = torch.from_numpy(np.random.default_rng(0).standard_normal((6, 5)))
    together = network.first_layer(w + 0.3 * v, X)
    assert torch.allclose(together, network.first_layer(w, X) + 0.3 * network.first_layer(v, X), atol=1e-13)


def test_initial_parameters_stay_within_one_over_root_fan_in():
    network = MultiBranch(16, 3, branches=50, width=4, hidden_layers=2)
    for weights, biases in zip(*(network.tensors(drawn(network, 5))[k::2] for k in (0, 1)), strict=True):
        bound = weights.shape[2] ** -0.5
        assert 0.9 * bound < weights.abs().max() <= bound
        assert biases.abs().max() <= bound


def test_tensors_and_vector_are_inverse_and_share_memory():
    network = MultiBranch(3, 2, branches=4, width=2)
    w = drawn(network, 0)
    assert torch.equal(network.vector(network.tensors(w)), w)
    assert w.numel() == network.size == 4 * (2 * 3 + 2 + 2 * 2 + 2)


@pytest.mark.parametrize("name", ["inputs", "outputs", "branches", "width", "hidden_layers"])
def test_sizes_below_one_are_refused_by_name(name):
    sizes = {"inputs": 3, "outputs": 2, "branches": 4, "width": 2, "hidden_layers": 1, name: 0}
    with pytest.raises(ValueError, match=f"^{name}: expected at least 1, got 0"):
        MultiBranch(
            sizes.pop("inputs"),
            sizes.pop("outputs"),
            **sizes,
        )


def test_wrong_shapes_are_refused_by_name():
    network = MultiBranch(3, 2, branches=4, width=2)
    w = drawn(network, 0)
    with pytest.raises(ValueError, match=r"^parameters: expected a vector of length"):
        network(w[:-1], torch.zeros(5, 3, dtype=torch.float64))
    with pytest.raises(ValueError, match=r"^X: expected 3 columns"):
        network(w, torch.zeros(5, 4, dtype=torch.float64))
    with pytest.raises(ValueError, match=r"^order: expected permutations"):
        network.permuted(w, [0, 1, 2, 2])
    with pytest.raises(ValueError, match=r"^units: expected permutations"):
        network.permuted(w, [0, 1, 2, 3], [np.zeros((4, 2), dtype=int)])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), classes=st.integers(2, 6))
def test_margin_loss_is_that_of_torch(seed, classes):
    rng = np.random.default_rng(seed)
    outputs = torch.from_numpy(2 * rng.standard_normal((9, classes)))
    labels = torch.from_numpy(rng.integers(0, classes, 9))
    expected = torch.nn.functional.multi_margin_loss(outputs, labels)
    assert float(multiclass_margin_loss(outputs, labels)) == pytest.approx(float(expected), rel=1e-12)
