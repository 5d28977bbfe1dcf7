"""How far measured Gram matrices are from the limits of wide networks, and the bounds that the limits promise."""

import numpy as np
import pandas as pd

from convexify.width.limits import gram, smallest_eigenvalue, tangent_gram


class WideLimit:
    r"""The limit of one architecture on given samples.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Unit rows.
    depth : int
        Number H of hidden layers, at least 2.
    architecture : {"fc", "resnet"}
    activation : {"softplus", "relu", "tanh", "erf"}

    Attributes
    ----------
    definition : list of H + 1 ndarrays
        :math:`K^{(0)}, \dots, K^{(H)}` of Definition 1 (`convexify.width.limits.gram`).
    printed : ndarray
        :math:`K^{(H)}` with the covariance that the survey prints.
    tangent : list of H + 1 ndarrays
        Limits of :math:`G^{(1)}, \dots, G^{(H+1)}` (`convexify.width.limits.tangent_gram`).
    smallest, smallest_of_all_layers : float
        :math:`\lambda_{\min}(K^{(H)})`, and that of the sum of the tangent limits.

    Raises
    ------
    ValueError
        As `convexify.width.limits.gram`.
    """

    def __init__(self, X, depth, architecture, activation):
        options = {"architecture": architecture, "activation": activation}
        self.definition = gram(X, depth, **options)
        self.printed = gram(X, depth, as_printed=True, **options)[-1]
        self.tangent = tangent_gram(X, depth, **options)
        self.smallest = smallest_eigenvalue(self.definition[-1])
        self.smallest_of_all_layers = smallest_eigenvalue(sum(self.tangent))

    def distances(self, grams):
        """Relative distances of measured Gram matrices to each candidate for their limit.

        Parameters
        ----------
        grams : sequence of sequences of H + 1 ndarrays
            Gram matrices of the layers (`convexify.width.empirical.empirical_gram`) for each of several starts.

        Returns
        -------
        pandas.DataFrame
            One row per ``repetition`` and ``layer``: ``distance_to_limit``, ``distance_to_k_h``, to the matrix that
            the survey names (NaN for the output layer), and ``smallest_over_norm``, smallest eigenvalue over norm.
        """
        H = len(self.definition) - 1
        rows = []
        for repetition, matrices in enumerate(grams):
            for layer, (G, tangent) in enumerate(zip(matrices, self.tangent, strict=True), start=1):
                named = relative_distance(G, self.definition[layer]) if layer <= H else np.nan
                smallest = np.linalg.eigvalsh(G)[0] / np.linalg.norm(G, 2)
                rows.append((repetition, layer, relative_distance(G, tangent), named, smallest))
        columns = ["repetition", "layer", "distance_to_limit", "distance_to_k_h", "smallest_over_norm"]
        return pd.DataFrame(rows, columns=columns)

    def shape_distances(self, grams):
        """Relative distances of the mean of measured matrices G^(H) to both formulas of Definition 1, at unit trace.

        The mean over starts and a common scale leave little fluctuation: what stays tells the two formulas apart.

        Parameters
        ----------
        grams : sequence of sequences of H + 1 ndarrays
            As for `distances`.

        Returns
        -------
        corrected, printed : float
        """
        mean = unit_trace(np.mean([matrices[-2] for matrices in grams], axis=0))
        return tuple(relative_distance(mean, unit_trace(K)) for K in (self.definition[-1], self.printed))

    def loss_bounds(self, step, iteration):
        r"""Two bounds of the loss, relative to the start, after some iterations of gradient descent.

        Parameters
        ----------
        step : array_like
            Step length η.
        iteration : array_like
            Number k of steps, of the same shape.

        Returns
        -------
        bound : ndarray
            :math:`(1 - \eta\lambda_{\min}(K^{(H)})/2)^k`, the survey's eq. (15).
        kernel_bound : ndarray
            :math:`(1 - \eta\lambda_{\min}(G))^{2k}` with the limit G of the whole Gram matrix: what eq. (10) would give
            if the Gram matrix did not move.
        """
        return (
            (1 - step * self.smallest / 2) ** iteration,
            (1 - step * self.smallest_of_all_layers) ** (2 * iteration),
        )


def relative_distance(G, K):
    """‖G − K‖/‖K‖ in the spectral norm."""
    return np.linalg.norm(G - K, 2) / np.linalg.norm(K, 2)


def unit_trace(K):
    """K scaled to unit trace."""
    return K / np.trace(K)
