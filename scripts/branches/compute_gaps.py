"""Exact duality gaps for every kind of branch, τ, budget and number of branches.

No device: torch only evaluates sub-networks of a few weights, once; the integer programs take the time.
"""

import dataclasses
import logging

import numpy as np
import pandas as pd
from _subnetworks import POWERS, size_of, sub_network
from tqdm import tqdm

from convexify.branches.convexification import homogeneous_gap, nonconvexity, weight_nonconvexity
from convexify.branches.gap import exact_gap, independent_values
from convexify.branches.subnetworks import atoms, polar_grid
from convexify.datasets.transforms import add_bias, binary_pair, principal_components, standardize, subsample
from convexify.seeds import generator, integer_seed
from convexify_workflow.blocks import Share
from convexify_workflow.job import run

# A budget that no network breaks, over the largest penalty: finite, so that a solver has to find λ = 0.
SLACK = 1.25
# Values that `independent_values` computes without the theorems.
INDEPENDENT = ["lp", "dual_lower", "dual_upper", "primal_lower", "primal_upper", "multiplier"]


def compute_gaps(data, classes, settings, seed):
    """Two tables: ``gaps``, one row per (kind, τ, K, I), and ``identities``, the small checks around the theorem.

    Budgets are fractions of ``radius``, the largest squared norm of a branch's weights; 1 stands for no constraint.
    """
    pair = binary_pair(data, classes)
    plane = standardize(principal_components(pair["X"], 2))
    stream = integer_seed(seed, "branches", "gaps", "samples")
    drawn = subsample({"X": plane, "y": pair["y"]}, settings.samples, stream)
    X, y = add_bias(drawn["X"]), drawn["y"]
    rows, identities, share = [], [], Share(settings)
    for kind in share.kinds:
        family = _family(kind, X, settings, generator(seed, "branches", "gaps", kind))
        for tau in share.taus:
            rows += _sweep(kind, family, y, tau, settings)
        if settings.taus[0] in share.taus:
            identities.append(_identities(kind, family, y, min(settings.budgets) * settings.radius))
    if share.last:
        rows += [row for power in (1.0, 1.5, 2.0) for row in _homogeneous(power, settings.branches)]
        rows.append(_counterexample())
    gaps = pd.DataFrame(rows)
    # Gap times I / Δ, which the theorem puts at no more than 2.
    delta = gaps["delta_worst"].where(gaps["delta_worst"] > 0)
    gaps["scaled_gap"] = gaps["gap"] * gaps["branches"] / delta
    gaps["scaled_gap_lower"] = gaps["gap_lower"] * gaps["branches"] / delta
    return {"gaps": gaps, "identities": pd.DataFrame(identities)}


def _family(kind, X, settings, rng):
    """Outputs and penalties of a branch on random directions of its weights, at equally spaced squared norms."""
    network = sub_network(kind)
    rays = rng.standard_normal((settings.directions, size_of(network)))
    if kind == "two_layer":
        # Half of the sign patterns of the last two layers are the zero function: keep the middle one positive.
        rays[:, 6:8] = np.abs(rays[:, 6:8])
    return atoms(network, X, polar_grid(rays, settings.radius * np.arange(settings.levels + 1) / settings.levels))


def _sweep(kind, family, y, tau, settings):
    radius = settings.radius
    margins = y[:, None] * family.values / tau
    linearised = 1 - margins.mean(axis=0)
    delta_linearised = nonconvexity(linearised, family.penalties)
    # Best gain for each unit of h^p, which a homogeneous branch shows at every level alike.
    gain = (1 - linearised[family.penalties > 0]) / family.penalties[family.penalties > 0] ** POWERS[kind]
    for share in settings.budgets:
        budget = share * radius if share < 1 else np.inf
        for count in tqdm(settings.branches, desc=f"{kind} τ={tau} K={budget}"):
            arguments = (family.values, family.penalties, y)
            options = {"branches": count, "tau": tau, "budget": budget}
            options |= {"node_limit": settings.node_limit, "time_limit": None}
            result = exact_gap(*arguments, **options)
            # Where the hinge keeps its kink and the budget binds these programs are slow: few branches only.
            independent = {}
            if result.linear or not result.binding or count <= settings.branches[1]:
                finite = budget if result.binding else SLACK * radius
                found = independent_values(
                    *arguments, branches=count, tau=tau, budget=finite, node_limit=settings.node_limit
                )
                independent = dataclasses.asdict(found)
            closed = np.nan
            if result.linear and np.isfinite(POWERS[kind]):
                closed = homogeneous_gap(
                    count, budget=budget, power=POWERS[kind], radius=radius, scale=max(0.0, gain.max())
                )
            yield _row(kind, tau, budget, result, independent) | {
                "closed_form": closed,
                "delta_linearised": delta_linearised,
                "delta_weights": np.nan,
                "atoms": family.penalties.size,
                "samples": y.size,
            }
        logging.getLogger(__name__).info("%s, tau %s, budget %s done", kind, tau, budget)


def _homogeneous(power, branches):
    """The closed form of homogeneous branches, R = c = 1 and K = 0.37, as an integer program on 101 levels."""
    levels = np.arange(101) / 100
    # One weight w in [0, 1] with penalty w²: the other reading of Δ, over weights instead of penalties.
    delta_weights = weight_nonconvexity(-(levels**power), np.sqrt(levels)[:, None], candidates=levels.size)
    for count in sorted({*branches, 1, 2, 10, 30}):
        problem = {"branches": count, "tau": 1.0, "budget": 0.37}
        result = exact_gap(levels[None] ** power, levels, [1.0], **problem, node_limit=10_000, time_limit=None)
        yield _row(f"homogeneous p={power:g}", 1.0, 0.37, result) | {
            "closed_form": homogeneous_gap(count, budget=0.37, power=power),
            "delta_linearised": result.delta_worst,
            "delta_weights": delta_weights,
            "atoms": levels.size,
            "samples": 1,
        }


def _counterexample():
    """At τ = 1: alone no atom improves on the zero function, so Δ = 0, but two together classify both samples."""
    values, penalties = np.array([[0.0, 4.0, -1.0], [0.0, -1.0, 4.0]]), np.array([0.0, 1.0, 1.0])
    result = exact_gap(values, penalties, [1.0, 1.0], branches=2, tau=1.0, budget=0.75, time_limit=None)
    return _row("counterexample", 1.0, 0.75, result) | {
        "closed_form": np.nan,
        "delta_linearised": nonconvexity(1 - values.mean(axis=0), penalties),
        "delta_weights": np.nan,
        "atoms": 3,
        "samples": 2,
    }


def _row(kind, tau, budget, result, independent=None):
    """The columns that every row has; those of the independent programs are NaN where these were not run."""
    return {f"independent_{name}": (independent or {}).get(name, np.nan) for name in INDEPENDENT} | {
        "kind": kind,
        "tau": tau,
        "budget": budget,
        "branches": result.branches,
        "primal_lower": result.primal_lower,
        "primal_upper": result.primal_upper,
        "dual_lower": result.dual_lower,
        "dual_upper": result.dual_upper,
        "lp": result.lp,
        "gap": result.gap,
        "gap_lower": result.gap_lower,
        "delta_worst": result.delta_worst,
        "bound": result.bound,
        "multiplier": result.multiplier,
        "linear": result.linear,
        "exact": result.exact,
    }


def _identities(kind, family, y, binding):
    """The survey's formulas as printed, evaluated on the best network of two branches."""
    result = exact_gap(family.values, family.penalties, y, branches=2, tau=1.0, budget=binding, time_limit=None)
    output = family.values @ result.counts / 2
    classic = np.maximum(0, 1 - y * output).mean()
    slack = SLACK * family.penalties.max()
    free = independent_values(family.values, family.penalties, y, branches=2, tau=1.0, budget=slack)
    zero = int(np.argmin(family.penalties))
    return {
        "kind": kind,
        # The optimum at τ = 1, and the τ-hinge of the same network at τ near 0, against the classic hinge loss.
        "hinge_at_one": result.primal - classic,
        "hinge_near_zero": np.maximum(0, 1 - y * output / 1e-3).mean() - classic,
        # Without the infimum over w, the zero network alone makes Q(λ) − λK as large as its own loss at λ = 0.
        "dual_without_infimum": np.maximum(0, 1 - y * family.values[:, zero]).mean(),
        "primal": result.primal,
        "multiplier_at_slack_budget": free.multiplier,
    }


if __name__ == "__main__":
    run(compute_gaps)
