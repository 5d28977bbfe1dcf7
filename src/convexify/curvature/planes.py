"""Planes in the space of parameters, and the loss of a multi-branch network on a grid of one."""

import numpy as np
import torch

from convexify.checks import as_integer, as_vector


def plane_through_networks(networks):
    r"""Plane of three independently trained networks, by the official code's recipe.

    Parameters
    ----------
    networks : sequence of torch.Tensor, shape (size,)
        Parameters :math:`w_0, w_1, w_2`.

    Returns
    -------
    tuple of torch.Tensor, shape (size,)
        Centre :math:`(w_0+w_1+w_2)/3` and the axes :math:`(w_0-w_1)\,\|w_2\|/\|w_0-w_1\|` and
        :math:`(w_0-w_2)\,\|w_2\|/\|w_0-w_2\|`, which are not made orthogonal [1]_.

    Raises
    ------
    ValueError
        Unless three vectors of one length come, the first different from both others.

    References
    ----------
    .. [1] Zhang, Shao, Salakhutdinov (2019), AISTATS; code published by the authors.
    """
    networks = list(networks)
    if len(networks) != 3 or any(w.ndim != 1 or w.shape != networks[0].shape for w in networks):
        raise ValueError(f"networks: expected three vectors of one length, got {[tuple(w.shape) for w in networks]}")
    first, second, third = networks
    differences = [first - second, first - third]
    if any(not difference.any() for difference in differences):
        raise ValueError("networks: expected three different networks, got two equal ones")
    return ((first + second + third) / 3, *(d / d.norm() * third.norm() for d in differences))


def coordinates_in_plane(networks):
    """Coordinates of each of three networks in their own plane, shape (3, 2); see `plane_through_networks`."""
    first, second, third = networks
    lengths = [float((first - other).norm() / third.norm()) for other in (second, third)]
    # w_0 − centre = (w_0 − w_1)/3 + (w_0 − w_2)/3, and so on: exact, since the three lie in the plane.
    shares = np.array([[1, 1], [-2, 1], [1, -2]]) / 3
    return shares * lengths


def filter_normalised_plane(network, parameters, seed):
    r"""Two random directions whose filters have the norms of the network's own filters (Li et al. 2018 [1]_).

    Parameters
    ----------
    network : MultiBranch
    parameters : torch.Tensor, shape (size,)
        Centre of the plane.
    seed : int

    Returns
    -------
    tuple of torch.Tensor, shape (size,)
        Centre and two directions.

    Notes
    -----
    A filter is the vector of weights that enter one unit: a row of a hidden layer of one branch, and for an output the
    weights from all branches, which the average makes one layer. Biases do not move.

    References
    ----------
    .. [1] Li, Xu, Taylor, Studer, Goldstein (2018), Visualizing the loss landscape of neural nets, NeurIPS.
    """
    generator = torch.Generator().manual_seed(as_integer("seed", seed, minimum=0))
    own = network.tensors(parameters)

    def direction():
        pieces = []
        for k, tensor in enumerate(own):
            if k % 2:
                pieces.append(torch.zeros_like(tensor))
                continue
            # The weights into an output come from the units of every branch.
            dims = (0, 2) if k == len(own) - 2 else (2,)
            draw = torch.randn(tensor.shape, generator=generator, dtype=tensor.dtype).to(tensor.device)
            norms = [torch.linalg.vector_norm(t, dim=dims, keepdim=True) for t in (tensor, draw)]
            pieces.append(draw * norms[0] / norms[1])
        return network.vector(pieces)

    return parameters, direction(), direction()


def plane_losses(network, X, loss, plane, first_coordinates, second_coordinates):
    """Loss of a multi-branch network on a grid of a plane.

    Parameters
    ----------
    network : MultiBranch
    X : torch.Tensor, shape (n, inputs)
    loss : callable
        Maps outputs (n, outputs) to a scalar tensor.
    plane : tuple of torch.Tensor, shape (size,)
        Centre and two axes.
    first_coordinates, second_coordinates : array_like, shapes (p,) and (q,)
        Multiples of the axes.

    Returns
    -------
    ndarray, shape (p, q)

    Raises
    ------
    ValueError
        If coordinates are not finite.

    Notes
    -----
    The pre-activations of the first layer are affine in the coordinates, so that three products with ``X`` serve every
    point of the grid.
    """
    rows = as_vector("first_coordinates", first_coordinates)
    columns = as_vector("second_coordinates", second_coordinates)
    values = np.empty((len(rows), len(columns)))
    with torch.no_grad():
        start, along_first, along_second = (network.first_layer(part, X) for part in plane)
        centre, first_axis, second_axis = map(network.after_first_layer, plane)
        for i, x in enumerate(rows.tolist()):
            row_start, row_rest = start + x * along_first, centre + x * first_axis
            for j, y in enumerate(columns.tolist()):
                outputs = network.from_first_layer(
                    row_rest.add(second_axis, alpha=y), row_start.add(along_second, alpha=y)
                )
                values[i, j] = float(loss(outputs))
    return values
