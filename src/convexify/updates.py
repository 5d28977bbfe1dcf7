"""Updates of torch parameters from their gradients: gradient descent with momentum, Adam, and torch's L-BFGS.

The first two are torch's to the last bit or nearly. torch's own import its compiler at the first step (a second of a
short job) and spend .05 and .4 ms a step on networks of a few thousand numbers, which take a tenth of that here.
"""

import torch

_BETAS, _EPSILON = (0.9, 0.999), 1e-8


class GradientDescent:
    r""":math:`b\leftarrow\mu b+g,\ w\leftarrow w-\eta b`, the first b being g; no buffer without momentum.

    Parameters
    ----------
    parameters : list of torch.Tensor
    momentum : float
        μ in [0, 1).
    """

    def __init__(self, parameters, momentum=0.0):
        self.parameters, self.momentum, self.buffers = parameters, momentum, None

    @torch.no_grad()
    def step(self, length):
        """One step of length η along the gradients that the parameters hold."""
        directions = [p.grad for p in self.parameters]
        if self.momentum:
            if self.buffers is None:
                self.buffers = [g.clone() for g in directions]
            else:
                for buffer, g in zip(self.buffers, directions, strict=True):
                    buffer.mul_(self.momentum).add_(g)
            directions = self.buffers
        for p, direction in zip(self.parameters, directions, strict=True):
            p.add_(direction, alpha=-length)


class Adam:
    r"""Adam [1]_ with β = (.9, .999) and ε = 1e-8, torch's defaults.

    With :math:`m\leftarrow\beta_1m+(1-\beta_1)g` and :math:`s\leftarrow\beta_2s+(1-\beta_2)g^2` step k is

    .. math:: w\leftarrow w-\frac{\eta}{1-\beta_1^k}\,\frac m{\sqrt{s/(1-\beta_2^k)}+\varepsilon}.

    Parameters
    ----------
    parameters : list of torch.Tensor

    References
    ----------
    .. [1] Kingma, Ba (2015), Adam: a method for stochastic optimization, ICLR.
    """

    def __init__(self, parameters):
        self.parameters, self.count = parameters, 0
        self.moments = [(torch.zeros_like(p), torch.zeros_like(p)) for p in parameters]

    @torch.no_grad()
    def step(self, length):
        """One step of length η; see `GradientDescent.step`."""
        self.count += 1
        first, second = (1 - beta**self.count for beta in _BETAS)
        for p, (m, s) in zip(self.parameters, self.moments, strict=True):
            m.lerp_(p.grad, 1 - _BETAS[0])
            s.mul_(_BETAS[1]).addcmul_(p.grad, p.grad, value=1 - _BETAS[1])
            p.addcdiv_(m, s.sqrt().div_(second**0.5).add_(_EPSILON), value=-length / first)


class LimitedMemory:
    """torch's L-BFGS with a strong Wolfe line search, one quasi-Newton step a call.

    Parameters
    ----------
    parameters : list of torch.Tensor
    memory : int
        Number of correction pairs kept.
    evaluate : callable
        Computes the objective and the gradients anew; returns the objective.
    """

    def __init__(self, parameters, memory, evaluate):
        # Tolerances of 0 leave stopping to the caller.
        self.optimizer = torch.optim.LBFGS(
            parameters, max_iter=1, tolerance_grad=0, tolerance_change=0, history_size=memory,
            line_search_fn="strong_wolfe",
        )  # fmt: skip
        self.evaluate = evaluate

    def step(self, length):
        """One step whose line search first tries ``length`` times the quasi-Newton direction."""
        self.optimizer.param_groups[0]["lr"] = length
        self.optimizer.step(self.evaluate)
