"""Deep networks of growing width: distance of their Gram matrices to the limit, and what gradient descent changes."""

import numpy as np
import pandas as pd

from convexify.datasets.transforms import unit_rows
from convexify.networks.fully_connected import FullyConnected
from convexify.networks.residual import Residual
from convexify.seeds import generator, integer_seed
from convexify.width import empirical_gram, gradient_descent, gram, smallest_eigenvalue, tangent_gram

CLASSES = {"fc": FullyConnected, "resnet": Residual}
RECORDS = 12


def measurements(
    data,
    *,
    datasets,
    samples,
    dimension,
    depth,
    activation,
    rate_activations,
    initial_widths,
    initial_repetitions,
    widths,
    repetitions,
    iterations,
    step_fraction,
    seed,
):
    """Tables ``initial`` (Gram matrices at the start), ``records`` (while training) and ``losses``."""
    points = {"sphere": sphere(samples, dimension, seed)}
    points |= {name: subset(arrays, samples, name, seed) for name, arrays in zip(datasets, data, strict=True)}
    initial, records, losses = [], [], []
    for dataset, (X, y) in points.items():
        for architecture, network in CLASSES.items():
            key = {"dataset": dataset, "architecture": architecture}
            limits = Limits(X, depth, architecture, activation)

            def build(width, count, stream, activation=activation, network=network, X=X, key=key):
                seeds = [integer_seed(seed, "width", stream, *key.values(), width, r) for r in range(count)]
                return [network(X.shape[1], width, depth, activation=activation, seed=s) for s in seeds]

            for width in initial_widths:
                grams = [empirical_gram(net, X) for net in build(width, initial_repetitions, "initial")]
                initial.append(limits.distances(grams).assign(**key, width=width))
            for width in widths:
                nets = build(width, repetitions, "training")
                loss, record = gradient_descent(
                    nets, X, y, step_fraction=step_fraction, iterations=iterations, record_at=checkpoints(iterations)
                )
                records.append(record.assign(**key, width=width).rename(columns={"network": "repetition"}))
                losses.append(curves(loss, record, limits).assign(**key, activation=activation, width=width))
            # Other activations: the loss and its bound only.
            for other in sorted(set(rate_activations) - {activation}):
                limits = Limits(X, depth, architecture, other)
                for width in widths:
                    nets = build(width, repetitions, "training", other)
                    loss, record = gradient_descent(
                        nets, X, y, step_fraction=step_fraction, iterations=iterations, record_at=[0]
                    )
                    losses.append(curves(loss, record, limits).assign(**key, activation=other, width=width))
    return {
        "initial": pd.concat(initial, ignore_index=True),
        "records": pd.concat(records, ignore_index=True),
        "losses": pd.concat(losses, ignore_index=True),
    }


class Limits:
    """The limits of one network and how far measured Gram matrices are from them."""

    def __init__(self, X, depth, architecture, activation):
        options = {"architecture": architecture, "activation": activation}
        self.definition = gram(X, depth, **options)
        self.printed = gram(X, depth, as_printed=True, **options)[-1]
        self.tangent = tangent_gram(X, depth, **options)
        self.smallest = smallest_eigenvalue(self.definition[-1])
        self.smallest_of_all_layers = smallest_eigenvalue(sum(self.tangent))

    def distances(self, grams):
        """One row per repetition and layer: relative distance (spectral norm) to each candidate for the limit."""
        H = len(self.definition) - 1
        rows = []
        for repetition, matrices in enumerate(grams):
            for layer, (G, tangent) in enumerate(zip(matrices, self.tangent, strict=True), start=1):
                named = self.definition[layer] if layer <= H else np.full_like(G, np.nan)
                rows.append((repetition, layer, distance(G, tangent), distance(G, named), np.nan, np.nan))
        frame = pd.DataFrame(
            rows,
            columns=["repetition", "layer", "distance_to_limit", "distance_to_k_h", "shape_corrected", "shape_printed"],
        )
        # The mean over starts and a common scale leave little fluctuation: what stays tells the two formulas apart.
        mean = shape(np.mean([matrices[H - 1] for matrices in grams], axis=0))
        last = frame["layer"] == H
        frame.loc[last, "shape_corrected"] = distance(mean, shape(self.definition[-1]))
        frame.loc[last, "shape_printed"] = distance(mean, shape(self.printed))
        return frame


def distance(G, K):
    """Relative distance in the spectral norm."""
    if np.isnan(K).any():
        return np.nan
    return np.linalg.norm(G - K, 2) / np.linalg.norm(K, 2)


def shape(K):
    """K scaled to unit trace."""
    return K / np.trace(K)


def curves(loss, record, limits):
    """One row per repetition and iteration: loss relative to the start, and two bounds.

    ``bound`` is that of the survey's eq. (15); ``kernel_bound`` is (1 − ηλ_min(G))^{2k} with the limit G of the whole
    Gram matrix: what eq. (10) would give if the Gram matrix did not move.
    """
    steps = record.drop_duplicates("network")["step"].to_numpy()
    repetition, iteration = (index.ravel() for index in np.indices(loss.shape))
    return pd.DataFrame(
        {
            "repetition": repetition,
            "iteration": iteration,
            "relative_loss": (loss / loss[:, :1]).ravel(),
            "bound": (1 - steps[repetition] * limits.smallest / 2) ** iteration,
            "kernel_bound": (1 - steps[repetition] * limits.smallest_of_all_layers) ** (2 * iteration),
        }
    )


def checkpoints(iterations):
    """0, the last one, and numbers that grow geometrically between them."""
    return sorted({0, *np.unique(np.geomspace(1, iterations, RECORDS).round().astype(int)).tolist()})


def sphere(samples, dimension, seed):
    """Uniform points of the unit sphere with standard normal targets."""
    stream = generator(seed, "width", "sphere")
    return unit_rows(stream.standard_normal((samples, dimension))), stream.standard_normal(samples)


def subset(arrays, samples, name, seed):
    """Rows of a data set scaled to unit norm, the parity of the class (±1) as target."""
    chosen = generator(seed, "width", name).permutation(len(arrays["X"]))[:samples]
    return unit_rows(arrays["X"][chosen]), 2.0 * (arrays["y"][chosen] % 2) - 1


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, measurements)  # noqa: F821
