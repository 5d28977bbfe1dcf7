"""Objective of two-layer networks with its gradient in closed form, for descent on many small networks at once."""

import torch

_LOSSES = {
    "squared": lambda f, y: 0.5 * (f - y) ** 2,
    "logistic": lambda f, y: torch.nn.functional.softplus(-y * f),
    "hinge": lambda f, y: torch.relu(1 - y * f),
}
_DERIVATIVES = {
    "squared": lambda f, y: f - y,
    "logistic": lambda f, y: -y * torch.sigmoid(-y * f),
    "hinge": lambda f, y: torch.where(y * f < 1, -y, 0.0),
}


class TwoLayerObjective(torch.autograd.Function):
    r"""Sum over networks of the mean loss plus weight decay, a node of its own in torch's graph.

    With :math:`z=Xu_j`, :math:`f=\sum_j\sigma(z_j)\alpha_j` and the losses' derivatives :math:`g_i=\ell'(f_i,y_i)/b`,

    .. math::
       \partial_{\alpha_j}=\sum_ig_i\sigma(z_{ij})+\delta\alpha_j,\qquad
       \partial_{u_j}=\sum_ig_i\alpha_j\sigma'(z_{ij})x_i+\delta u_j.

    The networks of an experiment are so small that recording and replaying a dozen operations costs more than they do.
    A network whose objective exceeds its ceiling contributes the ceiling, and no gradient.
    """

    @staticmethod
    def forward(ctx, hidden, output, samples, targets, decay, ceiling, loss, negative_slope):
        """Value from ``hidden`` (c, d, m), ``output`` (c, m), ``samples`` (b, d), ``targets`` (c, b)."""
        inner = samples @ hidden
        slope = (inner > 0).to(inner.dtype)
        if negative_slope:
            slope.mul_(1 - negative_slope).add_(negative_slope)
        ramp = inner.mul_(slope)
        f = torch.bmm(ramp, output[:, :, None])[:, :, 0]
        squares = hidden.flatten(1).square().sum(1) + output.square().sum(1)
        each = _LOSSES[loss](f, targets).mean(1) + 0.5 * decay * squares
        alive = each <= ceiling
        if any(ctx.needs_input_grad):
            g = _DERIVATIVES[loss](f, targets).div_(len(samples))
            to_output = torch.bmm(g[:, None, :], ramp)[:, 0].add_(output, alpha=decay)
            to_inner = slope.mul_(g[:, :, None]).mul_(output[:, None, :])
            to_hidden = torch.matmul(samples.T, to_inner).add_(hidden, alpha=decay)
            if not alive.all():
                to_hidden[~alive], to_output[~alive] = 0.0, 0.0
            ctx.save_for_backward(to_hidden, to_output)
        return torch.where(alive, each, ceiling).sum()

    @staticmethod
    def backward(ctx, upstream):
        """The gradients that `forward` left behind, times ``upstream``."""
        to_hidden, to_output = ctx.saved_tensors
        return upstream * to_hidden, upstream * to_output, None, None, None, None, None, None
