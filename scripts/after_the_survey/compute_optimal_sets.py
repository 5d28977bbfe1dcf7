"""All optimal networks of small problems: their polytope and, for each width, the components of their set.

No device: nothing is trained; torch is only imported with the programs.
"""

from math import factorial

import pandas as pd
from _problems import DIRECTIONS, NAMED, drawn_instance, named_instance

from convexify.convex_relu.optimal_set.components import count_components, count_placements, thresholds
from convexify.convex_relu.optimal_set.polytope import optimal_set
from convexify.seeds import generator
from convexify_workflow.job import run


def compute_optimal_sets(settings, seed):
    """Tables ``polytopes``, a row per problem, and ``staircase``, a row per problem and width."""
    polytopes, staircase = [], []
    for family, name, X, y, beta, exact in _problems(settings, seed):
        found = optimal_set(X, y, beta)
        supports = found.supports if exact is None else exact.supports
        key = {"family": family, "problem": name}
        widths = thresholds(supports, len(X))
        sizes = [sorted(map(len, each)) for each in (found.supports, supports)]
        polytopes.append(
            key
            | {"exact": exact is not None, "samples": len(X), "directions": found.columns.shape[1]}
            | {"vertices": len(supports), "agrees": sizes[0] == sizes[1], "relative_gap": found.gap}
            | {"margin": found.margin, "proved_margin": found.proved_margin}
            | widths
        )
        for width in range(widths["smallest"], widths["bound"] + 1):
            isolated, connected = count_components(supports, width)
            counted = _by_hand(supports, width, settings.most_placements)
            staircase.append(key | {"width": width, "isolated": isolated, "connected": connected} | counted)
    return {"polytopes": pd.DataFrame(polytopes), "staircase": pd.DataFrame(staircase)}


def _problems(settings, seed):
    """Family, name, X, y, β and the `ExactInstance`, if it is one, of every problem."""
    for name in NAMED:
        exact = named_instance(name)
        yield "named", name, exact.X, exact.y, exact.beta, exact
    for shape in DIRECTIONS:
        rng = generator(seed, "after_the_survey", "optimal_sets", shape)
        for draw in range(settings.draws):
            exact = drawn_instance(shape, settings.largest_weight, rng)
            yield f"drawn {shape}", f"{shape} {draw}", exact.X, exact.y, exact.beta, exact
    for draw in range(settings.draws):
        rng = generator(seed, "after_the_survey", "optimal_sets", "Gaussian", draw)
        X, y = rng.standard_normal((settings.gaussian_samples, 2)), rng.standard_normal(settings.gaussian_samples)
        yield "Gaussian", f"Gaussian {draw}", X, y, settings.gaussian_beta, None


def _by_hand(supports, width, most):
    """Components of the graph of all placements, or −1 where there are too many."""
    count = sum(factorial(width) // factorial(width - len(s)) for s in supports if len(s) <= width)
    isolated, connected = (-1, -1) if count > most else count_placements(supports, width)
    return {"isolated_by_hand": isolated, "connected_by_hand": connected}


if __name__ == "__main__":
    run(compute_optimal_sets)
