"""Where convexity begins: certified thresholds, their growth with the box, the kink of ReLU, a Hessian slice."""

import numpy as np
import pandas as pd
import torch
from problems import load_problem, loss_of, networks_of

from convexify.curvature import ShallowLoss, convexity_threshold, quadratic_penalty
from convexify.seeds import generator


def thresholds(
    data,
    *,
    problems,
    pairs,
    samples,
    width,
    box,
    boxes,
    lambdas,
    max_boxes,
    search_samples,
    search_starts,
    slice_points,
    seed,
):
    """Tables ``thresholds``, ``growth`` (with the box), ``kink`` (second differences of ReLU), ``slice``."""
    given = dict(zip([name for name in problems if name != "sine"], data, strict=True))
    search = {"samples": search_samples, "starts": search_starts, "seed": 0}
    rows, growth = [], []
    for problem in problems:
        parts = load_problem(problem, given.get(problem), pairs, samples, seed)
        for net in networks_of(problem):
            loss = loss_of(problem, parts, net, width)
            if not loss.smooth:
                continue
            p = loss.layout.size
            found = convexity_threshold(loss, -box * np.ones(p), box * np.ones(p), max_boxes=max_boxes, **search)
            at_zero = torch.func.hessian(loss)(torch.zeros(p, dtype=torch.float64))
            rows.append(
                {"problem": problem, **net, "box": box, "lower": found.lower, "upper": found.upper}
                | {"most_negative_at_zero": float(torch.linalg.eigvalsh(at_zero)[0])}
            )
    parts = load_problem("sine", None, pairs, samples, seed)
    tiny = ShallowLoss(*parts["train"], 1, hidden_bias=False, output_bias=False)
    for side in boxes:
        found = convexity_threshold(tiny, [-side] * 2, [side] * 2, max_boxes=max_boxes, **search)
        growth.append({"loss": "a·tanh(wx)", "box": side, "lower": found.lower, "upper": found.upper})
        cubic = convexity_threshold(lambda theta: -(theta**3).sum(), [-side], [side], **search)
        growth.append({"loss": "−θ³", "box": side, "lower": cubic.lower, "upper": cubic.upper})
    return {
        "thresholds": pd.DataFrame(rows),
        "growth": pd.DataFrame(growth),
        "kink": _kink(parts, width, box, lambdas, seed),
        "slice": _slice(tiny, box, slice_points),
        "shift_of_eigenvalues": _shift(tiny, seed),
    }


def _kink(parts, width, box, lambdas, seed):
    """Second differences of a ReLU network's objective across a kink, at steps that shrink: negative for every λ.

    The point is drawn at random, then one neuron's bias is moved so that its kink passes through the sample whose
    residual makes the loss bend downwards there.
    """
    loss = ShallowLoss(*parts["train"], width, activation="relu")
    theta = generator(seed, "strong_penalty", "kink").uniform(-box / 2, box / 2, loss.layout.size)
    residual = loss.predict(theta) - loss.y
    outgoing = theta[loss.layout.a][0]
    sample = int(np.argmin(residual * np.sign(outgoing)))
    theta[loss.layout.b.start] = -float(loss.X[sample] @ theta[loss.own(0)[:-2]])
    direction = np.zeros_like(theta)
    direction[loss.layout.b.start] = 1.0
    rows = []
    for lam in [*lambdas, 1e4, 1e6]:
        penalty = quadratic_penalty("l2", lam, theta.size)
        for step in 10.0 ** np.arange(-8.0, 0.0, 0.5):
            values = [loss.value_and_gradient(theta + t * direction)[0] for t in (-step, 0.0, step)]
            # The penalty's part is exactly 2λ; computing it apart keeps the small step's rounding out of it.
            second = (values[0] - 2 * values[1] + values[2]) / step**2 + 2 * penalty.weights[loss.layout.b.start]
            rows.append({"lam": lam, "step": step, "second_difference": second})
    return pd.DataFrame(rows)


def _slice(loss, box, points):
    """Smallest Hessian eigenvalue of the two-parameter network a·tanh(wx) on a grid over the whole box."""
    grid = np.linspace(-box, box, points)
    w, a = np.meshgrid(grid, grid, indexing="ij")
    thetas = torch.as_tensor(np.stack([w.ravel(), a.ravel()], axis=1))
    eigenvalues = torch.linalg.eigvalsh(torch.func.vmap(torch.func.hessian(loss))(thetas))[:, 0]
    values = torch.func.vmap(loss)(thetas)
    return pd.DataFrame(
        {"w": w.ravel(), "a": a.ravel(), "smallest_eigenvalue": eigenvalues.numpy(), "loss": values.numpy()}
    )


def _shift(loss, seed):
    """By how much λ‖θ‖² moves the eigenvalues of the Hessian, over λ."""
    rows = []
    for lam in (0.5, 2.0):
        theta = torch.as_tensor(generator(seed, "strong_penalty", "shift").standard_normal(loss.layout.size))

        def objective(t, lam=lam):
            return loss(t) + lam * (t**2).sum()

        plain, penalised = (torch.linalg.eigvalsh(torch.func.hessian(f)(theta)) for f in (loss, objective))
        rows.append({"lam": lam, "shift_per_lambda": float(((penalised - plain) / lam).mean())})
    return pd.DataFrame(rows)


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, thresholds)  # noqa: F821
