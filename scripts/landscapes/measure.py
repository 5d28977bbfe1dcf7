"""Loss surfaces of multi-branch networks on planes, and how far from convex each of them is."""

import dataclasses
import itertools
import logging
from functools import partial

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
from convexify.devices import resolve_device
from convexify.networks.multi_branch import aligned, multiclass_margin_loss
from convexify.seeds import integer_seed

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
    pictures = images(data, samples=row["samples"], pooling=row["pooling"], seed=seed, device=resolve_device(device))
    X, y = (part[: row["plane_samples"]] for part in pictures[:2])
    sample = slice(hessian_samples)
    surfaces, measures, spectra = [], [], []
    for number, repetition in itertools.product(branches, range(repetitions)):
        labels = {"row": row["name"], "branches": number, "repetition": repetition}
        for case in cases(
            pictures, row, number, repetition, slow=branches[0], controls=repetition < control_repetitions, seed=seed
        ):
            size = random_range if case.variant == "random" else plane_range
            grids = [band_grid_points]
            if repetition == 0:
                grids.append(grid_points if case.variant == "official" else control_grid_points)
            for points in grids:
                coordinates = np.linspace(-size, size, points)
                values = plane_losses(case.network, X, partial(_loss, y), case.plane, coordinates, coordinates)
                measures.append({**labels, **_measured(case, values, X, y, chord_points)})
            if repetition == 0:
                x, y_axis = np.repeat(coordinates, points), np.tile(coordinates, points)
                columns = {**labels, "variant": case.variant, "x": x, "y": y_axis, "loss": values.ravel()}
                surfaces.append(pd.DataFrame(columns))
            if case.variant == "official":
                logger.info("%s: training loss %.4f", labels, case.reached["training_loss"])
                for name, found in _spectra(
                    case, pictures[0][sample], pictures[1][sample], probes=hessian_probes, steps=hessian_steps
                ):
                    spectra.append({**labels, "loss": name, **vars(found)})
    return {
        "surfaces": pd.concat(surfaces, ignore_index=True),
        "measures": pd.DataFrame(measures),
        "hessian": pd.DataFrame(spectra),
    }


@dataclasses.dataclass(frozen=True)
class Case:
    """A plane to look at: which one, the trained networks that it shows, and what their training reached."""

    variant: str
    network: object
    plane: tuple
    vectors: list
    reached: dict


def cases(pictures, row, number, repetition, *, slow, controls, seed):
    """The official plane, what alignment and random directions make of it, and other ways of training."""
    X = pictures[0][: row["plane_samples"]]
    common = {"branches": number, "repetition": repetition, "seed": seed}
    # Branches see 1/I of the gradient: steps in proportion to I let each of them learn at the same speed.
    step = row["step"] * number
    network, vectors, reached = official = three_networks(pictures, row, width=row["width"], step=step, **common)
    yield Case("official", network, plane_through_networks(vectors), vectors, reached)

    matched = [vectors[0], *(aligned(network, w, vectors[0], X) for w in vectors[1:])]
    yield Case("aligned", network, plane_through_networks(matched), matched, reached)

    stream = integer_seed(seed, EXPERIMENT, row["name"], number, repetition, "directions")
    yield Case("random", network, filter_normalised_plane(network, vectors[0], stream), vectors[:1], reached)

    if not controls:
        return
    if number != slow:
        official = three_networks(pictures, row, width=row["width"], step=row["step"] * slow, **common)
    yield Case("constant step", official[0], plane_through_networks(official[1]), *official[1:])

    width = max(1, round(row["total_width"] / number))
    split = network, vectors, reached
    if width != row["width"]:
        split = three_networks(pictures, row, width=width, step=step, **common)
    yield Case("fixed total width", split[0], plane_through_networks(split[1]), *split[1:])


def _loss(labels, outputs):
    return multiclass_margin_loss(outputs, labels)


def _measured(case, values, X, y, chord_points):
    """What one grid of losses says about convexity, beside the losses of the networks themselves."""
    network, vectors = case.network, case.vectors
    # Along random directions one network is looked at, and it is the origin.
    places = coordinates_in_plane(vectors) if len(vectors) == 3 else np.zeros((1, 2))
    worst = plane_violation(values)
    return {
        "variant": case.variant,
        "width": network.width,
        "parameters": network.size,
        "grid_points": len(values),
        **case.reached,
        "mean_network_loss": float(np.mean([float(_loss(y, network(w, X))) for w in vectors])),
        "centre_loss": float(_loss(y, network(case.plane[0], X))),
        "smallest_loss": values.min(),
        "largest_loss": values.max(),
        "violation": worst.absolute,
        "relative_violation": worst.relative,
        "violation_below_constant": plane_violation(values, ceiling=1 - 1 / network.outputs).absolute,
        "negative_share": negative_share_of_plane(values),
        "chord_violation": _worst_chord(network, X, partial(_loss, y), vectors, chord_points),
        **{f"{axis}_{k}": place[d] for k, place in enumerate(places) for d, axis in enumerate("xy")},
    }


def _spectra(case, X, y, **lanczos):
    """Hessian of the training loss, and of the smooth cross-entropy of the same network, at the first network."""
    losses = {"margin": multiclass_margin_loss, "cross-entropy": torch.nn.functional.cross_entropy}
    for name, function in losses.items():
        product = hessian_vector_product(lambda w, f=function: f(case.network(w, X), y), case.vectors[0])
        yield name, hessian_summary(product, case.network.size, tolerance=1.0e-2, **lanczos)


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
