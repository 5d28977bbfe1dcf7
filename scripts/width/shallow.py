"""The shallow ReLU experiment of Du, Zhai, Poczos and Singh (2019): error, patterns and weights against width."""

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from convexify.datasets.transforms import unit_rows
from convexify.devices import resolve_device
from convexify.seeds import generator, integer_seed
from convexify.width import gram, shallow_dynamics


def measurements(
    *, shallow_samples, shallow_widths, shallow_repetitions, epochs, shallow_steps, reported_log_error, seed, device
):
    """One row per step rule, width, repetition and epoch."""
    device = resolve_device(device)
    frames = []
    for repetition in range(shallow_repetitions):
        stream = generator(seed, "width", "shallow", repetition)
        X = unit_rows(stream.standard_normal((shallow_samples, shallow_samples)))
        y = stream.standard_normal(shallow_samples)
        steps = steps_for(X, y, epochs, reported_log_error)
        for rule in shallow_steps:
            step = steps[rule]
            for width in shallow_widths:
                start = integer_seed(seed, "width", "shallow", width, repetition)
                run_table = shallow_dynamics(X, y, width, step=step, iterations=epochs, seed=start, device=device)
                frames.append(run_table.assign(step_rule=rule, step=step, width=width, repetition=repetition))
    return pd.concat(frames, ignore_index=True)


def steps_for(X, y, epochs, log_error):
    """Step by rule: half of 2/λ_max, and the one at which the wide limit ends at 10^``log_error`` on average."""
    # The experiment has no c_σ = 2: both kernels of the limit are halved.
    covariance = gram(X, 2, activation="relu")[1] / 2
    kernel = gram(X, 1, activation="relu")[1] / 2
    values, vectors = np.linalg.eigh(kernel)
    shares = ((vectors.T @ y) ** 2 + np.einsum("ij,ij->j", vectors, covariance @ vectors)) / 2

    def missing(step):
        return np.log10(shares @ (1 - step * values) ** (2 * epochs)) - log_error

    largest = 1 / values[-1]
    return {"half of 2/λ_max": largest, "calibrated": brentq(missing, 0.0, largest)}


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, measurements)  # noqa: F821
