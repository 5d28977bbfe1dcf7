"""Permutations of branches and hidden units that bring one multi-branch network close to another."""

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment


def aligned(network, parameters, reference, X):
    r"""``parameters`` with branches and hidden units permuted to lie as close to ``reference`` as matching makes them.

    Parameters
    ----------
    network : MultiBranch
    parameters, reference : torch.Tensor, shape (size,)
        Parameters to permute and those to match.
    X : torch.Tensor, shape (n, inputs)
        Samples at which the activations are compared.

    Returns
    -------
    torch.Tensor, shape (size,)
        Same function as ``parameters``.

    Notes
    -----
    Activation matching [1]_: Hungarian assignment of branches that maximises the sum of inner products of what the
    branches add to the outputs, then, in each branch, an assignment of the units of each hidden layer by the inner
    products of their weighted activations :math:`\langle a, a'\rangle\langle v, v'\rangle`, with :math:`v` the outgoing
    weights. Only the assignments, which SciPy solves one at a time, run in a loop.

    References
    ----------
    .. [1] Ainsworth, Hayase, Srinivasa (2023), Git Re-Basin: merging models modulo permutation symmetries, ICLR.

    Examples
    --------
    >>> from convexify.networks.multi_branch import MultiBranch
    >>> network = MultiBranch(inputs=3, outputs=2, branches=3)
    >>> w = network.initial(seed=0)
    >>> X = torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
    >>> torch.equal(aligned(network, network.permuted(w, [2, 0, 1]), w, X), w)
    True
    """
    with torch.no_grad():
        theirs, ours = (network.branch_outputs(p, X).flatten(1) for p in (reference, parameters))
        # ‖f_i − g_j‖² summed over a permutation differs from −2⟨f_i, g_j⟩ by a constant.
        order = _assignment((theirs @ ours.T)[None])[0]
        parameters = network.permuted(parameters, order)
        if network.width == 1:
            return parameters
        same_branches, units = np.arange(network.branches), []
        target, target_tensors = network.activations(reference, X), network.tensors(reference)
        for layer in range(network.hidden_layers):
            source = network.activations(parameters, X)[layer]
            outgoing = network.tensors(parameters)[2 * layer + 2]
            # The outgoing weights end in units that the next round permutes: compare them by what no order changes.
            reach = torch.bmm(target_tensors[2 * layer + 2].norm(dim=1)[:, :, None], outgoing.norm(dim=1)[:, None, :])
            if layer == network.hidden_layers - 1:
                reach = torch.bmm(target_tensors[-2].transpose(1, 2), outgoing)
            units = [np.tile(np.arange(network.width), (network.branches, 1))] * network.hidden_layers
            units[layer] = _assignment(torch.bmm(target[layer], source.transpose(1, 2)) * reach)
            parameters = network.permuted(parameters, same_branches, units)
    return parameters


def _assignment(similarity):
    """For each matrix of a stack (k, m, m), the column assigned to each row so that the sum is largest: (k, m)."""
    return np.stack([linear_sum_assignment(matrix, maximize=True)[1] for matrix in similarity.double().cpu().numpy()])
