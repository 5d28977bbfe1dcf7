"""Gram matrices of infinitely wide networks: the survey's Definition 1 and the per-layer tangent kernels."""

import numpy as np
from scipy.linalg import eigvalsh

from convexify.checks import MOST_LAYERS, as_integer, as_matrix, one_of
from convexify.networks.fully_connected import normaliser
from convexify.networks.residual import branch_factor
from convexify.width import expectations

ARCHITECTURES = ("fc", "resnet", "dense")
#: Rows this close to unit norm are rescaled to it: it is what normalising in single precision leaves.
_NORM_TOLERANCE = 1.0e-6


def gram(
    X,
    depth,
    *,
    architecture="fc",
    activation="softplus",
    c_res=0.5,
    branch_scaling="1/H",
    skip=True,
    as_printed=False,
):
    r"""Gram matrices :math:`K^{(0)}, \dots, K^{(H)}` of an infinitely wide network (survey, Definition 1).

    Parameters
    ----------
    X : array_like, shape (n, d)
        Samples in rows of unit Euclidean norm (rows within 1e-6 of it are rescaled). Duplicate rows are allowed: they
        get identical rows and columns in every matrix, so that :math:`\lambda_{\min}(K^{(h)}) = 0` up to rounding
        and the theorem promises nothing.
    depth : int
        Number H of hidden layers.
    architecture : {"fc", "resnet", "dense"}
        ``"dense"`` is `convexify.networks.dense_skips.DenseSkips`.
    activation : {"softplus", "relu", "tanh", "erf"}
        The deep theorem needs an analytic one; ReLU is there for comparison.
    c_res, branch_scaling, skip
        As for `convexify.networks.residual.Residual`; unused by the others.
    as_printed : bool
        Take the covariance of the last line from :math:`A^{(H-1)}`, as the survey prints it, instead of
        :math:`A^{(H)}`; needs ``depth >= 2``. See Notes.

    Returns
    -------
    list of H + 1 ndarrays of shape (n, n)

    Raises
    ------
    ValueError
        If X is not finite or has a row whose norm is not 1, ``depth < 1``, ``c_res`` is not in (0, 1), or a name is
        unknown.

    Notes
    -----
    :math:`K^{(0)} = XX^\top`, and with :math:`(u, v) \sim N(0, A^{(h)}_{ij})`, :math:`A^{(h)}` from
    :math:`K^{(h-1)}`, the fully connected network has [1]_

    .. math::
        K^{(h)}_{ij} &= c_\sigma\,\mathbb E[\sigma(u)\sigma(v)], \quad h < H, \\
        K^{(H)}_{ij} &= c_\sigma K^{(H-1)}_{ij}\,\mathbb E[\sigma'(u)\sigma'(v)] .

    The residual network has the same :math:`K^{(1)}`, then, with :math:`s = c_{res}/H` and
    :math:`b^{(1)} = \sqrt{c_\sigma}\,\mathbb E\sigma(u)`, :math:`b^{(h)} = b^{(h-1)} + s\,\mathbb E\sigma(u)`,

    .. math::
        K^{(h)}_{ij} &= K^{(h-1)}_{ij} + \mathbb E[s\,b_i\sigma(v) + s\,b_j\sigma(u) + s^2\sigma(u)\sigma(v)], \\
        K^{(H)}_{ij} &= s^2 K^{(H-1)}_{ij}\,\mathbb E[\sigma'(u)\sigma'(v)] .

    With one layer there is no residual block and all architectures agree. Unit rows give every layer a constant
    diagonal, so that every expectation is a function of the correlation alone and b is one number per layer.

    All are layers :math:`x^{(h)} = \alpha_h x^{(h-1)} + \beta_h m^{-1/2}\sigma(W^{(h)}x^{(h-1)})`, whose limit is

    .. math::
        K^{(h)}_{ij} &= \alpha_h^2 K^{(h-1)}_{ij} + \alpha_h\beta_h\,b^{(h-1)}\,\mathbb E[\sigma(u) + \sigma(v)]
            + \beta_h^2\,\mathbb E[\sigma(u)\sigma(v)], \\
        b^{(h)} &= \alpha_h b^{(h-1)} + \beta_h\,\mathbb E\sigma(u), \qquad
        K^{(H)}_{ij} = \beta_H^2 K^{(H-1)}_{ij}\,\mathbb E[\sigma'(u)\sigma'(v)]:

    given the layers below, every row of W^(h) is an independent Gaussian, so that a coordinate of
    :math:`\sigma(W^{(h)}x^{(h-1)})` is independent of the same coordinate of :math:`x^{(h-1)}`, and the mean of their
    product is the product of their means. Fully connected: :math:`\alpha_h = 0, \beta_h = \sqrt{c_\sigma}`; residual:
    :math:`1, s`; dense: :math:`1 - 1/h, \sqrt{c_\sigma}/h`, the average of all layers so far.

    :math:`K^{(H)}` is the limit of :math:`G^{(H)}`, the Gram matrix of the derivatives with respect to
    :math:`W^{(H)}`: it is of another kind than :math:`K^{(1)}, \dots, K^{(H-1)}`, which are covariances of hidden
    representations. The survey prints :math:`A^{(H-1)}` in the last line; by its own indexing that is the covariance of
    the layer below, and wide networks converge to the formula with :math:`A^{(H)}`.

    References
    ----------
    .. [1] Du, Lee, Li, Wang, Zhai (2019), Gradient descent finds global minima of deep neural networks, ICML.

    Examples
    --------
    The arc-cosine kernel of two orthogonal points:

    >>> hidden, last = gram([[1.0, 0.0], [0.0, 1.0]], 2, activation="relu")[1:]
    >>> hidden.round(4)
    array([[1.    , 0.3183],
           [0.3183, 1.    ]])
    >>> smallest_eigenvalue(last) > 0
    True
    """
    H = as_integer("depth", depth, minimum=1, maximum=MOST_LAYERS)
    if as_printed and H == 1:
        raise ValueError("as_printed: expected depth of at least 2, got depth 1, for which A^(0) is not defined")
    network = LayerRecursion(H, architecture, activation, c_res, branch_scaling, skip)
    K, expand = _input_covariance(X)
    covariances = network.covariances(K, H - 1)
    below = covariances[H - 2] if as_printed else covariances[H - 1]
    last = covariances[H - 1] * network.derivative_covariance(H, below)
    return [expand(matrix) for matrix in [*covariances, last]]


def tangent_gram(X, depth, *, architecture="fc", activation="softplus", c_res=0.5, branch_scaling="1/H", skip=True):
    r"""Limits of :math:`G^{(1)}, \dots, G^{(H)}, G^{(H+1)}`, the Gram matrices of the derivatives layer by layer.

    Parameters, errors
        As for `gram`.

    Returns
    -------
    list of H + 1 ndarrays of shape (n, n)
        The last one belongs to the output weights a; the sum is the neural tangent kernel. Entry H − 1 is
        :math:`K^{(H)}` of `gram`.

    Notes
    -----
    With :math:`D^{(h)}_{ij} = s_h^2\,\mathbb E[\sigma'(u)\sigma'(v)]` over :math:`A^{(h)}`, :math:`s_h` the factor of
    layer h, the back-propagated signals have the covariances :math:`P^{(H)} = 1` and
    :math:`P^{(h-1)} = P^{(h)}\circ(\alpha_h^2 + D^{(h)})`, and
    :math:`G^{(h)} \to K^{(h-1)}\circ D^{(h)}\circ P^{(h)}` [1]_. So only the last layer's limit is the
    :math:`K^{(H)}` of the survey; for h < H the limit is not the survey's :math:`K^{(h)}`.

    References
    ----------
    .. [1] Jacot, Gabriel, Hongler (2018), Neural tangent kernel, NeurIPS.
    """
    H = as_integer("depth", depth, minimum=1, maximum=MOST_LAYERS)
    network = LayerRecursion(H, architecture, activation, c_res, branch_scaling, skip)
    K, expand = _input_covariance(X)
    covariances = network.covariances(K, H)
    backward, kernels = np.ones_like(K), [covariances[H]]
    for h in range(H, 0, -1):
        D = network.derivative_covariance(h, covariances[h - 1])
        kernels.append(covariances[h - 1] * D * backward)
        backward = backward * (D + network.skip_factor(h) ** 2)
    return [expand(kernel) for kernel in reversed(kernels)]


def smallest_eigenvalue(K):
    """Smallest eigenvalue of a symmetric matrix; accurate to about 1e-16 times the largest one."""
    return float(eigvalsh(as_matrix("K", K), subset_by_index=[0, 0])[0])


class LayerRecursion:
    """One step of the recursion for one network; a covariance has a constant diagonal, which is its variance."""

    def __init__(self, depth, architecture, activation, c_res, branch_scaling, skip):
        one_of("activation", activation, expectations.ACTIVATIONS)
        self.architecture = one_of("architecture", architecture, ARCHITECTURES)
        self.activation, self.skip = activation, bool(skip)
        self.normaliser = normaliser(activation)
        self.branch = branch_factor(depth, c_res, branch_scaling) if architecture == "resnet" else None

    def skip_factor(self, h):
        """α_h: what is left of x^(h−1) in x^(h)."""
        if h == 1 or self.architecture == "fc":
            return 0.0
        return 1.0 - 1.0 / h if self.architecture == "dense" else float(self.skip)

    def factor(self, h):
        """β_h: size of the new representation."""
        if h > 1 and self.architecture == "resnet":
            return self.branch
        return np.sqrt(self.normaliser) / (h if self.architecture == "dense" else 1)

    def covariances(self, K, layers):
        """K^(0), …, K^(layers) as covariances of hidden representations."""
        matrices, b = [K], 0.0
        for h in range(1, layers + 1):
            K, s = matrices[-1], self.factor(h)
            new = s**2 * expectations.product_moment(self.activation, *_variance_and_correlation(K))
            step = s * expectations.mean(self.activation, K[0, 0])
            if kept := self.skip_factor(h):
                new += kept**2 * K + 2 * kept * b * step
            b = kept * b + step
            matrices.append(new)
        return matrices

    def derivative_covariance(self, h, K):
        """s_h² E[σ′(u)σ′(v)] for pairs with covariance K, shape (n, n)."""
        return self.factor(h) ** 2 * expectations.derivative_moment(self.activation, *_variance_and_correlation(K))


def _variance_and_correlation(K):
    return K[0, 0], np.clip(K / K[0, 0], -1.0, 1.0)


def _input_covariance(X):
    """XXᵀ of the distinct rows, and the map that puts the repeated rows back."""
    X = as_matrix("X", X)
    norms = np.linalg.norm(X, axis=1)
    bad = np.flatnonzero(np.abs(norms - 1) > _NORM_TOLERANCE)
    if bad.size:
        raise ValueError(f"X: expected rows of unit norm, got norm {norms[bad[0]]:.6g} in row {bad[0]}")
    # Equal rows must give bit-equal rows of K, which a blocked matrix product does not promise.
    rows, index = np.unique(X / norms[:, None], axis=0, return_inverse=True)
    K = rows @ rows.T
    np.fill_diagonal(K, 1.0)
    index = index.ravel()
    return K, lambda matrix: matrix[np.ix_(index, index)]
