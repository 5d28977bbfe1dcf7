"""Second differences of a ReLU network's objective across a kink, at steps that shrink: negative for every λ."""

import numpy as np
import pandas as pd
from _problems import curve

from convexify.curvature.kink import kink_of_first_neuron, second_difference
from convexify.curvature.penalties import quadratic_penalty
from convexify.curvature.shallow_loss import ShallowLoss
from convexify.seeds import generator
from convexify_workflow.job import run

#: Beside the grid of the other jobs, to show that no λ is large enough.
HUGE = (1e4, 1e6)
STEPS = 10.0 ** np.arange(-8.0, 0.0, 0.5)


def compute_kink(samples, width, box, lambdas, seed):
    """One row per λ and step: the difference along the bias of the first neuron, which has a sample on its kink."""
    loss = ShallowLoss(*curve(samples, seed)["train"], width, activation="relu")
    start = generator(seed, "strong_penalty", "kink").uniform(-box / 2, box / 2, loss.layout.size)
    theta, bias = kink_of_first_neuron(loss, start), loss.layout.b.start
    rows = []
    for lam in [*lambdas, *HUGE]:
        penalty = quadratic_penalty("l2", lam, theta.size)
        for step in STEPS:
            second = second_difference(loss, penalty, theta, bias, step)
            rows.append({"lam": lam, "step": step, "second_difference": second})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run(compute_kink)
