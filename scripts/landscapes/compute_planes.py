"""Loss surfaces of multi-branch networks on planes, and how far from convex each of them is."""

import dataclasses
import logging
from functools import partial

import numpy as np
import pandas as pd
import torch
from _images import EXPERIMENT, images

from convexify.curvature.hessian import hessian_summary, hessian_vector_product
from convexify.curvature.trained_networks import train_networks
from convexify.curvature.trained_planes import (
    TrainedPlane,
    aligned_plane,
    convexity_measures,
    official_plane,
    over_gain,
    random_plane,
    worst_chord_violation,
)
from convexify.networks.multi_branch import MultiBranch, multiclass_margin_loss
from convexify.seeds import integer_seed
from convexify_workflow.blocks import Share
from convexify_workflow.job import run

logger = logging.getLogger("convexify")


@dataclasses.dataclass(frozen=True)
class Case:
    """A plane to look at: which one, the trained networks that it shows, and what their training reached."""

    variant: str
    plane: TrainedPlane
    reached: dict


def compute_planes(data, problem, settings, seed, device):
    """Three tables for one row of the figure, over every number of branches.

    ``surfaces``: a row per grid point of the official planes. ``measures``: a row per (branches, repetition,
    variant). ``hessian``: a row per (branches, repetition, loss), at a trained network.
    """
    surfaces, measures, spectra, share = [], [], [], Share(settings)
    for repetition in share.repetitions:
        samples = images(data, problem, integer_seed(seed, EXPERIMENT, problem["name"], "images", repetition), device)
        X, y = (part[: problem["plane_samples"]] for part in samples[:2])
        for branches in share.branches:
            labels = {"row": problem["name"], "branches": branches, "repetition": repetition}
            for case in _cases(samples, problem, settings, branches, repetition, seed=seed):
                key = {**labels, "variant": case.variant}
                known = key | case.reached | _at_networks(case.plane, X, y, settings.chord_points)
                size = settings.random_range if case.variant == "random" else settings.plane_range
                coordinates = np.linspace(-size, size, settings.band_grid_points)
                values = case.plane.losses(X, _loss(y), coordinates)
                measures.append(known | convexity_measures(values, ceiling=1 - 1 / case.plane.network.outputs))
                if case.variant == "official":
                    x, second = (axis.ravel() for axis in np.meshgrid(coordinates, coordinates, indexing="ij"))
                    surfaces.append(pd.DataFrame({**key, "x": x, "y": second, "loss": values.ravel()}))
                    logger.info("%s: training loss %.4f", labels, case.reached["training_loss"])
                    spectra += [labels | spectrum for spectrum in _spectra(case.plane, samples, settings)]
    return {
        "surfaces": pd.concat(surfaces, ignore_index=True),
        "measures": pd.DataFrame(measures),
        "hessian": pd.DataFrame(spectra),
    }


def _cases(samples, problem, settings, branches, repetition, *, seed):
    """The official plane, what alignment and random directions make of it, and other ways of training."""
    train = partial(_trained, samples, problem, branches, repetition, seed=seed)
    width = problem["width"]
    # Branches see 1/I of the gradient: steps in proportion to I let each of them learn at the same speed.
    usual = trained, reached = train(width=width, step=problem["step"] * branches)
    yield Case("official", official_plane(trained), reached)
    yield Case("aligned", aligned_plane(trained, samples[0][: problem["plane_samples"]]), reached)
    stream = integer_seed(seed, EXPERIMENT, problem["name"], branches, repetition, "directions")
    yield Case("random", random_plane(trained, stream), reached)
    if repetition >= settings.control_repetitions:
        return
    fewest = settings.branches[0]
    trained, reached = usual if branches == fewest else train(width=width, step=problem["step"] * fewest)
    yield Case("constant step", official_plane(trained), reached)
    share = max(1, round(problem["total_width"] / branches))
    trained, reached = usual if share == width else train(width=share, step=problem["step"] * branches)
    yield Case("fixed total width", official_plane(trained), reached)


def _trained(samples, problem, branches, repetition, *, width, step, seed):
    """Three networks from different starts with different orders of the samples, and what training reached.

    The starts and orders are the same for every step, so that step rules are compared on equal draws.
    """
    X, y, X_test, y_test = samples
    name, layers = problem["name"], problem["hidden_layers"]
    network = MultiBranch(X.shape[1], int(y.max()) + 1, branches=branches, width=width, hidden_layers=layers)
    trained = train_networks(
        network,
        X,
        y,
        seeds=[integer_seed(seed, EXPERIMENT, name, branches, width, repetition, number) for number in range(3)],
        step=step,
        epochs=problem["epochs"],
        batch_size=problem["batch_size"],
        description=f"{name} I={branches} width={width} step={step:g} repetition={repetition}",
    )
    return trained, {
        "width": width,
        "parameters": network.size,
        "step": step,
        "training_loss": trained.losses.mean(),
        "worst_training_loss": trained.losses.max(),
        "training_error": trained.error(X, y),
        "test_error": trained.error(X_test, y_test),
    }


def _loss(y):
    return partial(multiclass_margin_loss, labels=y)


def _at_networks(plane, X, y, chord_points):
    """Losses of the networks themselves, the violation between them and where they lie on the plane."""
    network, loss = plane.network, _loss(y)
    mean_loss = float(np.mean([float(loss(network(w, X))) for w in plane.parameters]))
    chord = worst_chord_violation(network, plane.parameters, X, loss, chord_points)
    return {
        "mean_network_loss": mean_loss,
        "centre_loss": float(loss(network(plane.plane[0], X))),
        "chord_violation": chord,
        "chord_violation_over_gain": over_gain(chord, mean_loss, 1 - 1 / network.outputs),
        **{f"{axis}_{k}": place[d] for k, place in enumerate(plane.coordinates) for d, axis in enumerate("xy")},
    }


def _spectra(plane, samples, settings):
    """Hessian of the training loss, and of the smooth cross-entropy of the same network, at the first network."""
    X, y = (part[: settings.hessian_samples] for part in samples[:2])
    losses = {"margin": multiclass_margin_loss, "cross-entropy": torch.nn.functional.cross_entropy}
    for name, loss in losses.items():
        product = hessian_vector_product(lambda w, f=loss: f(plane.network(w, X), y), plane.parameters[0])
        options = {"probes": settings.hessian_probes, "steps": settings.hessian_steps, "tolerance": 1.0e-2}
        yield {"loss": name, **vars(hessian_summary(product, plane.network.size, **options))}


if __name__ == "__main__":
    run(compute_planes)
