"""Chains in which every layer is a circular convolution or an affine map, and kernels too short for a zero gap."""

import numpy as np
import pandas as pd
from _problems import EXPERIMENT

from convexify.linear_duality.circular_chains import (
    chain_closed_form,
    chain_optimum,
    circular_operator,
    nearest_kernels,
    two_tap_distance,
)
from convexify.linear_duality.compressed_problem import CompressedProblem
from convexify.linear_duality.douglas_rachford import solve_compressed
from convexify.linear_duality.primal import primal_value, recover_compressed
from convexify.seeds import generator
from convexify_workflow.job import run


def compute_chains(settings, seed):
    """One row per operation, draw, depth, hidden channels and γ: primal, dual of the same operators, dual (3)."""
    rows = []
    for draw in range(settings.chain_draws):
        stream = generator(seed, EXPERIMENT, "chains", draw)
        rows += _circular(stream, settings, draw)
        rows += _affine(stream, settings, draw)
    return pd.DataFrame(rows + _two_taps(settings))


def _circular(stream, settings, draw):
    """White inputs X = I; generic targets, and targets that are a convolution themselves."""
    channels, length = settings.channels, settings.length
    size = channels * length
    targets = {
        "generic": stream.normal(size=(size, size)),
        "convolution": circular_operator(stream.normal(size=(channels, channels, length))),
    }
    for kind, Y in targets.items():
        Y = Y / np.linalg.norm(Y, 2)
        problem = CompressedProblem(np.eye(size), Y)
        kernels = nearest_kernels(Y, (channels, channels), length)
        projected = circular_operator(kernels)
        outside = 0.5 * float(np.linalg.norm(Y - projected) ** 2)
        smallest = np.linalg.svd(projected, compute_uv=False)[-1]
        for hidden in {1, channels}:
            for multiple in settings.gammas:
                gamma = float(multiple * smallest)
                printed = solve_compressed(problem, gamma, hidden * length, tol=settings.tolerance).value
                for depth in settings.depths:
                    layers, dual = chain_optimum(kernels, gamma, depth, hidden)
                    operators = [circular_operator(layer) for layer in layers]
                    yield {
                        "operation": "convolution",
                        "targets": kind,
                        "draw": draw,
                        "depth": depth,
                        "hidden": hidden,
                        "full": hidden == channels,
                        "gamma_over_sigma_min": multiple,
                        "primal": primal_value(operators, np.eye(size), Y, gamma),
                        "dual": outside + dual,
                        "closed_form": outside + chain_closed_form(kernels, gamma, hidden),
                        "dual_as_printed": printed,
                        "zero_network": 0.5 * float((Y**2).sum()),
                    }


def _affine(stream, settings, draw):
    """A free bias in every layer: the dual of centred samples, the primal of samples as they are, biases explicit."""
    X, Y = stream.normal(size=(6, 40)) + 1, stream.normal(size=(5, 40)) + 2
    centre_x, centre_y = X.mean(axis=1, keepdims=True), Y.mean(axis=1, keepdims=True)
    problem = CompressedProblem(X - centre_x, Y - centre_y)
    for hidden in (2, 5):
        for multiple in settings.gammas:
            gamma = float(multiple * problem.spectrum[-1])
            solution = solve_compressed(problem, gamma, hidden, tol=settings.tolerance)
            for depth in settings.depths:
                weights = recover_compressed(solution, [hidden] * (depth - 1))
                # Biases of the inner layers keep what enters each layer centred, the last one adds the targets' mean.
                signal = X
                for W in weights[:-1]:
                    signal = W @ signal - W @ signal.mean(axis=1, keepdims=True)
                output = weights[-1] @ signal
                output = output + centre_y - output.mean(axis=1, keepdims=True)
                penalty = primal_value(weights, X - centre_x, Y - centre_y, gamma)
                penalty -= primal_value(weights, X - centre_x, Y - centre_y, 0.0)
                yield {
                    "operation": "affine",
                    "targets": "generic",
                    "draw": draw,
                    "depth": depth,
                    "hidden": hidden,
                    "full": hidden == 5,
                    "gamma_over_sigma_min": multiple,
                    "primal": 0.5 * float(((Y - output) ** 2).sum()) + penalty,
                    "dual": solution.value,
                    "closed_form": np.nan,
                    "dual_as_printed": np.nan,
                    "zero_network": 0.5 * float((Y**2).sum()),
                }


def _two_taps(settings):
    """Two layers of two taps each on a circle, targets with the taps (1, 0, 1), γ = 0; the dual value is 0 there."""
    taps = np.zeros((1, 1, settings.length))
    taps[0, 0, [0, 2]] = 1.0
    zero_network = 0.5 * float((circular_operator(taps) ** 2).sum())
    return [
        {
            "operation": "two taps",
            "targets": "(1, 0, 1)",
            "draw": 0,
            "depth": 2,
            "hidden": 1,
            "full": True,
            "gamma_over_sigma_min": 0.0,
            "primal": 0.5 * settings.length * two_tap_distance([1.0, 0.0, 1.0]),
            # The products of two such kernels span their convex hull, all of three taps: it contains the targets.
            "dual": 0.0,
            "closed_form": np.nan,
            "dual_as_printed": 0.0,
            "zero_network": zero_network,
        }
    ]


if __name__ == "__main__":
    run(compute_chains)
