"""Conditioning of wide networks and the width that they need, against depth, for skips, dense skips and branches.

No device: limits are computed in NumPy, and the networks that are trained see a dozen samples.
"""

import numpy as np
import pandas as pd
from _architectures import ARCHITECTURES, BRANCHES, SINGLE, limit, smallest_of_random, tangent

from convexify.datasets.transforms import unit_rows
from convexify.seeds import generator, integer_seed
from convexify.width.dynamics import gradient_descent
from convexify.width.growth import power_minus_exponential_error
from convexify.width.limits import smallest_eigenvalue
from convexify.width.linear_dynamics import iterations_to_target, linear_dynamics_iterations
from convexify.width.needed_width import crossing_width, first_success_width
from convexify.width.skips import skip_lower_bound
from convexify_workflow.job import run

#: Below this share of the norm of a matrix its smallest eigenvalue is rounding noise and counts as not measured.
ROUNDING = 1.0e-13
#: Share of λ_min(K^(H)) that the rate of the survey's eq. (15) asks of λ_min(G^(H)).
STABLE = 0.5
#: The theorem's activation; descent with it takes thousands of steps, with tanh dozens.
LIMITS, TRAINED = "softplus", "tanh"


def compute_architectures(settings, seed):
    """Tables ``limits``, a row per (draw, architecture, depth); ``laws``, per (draw, architecture); ``needed_widths``.

    Every draw of the samples has networks of its own, so that draws are independent units.
    """
    points = [_points(settings, seed, draw) for draw in range(settings.sphere_draws)]
    X, y = (np.stack(part) for part in zip(*points, strict=True))
    limits = _limits(X, settings.depths)
    needed = pd.concat([_stable(X, settings, seed), _trained(X, y, settings, seed)], ignore_index=True)
    return {"limits": limits, "laws": _laws(limits), "needed_widths": needed}


def _points(settings, seed, draw):
    stream = generator(seed, "open_questions", "sphere", draw)
    X = unit_rows(stream.standard_normal((settings.sphere_samples, settings.dimension)))
    return X, stream.standard_normal(settings.sphere_samples)


def _limits(X, depths):
    rows = []
    # Depth outside, draws inside: the expansions of the activation are the same for every draw and are kept.
    for architecture in ARCHITECTURES:
        for depth in depths:
            for draw, samples in enumerate(X):
                K = limit(samples, architecture, depth, LIMITS)
                smallest, norm = smallest_eigenvalue(K), np.linalg.norm(K, 2)
                bound = np.nan
                if architecture in SINGLE and architecture != "fully connected":
                    bound = skip_lower_bound(samples, depth, activation=LIMITS, **SINGLE[architecture][2])
                rows.append({
                    "draw": draw, "architecture": architecture, "depth": depth, "lower_bound": bound,
                    "smallest_eigenvalue": smallest if smallest > ROUNDING * norm else np.nan,
                })  # fmt: skip
    return pd.DataFrame(rows)


def _laws(limits):
    """How well a power law and an exponential, fitted to small depths, foretell λ_min at the larger ones."""
    rows = []
    for (architecture, draw), part in limits.dropna(subset="smallest_eigenvalue").groupby(["architecture", "draw"]):
        part = part.sort_values("depth")
        depths, values = part["depth"].astype(float), part["smallest_eigenvalue"]
        rows.append({
            "architecture": architecture, "draw": draw,
            "power_minus_exponential_error": power_minus_exponential_error(depths, values),
            "power": np.polyfit(np.log(depths), np.log(values), 1)[0],
        })  # fmt: skip
    return pd.DataFrame(rows)


def _stable(X, settings, seed):
    """Width above which the median of λ_min(G^(H)(0))/λ_min(K^(H)) over the starts stays over one half."""
    rows, starts = [], settings.starts
    repeated = np.repeat(X, starts, axis=0)
    for architecture in ARCHITECTURES:
        grid = settings.branch_widths if architecture in BRANCHES else settings.widths
        for depth in settings.width_depths:
            limits = [smallest_eigenvalue(limit(samples, architecture, depth, LIMITS)) for samples in X]
            medians = []
            for width in grid:
                stream = integer_seed(seed, "open_questions", "stable", architecture, depth, width)
                found = smallest_of_random(repeated, architecture, (width, depth), LIMITS, stream)
                medians.append(np.median(found.reshape(len(X), starts), axis=1) / limits)
            for draw, ratios in enumerate(np.transpose(medians)):
                width = crossing_width(grid, ratios, STABLE)
                rows.append(_row("stable Gram matrix", architecture, depth, draw, width))
    return pd.DataFrame(rows)


def _trained(X, y, settings, seed):
    """Smallest width from which on descent reaches the target within twice the steps of the wide limit."""
    rows, starts = [], settings.starts
    inputs, targets = np.repeat(X, starts, axis=0), np.repeat(y, starts, axis=0)
    for architecture, (network, options, _) in SINGLE.items():
        for depth in settings.trained_depths:
            dynamics = {"step_fraction": settings.step_fraction, "target": settings.target}
            steps = [
                linear_dynamics_iterations(tangent(samples, architecture, depth, TRAINED), labels, **dynamics)
                for samples, labels in zip(X, y, strict=True)
            ]
            shares = []
            for width in settings.trained_widths:
                names = "open_questions", "trained", architecture, depth, width
                seeds = [integer_seed(seed, *names, k) for k in range(len(inputs))]
                sizes = settings.dimension, width, depth
                nets = [network(*sizes, activation=TRAINED, seed=one, **options) for one in seeds]
                losses, _ = gradient_descent(
                    nets, inputs, targets, step_fraction=settings.step_fraction, iterations=int(2 * max(steps)),
                    record_at=(), target=settings.target,
                )  # fmt: skip
                reached = iterations_to_target(losses, settings.target) <= 2 * np.repeat(steps, starts)
                shares.append(reached.reshape(len(X), starts).mean(axis=1))
            for draw, of_draw in enumerate(np.transpose(shares)):
                width = first_success_width(settings.trained_widths, of_draw)
                rows.append(_row("target reached in time", architecture, depth, draw, width))
    return pd.DataFrame(rows)


def _row(criterion, architecture, depth, draw, width):
    branches = len(BRANCHES[architecture](depth)) if architecture in BRANCHES else 1
    key = {"criterion": criterion, "architecture": architecture, "depth": depth, "draw": draw}
    return key | {"width": width, "total_width": branches * width}


if __name__ == "__main__":
    run(compute_architectures)
