"""Depth: limits, conditioning and the width that is needed, with the skip and its scaling taken apart."""

import numpy as np
import pandas as pd

from convexify.datasets.transforms import unit_rows
from convexify.networks.fully_connected import FullyConnected
from convexify.networks.residual import Residual
from convexify.seeds import generator, integer_seed
from convexify.width import (
    empirical_gram,
    gradient_descent,
    gram,
    linear_dynamics_iterations,
    one_step_defect,
    smallest_eigenvalue,
    tangent_gram,
)

#: Below this share of the norm of a matrix its smallest eigenvalue is rounding noise and counts as not measured.
ROUNDING = 1.0e-13
#: Variants of the network: what is changed against the residual network of the theorem.
VARIANTS = {
    "fc": None,
    "resnet": {},
    "skip, 1/sqrt(H)": {"branch_scaling": "1/sqrt(H)"},
    "skip, no scaling": {"branch_scaling": "1"},
    "no skip, 1/H": {"skip": False},
}


def limit_options(variant):
    """Keywords of `gram` for a variant."""
    return {"architecture": "fc"} if variant == "fc" else {"architecture": "resnet", **VARIANTS[variant]}


def build(variant, inputs, width, depth, activation, seed):
    """Network of a variant."""
    if variant == "fc":
        return FullyConnected(inputs, width, depth, activation=activation, seed=seed)
    return Residual(inputs, width, depth, activation=activation, seed=seed, **VARIANTS[variant])


def measurements(
    *,
    samples,
    dimension,
    activations,
    depths,
    stability_widths,
    stability_repetitions,
    target_widths,
    target_repetitions,
    step_fraction,
    target,
    most_iterations,
    angles,
    step_fractions,
    depth,
    activation,
    seed,
):
    """Tables ``limits``, ``stability``, ``target``, ``needed``, ``degeneracy`` and ``defects``."""
    stream = generator(seed, "width", "sphere")
    X, y = unit_rows(stream.standard_normal((samples, dimension))), stream.standard_normal(samples)
    limits, stability, reached = [], [], []
    for name in activations:
        for variant in VARIANTS:
            for H in depths:
                key = {"activation": name, "variant": variant, "depth": H}
                options = {"activation": name, **limit_options(variant)}
                last = gram(X, H, **options)[-1]
                smallest = smallest_eigenvalue(last)
                if smallest <= ROUNDING * np.linalg.norm(last):
                    smallest = np.nan
                kernel = sum(tangent_gram(X, H, **options))
                needed = linear_dynamics_iterations(kernel, y, step_fraction=step_fraction, target=target)
                eigenvalues = np.linalg.eigvalsh(kernel)
                limits.append(
                    {
                        **key,
                        "smallest_eigenvalue": smallest,
                        "tangent_smallest": eigenvalues[0],
                        "tangent_largest": eigenvalues[-1],
                        "iterations": needed,
                    }
                )

                def networks(width, count, purpose, key=key):
                    seeds = [integer_seed(seed, "width", purpose, *key.values(), width, r) for r in range(count)]
                    return [build(key["variant"], dimension, width, key["depth"], key["activation"], s) for s in seeds]

                for width in stability_widths:
                    for repetition, net in enumerate(networks(width, stability_repetitions, "stability")):
                        ratio = smallest_eigenvalue(empirical_gram(net, X)[-2]) / smallest
                        stability.append({**key, "width": width, "repetition": repetition, "ratio": ratio})
                if 2 * needed <= most_iterations:
                    for width in target_widths:
                        nets = networks(width, target_repetitions, "target")
                        allowance = int(2 * needed)
                        loss, _ = gradient_descent(
                            nets,
                            X,
                            y,
                            step_fraction=step_fraction,
                            iterations=allowance,
                            record_at=(),
                            target=target,
                        )
                        reached += [
                            {**key, "width": width, "repetition": r, "allowance": allowance, "iterations": count}
                            for r, count in enumerate(first_hit(loss, target))
                        ]
    stability, reached = pd.DataFrame(stability), pd.DataFrame(reached)
    return {
        "limits": pd.DataFrame(limits),
        "stability": stability,
        "target": reached,
        "needed": pd.concat([needed_widths(stability, crossing), needed_widths(reached, first_success)]),
        "degeneracy": degeneracy(samples, dimension, activations, depth, angles, seed),
        "defects": defects(X, y, max(stability_widths), depth, activation, target_repetitions, step_fractions, seed),
    }


def needed_widths(table, rule):
    """One row per activation, variant and depth: width at which ``rule`` says that the criterion is met."""
    rows = []
    for key, part in table.groupby(["activation", "variant", "depth"], sort=False):
        rows.append((*key, rule.__name__, rule(part)))
    return pd.DataFrame(rows, columns=["activation", "variant", "depth", "criterion", "width"])


def crossing(part, threshold=0.5):
    """Width above which the median of λ_min(G^(H)) / λ_min(K^(H)) stays over ½, interpolated on a logarithmic axis."""
    medians = part.groupby("width")["ratio"].median()
    below = np.flatnonzero(~(medians.to_numpy() >= threshold))
    if medians.isna().all() or (below.size and below[-1] == len(medians) - 1):
        return np.nan
    if not below.size:
        return float(medians.index[0])
    left, right = np.log(medians.index[below[-1] : below[-1] + 2])
    low, high = medians.iloc[below[-1] : below[-1] + 2]
    return float(np.exp(left + (right - left) * (threshold - low) / (high - low)))


def first_success(part):
    """Smallest width from which on at least half of the runs reach the target; NaN if the largest width does not."""
    reached = part["iterations"].notna().groupby(part["width"]).mean()
    failed = np.flatnonzero(reached.to_numpy() < 0.5)
    if failed.size and failed[-1] == len(reached) - 1:
        return np.nan
    return float(reached.index[failed[-1] + 1 if failed.size else 0])


def first_hit(loss, target):
    """Per run, the first iteration whose loss is at most ``target`` times the first one; NaN if there is none."""
    hit = loss <= target * loss[:, :1]
    return np.where(hit.any(1), hit.argmax(1), np.nan)


def degeneracy(samples, dimension, activations, depth, angles, seed):
    """One row per angle between the first two points: smallest eigenvalue of the last limit."""
    stream = generator(seed, "width", "degeneracy")
    X = unit_rows(stream.standard_normal((samples, dimension)))
    away = X[1] - (X[1] @ X[0]) * X[0]
    away /= np.linalg.norm(away)
    rows = []
    for angle in angles:
        X[1] = np.cos(angle) * X[0] + np.sin(angle) * away
        for name in activations:
            for architecture in ("fc", "resnet"):
                K = gram(X, depth, architecture=architecture, activation=name)[-1]
                rows.append((architecture, name, angle, smallest_eigenvalue(K)))
    return pd.DataFrame(rows, columns=["architecture", "activation", "angle_radians", "smallest_eigenvalue"])


def defects(X, y, width, depth, activation, repetitions, step_fractions, seed):
    """One row per network and step: by how much one step misses eq. (10), and what eq. (11) leaves out."""
    rows = []
    for variant in ("fc", "resnet"):
        for repetition in range(repetitions):
            start = integer_seed(seed, "width", "defects", variant, repetition)
            net = build(variant, X.shape[1], width, depth, activation, start)
            largest = np.linalg.norm(sum(empirical_gram(net, X)), 2)
            for fraction in step_fractions:
                measured = one_step_defect(net, X, y, fraction * 2 / largest)
                rows.append({"architecture": variant, "repetition": repetition, "step_fraction": fraction, **measured})
    return pd.DataFrame(rows)


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, measurements)  # noqa: F821
