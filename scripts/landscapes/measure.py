"""Loss surfaces of multi-branch networks on planes, and how far from convex each of them is."""

import logging

import numpy as np
import pandas as pd
import torch
from trained import EXPERIMENT, images, three_networks

from convexify.curvature import (
    chord_violation,
    coordinates_in_plane,
    filter_normalised_plane,
    hessian_summary,
    hessian_vector_product,
    negative_share_of_plane,
    plane_losses,
    plane_through_networks,
    plane_violation,
)
from convexify.networks.multi_branch import aligned, multiclass_margin_loss
from convexify.seeds import integer_seed
from convexify.training import resolve_device

logger = logging.getLogger("convexify")


def landscapes(
    data,
    row,
    *,
    rows,
    branches,
    repetitions,
    control_repetitions,
    plane_range,
    random_range,
    grid_points,
    control_grid_points,
    band_grid_points,
    chord_points,
    hessian_samples,
    hessian_probes,
    hessian_steps,
    seed,
    device,
):
    """Surfaces, measures and Hessian spectra of one row of the figure, for every number of branches."""
    row = next(entry for entry in rows if entry["name"] == row)
    X, y, *_ = sample = images(
        data, samples=row["samples"], pooling=row["pooling"], seed=seed, device=resolve_device(device)
    )
    seen, seen_labels = X[: row["plane_samples"]], y[: row["plane_samples"]]

    def loss(outputs):
        return multiclass_margin_loss(outputs, seen_labels)

    constant_loss = 1 - 1 / (int(y.max()) + 1)
    surfaces, measures, spectra = [], [], []

    def look(variant, network, plane, vectors, labels, reached, size, points, keep):
        """One plane: its measures, and the surface itself for the figures."""
        coordinates = np.linspace(-size, size, points)
        values = plane_losses(network, seen, loss, plane, coordinates, coordinates)
        alone = [float(loss(network(w, seen))) for w in vectors]
        # Along random directions one network is looked at, and it is the origin.
        places = coordinates_in_plane(vectors) if len(vectors) == 3 else np.zeros((1, 2))
        allowed = plane_violation(values, ceiling=constant_loss)
        worst = plane_violation(values)
        measures.append(
            {
                **labels,
                "variant": variant,
                "width": network.width,
                "parameters": network.size,
                "grid_points": points,
                **reached,
                "mean_network_loss": float(np.mean(alone)),
                "centre_loss": float(loss(network(plane[0], seen))),
                "smallest_loss": values.min(),
                "largest_loss": values.max(),
                "violation": worst.absolute,
                "relative_violation": worst.relative,
                "violation_below_constant": allowed.absolute,
                "negative_share": negative_share_of_plane(values),
                **{f"{axis}_{k}": place[d] for k, place in enumerate(places) for d, axis in enumerate("xy")},
                "chord_violation": _worst_chord(network, seen, loss, vectors, chord_points),
            }
        )
        if keep:
            grid = np.repeat(coordinates, points), np.tile(coordinates, points)
            surface = pd.DataFrame({**labels, "variant": variant, "x": grid[0], "y": grid[1], "loss": values.ravel()})
            surfaces.append(surface)

    def look_at_both(*arguments, size, full):
        labels = arguments[4]
        look(*arguments, size, band_grid_points, keep=False)
        if labels["repetition"] == 0:
            look(*arguments, size, full, keep=True)

    for number in branches:
        for repetition in range(repetitions):
            labels = {"row": row["name"], "branches": number, "repetition": repetition}
            common = {"branches": number, "repetition": repetition, "seed": seed}
            # Branches see 1/I of the gradient: steps in proportion to I let each of them learn at the same speed.
            step = row["step"] * number
            network, vectors, reached = three_networks(sample, row, width=row["width"], step=step, **common)
            reached["step"] = step
            plane = plane_through_networks(vectors)
            look_at_both("official", network, plane, vectors, labels, reached, size=plane_range, full=grid_points)
            matched = [vectors[0], *(aligned(network, w, vectors[0], seen) for w in vectors[1:])]
            plane = plane_through_networks(matched)
            controls = {"size": plane_range, "full": control_grid_points}
            look_at_both("aligned", network, plane, matched, labels, reached, **controls)
            direction_seed = integer_seed(seed, EXPERIMENT, row["name"], number, repetition, "directions")
            plane = filter_normalised_plane(network, vectors[0], direction_seed)
            random = {"size": random_range, "full": control_grid_points}
            look_at_both("random", network, plane, vectors[:1], labels, reached, **random)
            for name, function in (
                ("margin", multiclass_margin_loss),
                ("cross-entropy", torch.nn.functional.cross_entropy),
            ):
                part = slice(hessian_samples)
                product = hessian_vector_product(
                    lambda w, f=function, net=network, part=part: f(net(w, X[part]), y[part]), vectors[0]
                )
                found = hessian_summary(
                    product, network.size, probes=hessian_probes, steps=hessian_steps, tolerance=1.0e-2
                )
                spectra.append({**labels, "loss": name, **vars(found)})
            logger.info(
                "%s: I = %d, repetition %d: training loss %.4f",
                row["name"],
                number,
                repetition,
                reached["training_loss"],
            )
            if repetition >= control_repetitions:
                continue
            step = row["step"] * branches[0]
            slow = (
                (network, vectors, reached)
                if number == branches[0]
                else three_networks(sample, row, width=row["width"], step=step, **common)
            )
            arguments = (slow[0], plane_through_networks(slow[1]), slow[1], labels, {**slow[2], "step": step})
            look_at_both("constant step", *arguments, **controls)
            width = max(1, round(row["total_width"] / number))
            step = row["step"] * number
            split = (
                (network, vectors, reached)
                if width == row["width"]
                else three_networks(sample, row, width=width, step=step, **common)
            )
            arguments = (split[0], plane_through_networks(split[1]), split[1], labels, {**split[2], "step": step})
            look_at_both("fixed total width", *arguments, **controls)
    return {
        "surfaces": pd.concat(surfaces, ignore_index=True),
        "measures": pd.DataFrame(measures),
        "hessian": pd.DataFrame(spectra),
    }


def _worst_chord(network, X, loss, vectors, points):
    """Largest midpoint violation on the chords between the trained networks; NaN if there is one network only."""
    shares = np.linspace(0, 1, points)
    violations = []
    for i, start in enumerate(vectors):
        for end in vectors[i + 1 :]:
            line = start, end - start, torch.zeros_like(start)
            violations.append(chord_violation(plane_losses(network, X, loss, line, shares, [0.0])[:, 0]).absolute)
    return max(violations, default=float("nan"))


if "snakemake" in globals():
    from convexify_workflow.job import run

    run(snakemake, landscapes)  # noqa: F821
