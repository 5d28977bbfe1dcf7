"""Second differences of a ReLU network's objective across a kink: measured, and in closed form.

No device: networks of a few neurons on a few dozen samples; sending them to a device would take longer.
"""

import numpy as np
import pandas as pd
from _problems import curve

from convexify.curvature.kink import kink_point, largest_negative_step, second_difference, second_difference_at_kink
from convexify.curvature.penalties import quadratic_penalty
from convexify.curvature.shallow_loss import ShallowLoss
from convexify_workflow.job import run

#: Beside the grid of the other jobs, to show that no λ is large enough.
HUGE = (1e4, 1e6)
STEPS = 10.0 ** np.arange(-8.0, 0.0, 0.5)


def compute_kink(samples, width, box, lambdas, seed):
    """One row per λ and step, half of the largest negative one among them, along the bias of the neuron on its kink."""
    loss = ShallowLoss(*curve(samples, seed)["train"], width, activation="relu")
    theta = kink_point(loss, box)
    rows = []
    for lam in [*lambdas, *HUGE]:
        penalty, critical = quadratic_penalty("l2", lam, theta.size), largest_negative_step(loss, box, lam)
        for step in np.sort([*STEPS, min(critical, box) / 2]):
            rows.append(
                {
                    "lam": lam,
                    "step": step,
                    "negative": step < critical,
                    "second_difference": second_difference(loss, penalty, theta, loss.layout.b.start, step),
                    "closed_form": second_difference_at_kink(loss, box, lam, step),
                }
            )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run(compute_kink)
