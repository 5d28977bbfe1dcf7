"""Deep residual networks in the NTK parametrisation, with the scalings that the ablation of the skip needs."""

from convexify.checks import as_number, one_of
from convexify.networks.fully_connected import FullyConnected

#: Factor of a residual branch by name, as a power p of the depth: H^p.
BRANCH_SCALINGS = {"1/H": -1.0, "1/sqrt(H)": -0.5, "1": 0.0}


class Residual(FullyConnected):
    r"""Network :math:`x^{(h)} = x^{(h-1)} + \frac{c_{res}}{H\sqrt m}\,\sigma(W^{(h)}x^{(h-1)})` for h = 2, …, H [1]_.

    The first layer changes the dimension and is the fully connected one, :math:`x^{(1)} = \sqrt{c_\sigma/m}\,
    \sigma(W^{(1)}x)`; the output is :math:`a^\top x^{(H)}`.

    Parameters
    ----------
    inputs, width, depth, activation, seed, dtype
        As for `FullyConnected`.
    c_res : float
        Size of the residual branches, ``0 < c_res < 1``.
    branch_scaling : {"1/H", "1/sqrt(H)", "1"}
        Factor of the residual branches; the theorem is about ``"1/H"``, the others are ablations.
    skip : bool
        ``False`` leaves out the term x^(h−1) and keeps the scaling: an ablation.

    Raises
    ------
    ValueError
        As `FullyConnected`; or if ``c_res`` is not in (0, 1) or the scaling is unknown.

    References
    ----------
    .. [1] Du, Lee, Li, Wang, Zhai (2019), Gradient descent finds global minima of deep neural networks, ICML.
    """

    def __init__(self, inputs, width, depth, *, c_res=0.5, branch_scaling="1/H", skip=True, **keywords):
        super().__init__(inputs, width, depth, **keywords)
        self.branch_factor = branch_factor(self.depth, c_res, branch_scaling)
        self.skip = bool(skip)

    def combine(self, layer, entering, activated):
        """Skip plus scaled branch, except in the first layer."""
        if layer == 1:
            return super().combine(layer, entering, activated)
        branch = self.branch_factor / self.width**0.5 * activated
        return entering + branch if self.skip else branch


def branch_factor(depth, c_res, branch_scaling):
    """Factor c_res·H^p of the residual branches of a network of depth H.

    Raises
    ------
    ValueError
        If ``c_res`` is not in (0, 1) or the scaling is unknown.
    """
    c_res = as_number("c_res", c_res, above=0.0)
    if c_res >= 1:
        raise ValueError(f"c_res: expected less than 1, got {c_res}")
    return c_res * depth ** BRANCH_SCALINGS[one_of("branch_scaling", branch_scaling, tuple(BRANCH_SCALINGS))]
